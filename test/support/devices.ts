import type { Verdict } from '../../src/domain/mfa/provider.ts';
import type { AreaName } from '../../src/domain/policy/policy.ts';
import { type StoredPolicy, toStored } from '../../src/domain/policy/stored-policy.ts';
import type { Role } from '../../src/domain/users/roles.ts';
import { changeArea } from '../../src/features/policy/change-area.ts';
import { type Actor, codeOf, wait } from './actor.ts';
import { consoleContext, type World } from './world.ts';

export const day = 86_400;
const remember = { remember_device: true, device_label: 'Laptop' };

/** The answer to a challenge that asks for the device to be trusted. */
export async function verifyAndTrust(
  { call }: Pick<World, 'call'>,
  user: Actor,
  code: () => string,
  area = 'public',
  more: Record<string, unknown> = remember,
) {
  const { temp_token } = (await user.login(area)).body;
  return call('POST', '/auth/mfa/verify', { temp_token, mfa_token: code(), ...more });
}

/** Somebody with an authenticator app who has trusted a device; a code is at hand for the next step. */
export async function withDevice(world: World, roles: Role[] = ['user'], area = 'public') {
  wait(0);
  const ann = await world.user({ roles });
  const { secret, codes, factorId } = await ann.enrolTotp();
  const freshCode = () => {
    wait(30);
    return codeOf(secret);
  };
  const { body } = await verifyAndTrust(world, ann, freshCode, area);
  const token: string = body.trusted_device;
  const loginWithDevice = (trusted_device = token, where = area, how = {}) =>
    ann.login(where, { trusted_device }, how);
  const fresh = async () => String((await verifyAndTrust(world, ann, freshCode, area, {})).body.access_token);
  const trust = async () => String((await verifyAndTrust(world, ann, freshCode, area)).body.trusted_device);
  return {
    ...ann,
    ann,
    secret,
    codes,
    factorId,
    token,
    bearer: String(body.access_token),
    body,
    loginWithDevice,
    fresh,
    trust,
    freshCode,
  };
}

export type DeviceOwner = Awaited<ReturnType<typeof withDevice>>;

/** Changes the policy of an area, as an administrator would. */
export async function setPolicy(world: World, area: AreaName, change: Partial<StoredPolicy>): Promise<void> {
  const policy = { ...toStored(world.deps.policies[area]), ...change };
  await changeArea(world.deps, consoleContext(), {
    actorId: null,
    area,
    change: { policy, reportOnly: false, version: undefined },
  });
}

export async function devicesOf({ call }: Pick<World, 'call'>, bearer: string) {
  const { body } = await call('GET', '/auth/trusted-devices', undefined, { bearer });
  return body.devices;
}

/** Replaces the verdict about the second step. Returns a function that restores it. */
export function stubTotpVerdict({ app }: World, verdict: Verdict<unknown>): () => void {
  const { providers } = app.deps;
  const totp = providers.get('totp');
  if (!totp) throw new Error('No authenticator apps');
  const other = { ...totp, verify: async () => verdict };
  Object.assign(app.deps, { providers: new Map([...providers, ['totp', other]]) });
  return () => void Object.assign(app.deps, { providers });
}
