import { z } from 'zod';
import { acrOf, acrValues, levelOf } from '../../domain/policy/assurance-level.ts';
import { type AreaName, areaNames, type Policies, presets } from '../../domain/policy/policy.ts';
import { type StoredPolicy, toStored } from '../../domain/policy/stored-policy.ts';
import { id, seconds, shown, text, time, withExamples } from '../../platform/http/fields.ts';

const daySeconds = 86_400;

export const areaParams = z.strictObject({ area: z.enum(areaNames) });

/** Of a simulation, whose users come by name. */
export const pageQuery = z.strictObject({
  cursor: text(128).optional().describe('`next_cursor` of the page before'),
  limit: z
    .string()
    .regex(/^([1-9]\d?|1\d\d|200)$/, '1 to 200')
    .optional()
    .describe('Users a page: 1 to 200, 100 unless told'),
});

const policyShape = {
  mfa: z.enum(['required', 'if_enrolled', 'optional', 'none']),
  min_acr: z.enum(acrValues.slice(1)).describe('The least level that counts as the second step here'),
  allowed_methods: z.union([z.literal('all'), z.array(text(40)).max(50)]),
  access_seconds: seconds(60, 3_600),
  idle_seconds: seconds(60, 86_400).nullable().describe('Null: only the end counts'),
  absolute_seconds: seconds(60, 86_400),
  audit: z.enum(['medium', 'high']),
};
const waivers = {
  trusted_device_days: z
    .int()
    .min(1)
    .max(365)
    .nullable()
    .describe('How long a trusted device spares the factor'),
  provider_bypass: z.boolean().describe('Whether a provider may let somebody in without having asked'),
  provider_outage: z
    .enum(['closed', 'fallback', 'open'])
    .describe('When a provider that decides is out: nobody, another factor, or the password alone'),
};
const habits = {
  refresh_grace_seconds: seconds(0, 60).describe(
    'How long a refresh token that was just exchanged is answered once more',
  ),
  recovery_code_at_guard: z.boolean().describe('Whether X-MFA-Token takes a recovery code'),
  new_recovery_code: z
    .boolean()
    .describe('Whether a login or a step-up by a recovery code is answered with a new one in its place'),
  activity: z
    .enum(['requests', 'explicit'])
    .describe(
      'What keeps a session from going idle: each guarded request, or the word that a person is there',
    ),
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
  ...z.strictObject(habits).partial().shape, // else as POLICY_PRESET says
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
  activity: 'requests',
} as const;

const presetShape = { preset: z.enum(['standard', 'strict', 'pci']) };
const how = {
  report_only: z.boolean().optional().describe('Tries it: what it would refuse is told, and let through'),
  version: z.int().optional().describe('The version that was read; another change in between: 409'),
};

export const changeAreaBody = withExamples(
  z.union([z.strictObject({ ...presetShape, ...how }), z.strictObject({ ...policyOfChange, ...how })]),
  {
    'a preset': { preset: 'strict' },
    'a policy of its own': policyExample,
    'on trial': { ...policyExample, report_only: true },
  },
);
export const simulateBody = withExamples(
  z.union([z.strictObject(presetShape), z.strictObject(policyOfChange)]),
  { 'a preset': { preset: 'strict' }, 'a policy of its own': policyExample },
);

export const areaBody = withExamples(
  z.strictObject({
    area: z.enum(areaNames),
    policy: policyBody,
    trial: policyBody.nullable().describe('What is only tried'),
    version: z.int(),
    changed_at: time.nullable().describe('Null: it follows POLICY_PRESET'),
    changed_by: id.nullable().describe('Null where it was the terminal, or nobody yet'),
    changed_by_username: z
      .string()
      .nullable()
      .describe('As it is now; null where there is no such user any more'),
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

export const simulationBody = withExamples(
  z.strictObject({
    counts: z.strictObject({
      members: z.int().describe('Active users that may enter the area'),
      refused: z.int(),
      newly_refused: z.int().describe('Of these, whom the present policy lets in'),
    }),
    users: z.array(
      z.strictObject({
        id,
        username: z.string(),
        reason: z.enum(['must_enrol', 'no_factor_counts']),
        newly: z.boolean(),
      }),
    ),
    next_cursor: z.string().nullable(),
  }),
  {
    simulation: {
      counts: { members: 120, refused: 2, newly_refused: 1 },
      users: [{ id: shown.userId, username: shown.username, reason: 'no_factor_counts', newly: true }],
      next_cursor: null,
    },
  },
);

type Change = z.infer<typeof simulateBody>;

/** The policy that a body names or spells out. What a body from before does not name is as in `preset`. */
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
    activity: body.activity ?? usual.activity,
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
    activity: policy.activity,
  };
}
