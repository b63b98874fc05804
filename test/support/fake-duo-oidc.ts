import { randomBytes, randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { answer, fail } from './fake-duo-faults.ts';
import { type Claims, readJwt, signJwt } from './fake-duo-jwt.ts';

export const duoPrompt = {
  clientId: 'DIFAKEFAKEFAKEFAKE00',
  clientSecret: 'a-client-secret-that-must-never-be-logge',
  redirectUri: 'https://portal.example/duo',
};

/** What the user does at the prompt, and what Duo then reports. */
export type Outcome = {
  readonly result?: string;
  readonly factor?: string;
  readonly reason?: string;
  /** Sends the browser back with an error in the place of a code. */
  readonly error?: string;
  /** Changes the claims of the id token, or leaves some out. */
  readonly claims?: (claims: Claims) => Claims;
  readonly key?: string;
  readonly alg?: 'HS512' | 'HS256' | 'none';
};

type Grant = { readonly claims: Claims; readonly outcome: Outcome; readonly expires: number };

const seconds = () => Date.now() / 1000;
const leeway = 2; // some clients round their clock up
const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

/** The Universal Prompt, as strict as the real one: signatures, audiences, times, single use. */
export function createOidc(base: () => string) {
  const { clientId, clientSecret, redirectUri } = duoPrompt;
  const seen = new Set<unknown>();
  const grants = new Map<string, Grant>();
  const outcomes: Outcome[] = [];
  const asked: Claims[] = [];

  function isOurClient(form: URLSearchParams, endpoint: string): boolean {
    const claims = readJwt(form.get('client_assertion') ?? '', clientSecret);
    if (!claims || seen.has(claims.jti)) return false;
    seen.add(claims.jti);
    const { iss, sub, aud, jti, exp, iat } = claims;
    const timely = typeof iat === 'number' && iat <= seconds() + leeway && isTimely(exp);
    const named = iss === clientId && sub === clientId && aud === `${base()}${endpoint}`;
    return named && timely && String(jti).length === 36 && form.get('client_id') === clientId;
  }

  function healthCheck(response: ServerResponse, form: URLSearchParams) {
    if (!isOurClient(form, '/oauth/v1/health_check'))
      return fail(response, 40002, 'invalid_client', 'Failed to verify signature.');
    answer(response, 200, { stat: 'OK', response: { timestamp: Math.floor(seconds()) } });
  }

  /** The step of the browser: what the user does there was said before. */
  function authorize(response: ServerResponse, query: URLSearchParams) {
    const claims = readJwt(query.get('request') ?? '', clientSecret);
    const fault = claims ? faultOf(claims, query) : 'signature';
    if (!claims || fault)
      return answer(response, 400, { error: 'invalid_request', error_description: fault });
    asked.push(claims);
    const outcome = outcomes.shift() ?? {};
    const back = new URL(redirectUri);
    if (outcome.error) back.searchParams.set('error', outcome.error);
    else {
      const code = randomBytes(20).toString('hex');
      grants.set(code, { claims, outcome, expires: seconds() + 300 });
      back.searchParams.set('duo_code', code);
    }
    back.searchParams.set('state', String(claims.state));
    response.writeHead(302, { location: back.href }).end();
  }

  function faultOf(claims: Claims, query: URLSearchParams): string | null {
    const { response_type: type, scope, client_id: client, redirect_uri: uri, state, iss, aud, exp } = claims;
    const length = String(state).length;
    if (type !== 'code' || scope !== 'openid' || query.get('response_type') !== 'code')
      return 'response_type or scope';
    if (client !== clientId || iss !== clientId || query.get('client_id') !== clientId) return 'client';
    if (uri !== redirectUri || query.get('redirect_uri') !== redirectUri) return 'redirect_uri';
    if (aud !== base()) return 'aud';
    if (!isTimely(exp)) return 'exp';
    if (typeof state !== 'string' || length < 22 || length > 1024) return 'state';
    if (typeof claims.duo_uname !== 'string' || claims.duo_uname === '') return 'duo_uname';
    return claims.use_duo_code_attribute === true ? null : 'use_duo_code_attribute';
  }

  function token(response: ServerResponse, form: URLSearchParams) {
    if (!isOurClient(form, '/oauth/v1/token') || form.get('client_assertion_type') !== assertionType)
      return answer(response, 400, {
        error: 'invalid_client',
        error_description: 'The provided client_assertion was invalid.',
      });
    const code = form.get('code') ?? '';
    const grant = grants.get(code);
    grants.delete(code);
    const fits = form.get('grant_type') === 'authorization_code' && form.get('redirect_uri') === redirectUri;
    if (!grant || !fits || grant.expires < seconds())
      return answer(response, 400, { error: 'invalid_grant' });
    const body = { access_token: randomUUID(), expires_in: 300, token_type: 'Bearer' };
    answer(response, 200, { ...body, id_token: idToken(grant) });
  }

  function idToken({ claims, outcome }: Grant): string {
    const { result = 'allow', factor = 'duo_mobile_passcode', reason = 'valid_passcode' } = outcome;
    const now = seconds();
    const all: Claims = {
      ...{ iss: `${base()}/oauth/v1/token`, aud: clientId, sub: claims.duo_uname, iat: now, exp: now + 300 },
      ...{ auth_time: now, preferred_username: claims.duo_uname, nonce: claims.nonce },
      auth_result: { result, status: result, status_msg: 'Login' },
      auth_context: {
        txid: randomUUID(),
        event_type: 'authentication',
        factor,
        reason,
        result: 'success',
        alias: '',
      },
    };
    return signJwt(outcome.claims?.(all) ?? all, outcome.key ?? clientSecret, outcome.alg);
  }

  return { healthCheck, authorize, token, outcomes, asked };
}

/** Not over, and not further ahead than Duo takes. */
function isTimely(exp: unknown): boolean {
  return typeof exp === 'number' && exp > seconds() && exp <= seconds() + 300 + leeway;
}
