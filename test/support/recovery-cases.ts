import { notifyReady } from '../../src/features/recovery/recovery-job.ts';
import { wait } from './actor.ts';
import type { AuditWorld, Case } from './audit-cases.ts';
import { allowRecovery, approvedBy, hour, namedColleague, recovering, recoveryLink } from './recovery.ts';
import { mailsTo } from './second-factor.ts';

/** Ann, who has named Bob, and may recover her account. */
async function people(world: AuditWorld) {
  await allowRecovery(world, ['recovery_code', 'colleague'], { waitHours: 4 });
  const person = await world.user();
  const totp = await person.enrolTotp();
  const ann = { ...person, ...totp };
  const bob = await namedColleague(world, ann);
  return { ann, bob, her: recovering(world) };
}

/** A recovery in which Bob is asked. */
async function asked(world: AuditWorld) {
  const there = await people(world);
  const code = await there.her.begun(there.ann);
  await there.her.ask(code, { colleagues: true });
  return { ...there, code };
}

async function waited(world: AuditWorld) {
  const there = await asked(world);
  await there.her.show(there.code, { recovery_code: there.ann.codes[0] });
  const approved = await approvedBy(world, there.bob.bearer);
  await there.her.show(there.code, { colleague_code: approved.code });
  wait(4 * hour);
  return there;
}

/** The audit events about recoveries of accounts by their owners. */
export const recoveryCases: readonly Case[] = [
  {
    what: 'a mail to recover an account, and the use of its link',
    expected: ['recovery_begun success', 'recovery_requested success'],
    given: async (world) => {
      const { ann, her } = await people(world);
      return async () => {
        await her.request(ann.username);
        await her.begin(await recoveryLink(world, ann.email));
      };
    },
  },
  {
    what: 'a recovery code that is shown to recover',
    expected: ['mfa_recovery_code_used success recovery_code', 'recovery_shown success recovery_code'],
    given: async (world) => {
      const { ann, her, code } = await asked(world);
      return () => her.show(code, { recovery_code: ann.codes[0] });
    },
  },
  {
    what: 'a colleague who approves, and a wrong code of that colleague',
    expected: ['recovery_approved success totp', 'recovery_failed failure colleague'],
    given: async (world) => {
      const { bob, her, code } = await asked(world);
      return async () => {
        const { code: spoken } = await approvedBy(world, bob.bearer);
        await her.show(code, { colleague_code: spoken === '000000000' ? '000000001' : '000000000' });
      };
    },
  },
  {
    what: 'a recovery whose wait is over',
    expected: ['recovery_ready success'],
    given: async (world) => {
      await waited(world);
      return () => notifyReady(world.deps, new Date());
    },
  },
  {
    what: 'a new factor in place of the lost one',
    expected: [
      'account_recovered success totp',
      'mfa_enroll_started success totp',
      'mfa_factor_added success totp',
      'mfa_factor_removed success totp',
    ],
    given: async (world) => {
      const { her, code } = await waited(world);
      return () => her.newApp(code);
    },
  },
  {
    what: 'a recovery that its owner stops',
    expected: ['recovery_stopped success'],
    given: async (world) => {
      const { ann, bob, her } = await asked(world);
      await her.request(ann.username);
      await mailsTo(world);
      const { body } = await world.call('GET', '/auth/recovery/colleagues', undefined, {
        bearer: bob.bearer,
      });
      const { bearer } = ann;
      return () => world.call('POST', `/auth/recovery/own/${body.requests[0].id}/stop`, {}, { bearer });
    },
  },
  {
    what: 'a colleague who is named, and agrees',
    expected: ['recovery_colleague_confirmed success', 'recovery_colleagues_changed success'],
    given: async (world) => {
      const person = await world.user();
      const totp = await person.enrolTotp();
      const friend = await world.user();
      const bob = { ...friend, ...(await friend.enrolTotp()) };
      return async () => {
        const body = { colleagues: [bob.username] };
        await world.call('PUT', '/auth/recovery/colleagues', body, { bearer: totp.bearer });
        const agree = `/auth/recovery/named-by/${person.id}`;
        await world.call('POST', agree, { agrees: true }, { bearer: bob.bearer });
      };
    },
  },
];
