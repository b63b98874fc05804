import { runDueBreakers } from '../../src/features/sms/run-due-breakers.ts';
import { wait } from './actor.ts';
import type { AuditWorld, Case } from './audit-cases.ts';
import { answer, sendMany, sendTo } from './texts.ts';

const runBreakers = ({ deps }: AuditWorld) => runDueBreakers(deps, () => {});

/** Enough that nobody answers, and in the only country: so it is all countries, too. */
async function unanswered({ deps }: AuditWorld) {
  await sendMany(deps, 60, 0);
  wait(6 * 60);
}

/** The audit events about text messages as a whole. Afterwards the service sends texts again. */
export const smsCases: readonly Case[] = [
  {
    what: 'text messages that nobody answers, and of those that are tried later',
    expected: [
      'sms_paused refused sms',
      'sms_paused refused sms',
      'sms_resumed success sms',
      'sms_resumed success sms',
    ],
    given: async (world) => {
      await unanswered(world);
      return async () => {
        await runBreakers(world);
        wait(31 * 60);
        for (let one = 0; one < 2; one += 1) {
          const sent = await sendTo(world.deps);
          if ('id' in sent) await answer(world.deps, sent.id);
        }
        await runBreakers(world);
      };
    },
  },
];
