import { randomInt, timingSafeEqual } from 'node:crypto';
import { plainCode } from '../../domain/mfa/codes.ts';
import type { Deps } from '../../platform/kernel/deps.ts';

/** A code that a person can read aloud. NIST SP 800-63B-4 4.2.1.2 asks for six digits at least. */
const digits = 9;

export function newColleagueCode(): string {
  return randomInt(10 ** digits)
    .toString()
    .padStart(digits, '0');
}

/** True if the text has the form of such a code, with or without blanks. */
export function isColleagueCode(typed: string): boolean {
  return new RegExp(`^\\d{${digits}}$`).test(plainCode(typed));
}

/** What is stored of a code. It is bound to its recovery. */
export function colleagueMac(
  { vault }: Pick<Deps, 'vault'>,
  { id, typed, like }: { readonly id: string; readonly typed: string; readonly like?: string },
): string {
  return vault.mac(`recovery ${id} ${plainCode(typed)}`, like);
}

export function isSameMac(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}
