import { generateSync } from 'otplib';
import { createHasher } from '../src/features/passwords/password-hash.ts';
import { get, post } from './load.ts';
import { pendingPeople, peopleWithPassword } from './people.ts';
import type { Bench } from './service.ts';

export const password = 'seven wet umbrellas';

/** Logins by password alone, of so many users in turn. */
export async function loginWork(bench: Bench, count = 200): Promise<{ hash: string; next: () => string }> {
  const hash = await createHasher().hash(password);
  const names = await peopleWithPassword(bench, hash, count);
  let at = 0;
  return { hash, next: () => post('/auth/login', { username: names[at++ % names.length], password }) };
}

/**
 * So many verifications of a code. The requests are written before each run: a code lives for a minute, and the client
 * should cost nothing while it measures.
 */
export async function verificationWork(bench: Bench, count: number) {
  const people = await pendingPeople(bench, count);
  return (inRun: number) => {
    const requests = people
      .splice(0, inRun)
      .map(({ tempToken, secret }) =>
        post('/auth/mfa/verify', { temp_token: tempToken, mfa_token: generateSync({ secret }) }),
      );
    return () => requests.pop() ?? null;
  };
}

const forwardPath = '/auth/forward?area=vendor&scope=data:read&mfa=if_enrolled';

/** The guarded route and `GET /auth/forward`, by a user of loginWork. */
export async function guardedWork({ port }: Pick<Bench, 'port'>) {
  const answer = await fetch(`http://127.0.0.1:${port}/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ username: 'plain0', password, area: 'vendor' }),
  });
  const authorization = `Bearer ${Object(await answer.json()).access_token}`;
  return {
    authorization,
    paths: { guarded: '/api/sensitive-data', forward: forwardPath },
    guarded: get('/api/sensitive-data', { authorization }),
    forward: get(forwardPath, { authorization }),
  };
}
