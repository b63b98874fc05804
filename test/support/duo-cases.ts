import { wait } from './actor.ts';
import type { AuditWorld, Case } from './audit-cases.ts';
import { policyOf, staff } from './staff.ts';

/** Somebody with a telephone that Duo pushes to, enrolled a while ago. */
async function withPush(world: AuditWorld) {
  const ann = await world.user();
  const bearer: string = (await ann.login()).body.access_token;
  await world.call('POST', '/auth/mfa/enroll', { method: 'duo_push' }, { bearer });
  await world.call('POST', '/auth/mfa/verify-enrollment', {}, { bearer });
  wait(301);
  return { ...ann, poll: (temp: string) => world.call('POST', '/auth/mfa/verify', { temp_token: temp }) };
}

/** The audit events about Duo's decisions. Restores the policies and Duo. */
export const duoCases: readonly Case[] = [
  {
    what: 'a push that its owner reports as an attack',
    expected: ['mfa_attack_reported refused duo_push', 'authn_login_lock refused duo_push'],
    given: async (world) => {
      const ann = await withPush(world);
      const { temp_token: temp } = (await ann.login()).body;
      return async () => {
        world.duo.decision = { result: 'deny', status: 'fraud' };
        await ann.poll(temp);
        world.duo.decision = { result: 'allow', status: 'allow' };
      };
    },
  },
  {
    what: 'a push that its owner denies',
    expected: ['mfa_failed refused duo_push'],
    given: async (world) => {
      const ann = await withPush(world);
      const { temp_token: temp } = (await ann.login()).body;
      return async () => {
        world.duo.decision = { result: 'deny', status: 'deny' };
        await ann.poll(temp);
        world.duo.decision = { result: 'allow', status: 'allow' };
      };
    },
  },
  {
    what: 'a provider that asks for nothing, where that is enough',
    expected: ['authn_login_success success password', 'mfa_waived success duo_push'],
    given: async (world) => {
      const root = await staff(world);
      const policy = await policyOf(root, 'public');
      await root.put('/admin/areas/public', { ...policy, provider_bypass: true });
      const ann = await withPush(world);
      world.duo.asks = 'allow';
      const { temp_token: temp } = (await ann.login()).body;
      return async () => {
        await ann.poll(temp);
        world.duo.asks = 'auth';
      };
    },
  },
];
