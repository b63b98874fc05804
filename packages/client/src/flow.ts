import {
  type Answer,
  type Challenge,
  camel,
  type Enrolment,
  type EnrolmentMethod,
  type LoggedIn,
  type MethodOption,
  type MustEnrol,
  type Pending,
  soon,
  timed,
} from './answers.ts';
import type { Operations, Tokens, Challenge as WireChallenge } from './api-types.ts';
import { answered, type Calls } from './calls.ts';
import { type CallOptions, pause, type Reply } from './http.ts';
import type { DeviceStore, FactorChoice, Login, PasskeyLogin, Proof } from './options.ts';
import { isProblem } from './problem.ts';
import { ceremony } from './webauthn.ts';

type Target = Challenge | Enrolment;
type Owner = { readonly username?: string; readonly area?: string };
type EnrolInput = Omit<Operations['POST /auth/mfa/enroll']['input']['body'], 'method'>;

/** Logins, step-ups and enrolments: what is asked, and how it is answered. */
export function createFlow(calls: Calls, devices: DeviceStore, refreshIn: 'cookie' | 'body') {
  async function login(
    { username, password, area, code }: Login,
    options: CallOptions = {},
  ): Promise<Answer> {
    const owner = { username, area: area ?? 'public' };
    const trusted_device = await devices.load(deviceKey(owner));
    const body = { username, password, area, mfa_token: code, trusted_device, refresh_in: refreshIn };
    const reply = await calls.alone('POST /auth/login', { ...options, body }, { gives: true });
    return answerOf(reply, owner);
  }

  /** Logs in by a passkey alone. With `autofill` it waits until the user chooses one in the field of the name. */
  async function passkey({ area, autofill }: PasskeyLogin = {}, options: CallOptions = {}): Promise<Answer> {
    const begun = await calls.alone('POST /auth/passkey/options', { ...options, body: { area } });
    const { options: asked } = answered(begun) as { options: Record<string, unknown> };
    const response = await ceremony(false, asked, options.signal, autofill ? 'conditional' : undefined);
    const body = { response, refresh_in: refreshIn };
    return answerOf(
      await calls.alone('POST /auth/passkey/verify', { ...options, body }, { gives: true }),
      {},
    );
  }

  /** Answers a challenge or an enrolment. Without a proof it asks how a push fares. */
  async function verify<Asked extends Target>(
    asked: Asked | Pending<Asked>,
    { code, response, rememberDevice }: Proof = {},
    options: CallOptions = {},
  ): Promise<Answer<Asked>> {
    const target = 'target' in asked ? asked.target : asked;
    if (target.kind === 'enrolment') {
      const body = { factor_id: target.factorId, token: code, response, refresh_in: refreshIn };
      const bearer = target.enrolmentToken;
      const input = { ...options, body };
      const path = 'POST /auth/mfa/verify-enrollment';
      const reply = bearer
        ? await calls.alone(path, input, { bearer, gives: true })
        : await calls.asUser(path, input, { gives: true });
      return answerOf(reply, {}, target);
    }
    const body = {
      temp_token: target.tempToken,
      mfa_token: code,
      response,
      refresh_in: refreshIn,
      remember_device: rememberDevice === undefined ? undefined : rememberDevice !== false,
      device_label: typeof rememberDevice === 'string' ? rememberDevice : undefined,
    };
    const reply = await calls.alone('POST /auth/mfa/verify', { ...options, body }, { gives: true });
    return answerOf(reply, target, target);
  }

  /** The browser asks for the security key, and its answer is sent. */
  async function verifyWithKey<Asked extends Target>(
    target: Asked,
    proof: Proof = {},
    options: CallOptions = {},
  ) {
    const given =
      target.kind === 'challenge' ? target.shown.options : (target as { options?: object }).options;
    const response = await ceremony(target.kind === 'enrolment', { ...given }, options.signal);
    return verify(target, { ...proof, response }, options);
  }

  /** Asks as often as the service allows, until the user has decided. Abort it when the user types a code. */
  async function waitForPush<Asked extends Target>(asked: Asked | Pending<Asked>, options: CallOptions = {}) {
    for (;;) {
      const answer = await verify(asked, {}, options);
      if (answer.kind !== 'pending') return answer;
      await pause((answer as Pending).retryAt - Date.now(), options.signal);
    }
  }

  /** Sends again, or asks for another factor. The answer replaces the challenge. */
  async function resend(
    challenge: Challenge,
    choice: FactorChoice = {},
    options: CallOptions = {},
  ): Promise<Challenge> {
    const body = { temp_token: challenge.tempToken, method: choice.method, factor_id: choice.factorId };
    const { failure, body: answer } = await calls.alone('POST /auth/mfa/challenge', { ...options, body });
    const { problem: _old, resendAt: _at, ...rest } = challenge;
    if (failure) {
      const { problem } = failure;
      // Too early: the challenge stays as it was, and so does the code that was sent.
      if (!isProblem(problem, 'too-many-attempts', 'send')) throw problem;
      return { ...rest, resendAt: soon(problem.retryAfter ?? 0), problem };
    }
    const { challenge: shown, ...fields } = answer as { challenge: object; expires_in: number };
    const fresh = timed(fields) as Partial<Challenge>;
    const expiresAt = Math.min(challenge.expiresAt, fresh.expiresAt ?? challenge.expiresAt);
    return { ...rest, ...fresh, shown: camel(shown), sent: true, expiresAt };
  }

  /** A challenge that raises the level of this session, or makes its factor fresh. */
  async function stepUp(choice: FactorChoice = {}, options: CallOptions = {}): Promise<Challenge> {
    const body = { method: choice.method, factor_id: choice.factorId };
    const reply = await calls.asUser('POST /auth/mfa/step-up', { ...options, body });
    return challengeOf(answered(reply) as WireChallenge, {});
  }

  /** Begins to enrol a factor: of this user, or of somebody who must enrol to get in. */
  async function enroll<Method extends EnrolmentMethod>(
    method: Method,
    fields: EnrolInput = {},
    { as, ...options }: CallOptions & { readonly as?: MustEnrol | undefined } = {},
  ): Promise<Enrolment<Method>> {
    const input = { ...options, body: { ...fields, method } };
    const bearer = as?.enrolmentToken;
    const path = 'POST /auth/mfa/enroll';
    const answer = answered(
      await (bearer ? calls.alone(path, input, { bearer }) : calls.asUser(path, input)),
    );
    return { kind: 'enrolment', ...timed(answer as object), enrolmentToken: bearer } as Enrolment<Method>;
  }

  async function answerOf<Asked>(reply: Reply, owner: Owner, target?: Asked): Promise<Answer<Asked>>;
  async function answerOf({ status, body, failure }: Reply, owner: Owner, target?: Target) {
    if (failure) return stillOpen(failure, owner, target);
    const answer = body as Tokens | WireChallenge | { status: 'pending'; retry_after: number };
    if (status === 202)
      return { kind: 'pending', retryAt: soon((answer as { retry_after: number }).retry_after), target };
    if ('temp_token' in answer) return challengeOf(answer, owner);
    const tokens = answer as Tokens;
    if (tokens.trusted_device && owner.username) await devices.save(deviceKey(owner), tokens.trusted_device);
    return loggedIn(tokens);
  }

  return { login, passkey, verify, verifyWithKey, waitForPush, resend, stepUp, enroll };
}

