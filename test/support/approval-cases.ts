import { makeShares } from '../../src/features/user-admin/break-glass.ts';
import { house, move, notMeToken, report, setRules } from './approvals.ts';
import type { AuditWorld, Case } from './audit-cases.ts';
import { consoleContext } from './world.ts';

/** A house in which Harry has asked to remove Ann's factors. The rule is off again: it is for everybody. */
async function asked(world: AuditWorld) {
  const there = await house(world);
  const id = await there.ask();
  await setRules(world, 'none');
  return { ...there, id };
}

/** The audit events about requests that need a second person, and about the link "it was not me". */
export const approvalCases: readonly Case[] = [
  {
    what: 'a request, and a change of the rules',
    expected: ['area_access success', 'approval_asked success totp', 'approval_rules_changed success'],
    given: async (world) => {
      const { ask } = await house(world);
      return async () => {
        await ask();
        await setRules(world, 'none');
      };
    },
  },
  {
    what: 'a request that is approved',
    expected: ['area_access success', 'approval_granted success totp'],
    given: async (world) => {
      const { hedy, id } = await asked(world);
      return () => move(hedy, id, 'approve');
    },
  },
  {
    what: 'a request that is refused',
    expected: ['area_access success', 'approval_refused success totp'],
    given: async (world) => {
      const { hedy, id } = await asked(world);
      return () => move(hedy, id, 'refuse');
    },
  },
  {
    what: 'a request that is taken back',
    expected: ['area_access success', 'approval_cancelled success totp'],
    given: async (world) => {
      const { harry, id } = await asked(world);
      return () => move(harry, id, 'cancel');
    },
  },
  {
    what: 'a request that is carried out',
    expected: ['area_access success', 'approval_used success totp', 'mfa_reset success'],
    given: async (world) => {
      const { harry, hedy, id } = await asked(world);
      await move(hedy, id, 'approve');
      return () => move(harry, id, 'execute');
    },
  },
  {
    what: 'a request that its owner stops',
    expected: ['approval_stopped success'],
    given: async (world) => {
      const { ann } = await asked(world);
      const token = await notMeToken(world, ann.email, 'asks to remove');
      return () => report(world, token);
    },
  },
  {
    what: 'an account that its owner locks by the link of a letter',
    expected: ['user_disabled success', 'account_reported success'],
    given: async (world) => {
      const ann = await world.user();
      await ann.enrolTotp();
      const token = await notMeToken(world, ann.email);
      return () => report(world, token);
    },
  },
  {
    what: 'recovery shares that are made',
    expected: ['break_glass_made success'],
    given: async (world) => () => makeShares(world.deps, consoleContext(), { shares: 3, needed: 2 }),
  },
  {
    what: 'recovery shares that open an administrator',
    expected: ['user_enabled success', 'break_glass_used success'],
    given: async (world) => {
      const { username } = await world.user({ roles: ['admin'] });
      const shares = await makeShares(world.deps, consoleContext(), { shares: 3, needed: 2 });
      return () => world.call('POST', '/auth/break-glass', { shares: [...shares], username });
    },
  },
];
