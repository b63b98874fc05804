import { z } from 'zod';
import { acrOf, acrValues, levelOf } from '../../domain/policy/assurance-level.ts';
import {
  type AreaName,
  areaNames,
  firstFactors,
  type Policies,
  presetNames,
  presets,
} from '../../domain/policy/policy.ts';
import { type StoredPolicy, toStored } from '../../domain/policy/stored-policy.ts';
import { leastWaitHours, mostWaitHours, recoveryKinds } from '../../domain/recovery/recovery-rule.ts';
import { id, seconds, shown, text, time, withExamples } from '../../platform/http/fields.ts';
import { pageLimit } from '../page-query.ts';
import { optionalJustification } from './help-schemas.ts';

const daySeconds = 86_400;

export const areaParams = z.strictObject({ area: z.enum(areaNames) });

/** The page of a simulation. Its users are sorted by name. */
export const pageQuery = z.strictObject({
  list: z
    .enum(['refused', 'asked_more'])
    .optional()
    .describe(
      'Which users to list: those who are refused (by default), or those who are asked for more than now',
    ),
  cursor: text(128).optional().describe('`next_cursor` of the previous page'),
  limit: pageLimit.optional().describe('Users per page: 1 to 200, by default 100'),
});

const policyShape = {
  mfa: z.enum(['required', 'if_enrolled', 'optional', 'none']),
  min_acr: z.enum(acrValues.slice(1)).describe('The lowest level that is accepted as the second step here'),
  allowed_methods: z.union([z.literal('all'), z.array(text(40)).max(50)]),
  access_seconds: seconds(60, 3_600),
  idle_seconds: seconds(60, 86_400).nullable().describe('Null: sessions do not go idle'),
  absolute_seconds: seconds(60, 86_400),
  audit: z.enum(['medium', 'high']),
};
const waivers = {
  trusted_device_days: z
    .int()
    .min(1)
    .max(365)
    .nullable()
    .describe('How long a trusted device replaces the second step'),
  provider_bypass: z.boolean().describe('Whether a provider may let a user in without asking for a factor'),
  provider_outage: z
    .enum(['closed', 'fallback', 'open'])
    .describe(
      'What logs in while a deciding provider is down: nothing, another factor, or the password alone',
    ),
};
const habits = {
  refresh_grace_seconds: seconds(0, 60).describe(
    'How long a refresh token that was just exchanged is answered once more',
  ),
  recovery_code_at_guard: z.boolean().describe('Whether X-MFA-Token takes a recovery code'),
  new_recovery_code: z
    .boolean()
    .describe('Whether a login or a step-up with a recovery code gives a new one in its place'),
  first_factor: z
    .enum(firstFactors)
    .describe('What a login begins with: a password, a passkey alone, or either of them'),
  activity: z
    .enum(['requests', 'explicit'])
    .describe(
      'What keeps a session from going idle: each guarded request, or reports that the user is active',
    ),
  account_recovery: z
    .strictObject({
      from: z
        .array(z.enum(recoveryKinds))
        .max(recoveryKinds.length)
        .describe('What a person may show. Two different kinds are needed'),
      wait_hours: z
        .int()
        .min(leastWaitHours)
        .max(mostWaitHours)
        .describe('How long a proven recovery waits; at least 24 in the area admin'),
    })
    .nullable()
    .describe('How users recover their own account after the loss of a factor. Null: only by the helpdesk'),
};
const waiversOfChange = {
  trusted_device_days: waivers.trusted_device_days.default(null),
  provider_bypass: waivers.provider_bypass.default(false),
  provider_outage: waivers.provider_outage.default('closed'),
};
const policyBody = z.strictObject({
  ...policyShape,
  ...waivers,
  ...habits,
  allowed_methods: z.union([z.literal('all'), z.array(text(40))]),
});
const policyOfChange = {
  ...policyShape,
  ...waiversOfChange,
  ...z.strictObject(habits).partial().shape, // by default as in POLICY_PRESET
};

