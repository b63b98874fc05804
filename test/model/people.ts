import { randomBytes, randomUUID } from 'node:crypto';
import { generateSecret } from 'otplib';
import type { MFAProvider } from '../../src/domain/mfa/provider.ts';
import { acrOf } from '../../src/domain/policy/assurance-level.ts';
import { encryptJson, factorData } from '../../src/features/mfa/factor-store.ts';
import { hashOf, newSecretToken } from '../../src/lib/crypto/secret-token.ts';
import { goodPassword, type World } from '../support/world.ts';
import { limits } from './facts.ts';

/*
 * The people of histories, made by the hundred, set by set: what a history begins with costs it nothing. Made by the
 * API, one at a time, they would cost more than the history.
 */

/** An app that is enrolled, and the session that enrolled it. */
type Enrolled = {
  readonly factorId: string;
  readonly secret: string;
  readonly codes: readonly string[];
};
export type Person = {
  readonly id: string;
  readonly username: string;
  readonly email: string;
  readonly password: string;
  readonly roles: readonly string[];
  readonly enrolled: Enrolled | null;
  readonly session: { readonly access_token: string; readonly refresh_token: string };
};
/** Ann, whom everything happens to, and two administrators. All were made, and logged in, at `bornAt`. */
export type Cast = {
  readonly ann: Person;
  readonly root: Person;
  readonly rita: Person;
  readonly bornAt: number;
};

export type People = { take(enrolled: boolean): Promise<Cast> };

const atOnce = 64;

export function openPeople(world: World): People {
  const waiting = new Map<boolean, Cast[]>();

  async function take(enrolled: boolean): Promise<Cast> {
    const cast = waiting.get(enrolled)?.pop();
    if (cast) return cast;
    await forgetOthers(world, waiting);
    waiting.set(enrolled, await makeCasts(world, enrolled));
    return take(enrolled);
  }
  return { take };
}

/** Removes the people of histories that were played: a statement that looks at all users would take longer and longer. */
async function forgetOthers({ database }: World, waiting: ReadonlyMap<boolean, readonly Cast[]>) {
  const kept = [...waiting.values()].flat().flatMap(({ ann, root, rita }) => [ann.id, root.id, rita.id]);
  const users = database.owner?.deleteFrom('users');
  await (kept.length > 0 ? users?.where('id', 'not in', kept) : users)?.execute();
  await database.owner?.deleteFrom('outbox').execute();
}

async function makeCasts(world: World, enrolled: boolean): Promise<Cast[]> {
  // Where in a time step of its app a history begins is the same each time: it can be played again.
  const bornAt = Math.floor(Date.now() / 30_000) * 30_000 + 5_000;
  const now = new Date(bornAt);
  const passwordHash = await world.deps.hasher.hash(goodPassword);
  const casts = Array.from({ length: atOnce }, () => ({
    ann: onPaper(world, { roles: ['user', 'vendor'], area: 'public', enrolled, now }),
    root: onPaper(world, { roles: ['admin'], area: 'admin', enrolled: true, now }),
    rita: onPaper(world, { roles: ['admin'], area: 'admin', enrolled: true, now }),
  }));
  const made = await Promise.all(casts.map(({ ann, root, rita }) => Promise.all([ann, root, rita])));
  const rows = made.flat();
  const { db } = world.database;
  const users = rows.map(({ user }) => ({
    ...user,
    passwordHash,
    passwordChangedAt: now,
    createdAt: now,
  }));
  await db.insertInto('users').values(users).execute();
  await db
    .insertInto('throttles')
    .values(rows.map(({ user }) => ({ userId: user.id, windowEndsAt: now })))
    .execute();
  const factors = rows.flatMap((row) => row.factors);
  await db.insertInto('factors').values(factors).execute();
  const sessions = rows.map(({ session }) => session);
  await db.insertInto('sessions').values(sessions).execute();
  await db
    .insertInto('refreshTokens')
    .values(rows.map(({ refresh }) => refresh))
    .execute();
  // Ann has named Rita, who has agreed, to approve a recovery of her account.
  const named = made.map(([ann, , rita]) => ({
    userId: ann.user.id,
    colleagueId: rita.user.id,
    name: rita.user.username,
  }));
  await db
    .insertInto('recoveryColleagues')
    .values(named.map((one) => ({ ...one, namedAt: now, confirmedAt: now })))
    .execute();
  return made.map(([ann, root, rita]) => ({
    ann: ann.person,
    root: root.person,
    rita: rita.person,
    bornAt,
  }));
}

type Sketch = {
  readonly roles: readonly string[];
  readonly area: 'public' | 'admin';
  readonly enrolled: boolean;
  readonly now: Date;
};

/** The rows of somebody, and what they know. */
async function onPaper({ deps }: World, { roles, area, enrolled, now }: Sketch) {
  const username = `u${randomBytes(5).toString('hex')}`;
  const email = `${username}@example.com`;
  const user = {
    id: randomUUID(),
    username,
    email,
    phone: null,
    language: null,
    roles: [...roles],
    factorsChangedAt: enrolled ? now : null,
  };
  const app = enrolled ? await appOf(deps, user, now) : null;
  const level = app ? '2' : '1';
  const session = {
    id: randomUUID(),
    userId: user.id,
    area,
    acr: acrOf(level),
    method: app ? 'totp' : null,
    factorId: app ? app.factorId : null,
    amr: app ? ['pwd', 'otp', 'mfa'] : ['pwd'],
    waived: null,
    authTime: now,
    mfaTime: app ? now : null,
    createdAt: now,
    lastActiveAt: now,
    expiresAt: new Date(now.getTime() + limits.absolute[area] * 1000),
    endedAt: null,
    ip: null,
    userAgent: null,
  };
  const { token: access_token } = deps.tokens.issueAccess(
    { ...session, level, roles, tokenGeneration: 0, graceUntil: null },
    now,
  );
  const refresh_token = newSecretToken();
  const refresh = {
    tokenHash: hashOf(refresh_token),
    sessionId: session.id,
    createdAt: now,
    usedAt: null,
    repeatUntil: null,
    parentHash: null,
    heirHash: null,
    raises: 0,
  };
  const person: Person = {
    id: user.id,
    username,
    email,
    password: goodPassword,
    roles,
    enrolled: app && { factorId: app.factorId, secret: app.secret, codes: app.codes },
    session: { access_token, refresh_token },
  };
  return { user, factors: app ? app.rows : [], session, refresh, person };
}

/** An app, and the recovery codes that come with it. */
async function appOf(
  { vault, providers }: World['deps'],
  user: Parameters<MFAProvider['enrol']>[1]['user'],
  now: Date,
) {
  const secret = generateSecret({ length: 20 });
  const backups = providers.get('recovery_code');
  if (!backups) throw new Error('No recovery codes');
  const { data, show } = await backups.enrol({}, { now, user });
  const row = (method: string, values: unknown, isBackup: boolean) => {
    const id = randomUUID();
    const dataSealed = encryptJson(vault, values, factorData({ id, userId: user.id }));
    const times = { createdAt: now, expiresAt: null, confirmedAt: now };
    const { title: label = method } = providers.get(method) ?? {};
    return {
      id,
      userId: user.id,
      method,
      label,
      hint: null,
      dataSealed,
      isBackup,
      isDefault: !isBackup,
      ...times,
    };
  };
  const app = row('totp', { secret, lastStep: null }, false);
  const rows = [app, row('recovery_code', data, true)];
  const { recovery_codes: codes } = show;
  return { factorId: app.id, secret, codes: Array.isArray(codes) ? codes.map(String) : [], rows };
}
