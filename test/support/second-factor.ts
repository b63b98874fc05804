import { sql } from 'kysely';
import { labelOf } from '../../src/domain/audit/label.ts';
import { deliverDue } from '../../src/features/notices/outbox-worker.ts';
import type { Mail } from '../../src/platform/adapters/messages.ts';
import { type Actor, codeOf } from './actor.ts';
import type { Answer, World } from './world.ts';

let phones = 2_000_000;

/** A mobile number that nobody else in the test run has. */
export function freshPhone(): string {
  phones += 1;
  return `+1509${phones}`;
}

/** A recovery code as one looks, but nobody's. */
export const unknownRecoveryCode = 'AAAA-BBBB-CCCC-DDDD-EEEE-FFFF';

/** A code of six digits that is not this one. */
export function otherThan(code: string): string {
  return code === '000000' ? '000001' : '000000';
}

/** What an access token says. Whether it is signed is another test's business. */
export function claimsOf(token: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
}

/** A vendor with an authenticator app, and a bearer whose login asked no second factor. */
export async function vendorWithTotp(world: World) {
  const vendor = await world.user({ roles: ['vendor'] });
  const { secret, codes } = await vendor.enrolTotp();
  const bearer: string = (await vendor.login('vendor')).body.access_token;
  const sensitive = (mfa?: string, token = bearer) =>
    world.call('GET', '/api/sensitive-data', undefined, { bearer: token, ...(mfa && { mfa }) });
  const proofOf = (code: string, token = bearer) =>
    world.call('POST', '/auth/mfa/proof', { mfa_token: code }, { bearer: token });
  return { ...vendor, secret, codes, bearer, sensitive, proofOf, code: (steps = 0) => codeOf(secret, steps) };
}

export type Vendor = Awaited<ReturnType<typeof vendorWithTotp>>;

/** So many logins past the password, each with a temp token of its own. */
export async function tempTokens(user: Actor, count: number): Promise<string[]> {
  const tokens: string[] = [];
  for (let one = 0; one < count; one += 1) tokens.push((await user.login()).body.temp_token);
  return tokens;
}

/** How many of the answers came with which status, or with which problem where there is one. */
export function tally(answers: readonly Answer[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { status, type } of answers) {
    const name = type ? type.replace('/problems/', '') : String(status);
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}

/** Without their labels: whom they name and how grave they are. */
export async function eventsOf(world: World, userId: string) {
  const rows = await world.database.db
    .selectFrom('auditEvents')
    .selectAll()
    .where('userId', '=', userId)
    .orderBy('seq')
    .execute();
  return rows.map((row) => ({ ...row, detail: labelOf(row).rest }));
}

export async function eventTypesOf(world: World, userId: string): Promise<string[]> {
  return (await eventsOf(world, userId)).map(({ type }) => type);
}

/** The row that counts a user's answers. */
export async function throttleOf(world: World, userId: string) {
  return world.database.db
    .selectFrom('throttles')
    .selectAll()
    .where('userId', '=', userId)
    .executeTakeFirstOrThrow();
}

/** Empties the outbox and gives what was in it for these addresses. */
export async function mailsTo(world: World, ...addresses: readonly (string | null)[]): Promise<Mail[]> {
  const mails: Mail[] = [];
  const sendMail = async (mail: Mail) => void mails.push(mail);
  const onFailure = (error: unknown) => {
    throw error;
  };
  for (let before = -1; before < mails.length; ) {
    before = mails.length;
    await deliverDue({ ...world.deps, sendMail, onFailure });
  }
  return mails.filter(({ to }) => addresses.includes(to));
}

/** Every row of every table, as a thief of the database reads it. */
export async function dumpDatabase(world: World): Promise<string> {
  const { rows: tables } = await sql<{ name: string }>`
    select table_name as name from information_schema.tables where table_schema = 'public'`.execute(
    world.database.db,
  );
  const texts: string[] = [];
  for (const { name } of tables) {
    const { rows } = await sql<{
      row: string;
    }>`select row_to_json(t)::text as row from ${sql.table(name)} t`.execute(world.database.db);
    texts.push(...rows.map(({ row }) => row));
  }
  return texts.join('\n');
}
