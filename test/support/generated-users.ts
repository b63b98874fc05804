import { randomBytes, randomUUID } from 'node:crypto';
import { generateSecret } from 'otplib';
import { encryptJson, factorData } from '../../src/features/mfa/factor-store.ts';
import { goodPassword, type World } from './world.ts';

const day = 86_400_000;

/** The same dice for the same seed (mulberry32), so that a failing crowd can be made again. */
function dice(seed: number) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const data = {
  totp: () => ({ secret: generateSecret({ length: 20 }), lastStep: null }),
  sms: (at: number) => ({ phone: `+1509${3_000_000 + at}` }),
  email: (at: number) => ({ email: `g${at}@example.com` }),
  recovery_code: () => ({ unused: [randomBytes(32).toString('base64url')] }),
  smoke_signal: () => ({}), // of a method that was switched off
};
const methods = ['totp', 'sms', 'email', 'smoke_signal'] as const;

/** Users of every kind that there can be, as rows: roles, factors in all states, graces, exemptions, ages. */
export async function generatedUsers(world: World, count: number, seed = 20_261_122): Promise<string[]> {
  const { db } = world.database;
  const roll = dice(seed);
  const oneOf = <T>(many: readonly T[]) => many[Math.floor(roll() * many.length)] as T;
  const now = Date.now();
  const passwordHash = await world.deps.hasher.hash(goodPassword);

  const people = Array.from({ length: count }, (_, at) => ({
    id: randomUUID(),
    username: `g${String(at).padStart(5, '0')}`,
    passwordHash,
    passwordChangedAt: new Date(now),
    roles: [oneOf(['user', 'vendor', 'admin', 'helpdesk']), ...(roll() < 0.2 ? ['user'] : [])],
    status: roll() < 0.1 ? ('disabled' as const) : ('active' as const),
    createdAt: new Date(now - Math.floor(roll() * 20) * day),
  }));
  const factors = people.flatMap(({ id: userId }, person) => {
    const some = Array.from({ length: Math.floor(roll() * 3) }, () => oneOf(methods));
    const all = some.length > 0 && roll() < 0.7 ? [...some, 'recovery_code' as const] : some;
    return all.map((method, nth) => {
      const id = randomUUID();
      const pending = roll() < 0.1;
      return {
        id,
        userId,
        method,
        label: `${method} ${nth}`,
        dataSealed: encryptJson(world.deps.vault, data[method](person), factorData({ id, userId })),
        isDefault: nth === 0,
        isBackup: method === 'recovery_code',
        createdAt: new Date(now),
        confirmedAt: pending ? null : new Date(now),
        expiresAt: pending ? new Date(now + day) : null,
        disabledAt: !pending && roll() < 0.15 ? new Date(now) : null,
      };
    });
  });
  const graces = people
    .filter(() => roll() < 0.2)
    .map(({ id }) => ({
      userId: id,
      startedAt: new Date(now - 10 * day),
      endsAt: new Date(now + Math.floor(roll() * 8 - 4) * day + 1_000),
    }));
  const exemptions = people
    .filter(() => roll() < 0.2)
    .map(({ id }) => ({
      id: randomUUID(),
      userId: id,
      ownerId: randomUUID(),
      reason: 'made up',
      createdAt: new Date(now - 5 * day),
      endsAt: new Date(now + Math.floor(roll() * 8 - 4) * day + 1_000),
      endedAt: roll() < 0.3 ? new Date(now - day) : null,
    }));

  for (let from = 0; from < count; from += 500)
    await db
      .insertInto('users')
      .values(people.slice(from, from + 500))
      .execute();
  for (let from = 0; from < count; from += 500) {
    const throttles = people
      .slice(from, from + 500)
      .map(({ id }) => ({ userId: id, windowEndsAt: new Date(now) }));
    await db.insertInto('throttles').values(throttles).execute();
  }
  for (let from = 0; from < factors.length; from += 500)
    await db
      .insertInto('factors')
      .values(factors.slice(from, from + 500))
      .execute();
  await db.insertInto('graces').values(graces).execute();
  await db.insertInto('exemptions').values(exemptions).execute();
  return people.map(({ username }) => username);
}