/** Some refusals leave the login open: the user may try again. The others are thrown. */
function stillOpen(
  { problem, body }: NonNullable<Reply['failure']>,
  owner: Owner,
  target: Target | undefined,
) {
  if (isProblem(problem, 'mfa-enrollment-required')) {
    const { methods, grace_ended_at: graceEndedAt, expires_in } = problem.body;
    const enrolmentToken = body.enrollment_token as string | undefined;
    const expiresAt = expires_in === undefined ? undefined : soon(expires_in);
    return { kind: 'must_enrol', methods, graceEndedAt, enrolmentToken, expiresAt } as MustEnrol;
  }
  if (isProblem(problem, 'dependency-unavailable') && body.temp_token) {
    const fields = body as unknown as WireChallenge; // its code could not be sent
    return { ...challengeOf({ ...fields, challenge: {} }, owner), method: null, sent: false, problem };
  }
  const wrong = isProblem(problem, 'mfa-token-invalid') && problem.body.attempts_remaining !== 0;
  const open = wrong || isProblem(problem, 'mfa-token-used') || isProblem(problem, 'invalid-request');
  if (!target || !open) throw problem;
  const left = wrong ? problem.body.attempts_remaining : undefined;
  return { ...target, problem, ...(left !== undefined && { attemptsRemaining: left }) };
}

function challengeOf(answer: WireChallenge, owner: Owner): Challenge {
  const {
    temp_token,
    mfa_method,
    methods = [],
    challenge,
    sent,
    trust_device_seconds,
    expires_in,
    resend_in,
    retry_after,
  } = answer;
  const options = methods.map((one) => camel(one) as MethodOption);
  const { factorId, hint } = options.find(({ method }) => method === mfa_method) ?? {};
  return {
    kind: 'challenge',
    tempToken: temp_token,
    method: mfa_method,
    ...(factorId !== undefined && { factorId }),
    ...(hint !== undefined && { hint }),
    methods: options,
    shown: camel(challenge),
    sent: sent ?? true,
    ...(trust_device_seconds !== undefined && { trustDeviceSeconds: trust_device_seconds }),
    ...(timed({ expires_in, resend_in, retry_after }) as { expiresAt: number }),
    ...owner,
  };
}

/** No token is in it, so that a page may log it or keep it in its state. */
function loggedIn(tokens: Tokens): LoggedIn {
  const { access_token, refresh_token, trusted_device, mfa_grace_until, ...rest } = tokens;
  const { mfaRequired, tokenType, refreshExpiresIn, trustedDeviceExpiresIn, success, ...shown } = timed(rest);
  return {
    kind: 'tokens',
    ...(shown as Pick<LoggedIn, 'area' | 'expiresAt'>),
    ...(mfa_grace_until !== undefined && { graceUntil: mfa_grace_until }),
    deviceTrusted: trusted_device !== undefined,
  };
}

function deviceKey({ username = '', area = '' }: Owner): string {
  return `${area}:${username.toLowerCase()}`;
}
