import { z } from 'zod';
import { recoveryWarning, renewedWarning } from '../../domain/mfa/warning.ts';
import { acrOf } from '../../domain/policy/assurance-level.ts';
import { areaNames } from '../../domain/policy/policy.ts';
import { methodsShown } from '../../features/login/begin-challenge.ts';
import type { Challenged } from '../../features/mfa/open-challenge.ts';
import type { GrantedSession } from '../../features/sessions/grant-session.ts';
import type { Tokens } from '../../features/tokens/tokens.ts';
import { durationSeconds, id, shown, time, withExamples } from '../../platform/http/fields.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import { devicePart, deviceShape } from './device-schemas.ts';

/** The areas that users log in to. Service accounts use /oauth/token. */
export const personAreas = areaNames.filter((area) => area !== 'service');

export const tokensShape = {
  access_token: z.string().describe('JWT, RFC 9068 in shape; verify it by /.well-known/jwks.json'),
  token_type: z.literal('bearer'),
  expires_in: durationSeconds,
  refresh_token: z.string().optional().describe('Absent if it is sent in a cookie'),
  refresh_expires_in: z
    .number()
    .int()
    .optional()
    .describe('Seconds until the session ends, however often it is refreshed'),
  mfa_required: z.literal(false),
  area: z.enum(personAreas),
  warning: z.string().optional(),
  backup_codes_remaining: z.number().int().optional(),
  new_recovery_code: z
    .string()
    .optional()
    .describe('Replaces the recovery code that was used, if the policy of the area says so; shown once'),
  mfa_encouraged: z.boolean().optional().describe('The rollout has begun and the user has no second factor'),
  mfa_grace_until: time.optional().describe('The user must have enrolled a second factor by then'),
  ...deviceShape,
};
export const tokensExample = {
  access_token: shown.jwt,
  token_type: 'bearer',
  expires_in: 900,
  refresh_token: shown.opaque,
  refresh_expires_in: 43_200,
  mfa_required: false,
  area: 'public',
} as const;
export const tokensBody = withExamples(z.strictObject(tokensShape), { tokens: tokensExample })
  .describe('Tokens')
  .meta({ title: 'Tokens' });

export const methodBody = z
  .strictObject({
    method: z.string(),
    factor_id: id,
    label: z.string(),
    hint: z.string().nullable().describe('The address, number or device, masked'),
    restricted: z.literal(true).optional().describe('NIST SP 800-63B 3.2.9: another method is safer'),
  })
  .meta({ title: 'MethodOption' });

export const sendingShape = {
  resend_in: z
    .int()
    .min(0)
    .optional()
    .describe('Seconds until the next code may be sent; for methods that send codes'),
  retry_after: z
    .int()
    .min(0)
    .optional()
    .describe('For a locked user: seconds until codes are accepted again'),
};

export const trustDuration = durationSeconds
  .optional()
  .describe('How long `remember_device` makes this device trusted. Absent: this login cannot');

export const challengeBody = withExamples(
  z.strictObject({
    mfa_required: z.literal(true),
    mfa_method: z.string(),
    temp_token: z.string().describe('Works only at /auth/mfa/challenge and /auth/mfa/verify'),
    expires_in: durationSeconds,
    message: z.literal('MFA verification required'),
    methods: z.array(methodBody),
    challenge: z.record(z.string(), z.unknown()).describe('What the method shows: sent_to or options'),
    trust_device_seconds: trustDuration,
    sent: z.literal(false).optional().describe('It is too early to send a code: ask again after resend_in'),
    ...sendingShape,
  }),
  {
    challenge: {
      mfa_required: true,
      mfa_method: 'sms',
      temp_token: shown.opaque,
      expires_in: 300,
      message: 'MFA verification required',
      methods: [
        {
          method: 'sms',
          factor_id: shown.factorId,
          label: 'Text message',
          hint: shown.phoneHint,
          restricted: true,
        },
      ],
      challenge: { sent_to: shown.phoneHint },
      trust_device_seconds: 2_592_000,
      resend_in: 30,
    },
  },
)
  .describe('Challenge')
  .meta({ title: 'Challenge' });

/** Issues the access token of a granted session. Returns the body of the answer, with durations in seconds. */
export function tokensOf(tokens: Tokens, opened: GrantedSession, now = new Date()) {
  const { grant, roles, tokenGeneration, graceUntil = null, encouraged, device } = opened;
  const { token, expiresIn } = tokens.issueAccess({ ...grant, roles, tokenGeneration, graceUntil }, now);
  return {
    access_token: token,
    token_type: 'bearer' as const,
    expires_in: expiresIn,
    ...(grant.refreshToken && refreshPart(grant.refreshToken, grant.expiresAt, now)),
    mfa_required: false as const,
    area: personArea(grant.area),
    ...(encouraged && { mfa_encouraged: true }),
    ...(graceUntil && { mfa_grace_until: graceUntil.toISOString() }),
    ...recoveryPart(opened),
    ...(device && devicePart(device, now)),
  };
}

function refreshPart(refreshToken: string, endsAt: Date, now: Date) {
  return {
    refresh_token: refreshToken,
    refresh_expires_in: Math.floor((endsAt.getTime() - now.getTime()) / 1000),
  };
}

/** After a login with a recovery code: the number of unused codes, a warning, and the new code if there is one. */
function recoveryPart({ left, renewed }: GrantedSession) {
  if (left === undefined) return {};
  const counted = { backup_codes_remaining: left };
  if (renewed === undefined) return { warning: recoveryWarning, ...counted };
  return { warning: renewedWarning, ...counted, new_recovery_code: renewed };
}

export function challengeOf(
  deps: Pick<Deps, 'providers'>,
  { tempToken, trustDeviceSeconds, expiresInSeconds, asked, factors, show, ...sending }: Challenged,
) {
  return {
    mfa_required: true as const,
    mfa_method: asked.method,
    temp_token: tempToken,
    expires_in: expiresInSeconds,
    message: 'MFA verification required' as const,
    methods: methodsShown(deps, factors),
    challenge: { ...show },
    ...(trustDeviceSeconds !== null && { trust_device_seconds: trustDeviceSeconds }),
    ...sendingPart(sending),
  };
}

/**
 * Whether the service sent a code, and in how many seconds the client may ask for the next one. For a locked user also
 * the seconds until the service accepts codes again.
 */
export function sendingPart(of: Pick<Challenged, 'sent' | 'resendSeconds' | 'retryAfterSeconds'>) {
  const { sent, resendSeconds, retryAfterSeconds } = of;
  return {
    ...(!sent && { sent: false as const }),
    ...(resendSeconds !== null && { resend_in: resendSeconds }),
    ...(retryAfterSeconds !== null && { retry_after: retryAfterSeconds }),
  };
}

export const levelBody = z.strictObject({
  acr: z.string(),
  amr: z.array(z.string()),
  mfa: z.boolean().describe('The second step was completed'),
  mfa_time: time.nullable(),
});

export function levelOfSession({
  level,
  amr,
  mfaTime,
}: Pick<GrantedSession['grant'], 'level' | 'amr' | 'mfaTime'>) {
  return {
    acr: acrOf(level),
    amr: [...amr],
    mfa: mfaTime !== null,
    mfa_time: mfaTime?.toISOString() ?? null,
  };
}

export function personArea(area: string): (typeof personAreas)[number] {
  const found = personAreas.find((one) => one === area);
  if (!found) throw new Error(`Nobody logs in to the area ${area}`);
  return found;
}
