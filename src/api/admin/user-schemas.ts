import { z } from 'zod';
import { knownLanguage, languages } from '../../domain/notices/texts/catalogue.ts';
import { isMailAddress } from '../../domain/users/email-address.ts';
import { helpRequirements } from '../../domain/users/help-evidence.ts';
import { roleNames } from '../../domain/users/roles.ts';
import { invitationFaultReasons } from '../../features/user-admin/invite-user.ts';
import type { listAccounts } from '../../features/user-admin/list-accounts.ts';
import type { readAccount } from '../../features/user-admin/read-account.ts';
import { isPhoneNumber } from '../../features/users/user-faults.ts';
import {
  id,
  language,
  languageOfMails,
  shown,
  text,
  time,
  withExamples,
} from '../../platform/http/fields.ts';
import { openRecovery, openRecoveryOf } from '../auth/recovery-schemas.ts';
import { pageLimit } from '../page-query.ts';
import { optionalJustification } from './help-schemas.ts';

/** The warning in the answer to an invitation if the service has no mail server. */
export const unsent =
  'Nothing was sent: this service has no mail server. Set SMTP_URL and MAIL_FROM. The link that waits is good for 24 hours.';

const statuses = ['active', 'disabled'] as const;
const email = z.string().max(254).refine(isMailAddress, 'Must be a mail address such as ann@example.com');
const phone = z.string().max(16).refine(isPhoneNumber, 'Must be a phone number such as +15095550100');
const roles = z
  .array(z.enum(roleNames))
  .min(1, 'At least one role')
  .max(roleNames.length)
  .refine((all) => new Set(all).size === all.length, 'Each role once');

export const inviteBody = withExamples(
  z.strictObject({
    username: text(128),
    email,
    phone: phone.optional(),
    roles,
    language: language.optional().describe(languageOfMails),
  }),
  { invite: { username: shown.username, email: 'ann@example.gov', roles: ['user'] } },
);

/** The fields are only limited here. The answer names every fault of every row. */
export const inviteManyBody = withExamples(
  z.strictObject({
    users: z
      .array(
        z.strictObject({
          username: text(254),
          email: text(254),
          phone: text(32).optional(),
          roles,
          language: text(8)
            .optional()
            .describe(`One of ${languages.join(', ')}. ${languageOfMails}`),
        }),
      )
      .min(1)
      .max(200),
    dry_run: z.boolean().optional().describe('True: only looks for faults'),
  }),
  {
    preview: {
      users: [{ username: shown.username, email: 'ann@example.gov', roles: ['user'] }],
      dry_run: true,
    },
  },
);
export const invitedManyBody = withExamples(
  z.strictObject({
    invited: z.int().describe('All of the users, or 0'),
    faults: z.array(
      z.strictObject({
        index: z.int().describe('The position in `users`, from 0'),
        pointer: z.string().describe('The field: a JSON pointer (RFC 6901)'),
        detail: z.string(),
        reason: z.enum(invitationFaultReasons).describe('What is wrong, for words of your own'),
      }),
    ),
    warning: z.string().optional().describe('Only if the mails cannot be sent'),
  }),
  {
    'a fault': {
      invited: 0,
      faults: [
        {
          index: 0,
          pointer: '#/username',
          detail: 'A user with this username already exists',
          reason: 'name_taken',
        },
      ],
    },
    invited: { invited: 30, faults: [] },
  },
);

export const changeUserBody = withExamples(
  z
    .strictObject({
      roles: roles.optional(),
      email: email.optional(),
      phone: phone.optional(),
      language: language.nullable().optional().describe(languageOfMails),
      status: z.enum(statuses).optional(),
      ...optionalJustification,
    })
    .refine(
      ({ reason: _reason, ticket: _ticket, ...body }) =>
        Object.values(body).some((value) => value !== undefined),
      'At least one field',
    ),
  {
    disable: { status: 'disabled' },
    'other roles': { roles: ['user', 'vendor'] },
    'an administrator': { roles: ['admin'], reason: 'New colleague in the team' },
  },
);

/** Query parameters are text, so the schema converts digits to numbers and refuses text that is not as described. */
export const listQuery = z.strictObject({
  limit: pageLimit.optional(),
  cursor: text(256).optional(),
  q: text(128).optional().describe('Any part of the name, the mail address or the telephone number'),
  role: z.enum(roleNames).optional(),
  status: z.enum(statuses).optional(),
  enrolled: z.enum(['true', 'false']).optional(),
  reported: z
    .enum(['true', 'false'])
    .optional()
    .describe('The owner locked the account by the link “it was not me” of a letter'),
  locked: z
    .enum(['true', 'false'])
    .optional()
    .describe('Codes are not accepted, a factor was disabled by wrong codes, or a network is blocked'),
});

