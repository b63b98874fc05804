import type { FastifyRequest } from 'fastify';
import { reaches } from '../areas/core/level.ts';
import { type AreaName, asksForFactor, counts } from '../areas/core/policy.ts';
import { writeAudit } from '../audit/audit-store.ts';
import type { Bearer, Enroller } from '../login/core/bearer.ts';
import { insufficientScope, invalidToken } from '../login/core/login-problems.ts';
import { stepUpRequired } from '../mfa/assert-may-change.ts';
import type { MFAProvider } from '../mfa/core/provider.ts';
import { spendCode } from '../mfa/spend-code.ts';
import type { Problem } from '../problem.ts';
import { bearerOf, bearerToken, enrollerOf, type GateDeps, isProof, proofOf } from './gate.ts';
import { originOf } from './requests.ts';

declare module 'fastify' {
  interface FastifyRequest {
    caller: Bearer | Enroller | null;
  }
  interface FastifyInstance {
    gate: GateDeps;
  }
}

export type Rule = {
  /** Whose tokens are taken; `own` are routes about the caller's own account, open from every area where people are. */
  readonly area: AreaName | 'own';
  readonly scope?: string;
  /** `if_enrolled`: of whoever has a factor, the second step is asked, by the session or by `X-MFA-Token`. */
  readonly mfa?: 'if_enrolled';
  /** Also takes the token of somebody who may do nothing but enrol. */
  readonly enrolment?: true;
};

type Hook = (request: FastifyRequest) => Promise<void>;
const declared = new WeakSet<object>();

/** Declares a route open to everybody. */
export const open: Hook = async () => {};
declared.add(open);

/** Whether a route says who may call it. */
export function declaresAccess(hooks: unknown): boolean {
  return [hooks].flat().some((hook) => typeof hook === 'function' && declared.has(hook));
}

/** A hook for `onRequest`: nobody gets past it who does not fulfil the rule. */
export function guard(rule: Rule): Hook {
  const hook: Hook = async (request) => {
    const deps = request.server.gate;
    const now = new Date();
    const token = bearerToken(request.headers.authorization);
    if (rule.enrolment && isEnrolmentToken(token)) {
      request.caller = enrollerOf(deps, token);
      return;
    }
    const bearer = await bearerOf(deps, token, now);
    request.caller = bearer;
    const refusal = refusalOf(deps, rule, bearer);
    if (refusal) return refuse(request, bearer, refusal, now);
    if (rule.mfa && bearer.session.user.enrolled) await assertSecondStep(request, bearer, now);
  };
  declared.add(hook);
  return hook;
}

/** The caller of a guarded route. Throws where the route is open: a bug. */
export function bearerBehind(request: FastifyRequest): Bearer {
  const { caller } = request;
  if (!caller || !('session' in caller)) throw new Error('This route has no bearer: it declares no guard');
  return caller;
}

export function callerBehind(request: FastifyRequest): Bearer | Enroller {
  if (!request.caller) throw new Error('This route has no caller: it declares no guard');
  return request.caller;
}

/** Only a first look at the `typ`, to know which reader to ask; the reader verifies it. */
function isEnrolmentToken(token: string): boolean {
  const header = Buffer.from(token.slice(0, token.indexOf('.')), 'base64url').toString();
  return header.includes('"mfa-enroll+jwt"');
}

function refusalOf(
  { policies }: GateDeps,
  { area, scope }: Rule,
  { session, level, scopes }: Bearer,
): Problem | null {
  if (area === 'own') return session.area === 'service' ? wrongArea() : null;
  if (session.area !== area) return wrongArea();
  const policy = policies[area];
  if (asksForFactor(policy, session.user.enrolled) && !reaches(level, policy.minLevel)) {
    return stepUpRequired(policy.minLevel, 'Step up, or log in again.');
  }
  if (scope && !scopes.includes(scope))
    return insufficientScope({ detail: `Needs the scope ${scope}.`, scope });
  return null;
}

function wrongArea(): Problem {
  return invalidToken({ detail: 'This token is for another area.' });
}

async function assertSecondStep(request: FastifyRequest, bearer: Bearer, now: Date): Promise<void> {
  const deps = request.server.gate;
  const policy = deps.policies[bearer.session.area];
  if (bearer.mfaTime && reaches(bearer.level, policy.minLevel)) return;

  const value = request.headers['x-mfa-token'];
  if (typeof value !== 'string' || value === '') {
    const problem = stepUpRequired(policy.minLevel, 'Send a code or a proof as X-MFA-Token.');
    return refuse(request, bearer, problem, now);
  }
  if (isProof(value)) {
    if (reaches(proofOf(deps, value, bearer).level, policy.minLevel)) return;
    return refuse(request, bearer, stepUpRequired(policy.minLevel, 'This proof is too weak here.'), now);
  }
  const accepts = (one: MFAProvider) => !one.backup && counts(policy, one.method, one.level);
  await spendCode(deps, bearer, value, { event: 'mfa_passed', accepts }, originOf(request), now);
}

async function refuse(
  request: FastifyRequest,
  { session }: Bearer,
  problem: Problem,
  now: Date,
): Promise<never> {
  const { userId, area, id: sessionId } = session;
  const detail = { route: request.routeOptions.url ?? null, reason: problem.type.replace('/problems/', '') };
  const event = { type: 'authz_fail', outcome: 'refused', userId, area, sessionId, detail } as const;
  await writeAudit(request.server.gate.db, event, originOf(request), now);
  throw problem;
}
