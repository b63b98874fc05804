import { randomUUID } from 'node:crypto';
import { generateSecret } from 'otplib';
import { challengeData, encryptJson, factorData } from '../src/features/mfa/factor-store.ts';
import { hashOf, newSecretToken } from '../src/lib/crypto/secret-token.ts';
import type { Bench } from './service.ts';

export type PendingLogin = { readonly tempToken: string; readonly secret: string };

const atOnce = 1_000;

/** Users that log in by password alone. */
export async function peopleWithPassword(
  { database }: Bench,
  passwordHash: string,
  count: number,
): Promise<string[]> {
  const users = Array.from({ length: count }, (_, at) => userRow(`plain${at}`, passwordHash));
  await insertUsers(database, users);
  return users.map(({ username }) => username);
}

/** Users with an authenticator app, each with a login that has passed its password and waits for the code. */
export async function pendingPeople({ database, vault }: Bench, count: number): Promise<PendingLogin[]> {
  const { db } = database;
  const now = new Date();
  const expiresAt = new Date(now.getTime() + 300_000);
  const waiting: PendingLogin[] = [];
  for (let from = 0; from < count; from += atOnce) {
    const people = Array.from({ length: Math.min(atOnce, count - from) }, () => {
      const user = userRow(`totp-${randomUUID()}`, 'none');
      const factor = { id: randomUUID(), userId: user.id };
      const challenge = { id: randomUUID(), factorId: factor.id };
      const secret = generateSecret({ length: 20 });
      const tempToken = newSecretToken();
      waiting.push({ tempToken, secret });
      const dataSealed = encryptJson(vault, { secret, lastStep: null }, factorData(factor));
      const stateSealed = encryptJson(vault, null, challengeData(challenge));
      const login = {
        tokenHash: hashOf(tempToken),
        userId: user.id,
        area: 'public' as const,
        challengeId: challenge.id,
      };
      return { user, factor: { ...factor, dataSealed }, challenge: { ...challenge, stateSealed }, login };
    });
    const times = { createdAt: now, expiresAt };
    await insertUsers(
      database,
      people.map(({ user }) => user),
    );
    await db
      .insertInto('factors')
      .values(
        people.map(({ factor }) => ({
          ...factor,
          method: 'totp',
          label: 'App',
          isDefault: true,
          createdAt: now,
          confirmedAt: now,
        })),
      )
      .execute();
    await db
      .insertInto('challenges')
      .values(people.map(({ challenge, user }) => ({ ...challenge, userId: user.id, ...times })))
      .execute();
    await db
      .insertInto('logins')
      .values(people.map(({ login }) => ({ id: randomUUID(), ...login, ...times })))
      .execute();
  }
  return waiting;
}

function userRow(username: string, passwordHash: string) {
  const now = new Date();
  return {
    id: randomUUID(),
    username,
    passwordHash,
    passwordChangedAt: now,
    roles: ['user', 'vendor'],
    createdAt: now,
  };
}

async function insertUsers(
  { db }: Bench['database'],
  users: readonly ReturnType<typeof userRow>[],
): Promise<void> {
  await db
    .insertInto('users')
    .values([...users])
    .execute();
  await db
    .insertInto('throttles')
    .values(users.map(({ id }) => ({ userId: id, windowEndsAt: new Date() })))
    .execute();
}
