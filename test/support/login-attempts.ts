import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { generateSecret } from 'otplib';
import { importUsers } from '../../src/features/user-admin/import-users.ts';
import { type Actor, actions, codeOf, wrongCodeOf } from './actor.ts';
import type { Cluster } from './cluster.ts';
import { eventTypesOf } from './second-factor.ts';
import { type Answer, consoleContext, goodPassword, type World } from './world.ts';

/** What nginx answers where a process died over a request, and ours where the database was lost on the way. */
export const isLost = ({ status }: Answer): boolean => [502, 503, 504].includes(status);

type Kind = 'totp' | 'recovery' | 'wrong first';

/** Somebody who wants in, once, while something breaks. */
export type LoginAttempt = {
  readonly kind: Kind;
  readonly person: Actor;
  readonly secret: string;
  readonly codes: readonly string[];
  /** Every answer that the second step gave, and the code that it was given for. */
  readonly answers: { readonly code: string; readonly answer: Answer }[];
  /** Answers to the password that were not a challenge. */
  readonly refusals: Answer[];
  in: boolean;
  /** Sessions with a second step from before: each user who enrols has one. */
  readonly before: number;
};

/** A third comes with recovery codes; the others are imported, which is quicker. */
export async function createAttempts(world: World, count: number): Promise<LoginAttempt[]> {
  const blank = { answers: [], refusals: [], in: false };
  const attempts: LoginAttempt[] = [];
  const arrive = async (): Promise<LoginAttempt> => {
    const person = await world.user();
    const { secret, codes } = await person.enrolTotp();
    return { kind: 'recovery', person, secret, codes, before: 1, ...structuredClone(blank) };
  };
  while (attempts.length < count / 3)
    attempts.push(...(await Promise.all(Array.from({ length: 8 }, arrive))));
  const imported = await importPeople(world, count - attempts.length);
  const others = imported.map(({ person, secret }, at): LoginAttempt => {
    const kind = at % 2 === 0 ? 'totp' : 'wrong first';
    return { kind, person, secret, codes: [], before: 0, ...structuredClone(blank) };
  });
  return [...attempts, ...others];
}

async function importPeople({ deps, call, texts, mails }: World, count: number) {
  const password_hash = await deps.hasher.hash(goodPassword);
  const arriving = Array.from({ length: count }, () => ({
    username: `i${randomBytes(6).toString('hex')}`,
    secret: generateSecret({ length: 20 }),
  }));
  async function* lines() {
    for (const [at, { username, secret }] of arriving.entries())
      yield { number: at + 1, text: JSON.stringify({ username, password_hash, totp_secret: secret }) };
  }
  const skip = (_: number, why: string) => {
    throw new Error(why);
  };
  const counts = { imported: 0, skipped: 0 };
  await importUsers(deps, consoleContext(), {
    lines: lines(),
    rules: { shortSecrets: false },
    report: { counts, skip },
  });
  const rows = await deps.db.selectFrom('users').select(['id', 'username']).execute();
  const ids = new Map(rows.map(({ id, username }) => [username, id]));
  return arriving.map(({ username, secret }) => {
    const one = { id: ids.get(username) ?? '', username, password: goodPassword, email: null };
    return { person: actions({ call, texts, mails }, one), secret };
  });
}

/** As a client does: what was lost is asked again, and where its code turns out to be spent, with another code. */
export async function logInWithRetries(
  { over }: Pick<Cluster, 'over'>,
  attempt: LoginAttempt,
): Promise<void> {
  const { kind, person, secret, codes, answers, refusals } = attempt;
  const client = over(person);
  const right = kind === 'recovery' ? [...codes] : [codeOf(secret), codeOf(secret, 1), ...codes];
  let wrong = kind === 'wrong first';
  for (let tries = 0; tries < 600; tries += 1) {
    const login = await client.login();
    if (login.status !== 200) {
      refusals.push(login);
      await sleep(100);
      continue;
    }
    for (let again = 0; again < 60; again += 1) {
      const code = wrong ? wrongCodeOf(secret) : (right[0] ?? '');
      const answer = await client.verify(login.body.temp_token, code);
      answers.push({ code, answer });
      attempt.in = answer.status === 200;
      if (attempt.in) return;
      if (isLost(answer)) await sleep(100);
      else if (wrong) wrong = false;
      else right.shift(); // spent by an answer that was lost
      if (answer.status === 401 || answer.status === 429) break; // so is the temp token
    }
  }
}

/** All answers to clients, except the expected ones. */
export function unexpectedAnswers(attempts: readonly LoginAttempt[]): unknown[] {
  const second = attempts.flatMap(({ answers }) => answers.map(({ answer }) => answer));
  const known = ['mfa-token-invalid', 'mfa-token-used', 'challenge-invalid', 'dependency-unavailable'];
  return [...attempts.flatMap(({ refusals }) => refusals), ...second].filter(({ status, type, headers }) => {
    if (type?.endsWith('dependency-unavailable') && headers['retry-after'] === undefined) return true;
    return status !== 200 && status !== 502 && !known.includes(type?.replace('/problems/', '') ?? '');
  });
}

/**
 * What the database says of each story, against what its client saw: a code opens one session, whether its answer was
 * seen or lost, and a recovery code is good as before or opened a session that the audit records.
 */
export async function findInconsistencies(
  world: World,
  attempts: readonly LoginAttempt[],
): Promise<unknown[]> {
  const found: unknown[] = [];
  for (const { kind, person, codes, answers, before } of attempts) {
    const seen = answers.filter(({ answer }) => answer.status === 200).length;
    const lost = new Set(answers.filter(({ answer }) => isLost(answer)).map(({ code }) => code)).size;
    const opened = (await sessionsOf(world, person)) - before;
    if (seen !== 1 || opened < 1 || opened > 1 + lost) found.push({ kind, seen, lost, opened });
    if (kind !== 'recovery') continue;
    const events = await eventTypesOf(world, person.id);
    const spent = events.filter((type) => type === 'mfa_recovery_code_used').length;
    const bearer = answers.at(-1)?.answer.body.access_token;
    const { body } = await world.call('GET', '/auth/mfa/status', undefined, { bearer });
    const left = body?.backup_codes_remaining;
    if (spent !== opened || left !== codes.length - spent) found.push({ kind, opened, spent, left });
  }
  return found;
}

/** Sessions with a second step. */
async function sessionsOf({ database }: World, { id }: Actor): Promise<number> {
  const all = database.db.selectFrom('sessions').select('id');
  const opened = await all.where('userId', '=', id).where('mfaTime', 'is not', null).execute();
  return opened.length;
}
