import { describe, expect, test } from 'vitest';
import { wait } from '../support/actor.ts';
import { staff } from '../support/staff.ts';
import { useWorld } from '../support/use-world.ts';

const world = useWorld({ preset: 'cjis' });
const [here, there, home] = ['198.51.100.1', '198.51.100.2', '198.51.100.3'];

describe('wrong passwords with the preset cjis', () => {
  test('RL-11 five in 15 minutes stop a name on every network from which it has not logged in lately', async () => {
    const ada = await staff(world);
    const ann = await world.user();
    await ann.enrolTotp((await ann.login('public', {}, { ip: home })).body.enrollment_token);
    await ann.login('public', {}, { ip: home });
    const guess = (ip: string) => ann.login('public', { password: 'not that one' }, { ip });
    for (const ip of [here, there, here, there, here]) expect((await guess(ip)).status).toBe(401);
    for (const ip of [here, there])
      expect(await ann.login('public', {}, { ip })).toMatchObject({
        status: 429,
        body: { reason: 'password' },
      });
    expect((await ann.login('public', {}, { ip: home })).status).toBe(200);
    const { users } = (await ada.get(`/admin/users?locked=true&q=${ann.username}`)).body;
    expect(users).toMatchObject([{ id: ann.id }]);
    wait(15 * 60);
    expect((await ann.login('public', {}, { ip: here })).status).toBe(200);
  });

  test('RL-11 five from one network stop that network', async () => {
    const ann = await world.user();
    const guess = () => ann.login('public', { password: 'not that one' }, { ip: here });
    for (const _ of [1, 2, 3, 4, 5]) expect((await guess()).status).toBe(401);
    expect((await guess()).status).toBe(429);
  });

  test('RL-11 the password in a signed-in session counts with them', async () => {
    const ann = await world.user();
    const { bearer } = await ann.enrolTotp((await ann.login()).body.enrollment_token);
    const change = () =>
      world.call(
        'POST',
        '/auth/password',
        { current_password: 'not that one', new_password: 'nine quiet umbrellas' },
        { bearer },
      );
    for (const _ of [1, 2, 3, 4, 5]) expect((await change()).status).toBe(401);
    expect((await change()).status).toBe(429);
  });
});