const summary = {
  id,
  username: z.string(),
  email: z.string().nullable(),
  phone: z.string().nullable(),
  language: language.nullable().describe(languageOfMails),
  roles: z.array(z.string()),
  status: z.enum(statuses),
  enrolled: z.boolean().describe('Has a second factor'),
  must_enrol: z.boolean().describe('The helpdesk has reset the second factor: the next login can only enrol'),
  password_set: z.boolean().describe('False: the user was invited or reset, and has not used the link yet'),
  created_at: time,
  last_login: time.nullable().describe('Null: never, as far as is known'),
  reported_at: time
    .nullable()
    .describe('When the owner locked the account by the link of a letter. An unlock enables it'),
};

const summaryExample = {
  id: shown.userId,
  username: shown.username,
  email: 'ann@example.gov',
  phone: null,
  language: null,
  roles: ['user' as string],
  status: 'active' as const,
  enrolled: true,
  must_enrol: false,
  password_set: true,
  created_at: shown.time,
  last_login: shown.time as string | null,
  reported_at: null as string | null,
};

export const usersBody = withExamples(
  z.strictObject({ users: z.array(z.strictObject(summary)), next_cursor: z.string().nullable() }),
  { page: { users: [summaryExample], next_cursor: 'YW5u' } },
);

export const userBody = withExamples(
  z.strictObject({
    ...summary,
    passwordless: z.boolean().describe('The owner has removed the password: logins are by passkeys'),
    password_changed_at: time.describe('When it was set, or when the owner removed it'),
    factors: z.array(
      z.strictObject({
        factor_id: id,
        method: z.string(),
        label: z.string(),
        created_at: time,
        last_used_at: time.nullable(),
        expires_at: time.nullable(),
        disabled: z.boolean().describe('After too many wrong codes'),
      }),
    ),
    second_factor: z.strictObject({
      attempts_remaining: z.int(),
      wrong_in_a_row: z.int(),
      retry_after: z.int().nullable().describe('Seconds until a code is accepted again'),
    }),
    passwords: z.strictObject({
      wrong: z.int().describe('In the last 15 minutes, from all networks'),
      blocked_networks: z.int(),
    }),
    live_sessions: z.int().describe('At most 100 are counted'),
    recoveries: z.array(openRecovery).describe('Recoveries by the owner that go on'),
    help_requires: z
      .enum(helpRequirements)
      .describe('HELP_REQUIRES: what a reset, a bypass code and a new password need to know of the caller'),
  }),
  {
    user: {
      ...summaryExample,
      passwordless: false,
      password_changed_at: shown.time,
      factors: [
        {
          factor_id: shown.factorId,
          method: 'totp',
          label: 'Phone',
          created_at: shown.time,
          last_used_at: null,
          expires_at: null,
          disabled: false,
        },
      ],
      second_factor: { attempts_remaining: 3, wrong_in_a_row: 0, retry_after: null },
      passwords: { wrong: 0, blocked_networks: 0 },
      live_sessions: 1,
      recoveries: [],
      help_requires: 'none',
    },
  },
);

export const madeBody = withExamples(
  z.strictObject({ id, warning: z.string().optional().describe('Only if the mail cannot be sent') }),
  { made: { id: shown.userId }, 'no mail server': { id: shown.userId, warning: unsent } },
);

type Summary = Awaited<ReturnType<typeof listAccounts>>['accounts'][number];

export function summaryOf(account: Summary) {
  const { id, username, email, phone, roles, status, enrolled } = account;
  return {
    id,
    username,
    email,
    phone,
    language: knownLanguage(account.language),
    roles,
    status,
    enrolled,
    must_enrol: account.mfaResetAt !== null,
    password_set: !account.awaitsPassword,
    created_at: account.createdAt.toISOString(),
    last_login: account.lastLogin?.toISOString() ?? null,
    reported_at: account.reportedAt?.toISOString() ?? null,
  };
}

export function userOf(read: Awaited<ReturnType<typeof readAccount>>) {
  const { account, factors, secondFactor, passwords, liveSessions, recoveries, helpRequires } = read;
  return {
    ...summaryOf(account),
    passwordless: account.passwordless,
    password_changed_at: account.passwordChangedAt.toISOString(),
    factors: factors.map((factor) => ({
      factor_id: factor.id,
      method: factor.method,
      label: factor.label,
      created_at: (factor.confirmedAt ?? factor.createdAt).toISOString(),
      last_used_at: factor.lastUsedAt?.toISOString() ?? null,
      expires_at: factor.expiresAt?.toISOString() ?? null,
      disabled: factor.disabled,
    })),
    second_factor: {
      attempts_remaining: secondFactor.attemptsRemaining,
      wrong_in_a_row: secondFactor.wrongInARow,
      retry_after: secondFactor.retryAfterSeconds,
    },
    passwords: { wrong: passwords.overall, blocked_networks: passwords.blockedNetworks },
    live_sessions: liveSessions,
    recoveries: recoveries.map(openRecoveryOf),
    help_requires: helpRequires,
  };
}
