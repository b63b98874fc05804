import { presets } from '../../src/domain/policy/policy.ts';
import { toStored } from '../../src/domain/policy/stored-policy.ts';
import { changeArea } from '../../src/features/policy/change-area.ts';
import { changeRollout } from '../../src/features/policy/change-rollout.ts';
import { endExemptionNow, exemptUser } from '../../src/features/policy/exempt-user.ts';
import type { Case } from './audit-cases.ts';
import { staff } from './staff.ts';
import { consoleContext, type World } from './world.ts';

const vendor = toStored(presets.standard.vendor);
const someday = () => new Date(Date.now() + 86_400_000);
const soft = { phase: 'soft', roles: undefined, graceSeconds: 604_800 } as const;
const nobody = '0d6f3a52-94c1-4a8e-b7d0-52c6f1e83b19';

const change = ({ deps }: World, accessSeconds: number, reportOnly = false) =>
  changeArea(deps, consoleContext(), {
    actorId: null,
    area: 'vendor',
    change: { policy: { ...vendor, accessSeconds }, reportOnly, version: undefined },
  });

/** The audit events about policies, the rollout and exemptions. Restores all of them. */
export const policyCases: readonly Case[] = [
  {
    what: 'a policy that is changed',
    expected: ['policy_changed success'],
    given: async (world) => () => change(world, 600),
  },
  {
    what: 'a reminder of an administrator to everybody without a factor',
    expected: ['area_access success', 'rollout_reminded success'],
    given: async (world) => {
      const root = await staff(world);
      return () => root.post('/admin/rollout/reminders', {});
    },
  },
  {
    what: 'a policy that is tried',
    expected: ['policy_tried success'],
    given: async (world) => () => change(world, 700, true),
  },
  {
    what: 'a login that a policy on trial would refuse',
    expected: ['policy_would_refuse success', 'authn_login_success success password', 'policy_tried success'],
    given: async (world) => {
      const ann = await world.user();
      const policy = { ...toStored(presets.standard.public), mfa: 'required' as const };
      await changeArea(world.deps, consoleContext(), {
        actorId: null,
        area: 'public',
        change: { policy, reportOnly: true, version: undefined },
      });
      return async () => {
        await ann.login();
        const back = toStored(presets.standard.public);
        await changeArea(world.deps, consoleContext(), {
          actorId: null,
          area: 'public',
          change: { policy: back, reportOnly: true, version: undefined },
        });
      };
    },
  },
  {
    what: 'a request that an administrator makes',
    expected: ['area_access success'],
    given: async (world) => {
      const root = await staff(world);
      return () => root.get('/admin/rollout');
    },
  },
  {
    what: 'a rollout that is turned',
    expected: ['rollout_changed success'],
    given: async (world) => () => changeRollout(world.deps, consoleContext(), null, soft),
  },
  {
    what: 'a grace that begins',
    expected: ['grace_started success', 'authn_login_success success password', 'rollout_changed success'],
    given: async (world) => {
      const ann = await world.user();
      await changeRollout(world.deps, consoleContext(), null, {
        ...soft,
        phase: 'full',
      });
      return async () => {
        await ann.login();
        await changeRollout(world.deps, consoleContext(), null, soft);
      };
    },
  },
  {
    what: 'an exemption that is made',
    expected: ['exemption_made success'],
    given: async (world) => {
      const ann = await world.user();
      const input = { userId: ann.id, reason: 'waits for a key', endsAt: someday() };
      return () => exemptUser(world.deps, consoleContext(), nobody, input);
    },
  },
  {
    what: 'an exemption that is ended',
    expected: ['exemption_ended success'],
    given: async (world) => {
      const ann = await world.user();
      const input = { userId: ann.id, reason: 'waits for a key', endsAt: someday() };
      const { id } = await exemptUser(world.deps, consoleContext(), nobody, input);
      return () => endExemptionNow(world.deps, consoleContext(), nobody, id);
    },
  },
];
