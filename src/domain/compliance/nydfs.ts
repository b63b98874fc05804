import { acrOf, meets } from '../policy/assurance-level.ts';
import {
  eachArea,
  type Facts,
  type Finding,
  oneSetting,
  type Regulation,
  secondFactorOf,
  waiversOf,
} from './control.ts';

const longestExemptionMs = 365 * 86_400_000;

/** Each exemption in force must name its approver, and end within a year after it was made. */
function approvals({ exemptions }: Facts): readonly Finding[] {
  return exemptions.map(({ username, approvedBy, createdAt, endsAt }) => ({
    where: `exemption of ${username}`,
    found: `approved by ${approvedBy ?? 'nobody'}, until ${endsAt.toISOString()}`,
    isMet: approvedBy !== null && endsAt.getTime() - createdAt.getTime() <= longestExemptionMs,
  }));
}

export const nydfs: Regulation = {
  preset: 'nydfs',
  name: '23 NYCRR Part 500',
  edition: 'with the second amendment, in force since 1 November 2025',
  controls: [
    {
      id: '500.6(a)(2), (b)',
      says: 'Audit trails that detect cybersecurity events, kept for three years.',
      setting: '`AUDIT_KEEP_MONTHS` is 36, and `audit` is `high` in every area with people.',
      exception: 'An entity under 500.19(a) is exempt from 500.6: it may set a lower number.',
      tests: ['AU-1', 'AU-2', 'AU-5', 'AU-6'],
      check: (facts) => [
        ...oneSetting(
          'AUDIT_KEEP_MONTHS',
          ({ periods: { auditKeepMonths: months } }) => months === null || months >= 36,
          ({ periods }) => String(periods.auditKeepMonths ?? 'forever'),
        )(facts),
        ...eachArea(
          ({ audit }) => audit === 'high',
          ({ audit }) => `audit ${audit}`,
        )(facts),
      ],
    },
    {
      id: '500.6(a)(1), (b)',
      says: 'Records that reconstruct material financial transactions, kept for five years.',
      setting: 'This service has no financial transactions.',
      operator: 'Keep them where the transactions are.',
      tests: [],
    },
    {
      id: '500.7(a)(1), (2)',
      says: 'Access is limited to what the job needs, and so is the number of privileged accounts.',
      setting: 'Roles and scopes limit every route.',
      operator: 'Give each person the least role.',
      tests: ['SE-4', 'HT-4'],
    },
    {
      id: '500.7(a)(3)',
      says: 'Privileged accounts are used only for functions that need them.',
      setting:
        'The area `admin` has a login of its own. Its changes need a fresh factor, and rules can ask for a second person.',
      operator: 'Switch the rules for a second person on.',
      tests: ['SE-5', 'SE-12', 'AP-1'],
    },
    {
      id: '500.7(a)(4)',
      says: 'All access is reviewed at least once a year, and what nobody needs is disabled.',
      setting: '`DISABLE_INACTIVE_DAYS` can disable what nobody uses. It is off.',
      operator: 'Review the accounts once a year. The console shows roles and last logins.',
      tests: ['LC-6'],
    },
    {
      id: '500.7(a)(6)',
      says: 'Access is terminated promptly after a departure.',
      setting: 'Disabling an account takes effect on the next request.',
      operator: 'Disable the account.',
      tests: ['SE-7'],
    },
    {
      id: '500.7(b)',
      says: 'A password policy that meets industry standards.',
      setting: 'At least 15 characters, as NIST asks for where the password may be the only factor.',
      operator: 'Write the policy down.',
      tests: ['PW-1', 'PW-2', 'PW-4'],
      check: oneSetting(
        'shortest password',
        ({ passwordRules }) => passwordRules.minLength >= 15,
        ({ passwordRules }) => `${passwordRules.minLength} characters`,
      ),
    },
    {
      id: '500.7(c)',
      says: 'A class A company monitors privileged access, and blocks commonly used passwords.',
      setting: '`audit` is `high` in `admin`. Common passwords are refused.',
      operator: 'A solution for privileged access management is yours.',
      tests: ['PW-5', 'AU-3', 'AU-9'],
      check: ({ policies: { admin } }) => [
        { where: 'admin', found: `audit ${admin.audit}`, isMet: admin.audit === 'high' },
      ],
    },
    {
      id: '500.12(a)',
      says: 'Multi-factor authentication for any individual who accesses any information system.',
      setting:
        '`mfa` is `required` in every area with people, and no trusted device, bypass or outage replaces the factor. E-mail does not count. Text messages do not count either: the preset is stricter there.',
      exception:
        'Service accounts prohibit interactive login: they use the area `service`, and no person can. An entity under 500.19(a) may decide otherwise about access that is neither remote nor privileged. The evidence shows it as not met.',
      tests: ['LG-1', 'LG-7', 'VN-5'],
      check: eachArea(
        (policy) =>
          policy.mfa === 'required' && waiversOf(policy).length === 0 && meets(policy.minLevel, '2r'),
        (policy) => `${secondFactorOf(policy)}, min_acr ${acrOf(policy.minLevel)}`,
      ),
    },
    {
      id: '500.12(b)',
      says: 'The CISO may approve reasonably equivalent or more secure controls in writing, and reviews them at least once a year.',
      setting:
        'An exemption names who approved it (`approved_by`), has a reason, and ends within 365 days. It opens `public` and `vendor`, and never `admin`.',
      exception: 'This is the exception. Without a CISO an entity has none.',
      operator: 'Keep the written approval, and the controls that it approves.',
      tests: ['RO-5'],
      check: approvals,
    },
    {
      id: '500.14(a)',
      says: 'The activity of authorized users is monitored, and unauthorized access is detected.',
      setting: 'The audit, its export, and security events to other systems.',
      operator: 'Watch them, and train your people.',
      tests: ['AU-9', 'EV-2', 'NM-1'],
    },
    {
      id: '500.15(a)',
      says: 'Nonpublic information is encrypted in transit over external networks, and at rest.',
      setting: 'Secrets of factors are encrypted in the database.',
      operator: 'End TLS in front of the service, and encrypt the disks of the database.',
      tests: ['OT-8', 'OB-12', 'HT-1'],
    },
  ],
};
