import { z } from 'zod';
import { enoughBytes, fewestBytes, mostBytes, readTotpSecret } from '../../domain/mfa/totp-secret.ts';
import { readHash } from '../../domain/passwords/stored-hash.ts';
import { roleNames } from '../../domain/users/roles.ts';
import { faultsOfUser, type UserFields } from '../users/user-faults.ts';

/** A user as another application knew them. Unknown values are null. */
export type ImportedUser = UserFields & {
  readonly passwordHash: string | null;
  readonly totpSecret: string | null;
  readonly createdAt: Date | null;
  readonly status: 'active' | 'disabled';
};

export type ImportRules = { readonly shortSecrets: boolean };
type Read = { readonly user: ImportedUser } | { readonly faults: readonly string[] };
type LineFault = { readonly pointer: string; readonly detail: string };

const text = (what: string) => z.string(what);
/** The one kind of TOTP that every authenticator app supports, and the only one here: see mfa/providers/totp.ts. */
const totp = z.strictObject({
  secret: text('The secret in base32'),
  digits: z.literal(6, 'Only 6 are supported').optional(),
  period: z.literal(30, 'Only 30 seconds are supported').optional(),
  algorithm: z.literal('SHA1', 'Only SHA1 is supported').optional(),
});

const line = z.strictObject({
  username: text('Required: text'),
  email: text('Text').nullish(),
  phone: text('Text').nullish(),
  language: text('Text').nullish(),
  roles: z.array(z.enum(roleNames, `One of ${roleNames.join(', ')}`), 'A list of roles').nullish(),
  password_hash: text('Text').nullish(),
  totp_secret: text('The secret in base32').nullish(),
  totp: totp.nullish(),
  created_at: z.iso
    .datetime({ offset: true, error: 'RFC 3339 with its offset: 2024-05-01T09:30:00Z' })
    .nullish(),
  disabled: z.boolean('true or false').nullish(),
});

/** Reads one line of NDJSON. A fault names the field and the problem, and quotes nothing of the line. */
export function readImport(json: string, rules: ImportRules, now: Date): Read {
  const value = parse(json);
  if (value === undefined) return { faults: ['not JSON'] };
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return { faults: ['not an object: one user a line'] };
  const { data, error } = line.safeParse(value);
  if (error) return { faults: error.issues.flatMap(faultsOfIssue).map(inWords) };

  const user = {
    username: data.username,
    email: data.email ?? null,
    phone: data.phone ?? null,
    language: data.language ?? null,
    roles: [...new Set(data.roles ?? ['user' as const])],
    passwordHash: data.password_hash ?? null,
    createdAt: data.created_at ? new Date(data.created_at) : null,
    status: data.disabled ? ('disabled' as const) : ('active' as const),
  };
  const secret = data.totp?.secret ?? data.totp_secret ?? null;
  const where = data.totp ? '#/totp/secret' : '#/totp_secret';
  const kept = secret === null ? null : readTotpSecret(secret);
  const faults = [
    ...faultsOfUser(user),
    ...(user.passwordHash === null ? [] : faultsOfHash(user.passwordHash)),
    ...(data.totp && data.totp_secret ? [fault('#/totp', 'Give either totp or totp_secret')] : []),
    ...(secret === null ? [] : faultsOfSecret(where, kept, rules)),
    ...(user.createdAt && !isPast(user.createdAt, now)
      ? [fault('#/created_at', 'Must be between 1970 and now')]
      : []),
  ];
  if (faults.length > 0) return { faults: faults.map(inWords) };
  return { user: { ...user, username: user.username.toLowerCase(), totpSecret: kept?.secret ?? null } };
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined; // the parser's message quotes the line
  }
}

function faultsOfIssue(issue: z.core.$ZodIssue): LineFault[] {
  const pointer = `#/${issue.path.join('/')}`;
  if (issue.code !== 'unrecognized_keys') return [fault(pointer, issue.message)];
  const base = pointer === '#/' ? '#' : pointer;
  return issue.keys.map((key) =>
    fault(nameable(key) ? `${base}/${key}` : base, 'Not a field of this format'),
  );
}

/** Whether a fault may quote this key. A secret in the place of a field name does not look like one. */
function nameable(key: string): boolean {
  return /^[A-Za-z_]{1,24}$/.test(key);
}

function faultsOfHash(hash: string): LineFault[] {
  const read = readHash(hash);
  return read.scheme === null ? [fault('#/password_hash', read.fault)] : [];
}

function faultsOfSecret(
  pointer: string,
  read: ReturnType<typeof readTotpSecret>,
  { shortSecrets }: ImportRules,
): LineFault[] {
  if (read === null) return [fault(pointer, 'Must be base32')];
  if (read.bytes > mostBytes) return [fault(pointer, `At most ${mostBytes * 8} bits`)];
  if (read.bytes < fewestBytes) return [fault(pointer, `At least ${fewestBytes * 8} bits`)];
  if (read.bytes < enoughBytes && !shortSecrets) {
    const detail = `${read.bytes * 8} bits, where RFC 4226 asks for ${enoughBytes * 8}; --allow-short-secrets takes it all the same`;
    return [fault(pointer, detail)];
  }
  return [];
}

function isPast(time: Date, now: Date): boolean {
  return time.getTime() >= 0 && time <= now;
}

function fault(pointer: string, detail: string): LineFault {
  return { pointer, detail };
}

function inWords({ pointer, detail }: LineFault): string {
  const field = pointer.replace(/^#\/?/, '').replaceAll('/', '.');
  return field === '' ? detail : `${field}: ${detail}`;
}
