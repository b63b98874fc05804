/** The parameters of a password hash, which may come from another application. */
export type StoredHash =
  | { readonly scheme: 'argon2' | 'bcrypt'; readonly canonical: string }
  | ({ readonly scheme: 'pbkdf2'; readonly digest: Digest; readonly iterations: number } & SaltAndTag)
  | ({
      readonly scheme: 'scrypt';
      readonly N: number;
      readonly r: number;
      readonly p: number;
    } & SaltAndTag);

type Digest = 'sha1' | 'sha256' | 'sha512';
type SaltAndTag = { readonly salt: Uint8Array; readonly tag: Uint8Array };

/** A hash that this service cannot verify. `fault` never repeats any part of the hash. */
export type Unreadable = { readonly scheme: null; readonly fault: string };

/**
 * The highest cost of a hash. Each login makes the service pay it, so one row with an absurd cost could stop the
 * service. Each limit takes about three seconds on a slow core. That is several times what any guideline recommends.
 */
const most = {
  bcryptCost: 15,
  iterations: 3_000_000,
  /** For argon2 and scrypt, because several logins run at once. */
  memoryKiB: 256 * 1024,
  argon2Lanes: 16,
  argon2Work: 4 * 1024 * 1024, // KiB over all passes
  scryptWork: 2 ** 23, // N·r·p
};

const tagBytes: Readonly<Record<Digest, number>> = { sha1: 20, sha256: 32, sha512: 64 };
const base64 = '[A-Za-z0-9+/]';

