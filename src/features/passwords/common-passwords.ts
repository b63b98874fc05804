import { readFileSync } from 'node:fs';

/** Where the entries come from and how they were chosen is told in the file itself. */
const file = new URL('./common-passwords.txt', import.meta.url);

/** Lower-case, each of 12 code points or more; read once, when the service starts. */
export const commonPasswords: ReadonlySet<string> = new Set(
  readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !/^#( |$)/.test(line)),
);

/** True if the whole password is on the list, in whatever case. What merely contains an entry is not. */
export function isCommonPassword(password: string): boolean {
  return commonPasswords.has(password.normalize('NFC').toLowerCase());
}
