import { type Acr, acrOrder, type Claims, verifyAccessToken } from './access-token.ts';
import { askForward } from './forward.ts';
import { createKeySet, KeysUnavailable } from './key-set.ts';
import { type GuardedRequest, type Refusal, refusal } from './refusal.ts';

export type { Acr, Claims } from './access-token.ts';
export type { GuardedRequest, Refusal } from './refusal.ts';

export type GuardOptions = {
  /** `ISSUER` of the service, letter for letter. */
  readonly issuer: string;
  /** Where this API reaches the service; without it, at the issuer. */
  readonly url?: string;
  /** Whose tokens are accepted. */
  readonly area: 'admin' | 'public' | 'vendor' | 'service';
  /** Seconds by which the clocks may differ (5). */
  readonly tolerance?: number;
  /** Milliseconds for a request to the service (5,000). */
  readonly timeout?: number;
  readonly fetch?: typeof fetch;
};

/** What a route asks for, beyond a valid token of the area. */
export type Rule = {
  readonly scope?: string;
  readonly minAcr?: Acr;
  /** The greatest age of the second factor in whole seconds, from 1 to 99,999. A proof is as old as its code. */
  readonly maxAge?: number;
  /** Ask the service each time, so that a session that has ended is refused at once. */
  readonly live?: boolean;
};

export type Caller = {
  readonly subject: string;
  readonly acr: string;
  readonly scopes: readonly string[];
  readonly roles: readonly string[];
  readonly claims: Claims;
};

type FastifyReply = {
  code(status: number): { headers(headers: Record<string, string>): { send(body: string): unknown } };
};
type ServerResponse = {
  writeHead(status: number, headers: Record<string, string>): unknown;
  end(body: string): unknown;
};

/** Lets a request through only with a right access token. It verifies the token itself, by the keys of the service. */
export function guard(options: GuardOptions) {
  const { issuer, area, url = issuer, tolerance = 5, timeout = 5000 } = options;
  const send = options.fetch ?? globalThis.fetch;
  const base = url.replace(/\/$/, '');
  const keys = createKeySet({ url: new URL(`${base}/.well-known/jwks.json`), fetch: send, timeout });
  const expected = { issuer, audience: `${issuer}/areas/${area}`, tolerance };
  const callers = new WeakMap<object, Caller>();

  /** The caller, or how to refuse the request. */
  async function check(request: GuardedRequest, rule: Rule = {}): Promise<Caller | Refusal> {
    const token = /^Bearer +([\w.-]+) *$/i.exec(String(request.headers.authorization ?? ''))?.[1];
    if (token === undefined) return refusal(401, 'Bearer');
    try {
      const claims = await verifyAccessToken(token, keys, expected);
      if (!claims) return refusal(401, 'Bearer error="invalid_token"');
      return await judge(request, claims, rule);
    } catch (error) {
      if (error instanceof KeysUnavailable) return refusal(503); // fail closed
      throw error;
    }
  }

  async function judge(request: GuardedRequest, claims: Claims, rule: Rule): Promise<Caller | Refusal> {
    const { scope = '', minAcr, maxAge, live } = rule;
    const scopes = String(claims.scope ?? '')
      .split(' ')
      .filter(Boolean);
    const wanted = scope.split(' ').filter(Boolean);
    if (!wanted.every((one) => scopes.includes(one)))
      return refusal(403, `Bearer error="insufficient_scope", scope="${scope}"`);

    const accepted: readonly string[] = minAcr ? acrOrder.slice(acrOrder.indexOf(minAcr)) : [];
    const age = Date.now() / 1000 - (claims.mfa_time ?? Number.NEGATIVE_INFINITY);
    const fresh = maxAge === undefined || age <= maxAge + tolerance;
    const strong = (acr: string) => minAcr === undefined || accepted.includes(acr);
    const weak = () => refusal(403, insufficient(accepted, maxAge));
    const isEnough = fresh && strong(claims.acr);
    const byHeader = !isEnough && request.headers['x-mfa-token'] !== undefined;
    if (!isEnough && !byHeader) return weak();

    let { acr } = claims;
    if (byHeader || live) {
      // Only the service can check what the header carries. It spends a code, so ask once.
      const answer = await askForward(request, {
        base,
        area,
        scope,
        mfa: byHeader,
        maxAge,
        timeout,
        fetch: send,
      });
      if ('status' in answer) return answer;
      if (answer.subject !== claims.sub) return refusal(503);
      acr = answer.acr;
      if (!strong(acr)) return weak();
    }
    return { subject: claims.sub, acr, scopes, roles: claims.roles ?? [], claims };
  }

  return {
    check,
    /** A Fastify hook: `{ onRequest: guard.fastify({ … }) }`. */
    fastify: (rule?: Rule) => async (request: GuardedRequest, reply: FastifyReply) => {
      const found = await check(request, rule);
      if (!('status' in found)) callers.set(request, found);
      else return reply.code(found.status).headers(found.headers).send(found.body);
    },
    /** Middleware for Express, and for what takes the same: `app.get(path, guard.express({ … }), handler)`. */
    express: (rule?: Rule) => async (request: GuardedRequest, response: ServerResponse, next: () => void) => {
      const found = await check(request, rule);
      if ('status' in found) {
        response.writeHead(found.status, found.headers);
        response.end(found.body);
        return;
      }
      callers.set(request, found);
      next();
    },
    /** Who sent this request. Throws for a request that did not pass the guard. */
    caller(request: object): Caller {
      const caller = callers.get(request);
      if (!caller) throw new Error('This request has not passed the guard');
      return caller;
    },
  };
}

/** RFC 9470. */
function insufficient(accepted: readonly string[], maxAge: number | undefined): string {
  const acr = accepted.length > 0 ? `, acr_values="${accepted.join(' ')}"` : '';
  const age = maxAge === undefined ? '' : `, max_age="${maxAge}"`;
  return `Bearer error="insufficient_user_authentication"${acr}${age}`;
}
