import type { Actor } from './actor.ts';
import { type Authenticator, createAuthenticator, type Misdeeds } from './software-authenticator.ts';
import type { World } from './world.ts';

/** What a person does with security keys, each through the same routes as a browser. */
export function keyActions(world: World, person: Actor) {
  const { call } = world;

  const begin = (bearer: string, more: Record<string, unknown> = {}) =>
    call('POST', '/auth/mfa/enroll', { method: 'webauthn', ...more }, { bearer });

  const confirm = (bearer: string, response: object, more: Record<string, unknown> = {}) =>
    call('POST', '/auth/mfa/verify-enrollment', { response, ...more }, { bearer });

  const answer = (tempToken: string, response: object) =>
    call('POST', '/auth/mfa/verify', { temp_token: tempToken, response });

  /** Enrols a key in a fresh session, or in the one of this bearer. */
  async function enrolKey(key = createAuthenticator(), bearer?: string, more: Record<string, unknown> = {}) {
    const token: string = bearer ?? (await person.login()).body.access_token;
    const begun = await begin(token, more);
    const done = await confirm(token, key.register(begun.body.options));
    return {
      key,
      begun,
      answer: done,
      factorId: begun.body.factor_id as string,
      bearer: done.body.access_token as string,
      codes: done.body.recovery_codes as string[],
    };
  }

  /** Password, then this key. */
  async function loginWithKey(key: Authenticator, wrong: Misdeeds = {}, area = 'public') {
    const { body } = await person.login(area);
    return answer(body.temp_token, key.assert(body.challenge.options, wrong));
  }

  return { ...person, begin, confirm, answer, enrolKey, loginWithKey };
}
