import type { AreaName } from '../../src/domain/policy/policy.ts';
import { setPolicy } from './devices.ts';
import { keyActions } from './security-key.ts';
import { type Authenticator, createAuthenticator, type Misdeeds } from './software-authenticator.ts';
import type { Call, World } from './world.ts';

/** What a browser does to log in by a passkey alone, through the same routes. */
export function passkeyActions(world: Pick<World, 'call'>) {
  const options = (area: AreaName = 'public', how: Call = {}) =>
    world.call('POST', '/auth/passkey/options', { area }, how);

  const verify = (response: object, more: Record<string, unknown> = {}, how: Call = {}) =>
    world.call('POST', '/auth/passkey/verify', { response, ...more }, how);

  /** Options, the touch, and the answer. */
  async function logIn(key: Authenticator, wrong: Misdeeds = {}, area: AreaName = 'public', how: Call = {}) {
    const { body } = await options(area, how);
    return verify(key.assert(body.options, wrong), {}, how);
  }

  return { options, verify, logIn };
}

/** Somebody with a passkey, in an area where it may replace the password. */
export async function withPasskey(world: World, given: Parameters<World['user']>[0] = {}) {
  const person = keyActions(world, await world.user(given));
  const key = createAuthenticator();
  const enrolled = await person.enrolKey(key, undefined, { passkey: true });
  return { ...enrolled, ...person };
}

export async function allowPasskeys(world: World, ...areas: readonly AreaName[]): Promise<void> {
  for (const area of areas) await setPolicy(world, area, { firstFactor: 'either' });
}
