import { acrOf, meets } from '../policy/assurance-level.ts';
import { throttleRules } from '../throttling/second-factor-throttle.ts';
import {
  type Control,
  eachArea,
  type Facts,
  inMinutes,
  longestIdleSeconds,
  oneSetting,
  type Regulation,
  secondFactorOf,
  waiversOf,
} from './control.ts';

const minute = 60;
const hour = 60 * minute;

const everybody = eachArea(
  (policy) => policy.mfa === 'required' && waiversOf(policy).length === 0,
  secondFactorOf,
);
const idle = eachArea(
  (policy) => longestIdleSeconds(policy) <= 30 * minute,
  (policy) => inMinutes(longestIdleSeconds(policy)),
);
const longest = eachArea(
  ({ absoluteSeconds }) => absoluteSeconds <= 12 * hour,
  ({ absoluteSeconds }) => inMinutes(absoluteSeconds),
);

function isFive({ passwordLimits: { perNetwork, overall } }: Facts): boolean {
  return Math.max(perNetwork, overall, throttleRules.answersPerWindow) <= 5;
}
const fiveAttempts = oneSetting(
  'wrong passwords',
  isFive,
  ({ passwordLimits: { perNetwork, overall } }) => `${perNetwork} from one network, ${overall} from all`,
);

const accounts: readonly Control[] = [
  {
    id: 'AC-2(3)',
    says: 'Accounts are disabled within one week when they have expired, belong to nobody, break a policy, or were inactive for 90 days.',
    setting: '`DISABLE_INACTIVE_DAYS` is 90. The service looks once an hour.',
    exception: 'AC-2 keeps accounts of last resort: administrators stay while none of them has logged in.',
    operator: 'Disable the accounts of people who left, and those that break a policy.',
    tests: ['LC-6', 'SE-7'],
    check: oneSetting(
      'DISABLE_INACTIVE_DAYS',
      ({ periods }) => periods.disableInactiveDays !== null && periods.disableInactiveDays <= 90,
      ({ periods }) => String(periods.disableInactiveDays ?? 'never'),
    ),
  },
  {
    id: 'AC-2(13)',
    says: 'An account is disabled within 30 minutes after a direct threat was discovered.',
    setting:
      'Disabling an account takes effect on the next request, and so does the link of a letter to its owner.',
    operator: 'Disable the account in time.',
    tests: ['SE-7', 'NM-1'],
  },
  {
    id: 'AC-6(9)',
    says: 'The execution of privileged functions is logged.',
    setting: '`audit` is `high` in `admin`. No policy can lower it.',
    tests: ['AU-3'],
    check: ({ policies: { admin } }) => [
      { where: 'admin', found: `audit ${admin.audit}`, isMet: admin.audit === 'high' },
    ],
  },
  {
    id: 'AC-7',
    says: 'At most five invalid attempts in a row within 15 minutes. Then the account is locked until an administrator releases it.',
    setting: `5 wrong passwords, or ${throttleRules.answersPerWindow} wrong codes, in 15 minutes. The lock then ends after 15 minutes.`,
    exception:
      'AC-7 lets an agency unlock automatically where its mission needs it. Otherwise a stranger could keep an officer out by five wrong passwords.',
    operator: 'Document that need. Without it, the automatic end of the lock does not meet AC-7.',
    tests: ['RL-1', 'RL-5', 'RL-11'],
    check: fiveAttempts,
  },
  {
    id: 'AC-8',
    says: 'A system use notification stands before the login until the user acknowledges it.',
    setting: 'The pages of this service have none.',
    operator: 'Show the notification before `/login`, at the gateway or on a page of your own.',
    tests: [],
  },
];

