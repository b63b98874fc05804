import { z } from 'zod';
import type { Providers } from '../../domain/mfa/provider.ts';
import { recoveryKinds } from '../../domain/recovery/recovery-rule.ts';
import type { readColleagues } from '../../features/recovery/name-colleagues.ts';
import type { RecoveryView } from '../../features/recovery/recovery-ways.ts';
import {
  code,
  durationSeconds,
  id,
  password,
  shown,
  text,
  time,
  token,
  withExamples,
} from '../../platform/http/fields.ts';
import { ceremonyExamples, ceremonyResponse } from '../mfa/ceremony-schemas.ts';
import { deviceShape } from './device-schemas.ts';

const continueCode = code.describe('The code that /auth/recovery/begin gave to the person');
const own = { continue_code: shown.recoveryCode };
const kind = z.enum(recoveryKinds);

export const requestBody = withExamples(z.strictObject({ username: text(128) }), {
  lost: { username: shown.username },
});
export const takenBody = withExamples(z.strictObject({}), { taken: {} });
export const beginBody = withExamples(z.strictObject({ token }), { link: { token: shown.opaque } });
export const codeBody = withExamples(z.strictObject({ continue_code: continueCode }), { code: own });

const viewShape = {
  username: z.string(),
  state: z
    .enum(['open', 'waiting', 'ready'])
    .describe('open: proofs are missing. waiting: proven. ready: the new factor can be enrolled'),
  shown: z.array(kind).describe('What was shown'),
  ways: z.array(kind).describe('What this account can still show. Two different kinds are needed'),
  addresses: z.array(z.strictObject({ factor_id: id, method: z.string(), hint: z.string().nullable() })),
  colleagues_asked: z.boolean(),
  needs_colleague: z.boolean().describe('One of the two kinds must be a colleague'),
  wait_hours: z.int(),
  ready_at: time.nullable().describe('Null: proofs are missing'),
  expires_at: time,
};
const viewExample = {
  username: shown.username,
  state: 'open' as const,
  shown: ['recovery_code' as const],
  ways: ['address' as const, 'colleague' as const],
  addresses: [{ factor_id: shown.factorId, method: 'sms', hint: shown.phoneHint }],
  colleagues_asked: false,
  needs_colleague: false,
  wait_hours: 24,
  ready_at: null,
  expires_at: shown.ends,
};
export const viewBody = withExamples(z.strictObject(viewShape), { recovery: viewExample });
export const begunBody = withExamples(
  z.strictObject({
    continue_code: z.string().describe('Shown once. The person needs it for every further step'),
    ...viewShape,
  }),
  { begun: { ...own, ...viewExample, shown: [] } },
);
export const shownBody = withExamples(z.strictObject({ ...viewShape, ...deviceShape }), {
  recovery: { ...viewExample, state: 'waiting', ways: [], ready_at: shown.ends },
});

export function viewOf(view: RecoveryView): z.input<typeof viewBody> {
  return {
    username: view.username,
    state: view.state,
    shown: [...view.shown],
    ways: [...view.ways],
    addresses: view.addresses.map(({ id: factorId, method, hint }) => ({
      factor_id: factorId,
      method,
      hint,
    })),
    colleagues_asked: view.colleaguesAsked,
    needs_colleague: view.needsColleague,
    wait_hours: view.waitHours,
    ready_at: view.readyAt?.toISOString() ?? null,
    expires_at: view.expiresAt.toISOString(),
  };
}

export const askBody = withExamples(
  z.union([
    z.strictObject({ continue_code: continueCode, factor_id: id }),
    z.strictObject({ continue_code: continueCode, colleagues: z.literal(true) }),
  ]),
  {
    'a code to a second address': { ...own, factor_id: shown.factorId },
    'letters to the colleagues': { ...own, colleagues: true },
  },
);
export const askedBody = withExamples(
  z.strictObject({ resend_in: durationSeconds.nullable().describe('Null: nothing can be sent again') }),
  { sent: { resend_in: 30 } },
);

export const showBody = withExamples(
  z.union([
    z.strictObject({ continue_code: continueCode, recovery_code: code }),
    z.strictObject({ continue_code: continueCode, address_code: code }),
    z.strictObject({ continue_code: continueCode, colleague_code: code }),
    z.strictObject({ continue_code: continueCode, trusted_device: token, password }),
  ]),
  {
    'a saved recovery code': { ...own, recovery_code: shown.recoveryCode },
    'the code of a second address': { ...own, address_code: shown.code },
    'the code of a colleague': { ...own, colleague_code: '482 177 309' },
    'a trusted device': { ...own, trusted_device: shown.opaque, password: shown.password },
  },
);

