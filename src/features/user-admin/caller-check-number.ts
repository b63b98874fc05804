import { randomInt } from 'node:crypto';
import { plainCode } from '../../domain/mfa/codes.ts';
import type { Deps } from '../../platform/kernel/deps.ts';

/** How long a check can be answered, and how long a passed one is evidence. */
export const callerCheckSeconds = 10 * 60;

const digits = 9;

/**
 * A number that a person can read aloud in any language. It opens nothing: who finds it still needs a factor of the
 * account. Nine digits are enough that nobody finds one of the few open checks by trying.
 */
export function newCheckNumber(): string {
  return randomInt(10 ** digits)
    .toString()
    .padStart(digits, '0');
}

/** True if the text has the form of a number, with or without blanks. */
export function isCheckNumber(typed: string): boolean {
  return new RegExp(`^\\d{${digits}}$`).test(plainCode(typed));
}

/** What is stored of a number. */
export function numberMacOf({ vault }: Pick<Deps, 'vault'>, typed: string): string {
  return vault.mac(`caller check ${plainCode(typed)}`);
}