const policyExample = {
  mfa: 'if_enrolled',
  min_acr: 'urn:sallyport:acr:2',
  allowed_methods: ['totp', 'recovery_code'] as string[],
  access_seconds: 900,
  idle_seconds: 3_600,
  absolute_seconds: 43_200,
  audit: 'medium',
  trusted_device_days: null,
  provider_bypass: false,
  provider_outage: 'closed',
  refresh_grace_seconds: 10,
  recovery_code_at_guard: true,
  new_recovery_code: false,
  first_factor: 'password',
  activity: 'requests',
  account_recovery: null,
} as const;

const presetShape = { preset: z.enum(presetNames) };
const versionNumber = z.int().min(1).max(999_999_999);
const restoreShape = {
  restore: versionNumber.describe('An earlier version: the policy that was in force then'),
};
const how = {
  report_only: z
    .boolean()
    .optional()
    .describe('Report only: what it would refuse is recorded in the audit and let through'),
  version: z.int().optional().describe('The version that was read; 409 if it has changed since'),
  confirm_shut_out: z
    .int()
    .min(0)
    .optional()
    .describe('`newly_refused` of the simulation; 409 if the number has changed since'),
  ...optionalJustification,
};

export const changeAreaBody = withExamples(
  z.union([
    z.strictObject({ ...presetShape, ...how }),
    z.strictObject({ ...restoreShape, ...how }),
    z.strictObject({ ...policyOfChange, ...how }),
  ]),
  {
    'a preset': { preset: 'strict' },
    'a policy of its own': policyExample,
    'on trial': { ...policyExample, report_only: true },
    'an earlier version': { restore: 3, version: 7, confirm_shut_out: 0 },
  },
);
export const simulateBody = withExamples(
  z.union([z.strictObject(presetShape), z.strictObject(restoreShape), z.strictObject(policyOfChange)]),
  {
    'a preset': { preset: 'strict' },
    'a policy of its own': policyExample,
    'an earlier version': { restore: 3 },
  },
);

const whoChanged = {
  changed_at: time.nullable().describe('Null: the area follows POLICY_PRESET'),
  changed_by: id.nullable().describe('Null: changed from the terminal, or never changed'),
  changed_by_username: z.string().nullable().describe('The current name; null if the user no longer exists'),
};

export const areaBody = withExamples(
  z.strictObject({
    area: z.enum(areaNames),
    policy: policyBody,
    trial: policyBody.nullable().describe('The report-only policy'),
    version: z.int(),
    ...whoChanged,
  }),
  {
    area: {
      area: 'public',
      policy: policyExample,
      trial: null,
      version: 2,
      changed_at: shown.time,
      changed_by: shown.userId,
      changed_by_username: shown.username,
    },
  },
);

export const versionsBody = withExamples(
  z.strictObject({
    versions: z.array(
      z.strictObject({
        version: z.int(),
        ...whoChanged,
        restored: z.int().nullable().describe('The earlier version that this change went back to'),
        policy: policyBody.nullable().describe('The policy in force. Null if it cannot be read'),
        trial: policyBody.nullable().describe('The report-only policy'),
        before: policyBody.nullable().describe('The policy in force before. Null if it is not kept'),
      }),
    ),
    next_cursor: z.string().nullable(),
  }),
  {
    versions: {
      versions: [
        {
          version: 2,
          changed_at: shown.time,
          changed_by: shown.userId,
          changed_by_username: shown.username,
          restored: null,
          policy: policyExample,
          trial: null,
          before: { ...policyExample, idle_seconds: 900 },
        },
      ],
      next_cursor: null,
    },
  },
);

export const presetsBody = withExamples(
  z.strictObject({
    preset: presetShape.preset.describe('POLICY_PRESET: what an area follows until somebody changes it'),
    presets: z.strictObject({
      standard: policyBody,
      strict: policyBody,
      pci: policyBody,
      cjis: policyBody,
      nydfs: policyBody,
    }),
    methods: z
      .array(z.string())
      .describe('The methods that are configured here: names for `allowed_methods`'),
  }),
  {
    presets: {
      preset: 'standard',
      presets: {
        standard: policyExample,
        strict: policyExample,
        pci: policyExample,
        cjis: policyExample,
        nydfs: policyExample,
      },
      methods: ['totp', 'recovery_code'],
    },
  },
);