export const enrolmentBody = withExamples(
  z.strictObject({
    enrollment_token: z.string().describe('A bearer token for /auth/mfa/enroll, and for nothing else'),
    expires_in: durationSeconds,
    methods: z.array(z.string()),
  }),
  { enrolment: { enrollment_token: shown.jwt, expires_in: 600, methods: ['totp', 'webauthn'] } },
);

export function confirmRecoveryBody(providers: Providers) {
  const body = z.strictObject({
    continue_code: continueCode,
    factor_id: id.optional().describe('By default the newest pending factor'),
    token: code.optional(),
    response: ceremonyResponse(providers),
  });
  const one = body.refine(({ token: typed, response }) => typed === undefined || response === undefined, {
    message: 'token or response, not both',
    path: ['response'],
  });
  return withExamples(one, {
    code: { ...own, token: shown.code },
    ...(providers.has('webauthn') && {
      'security key': { ...own, response: ceremonyExamples.registration },
    }),
  });
}
export const recoveredBody = withExamples(
  z.strictObject({
    success: z.literal(true),
    factor_id: id,
    passkey: z.literal(true).optional(),
    recovery_codes: z.array(z.string()).describe('Shown once. They replace the earlier ones'),
    password_needed: z
      .literal(true)
      .optional()
      .describe(
        'The account had no password and the new factor is no passkey: set one by /auth/password/forgot',
      ),
  }),
  { recovered: { success: true, factor_id: shown.factorId, recovery_codes: [shown.recoveryCode] } },
);

export const colleaguesBody = withExamples(
  z.strictObject({ colleagues: z.array(text(128)).max(3).describe('Usernames') }),
  { two: { colleagues: ['bob', 'carla'] } },
);
export const namingBody = withExamples(z.strictObject({ agrees: z.boolean() }), { yes: { agrees: true } });
export const approvedBody = withExamples(
  z.strictObject({
    colleague_code: z.string().describe('Shown once. Read it to the person, and to nobody else'),
    expires_at: time,
  }),
  { approved: { colleague_code: '482177309', expires_at: shown.ends } },
);

const where = { ip: z.string(), user_agent: z.string().nullable(), begun_at: time, expires_at: time };
export const openRecovery = z.strictObject({
  id,
  state: z.enum(['open', 'waiting']),
  shown: z.array(kind),
  ready_at: time.nullable(),
  ...where,
});
export const overviewBody = withExamples(
  z.strictObject({
    colleagues: z.array(
      z.strictObject({
        username: z.string(),
        confirmed: z.boolean().describe('False: not confirmed, or there is no such account'),
        named_at: time,
      }),
    ),
    named_by: z.array(z.strictObject({ user_id: id, username: z.string(), confirmed: z.boolean() })),
    requests: z.array(z.strictObject({ id, username: z.string(), approved: z.boolean(), ...where })),
    recoveries: z.array(openRecovery).describe('Those of the own account that go on'),
  }),
  {
    overview: {
      colleagues: [{ username: 'bob', confirmed: true, named_at: shown.time }],
      named_by: [{ user_id: shown.userId, username: 'carla', confirmed: false }],
      requests: [],
      recoveries: [],
    },
  },
);

type Read = Awaited<ReturnType<typeof readColleagues>>;

export function overviewOf(read: Read): z.input<typeof overviewBody> {
  return {
    colleagues: read.colleagues.map(({ name, namedAt, confirmedAt }) => ({
      username: name,
      confirmed: confirmedAt !== null,
      named_at: namedAt.toISOString(),
    })),
    named_by: read.namedBy.map(({ id: userId, username, confirmedAt }) => ({
      user_id: userId,
      username,
      confirmed: confirmedAt !== null,
    })),
    requests: read.requests.map((one) => ({
      id: one.id,
      username: one.username,
      approved: one.approved,
      ...whereOf(one),
    })),
    recoveries: read.own.map(openRecoveryOf),
  };
}

export function openRecoveryOf(one: Read['own'][number]): z.input<typeof openRecovery> {
  return {
    id: one.id,
    state: one.state === 'waiting' ? 'waiting' : 'open',
    shown: [...one.shown],
    ready_at: one.readyAt?.toISOString() ?? null,
    ...whereOf(one),
  };
}

function whereOf(one: Pick<Read['own'][number], 'ip' | 'userAgent' | 'openedAt' | 'expiresAt'>) {
  return {
    ip: one.ip,
    user_agent: one.userAgent,
    begun_at: one.openedAt.toISOString(),
    expires_at: one.expiresAt.toISOString(),
  };
}
