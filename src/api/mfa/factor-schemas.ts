import { z } from 'zod';
import type { PasskeyAccount } from '../../domain/mfa/provider.ts';
import type { changeFactor } from '../../features/mfa/change-factor.ts';
import { codeOrProof, id, password, shown, text, time, withExamples } from '../../platform/http/fields.ts';

const factorExample = {
  factor_id: shown.factorId,
  method: 'totp',
  label: 'Phone',
  hint: null,
  default: true,
  created_at: shown.time,
  last_used_at: null,
};

export const factorBody = withExamples(
  z.strictObject({
    factor_id: id,
    method: z.string(),
    label: z.string(),
    hint: z.string().nullable(),
    default: z.boolean(),
    created_at: time,
    last_used_at: time.nullable(),
    passkey: z
      .literal(true)
      .optional()
      .describe('It can log in without a name and a password, where the area allows it'),
    authenticator: z.string().optional().describe('The model of the authenticator, if the service knows it'),
    disabled: z.literal(true).optional().describe('Too many wrong codes in a row: enrol it anew'),
  }),
  { factor: factorExample },
).meta({ title: 'Factor' });

export const statusBody = withExamples(
  z.strictObject({
    enabled: z.boolean(),
    method: z.string().nullable(),
    enrolled_at: time.nullable(),
    backup_codes_remaining: z.number().int(),
    factors: z.array(factorBody),
    passkeys: z
      .strictObject({
        rp_id: z.string(),
        user_id: z.string().nullable().describe('The handle of the user; null without a credential'),
        username: z.string(),
        credentials: z.array(z.strictObject({ factor_id: id, credential_id: z.string() })),
      })
      .optional()
      .describe('For PublicKeyCredential.signalAllAcceptedCredentials and the like'),
    mfa_encouraged: z
      .literal(true)
      .optional()
      .describe('The rollout has begun and the user has no second factor'),
    passwordless: z.literal(true).optional().describe('The owner has given the password up'),
    may_go_passwordless: z
      .literal(true)
      .optional()
      .describe('The passkeys and recovery codes are enough to go without a password'),
    policy: z.strictObject({
      required: z.boolean(),
      phase: z.enum(['soft', 'gradual', 'full']),
      grace_until: time.nullable(),
      allowed_methods: z.array(z.string()),
      passkey_login: z.boolean().describe('A passkey may replace the password in this area'),
    }),
  }),
  {
    enrolled: {
      enabled: true,
      method: 'totp',
      enrolled_at: shown.time,
      backup_codes_remaining: 10,
      factors: [factorExample],
      policy: {
        required: false,
        phase: 'soft',
        grace_until: null,
        allowed_methods: ['totp', 'sms', 'email'],
        passkey_login: false,
      },
    },
  },
);

export const changeFactorBody = withExamples(
  z
    .strictObject({
      label: text(64).optional(),
      default: z.literal(true).optional(),
      mfa_token: codeOrProof.optional(),
    })
    .refine((body) => body.label !== undefined || body.default !== undefined, 'label or default'),
  { rename: { label: 'Work phone' }, 'make it the default': { default: true } },
);

export const passwordBody = withExamples(
  z.strictObject({
    password: password.optional().describe('Required, unless the account has no password'),
    mfa_token: codeOrProof.optional(),
  }),
  {
    'from a fresh session': { password: shown.password },
    'with a code': { password: shown.password, mfa_token: shown.code },
  },
);

export const disabledBody = withExamples(z.strictObject({ success: z.literal(true) }), {
  disabled: { success: true },
});

export const codesBody = withExamples(z.strictObject({ codes: z.array(z.string()), message: z.string() }), {
  codes: {
    codes: [shown.recoveryCode],
    message: 'Save these codes securely. They will not be shown again.',
  },
});

type Factor = Awaited<ReturnType<typeof changeFactor>>;

export function factorOf(factor: Factor) {
  return {
    factor_id: factor.id,
    method: factor.method,
    label: factor.label,
    hint: factor.hint,
    default: factor.isDefault,
    created_at: (factor.confirmedAt ?? factor.createdAt).toISOString(),
    last_used_at: factor.lastUsedAt?.toISOString() ?? null,
    ...(factor.isPasskey && { passkey: true as const }),
    ...(factor.authenticator !== null && { authenticator: factor.authenticator }),
    ...(factor.disabled && { disabled: true as const }),
  };
}

type Account = PasskeyAccount & {
  readonly username: string;
  readonly credentials: readonly { readonly factorId: string; readonly credentialId: string }[];
};

export function passkeysOf(account: Account) {
  return {
    rp_id: account.rpId,
    user_id: account.userHandle,
    username: account.username,
    credentials: account.credentials.map(({ factorId, credentialId }) => ({
      factor_id: factorId,
      credential_id: credentialId,
    })),
  };
}