export const simulationBody = withExamples(
  z.strictObject({
    counts: z.strictObject({
      members: z.int().describe('Active users whose roles give access to the area'),
      refused: z.int(),
      newly_refused: z.int().describe('Users among these whom the current policy lets in'),
      asked_more: z
        .int()
        .describe('Users who can log in under both policies, and need more under this one: see `reason`'),
    }),
    users: z.array(
      z.strictObject({
        id,
        username: z.string(),
        reason: z
          .enum([
            ...(['must_enrol', 'no_factor_counts', 'no_passkey', 'no_password'] as const),
            ...(['factor', 'other_factor', 'trusted_device'] as const),
          ])
          .describe(
            'Why the user is refused: the first four. What is asked more: a factor, another one of the factors, or a factor on a trusted device',
          ),
        newly: z.boolean(),
      }),
    ),
    next_cursor: z.string().nullable(),
  }),
  {
    simulation: {
      counts: { members: 120, refused: 2, newly_refused: 1, asked_more: 14 },
      users: [{ id: shown.userId, username: shown.username, reason: 'no_factor_counts', newly: true }],
      next_cursor: null,
    },
  },
);

type Change = Exclude<z.infer<typeof simulateBody>, { restore: number }>;

/**
 * The policy in a body, which names a preset or contains all fields. A body of an older client lacks some fields, and
 * these are taken from `preset`.
 */
export function policyOf(area: AreaName, body: Change, preset: Policies): StoredPolicy {
  if ('preset' in body) return toStored(presets[body.preset][area]);
  const usual = preset[area];
  return {
    mfa: body.mfa,
    minLevel: levelOf(body.min_acr),
    allowedMethods: body.allowed_methods,
    accessSeconds: body.access_seconds,
    idleSeconds: body.idle_seconds,
    absoluteSeconds: body.absolute_seconds,
    audit: body.audit,
    trustedDeviceSeconds: body.trusted_device_days && body.trusted_device_days * daySeconds,
    providerBypass: body.provider_bypass,
    providerOutage: body.provider_outage,
    refreshGraceSeconds: body.refresh_grace_seconds ?? usual.refreshGraceSeconds,
    recoveryCodeAtGuard: body.recovery_code_at_guard ?? usual.recoveryCodeAtGuard,
    newRecoveryCode: body.new_recovery_code ?? usual.newRecoveryCode,
    firstFactor: body.first_factor ?? usual.firstFactor,
    activity: body.activity ?? usual.activity,
    accountRecovery: recoveryOf(body.account_recovery, usual),
  };
}

export function policyShown(policy: StoredPolicy): z.infer<typeof policyBody> {
  return {
    mfa: policy.mfa,
    min_acr: acrOf(policy.minLevel),
    allowed_methods: policy.allowedMethods,
    access_seconds: policy.accessSeconds,
    idle_seconds: policy.idleSeconds,
    absolute_seconds: policy.absoluteSeconds,
    audit: policy.audit,
    trusted_device_days: policy.trustedDeviceSeconds && Math.ceil(policy.trustedDeviceSeconds / daySeconds),
    provider_bypass: policy.providerBypass,
    provider_outage: policy.providerOutage,
    refresh_grace_seconds: policy.refreshGraceSeconds,
    recovery_code_at_guard: policy.recoveryCodeAtGuard,
    new_recovery_code: policy.newRecoveryCode,
    first_factor: policy.firstFactor,
    activity: policy.activity,
    account_recovery: policy.accountRecovery && {
      from: [...policy.accountRecovery.from],
      wait_hours: policy.accountRecovery.waitHours,
    },
  };
}

type RecoveryBody = Exclude<Change, { preset: unknown }>['account_recovery'];

function recoveryOf(
  given: RecoveryBody,
  { accountRecovery: usual }: Policies[AreaName],
): StoredPolicy['accountRecovery'] {
  if (given === undefined) return usual && { ...usual, from: [...usual.from] };
  return given && { from: given.from, waitHours: given.wait_hours };
}
