import { randomUUID } from 'node:crypto';
import type { Db } from '../../db/connect.ts';
import { beginOfDay, dayMs, daysUpTo, nameOfDay } from '../../src/domain/adoption/days.ts';
import { begin, installed, today } from './clock.ts';
import { domain, namesOf, numbers } from './people.ts';

const people = 229;

/** The people of the county, those with a second factor, and the figures of the weeks before. */
export async function fillCounty(db: Db): Promise<void> {
  const random = numbers(7);
  const users = namesOf(people).map((username, at) => ({
    id: randomUUID(),
    username,
    email: `${username}@${domain}`,
    phone: at % 3 === 0 ? `+150955501${String(at / 3).padStart(2, '0')}` : null,
    passwordHash: null,
    passwordChangedAt: installed,
    roles: at % 19 === 3 ? ['user', 'vendor'] : ['user'],
    createdAt: new Date(installed.getTime() + Math.floor(random() * 20) * dayMs),
  }));
  await db.insertInto('users').values(users).execute();
  await db
    .insertInto('throttles')
    .values(users.map(({ id }) => ({ userId: id, windowEndsAt: installed })))
    .execute();
  await db
    .insertInto('factors')
    .values(
      users.flatMap(({ id }) => {
        const at = enrolmentOf(random());
        const method = methodOf(random());
        if (!at) return [];
        const times = { createdAt: at, confirmedAt: at, lastUsedAt: at };
        return [
          {
            id: randomUUID(),
            userId: id,
            label: 'Phone',
            dataSealed: 'none',
            isDefault: true,
            method,
            ...times,
          },
        ];
      }),
    )
    .execute();
  await db
    .insertInto('lastLogins')
    .values(users.filter((_, at) => at % 9 !== 0).map(({ id }, at) => ({ userId: id, at: lately(at) })))
    .execute();
  await fillDays(db, random);
  await fillOpinions(db, users, random);
  await fillToday(db, users, random);
}

/** Few before the rollout, many in its first days, and fewer from week to week. Null: not yet. */
function enrolmentOf(share: number): Date | null {
  if (share < 0.14) return new Date(begin.getTime() - Math.floor(share * 280) * dayMs - dayMs);
  if (share > 0.74) return null;
  const day = Math.round(23 * ((share - 0.14) / 0.6) ** 2.2);
  return new Date(begin.getTime() + day * dayMs);
}

function methodOf(share: number): string {
  if (share < 0.58) return 'totp';
  return share < 0.78 ? 'webauthn' : share < 0.93 ? 'sms' : 'duo_push';
}

function lately(at: number): Date {
  return new Date(today.getTime() - ((at * 37) % 96) * 3_600_000 - ((at * 13) % 60) * 60_000);
}

/** The counts of the days before, as the service has stored them. A weekend has few logins. */
async function fillDays(db: Db, random: () => number): Promise<void> {
  const days = daysUpTo(new Date(today.getTime() - dayMs), 72);
  const rows = days.map((day) => {
    const weekday = beginOfDay(day).getUTCDay();
    const isWeekend = weekday === 0 || weekday === 6;
    const week = (beginOfDay(day).getTime() - begin.getTime()) / (7 * dayMs);
    const logins = Math.round((isWeekend ? 12 : 190) * (0.85 + random() * 0.3));
    const passed = Math.round(logins * Math.min(0.82, week < 0 ? 0.12 : 0.3 + week * 0.15));
    // People learn: each week fewer of them mistype a code.
    const failed = Math.round(passed * (0.05 + 0.16 * Math.exp(-Math.max(0, week))) * (0.6 + random() * 0.8));
    const lockouts = Math.floor(failed / 9);
    const enrolled = isWeekend ? 0 : Math.round((week < 0 ? 1 : 11 * Math.exp(-week / 2)) * (0.6 + random()));
    const rescue = {
      recoveryCodesUsed: Math.floor(random() * 2.2),
      bypassCodesUsed: Math.floor(random() * 1.3),
    };
    return { day, logins, passed, failed, ...rescue, lockouts, enrolled, wouldRefuse: 0 };
  });
  await db
    .insertInto('adoptionDays')
    .values(rows)
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  const times = [1, 2, 3, 4, 5].map((bucket) => ({
    day: nameOfDay(new Date(today.getTime() - dayMs)),
    bucket,
    answers: [0, 160, 1400, 890, 120, 40][bucket] ?? 0,
  }));
  await db.insertInto('verificationTimes').values(times).execute();
}

async function fillOpinions(db: Db, users: readonly { id: string }[], random: () => number): Promise<void> {
  const opinions = users
    .filter((_, at) => at % 6 === 0)
    .map(({ id }) => ({
      userId: id,
      month: '2026-10-01',
      at: new Date(today.getTime() - Math.floor(random() * 12) * dayMs),
      rating: random() < 0.45 ? 5 : random() < 0.75 ? 4 : 3,
      comment: null,
    }));
  await db.insertInto('mfaFeedback').values(opinions).execute();
}

/** The logins of this morning, from the offices of the county. */
async function fillToday(db: Db, users: readonly { id: string }[], random: () => number): Promise<void> {
  const morning = today.getTime() - 3 * 3_600_000;
  const events = users.slice(0, 150).flatMap(({ id }) => {
    const at = new Date(morning + Math.floor(random() * 2.9 * 3_600_000));
    const from = { userId: id, ip: '198.51.100.24', area: 'public', method: 'totp' };
    const passed = { at, ...from, type: 'mfa_passed', outcome: 'success', sessionId: randomUUID() } as const;
    const failed = { at, ...from, type: 'mfa_failed', outcome: 'failure' } as const;
    return random() < 0.06 ? [failed, passed] : [passed];
  });
  const inOrder = events.sort((one, other) => one.at.getTime() - other.at.getTime());
  await db.insertInto('auditEvents').values(inOrder).execute();
}
