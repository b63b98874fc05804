import type { FastifyReply, FastifyRequest } from 'fastify';
import { recoveryWarning } from '../../domain/mfa/warning.ts';
import type { ServicePrincipal } from '../../domain/service-accounts/service-principal.ts';
import type { EnrolmentPrincipal, SessionPrincipal } from '../../domain/sessions/principal.ts';
import { type AccessDeps, bearerToken, enrolmentPrincipalOf } from './authenticate.ts';
import { guardService } from './authenticate-service.ts';
import { authorize } from './authorize.ts';
import { contextOf } from './context-of.ts';
import type { Access, AccessRule } from './rule.ts';

declare module 'fastify' {
  interface FastifyRequest {
    caller: SessionPrincipal | EnrolmentPrincipal | ServicePrincipal | null;
    admitted: Access | null;
  }
  interface FastifyInstance {
    /** What routes and hooks hand to the use cases. */
    deps: AccessDeps;
  }
}

type Hook = (request: FastifyRequest, reply: FastifyReply) => Promise<void>;
const declared = new WeakSet<object>();

/** Declares that a route needs no access token. */
export const publicRoute: Hook = async () => {};
declared.add(publicRoute);

/** For open GET routes: HEAD works too (RFC 9110 9.1). Guarded routes refuse HEAD, because it would use up a code. */
export const publicRead = { onRequest: publicRoute, exposeHeadRoute: true } as const;

/** Whether a route declares who may call it. */
export function declaresAccess(hooks: unknown): boolean {
  return [hooks].flat().some((hook) => typeof hook === 'function' && declared.has(hook));
}

/**
 * A hook for `onRequest` that refuses callers who do not fulfil the rule. If a gateway asks on behalf of a client, a
 * function reads the rule from the request. It may throw 400 invalid-request.
 */
export function guard(rule: AccessRule | ((request: FastifyRequest) => AccessRule)): Hook {
  if (typeof rule !== 'function') assertFits(rule);
  const hook: Hook = async (request, reply) => {
    const asked = typeof rule === 'function' ? rule(request) : rule;
    const token = bearerToken(request.headers.authorization);
    if (asked.enrolment && isEnrolmentToken(token)) {
      request.caller = enrolmentPrincipalOf(request.server.deps, token);
      return;
    }
    const ctx = contextOf(request);
    if (asked.area === 'service') {
      request.caller = await guardService(request, ctx, token, asked);
      return;
    }
    request.admitted = await authorize(request, ctx, token, asked);
    request.caller = request.admitted.principal;
    reply.headers(headersOfCode(request.admitted));
  };
  declared.add(hook);
  return hook;
}

/**
 * A guard that lets some requests pass without a check. The handler must authenticate those by other means, and they
 * have no caller.
 */
export function guardUnless(isOther: (request: FastifyRequest) => boolean, rule: AccessRule): Hook {
  const guarded = guard(rule);
  const hook: Hook = async (request, reply) => {
    if (!isOther(request)) await guarded(request, reply);
  };
  declared.add(hook);
  return hook;
}

/** The warning about a used recovery code. A login puts it into the body, and a guarded route into headers. */
function headersOfCode({ left }: Access): Readonly<Record<string, string>> {
  if (left === undefined) return {};
  return { 'x-mfa-warning': recoveryWarning, 'x-mfa-backup-codes-remaining': String(left) };
}

/** The caller of a guarded route. Throws if the route has no guard for users: a bug. */
export function requireSession(request: FastifyRequest): SessionPrincipal {
  const { caller } = request;
  if (!caller || !('session' in caller)) throw new Error('This route has no bearer: it declares no guard');
  return caller;
}

export function requireCaller(request: FastifyRequest): SessionPrincipal | EnrolmentPrincipal {
  const { caller } = request;
  if (!caller || 'account' in caller) throw new Error('This route has no caller: it declares no guard');
  return caller;
}

/** The caller of a guarded route, with the level that `X-MFA-Token` adds for this request. */
export function requireAccess(request: FastifyRequest): Access {
  if (!request.admitted) throw new Error('Nobody was let in here: the route declares no guard');
  return request.admitted;
}

/** Throws at start-up if a rule asks a program for a second factor, because the guard for programs would ignore it. */
function assertFits({ area, mfa, enrolment }: AccessRule): void {
  if (area === 'service' && (mfa || enrolment)) throw new Error('A program has no second factor');
}

/** Reads `typ` without verification, only to choose the reader. The reader verifies the token. */
function isEnrolmentToken(token: string): boolean {
  const header = Buffer.from(token.slice(0, token.indexOf('.')), 'base64url').toString();
  return header.includes('"mfa-enroll+jwt"');
}
