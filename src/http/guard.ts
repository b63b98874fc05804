import type { FastifyRequest } from 'fastify';
import type { Bearer, Enroller } from '../login/core/bearer.ts';
import type { ServiceBearer } from '../service-accounts/core/service-bearer.ts';
import { type Admitted, admit, type Rule } from './admit.ts';
import { bearerToken, enrollerOf, type GateDeps } from './gate.ts';
import { guardService } from './service-guard.ts';

export type { Rule } from './admit.ts';

declare module 'fastify' {
  interface FastifyRequest {
    caller: Bearer | Enroller | ServiceBearer | null;
    admitted: Admitted | null;
  }
  interface FastifyInstance {
    gate: GateDeps;
  }
}

type Hook = (request: FastifyRequest) => Promise<void>;
const declared = new WeakSet<object>();

/** Declares a route open to everybody. */
export const open: Hook = async () => {};
declared.add(open);

/** Whether a route says who may call it. */
export function declaresAccess(hooks: unknown): boolean {
  return [hooks].flat().some((hook) => typeof hook === 'function' && declared.has(hook));
}

/**
 * A hook for `onRequest`: nobody gets past it who does not fulfil the rule. Where a gateway asks for others, the rule is
 * in the request itself; finding it may throw.
 */
export function guard(rule: Rule | ((request: FastifyRequest) => Rule)): Hook {
  if (typeof rule !== 'function') assertFits(rule);
  const hook: Hook = async (request) => {
    const asked = typeof rule === 'function' ? rule(request) : rule;
    const now = new Date();
    const token = bearerToken(request.headers.authorization);
    if (asked.enrolment && isEnrolmentToken(token)) {
      request.caller = enrollerOf(request.server.gate, token);
      return;
    }
    if (asked.area === 'service') {
      request.caller = await guardService(request, token, asked, now);
      return;
    }
    request.admitted = await admit(request, token, asked, now);
    request.caller = request.admitted.bearer;
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
  const { caller } = request;
  if (!caller || 'account' in caller) throw new Error('This route has no caller: it declares no guard');
  return caller;
}

/** The caller of a guarded route, with what `X-MFA-Token` added for this request. */
export function admittedBehind(request: FastifyRequest): Admitted {
  if (!request.admitted) throw new Error('Nobody was let in here: the route declares no guard');
  return request.admitted;
}

/** A program has no second factor: to ask for one would be to ask for nothing. */
function assertFits({ area, mfa, enrolment }: Rule): void {
  if (area === 'service' && (mfa || enrolment)) throw new Error('A program has no second factor');
}

/** Only a first look at the `typ`, to know which reader to ask; the reader verifies it. */
function isEnrolmentToken(token: string): boolean {
  const header = Buffer.from(token.slice(0, token.indexOf('.')), 'base64url').toString();
  return header.includes('"mfa-enroll+jwt"');
}
