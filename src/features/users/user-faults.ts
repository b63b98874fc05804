import { languages } from '../../domain/notices/texts/catalogue.ts';
import { isMailAddress } from '../../domain/users/email-address.ts';
import type { Role } from '../../domain/users/roles.ts';
import { conflict, invalidRequest, notFound } from '../../lib/problem.ts';

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

/** What is wrong, for clients that say it in another language. A value is never renamed. */
export const userFaultReasons = [
  'username_shape',
  'email_shape',
  'phone_shape',
  'language_unknown',
  'roles_shape',
] as const;

type UserFault = {
  readonly pointer: string;
  readonly detail: string;
  readonly reason: (typeof userFaultReasons)[number];
};

/** All faults of a user's fields, or an empty list. Undefined fields are not checked. */
export function faultsOfUser({ username, email, phone, roles, language }: Partial<UserFields>): UserFault[] {
  const faults: readonly (UserFault & { readonly holds: boolean })[] = [
    {
      pointer: '#/username',
      reason: 'username_shape',
      detail:
        'Must be a mail address, or up to 128 letters a–z, digits and . _ @ + - that start with a letter or digit',
      holds: username === undefined || isUsername(username),
    },
    {
      pointer: '#/email',
      reason: 'email_shape',
      detail: 'Must be a mail address such as ann@example.com',
      holds: email === undefined || email === null || isMailAddress(email),
    },
    {
      pointer: '#/phone',
      reason: 'phone_shape',
      detail: 'Must be a phone number such as +15095550100',
      holds: phone === undefined || phone === null || isPhoneNumber(phone),
    },
    {
      pointer: '#/language',
      reason: 'language_unknown',
      detail: `Must be one of ${languages.join(', ')}`,
      holds: language === undefined || language === null || languages.some((one) => one === language),
    },
    {
      pointer: '#/roles',
      reason: 'roles_shape',
      detail: 'Must hold at least one role, and each role once',
      holds: roles === undefined || (roles.length > 0 && new Set(roles).size === roles.length),
    },
  ];
  return faults.filter(({ holds }) => !holds).map(({ holds: _, ...fault }) => fault);
}

/** Throws 400 invalid-request with every fault. */
export function assertWellFormed(user: Partial<UserFields>): void {
  const errors = faultsOfUser(user).map(({ pointer, detail }) => ({ pointer, detail }));
  if (errors.length > 0) throw invalidRequest({ errors });
}

export function noSuchUser() {
  return notFound({ detail: 'There is no such user.' });
}

export function accountDisabled() {
  return conflict({ detail: 'This account is disabled: enable it first.', reason: 'disabled' });
}

export function noMailAddress() {
  return conflict({ detail: 'This account has no mail address.', reason: 'no_address' });
}
