import { randomUUID } from 'node:crypto';
import type { Line } from '../../lib/read-lines.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import type { AuditContext } from '../../platform/kernel/request-context.ts';
import { encryptJson, factorData } from '../mfa/factor-store.ts';
import type { TotpData } from '../mfa/providers/totp.ts';
import { type ImportRow, insertImported } from './import-store.ts';
import { type ImportedUser, type ImportRules, readImport } from './read-import.ts';

/** Kept up to date, so that it contains what was done if the import breaks off. */
type ImportCounts = { imported: number; skipped: number };

export type ImportReport = {
  readonly counts: ImportCounts;
  /** Called for each line that is left out, in the order of the lines. */
  readonly skip: (line: number, why: string) => void;
};

type Vaulted = Pick<Deps, 'db' | 'vault'>;
type Skipped = { readonly line: number; readonly why: string };

/** How many lines are read before one statement, and so one transaction, writes them. */
const batch = 1_000;

/**
 * Makes a user of every valid line. Reports and skips the other lines, and lines with a taken username. Therefore an
 * operator may import the same file again.
 */
export async function importUsers(
  deps: Vaulted,
  ctx: AuditContext,
  {
    lines,
    rules,
    report,
  }: { readonly lines: AsyncIterable<Line>; readonly rules: ImportRules; readonly report: ImportReport },
): Promise<void> {
  let users = new Map<string, { readonly line: number; readonly user: ImportedUser }>();
  let skipped: Skipped[] = [];

  const write = async () => {
    const taken = await insert(deps, ctx, [...users.values()]);
    report.counts.imported += users.size - taken.length;
    report.counts.skipped += skipped.length + taken.length;
    for (const { line, why } of [...skipped, ...taken].sort((a, b) => a.line - b.line))
      report.skip(line, why);
    users = new Map();
    skipped = [];
  };

  for await (const one of lines) {
    const line = one.number;
    const read = 'text' in one ? readImport(one.text, rules, ctx.now) : { faults: [one.fault] };
    const earlier = 'user' in read ? users.get(read.user.username) : undefined;
    if ('faults' in read) skipped.push({ line, why: read.faults.join('; ') });
    else if (earlier) skipped.push({ line, why: `username: the same as in line ${earlier.line}` });
    else users.set(read.user.username, { line, user: read.user });
    if (users.size + skipped.length >= batch) await write();
  }
  await write();
}

/** Returns the lines with a taken username. The user existed before the import, or an earlier line made the user. */
async function insert(
  { db, vault }: Vaulted,
  ctx: AuditContext,
  users: readonly { readonly line: number; readonly user: ImportedUser }[],
): Promise<Skipped[]> {
  if (users.length === 0) return [];
  const rows = users.map(({ user }) => rowOf({ vault }, user, ctx.now));
  const made = await insertImported(db, ctx, rows);
  return users
    .filter(({ user }) => !made.has(user.username))
    .map(({ line, user }) => ({ line, why: `username: there is a user named ${user.username} already` }));
}

function rowOf({ vault }: Pick<Deps, 'vault'>, user: ImportedUser, now: Date): ImportRow {
  const { username, email, phone, language = null, roles, status, passwordHash, totpSecret } = user;
  const id = randomUUID();
  const factorKey = { id: randomUUID(), userId: id };
  const factor = totpSecret !== null && {
    id: factorKey.id,
    method: 'totp',
    data_sealed: encryptJson(
      vault,
      { secret: totpSecret, lastStep: null } satisfies TotpData,
      factorData(factorKey),
    ),
  };
  return {
    id,
    username,
    email,
    phone,
    language,
    roles,
    status,
    password_hash: passwordHash,
    created_at: user.createdAt ?? now,
    factor: factor || null,
  };
}
