import { describe, expect, test } from 'vitest';
import { setPassword } from '../../src/features/user-admin/set-password.ts';
import { askTwice } from '../../src/service/cli/account-commands.ts';
import { codeOf, wait } from '../support/actor.ts';
import { withDevice } from '../support/devices.ts';
import { forgot, linksTo, reset } from '../support/links.ts';
import { mailsTo } from '../support/second-factor.ts';
import { useWorld } from '../support/use-world.ts';
import { consoleContext } from '../support/world.ts';

const world = useWorld();
const fresh = 'nine folded maps';
const set = ({ id }: { id: string }) =>
  setPassword(world.deps, consoleContext(), {
    userId: id,
    password: fresh,
    cause: { reason: 'Lost mailbox', ticket: null },
  });

describe('a password that is set from the terminal', () => {
  test('PW-6 ends the links of every mail', async () => {
    const ann = await world.user();
    await forgot(world, ann.username);
    const links = await linksTo(world, ann.email);
    expect(links).toHaveLength(1);
    await set(ann);
    for (const link of links) expect((await reset(world, link, 'ten painted doors')).status).toBe(401);
    expect((await ann.login('public', { password: fresh })).status).toBe(200);
  });

  test('PW-6 ends a login that waits for its second step', async () => {
    const ann = await world.user();
    const { secret } = await ann.enrolTotp();
    wait(30);
    const { temp_token } = (await ann.login()).body;
    await set(ann);
    expect((await ann.verify(temp_token, codeOf(secret))).status).toBe(401);
  });

  test('SE-8 ends every session, and no device is trusted any more', async () => {
    const ann = await withDevice(world);
    expect((await ann.loginWithDevice()).body).toHaveProperty('access_token');
    const session = (await ann.loginWithDevice()).body;
    await set(ann);
    const me = await world.call('GET', '/auth/me', undefined, { bearer: session.access_token });
    expect(me.status).toBe(401);
    const { owner } = world.database;
    const live = owner.selectFrom('sessions').select('id').where('endedAt', 'is', null);
    expect(await live.where('userId', '=', ann.id).execute()).toEqual([]);
    const trusted = owner.selectFrom('trustedDevices').select('id');
    expect(await trusted.where('userId', '=', ann.id).execute()).toEqual([]);
    const { body } = await ann.login('public', { password: fresh, trusted_device: ann.token });
    expect(body).toMatchObject({ mfa_required: true });
    expect(body).not.toHaveProperty('access_token');
  });

  test('LC-3 is notified to its owner', async () => {
    const ann = await world.user();
    await set(ann);
    expect((await mailsTo(world, ann.email)).map(({ subject }) => subject)).toEqual([
      expect.stringMatching(/password/i),
    ]);
  });

  test('is asked for twice, and refused where that was not the same', async () => {
    const typing = (...answers: string[]) => ({ askHidden: async () => answers.shift() ?? '' });
    expect(await askTwice(typing(fresh, fresh), 'ann')).toBe(fresh);
    await expect(askTwice(typing(fresh, 'nine folded mops'), 'ann')).rejects.toThrow(
      'The two passwords differ. Nothing was changed.',
    );
  });
});
