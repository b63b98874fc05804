import { describe, expect, test } from 'vitest';
import type { Challenge } from '../../packages/client/src/index.ts';
import { codeOf, wait } from '../support/actor.ts';
import { useWorld } from '../support/use-world.ts';
import { useHttp } from './client-world.ts';

const world = useWorld();
const { client } = useHttp(world);

const asked = (answer: { kind: string }): Challenge => {
  expect(answer).toMatchObject({ kind: 'challenge' });
  return answer as Challenge;
};

describe('a login', () => {
  test('by password alone gives no token to the page and says who is logged in', async () => {
    const { username, password, id } = await world.user();
    const page = client();
    const states: string[] = [];
    const end = page.subscribe(() => states.push(page.state.status));
    const answer = await page.login({ username, password });
    expect(answer).toMatchObject({ kind: 'tokens', area: 'public', deviceTrusted: false });
    expect(JSON.stringify(answer)).not.toMatch(/eyJ|token":/);
    expect(page.state).toMatchObject({ status: 'authenticated', subject: id, roles: ['user'] });
    expect((await page.me()).user.username).toBe(username);
    await page.logout();
    expect(page.state).toEqual({ status: 'anonymous' });
    expect(states).toEqual(['authenticated', 'anonymous']);
    end();
  });

  test('by an app', async () => {
    const ann = await world.user();
    const { secret } = await ann.enrolTotp();
    wait(30);
    const page = client();
    const challenge = asked(await page.login(ann));
    expect(challenge).toMatchObject({ method: 'totp', sent: true });
    const again = asked(await page.verify(challenge, { code: '000000' }));
    expect(again).toMatchObject({ attemptsRemaining: 2, problem: { type: 'mfa-token-invalid' } });
    expect(await page.verify(again, { code: codeOf(secret) })).toMatchObject({ kind: 'tokens' });
    expect(page.state).toMatchObject({ mfa: true, acr: 'urn:sallyport:acr:2' });
  });
});