const sessions: readonly Control[] = [
  {
    id: 'AC-11',
    says: 'A device locks after at most 30 minutes of inactivity.',
    setting: '`idle_seconds` is at most 1800. A session then ends, and its user logs in again.',
    exception:
      'Devices of a conveyance, of dispatch and receive-only terminals are exempt. No setting encodes this: the service does not know devices.',
    operator: 'Lock the devices themselves.',
    tests: ['SE-1'],
    check: idle,
  },
  {
    id: 'AC-12',
    says: 'A session is terminated after its user has logged out.',
    setting: 'A logout ends the session and its refresh token at once.',
    tests: ['SE-6'],
  },
  {
    id: 'AU-2, AU-3',
    says: 'Logons, uses of access, changes of passwords and acts of privileged accounts are logged, with who, what, when, where, source and outcome.',
    setting: '`audit` is `high` in every area with people.',
    tests: ['AU-1', 'AU-2', 'AU-3'],
    check: eachArea(
      ({ audit }) => audit === 'high',
      ({ audit }) => `audit ${audit}`,
    ),
  },
  {
    id: 'AU-11',
    says: 'Audit records are kept for at least one year.',
    setting: '`AUDIT_KEEP_MONTHS` is 13. A lower number stops the start.',
    tests: ['AU-6'],
    check: oneSetting(
      'AUDIT_KEEP_MONTHS',
      ({ periods: { auditKeepMonths: months } }) => months === null || months >= 12,
      ({ periods }) => String(periods.auditKeepMonths ?? 'forever'),
    ),
  },
];

const identification: readonly Control[] = [
  {
    id: 'IA-2(1), IA-2(2)',
    says: 'Multi-factor authentication for privileged and for non-privileged accounts.',
    setting:
      '`mfa` is `required` in every area with people. No trusted device, bypass or outage replaces it.',
    tests: ['LG-1', 'LG-7'],
    check: everybody,
  },
  {
    id: 'IA-2(8)',
    says: 'Authentication resists replay.',
    setting: 'Each code, challenge and recovery code works once. `refresh_grace_seconds` is 0.',
    tests: ['OT-2', 'OT-3', 'OB-3', 'RK-2', 'WA-2', 'SE-10'],
    check: eachArea(
      ({ refreshGraceSeconds }) => refreshGraceSeconds === 0,
      ({ refreshGraceSeconds }) => `refresh_grace_seconds ${refreshGraceSeconds}`,
    ),
  },
  {
    id: 'IA-5 f',
    says: 'Passwords are changed once a year, or when there is evidence of compromise.',
    setting: 'The helpdesk cancels a password that somebody else may know. No password expires.',
    operator: 'If your CSA asks for a yearly change, cancel the passwords once a year.',
    tests: ['PW-6', 'PW-9'],
  },
  {
    id: 'IA-5 j(1), j(2)',
    says: 'Two factors at AAL2: a password and something that the user has.',
    setting: '`min_acr` is `urn:sallyport:acr:2r` or higher. E-mail does not count.',
    tests: ['OB-8', 'OB-10', 'WA-4'],
    check: eachArea(
      ({ minLevel }) => meets(minLevel, '2r'),
      ({ minLevel }) => `min_acr ${acrOf(minLevel)}`,
    ),
  },
  {
    id: 'IA-5 j(3), j(6), j(7)',
    says: 'Approved cryptography. Verifiers and authenticators of an agency are validated to FIPS 140 level 1.',
    setting: 'This service is not validated. argon2id, which hashes passwords, is no approved algorithm.',
    operator: 'Ask your CSA. If it insists on FIPS 140, this service does not meet it.',
    tests: [],
  },
  {
    id: 'IA-5 j(5)',
    says: 'Claimant and verifier speak over an authenticated protected channel.',
    setting: 'The service speaks HTTP, and sends the headers that pages need behind TLS.',
    operator: 'End TLS in front of it.',
    tests: ['HT-1'],
  },
  {
    id: 'IA-5 j(10), IA-11',
    says: 'Users authenticate again after 12 hours, and when roles, authenticators or credentials change, or for a privileged function.',
    setting:
      '`absolute_seconds` is at most 43200. Changes end the other sessions. Sensitive actions need a fresh factor.',
    tests: ['SE-2', 'SE-7', 'SE-8', 'SE-12'],
    check: longest,
  },
  {
    id: 'IA-5 j(11)',
    says: 'Users authenticate again after 30 minutes of inactivity.',
    setting:
      '`idle_seconds` is at most 1800, and `activity` is `explicit`: a request does not show that a person is there.',
    tests: ['SE-1'],
    check: eachArea(
      (policy) => longestIdleSeconds(policy) <= 30 * minute && policy.activity === 'explicit',
      (policy) => `${inMinutes(longestIdleSeconds(policy))}, activity ${policy.activity}`,
    ),
  },
  {
    id: 'IA-5 l(2)',
    says: 'An authenticator is revoked at once when its loss is reported.',
    setting: 'The owner and the helpdesk can remove it, and its sessions end.',
    tests: ['LC-4', 'NM-1'],
  },
  {
    id: 'IA-5 l(4)',
    says: 'At most 100 failed attempts in a row on one account.',
    setting: `After ${throttleRules.disableAfter} wrong codes in a row, the factor is disabled.`,
    tests: ['RL-2', 'RL-3'],
  },
];

