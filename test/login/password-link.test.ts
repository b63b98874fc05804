import { describe, expect, test } from 'vitest';
import { forgot, linksTo, reset } from '../support/links.ts';
import { useWorld } from '../support/use-world.ts';

const world = useWorld();
const read = (token: string) => world.call('POST', '/auth/password/link', { token });

describe('POST /auth/password/link', () => {
  test('PW-9 says whose link it is and what for, and does not use it', async () => {
    const ann = await world.user();
    await forgot(world, ann.username);
    const [token = ''] = await linksTo(world, ann.email);
    for (let times = 0; times < 2; times += 1) {
      const { status, body } = await read(token);
      expect(status).toBe(200);
      expect(body).toEqual({
        username: ann.username,
        purpose: 'forgotten',
        rules: { min_length: 12, max_length: 256, letters_and_digits: false, history: 0 },
      });
    }
    expect((await reset(world, token)).status).toBe(204);
    const used = await read(token);
    const never = await read('A'.repeat(43));
    for (const { status, body } of [used, never]) {
      expect(status).toBe(401);
      expect(body.type).toBe('/problems/invalid-token');
    }
    expect({ ...used.body, instance: '' }).toEqual({ ...never.body, instance: '' });
  });
});

describe('GET /auth/password/rules', () => {
  test('says what a new password must be', async () => {
    const { status, body } = await world.call('GET', '/auth/password/rules');
    expect(status).toBe(200);
    expect(body).toEqual({ min_length: 12, max_length: 256, letters_and_digits: false, history: 0 });
  });
});