/** The PHC string format, with the parameters in any order. Hashes of Argon2 1.0 have no version. */
const argon2 = new RegExp(
  `^\\$argon2(?:id|i|d)\\$(?:v=(?:16|19)\\$)?((?:[mtp]=\\d{1,10},){2}[mtp]=\\d{1,10})\\$${base64}{11,256}\\$${base64}{22,171}$`,
);
const bcrypt = /^\$2[aby]\$(\d\d)\$[./A-Za-z0-9]{53}$/;
const werkzeugPbkdf2 = /^pbkdf2:(sha1|sha256|sha512):(\d{1,12})\$([!-#%-~]{1,256})\$([0-9a-f]{40,128})$/;
const werkzeugScrypt = /^scrypt:(\d{1,12}):(\d{1,9}):(\d{1,9})\$([!-#%-~]{1,256})\$([0-9a-f]{128})$/;
/** The base64 of passlib has a dot in place of the plus, and no padding. */
const passlibPbkdf2 =
  /^\$pbkdf2(?:-(sha256|sha512))?\$(\d{1,12})\$([./+A-Za-z0-9]{1,1024})\$([./+A-Za-z0-9]{27,86})$/;
const passlibScrypt = new RegExp(
  `^\\$scrypt\\$ln=(\\d{1,2}),r=(\\d{1,9}),p=(\\d{1,9})\\$(${base64}{1,1024})\\$(${base64}{43})$`,
);

/**
 * Reads a hash by its own text. Import and login both use it, so a hash that the import refuses never costs a login
 * anything.
 */
export function readHash(text: string): StoredHash | Unreadable {
  return (
    readArgon2(text) ??
    readBcrypt(text) ??
    readPbkdf2(text) ??
    readScrypt(text) ??
    unreadable(
      'Not a hash that can be verified here: argon2, bcrypt, or pbkdf2 or scrypt as Werkzeug or passlib write it',
    )
  );
}

function readArgon2(text: string): StoredHash | Unreadable | null {
  const [, list] = argon2.exec(text) ?? [];
  if (list === undefined) return null;
  const named = new Map(list.split(',').map((one) => [one.charAt(0), Number(one.slice(2))]));
  const [m = 0, t = 0, p = 0] = ['m', 't', 'p'].map((name) => named.get(name));
  if (t < 1 || p < 1 || m < 8 * p) return unreadable('Not a valid argon2 hash');
  if (m > most.memoryKiB || m * t > most.argon2Work || p > most.argon2Lanes) {
    return unreadable(
      `Costs too much: argon2 of at most m=${most.memoryKiB}, p=${most.argon2Lanes}, and m·t=${most.argon2Work}`,
    );
  }
  const parts = text.split('$');
  if (parts.slice(-2).some((part) => part.length % 4 === 1)) return unreadable('Not a valid argon2 hash');
  const coded = parts.slice(-2).map((part) => fromBase64(part).toString('base64').replaceAll('=', ''));
  return { scheme: 'argon2', canonical: [...parts.slice(0, -2), ...coded].join('$') };
}

function readBcrypt(text: string): StoredHash | Unreadable | null {
  const [, cost] = bcrypt.exec(text) ?? [];
  if (cost === undefined) return null;
  if (Number(cost) < 4 || Number(cost) > 31) return unreadable('Not a valid bcrypt hash');
  if (Number(cost) > most.bcryptCost)
    return unreadable(`Costs too much: bcrypt of a cost of at most ${most.bcryptCost}`);
  const [salt, digest] = [text.slice(7, 29), text.slice(29)];
  return { scheme: 'bcrypt', canonical: text.slice(0, 7) + masked(salt, 0x30) + masked(digest, 0x3c) };
}

const bcryptLetters = './ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/**
 * Clears the unused bits of the last letter. passlib before 1.5.3 wrote random bits there, and libraries that verify
 * such a hash ignore them. The bcrypt library of this service compares letter by letter.
 */
function masked(coded: string, mask: number): string {
  const last = bcryptLetters.charAt(bcryptLetters.indexOf(coded.slice(-1)) & mask);
  return coded.slice(0, -1) + last;
}

function readPbkdf2(text: string): StoredHash | Unreadable | null {
  const werkzeug = werkzeugPbkdf2.exec(text);
  const passlib = passlibPbkdf2.exec(text);
  const [, name = 'sha1', rounds = '', salt = '', tag = ''] = werkzeug ?? passlib ?? [];
  if (!werkzeug && !passlib) return null;
  const digest = name as Digest; // the patterns accept no other
  const iterations = Number(rounds);
  const bytes = werkzeug
    ? { salt: Buffer.from(salt), tag: Buffer.from(tag, 'hex') }
    : { salt: fromBase64(salt), tag: fromBase64(tag) };
  if (iterations < 1 || bytes.tag.length !== tagBytes[digest])
    return unreadable('Not a valid pbkdf2 hash: a part of it is missing');
  if (iterations > most.iterations)
    return unreadable(`Costs too much: pbkdf2 of at most ${most.iterations} iterations`);
  return { scheme: 'pbkdf2', digest, iterations, ...bytes };
}

function readScrypt(text: string): StoredHash | Unreadable | null {
  const werkzeug = werkzeugScrypt.exec(text);
  const passlib = passlibScrypt.exec(text);
  const [, cost = '', blocks = '', lanes = '', salt = '', tag = ''] = werkzeug ?? passlib ?? [];
  if (!werkzeug && !passlib) return null;
  const N = werkzeug ? Number(cost) : 2 ** Number(cost);
  const [r, p] = [Number(blocks), Number(lanes)];
  if (N < 2 || !Number.isInteger(Math.log2(N)) || r < 1 || p < 1)
    return unreadable('Not a valid scrypt hash');
  if (scryptBytes({ N, r, p }) > most.memoryKiB * 1024 || N * r * p > most.scryptWork) {
    return unreadable(
      `Costs too much: scrypt of at most ${most.memoryKiB / 1024} MiB, and N·r·p=${most.scryptWork}`,
    );
  }
  const bytes = werkzeug
    ? { salt: Buffer.from(salt), tag: Buffer.from(tag, 'hex') }
    : { salt: fromBase64(salt), tag: fromBase64(tag) };
  return { scheme: 'scrypt', N, r, p, ...bytes };
}

/** The memory that scrypt needs, in bytes (RFC 7914 section 2). */
export function scryptBytes({ N, r, p }: { N: number; r: number; p: number }): number {
  return 128 * r * (N + p + 2);
}

function fromBase64(text: string): Buffer {
  return Buffer.from(text.replaceAll('.', '+'), 'base64');
}

function unreadable(fault: string): Unreadable {
  return { scheme: null, fault };
}