const authenticators: readonly Control[] = [
  {
    id: 'IA-5(1)(a) 1',
    says: 'The list of banned passwords is updated every quarter, and present passwords are compared with it.',
    setting: 'A list comes with each release. The service compares new passwords only.',
    operator:
      'Install a release each quarter. The service cannot compare present passwords, because it has hashes of them.',
    tests: ['PW-5'],
  },
  {
    id: 'IA-5(1)(a) 2, 15',
    says: 'A new password after a recovery, and after evidence of compromise.',
    setting: 'The link of a recovery sets a new password. The helpdesk can cancel a password.',
    tests: ['FP-3', 'PW-9'],
  },
  {
    id: 'IA-5(1)(a) 3, 5, 7',
    says: 'Passwords of at least 8 characters, long ones with spaces and all printable characters, and no truncation.',
    setting: 'At least 12 characters, at most 256.',
    tests: ['PW-1', 'PW-2', 'PW-3'],
    check: oneSetting(
      'shortest password',
      ({ passwordRules }) => passwordRules.minLength >= 8,
      ({ passwordRules }) => `${passwordRules.minLength} characters`,
    ),
  },
  {
    id: 'IA-5(1)(a) 8, 9',
    says: 'No hints, and no questions about the user.',
    setting: 'There are none.',
    tests: ['PW-6'],
  },
  {
    id: 'IA-5(1)(a) 10 to 13',
    says: 'A new password that is on the list is refused, with the reason.',
    setting: 'The answer is 422 with `reason`.',
    tests: ['PW-5'],
  },
  {
    id: 'IA-5(1)(a) 14',
    says: 'Failed attempts are limited to five.',
    setting: '5 wrong passwords in 15 minutes.',
    tests: ['RL-11'],
    check: fiveAttempts,
  },
  {
    id: 'IA-5(1)(b)',
    says: 'Look-up secrets are random, hashed, and work once.',
    setting: 'Recovery codes are.',
    tests: ['RK-1', 'RK-2', 'RK-3'],
  },
  {
    id: 'IA-5(1)(c)',
    says: 'Text messages are a restricted authenticator: with a notice, and an alternative. E-mail is no authenticator.',
    setting:
      '`min_acr` is `urn:sallyport:acr:2r` in `public` and `vendor`. In `admin` it is `urn:sallyport:acr:2`: the preset is stricter there.',
    tests: ['OB-6', 'OB-7', 'OB-8'],
    check: eachArea(
      ({ minLevel }) => meets(minLevel, '2r'),
      ({ minLevel }) => `min_acr ${acrOf(minLevel)}`,
    ),
  },
];

export const cjis: Regulation = {
  preset: 'cjis',
  name: 'FBI CJIS Security Policy',
  edition: 'version 6.0 of 27 December 2024',
  controls: [...accounts, ...sessions, ...identification, ...authenticators],
};
