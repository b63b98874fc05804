import { languages } from '../../domain/notices/texts/catalogue.ts';
import { isMailAddress } from '../../domain/users/email-address.ts';
import type { Role } from '../../domain/users/roles.ts';
import { invalidRequest, notFound } from '../../lib/problem.ts';

export type UserFields = {
  readonly username: string;
  readonly email: string | null;
  readonly phone: string | null;
  readonly roles: readonly Role[];
  /** Null: the language of the installation. */
  readonly language?: string | null | undefined;
};

/** ASCII only, so that no look-alike of a username is another username (GHSA-7rqj-j65f-68wh). */
const plain = /^[a-z0-9][a-z0-9._@+-]{0,127}$/i;
/** A username that is a mail address may contain every character of one, such as an apostrophe (O'Brien). */
const isUsername = (text: string) => plain.test(text) || (text.length <= 128 && isMailAddress(text));
const number = /^\+[1-9]\d{6,14}$/;

export const isPhoneNumber = (text: string) => number.test(text);

/** All faults of a user's fields, or an empty list. Undefined fields are not checked. */
export function faultsOfUser({ username, email, phone, roles, language }: Partial<UserFields>) {
  const faults = [
    {
      pointer: '#/username',
      detail:
        'Must be a mail address, or up to 128 letters a–z, digits and . _ @ + - that start with a letter or digit',
      holds: username === undefined || isUsername(username),
    },
    {
      pointer: '#/email',
      detail: 'Must be a mail address such as ann@example.com',
      holds: email === undefined || email === null || isMailAddress(email),
    },
    {
      pointer: '#/phone',
      detail: 'Must be a phone number such as +15095550100',
      holds: phone === undefined || phone === null || isPhoneNumber(phone),
    },
    {
      pointer: '#/language',
      detail: `Must be one of ${languages.join(', ')}`,
      holds: language === undefined || language === null || languages.some((one) => one === language),
    },
    {
      pointer: '#/roles',
      detail: 'Must hold at least one role, and each role once',
      holds: roles === undefined || (roles.length > 0 && new Set(roles).size === roles.length),
    },
  ];
  return faults.filter(({ holds }) => !holds).map(({ pointer, detail }) => ({ pointer, detail }));
}

/** Throws 400 invalid-request with every fault. */
export function assertWellFormed(user: Partial<UserFields>): void {
  const errors = faultsOfUser(user);
  if (errors.length > 0) throw invalidRequest({ errors });
}

export function noSuchUser() {
  return notFound({ detail: 'There is no such user.' });
}
