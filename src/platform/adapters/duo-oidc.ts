import { randomBytes, randomUUID } from 'node:crypto';
import { jwtVerify, SignJWT } from 'jose';
import { z } from 'zod';
import { type DuoAnswer, type DuoCalls, DuoRefusal, duoUnavailable } from './duo-calls.ts';

export type DuoUniversalOptions = {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly apiHost: string;
  /** Where Duo sends the browser back to: one page of the frontend, never named by a request. */
  readonly redirectUri: string;
};

const seconds = 300; // the longest that Duo takes
const leewaySeconds = 60;
const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

/** Duo names new values at any time, so most of it is text, and what is not known counts for nothing. */
const claims = z.object({
  preferred_username: z.string(),
  nonce: z.string(),
  auth_result: z.object({ result: z.string() }),
  auth_context: z.object({ factor: z.string(), reason: z.string(), txid: z.string() }),
});

/** What Duo says of a prompt that somebody went through. */
export type DuoReport = { readonly result: string; readonly factor: string; readonly reason: string };

export type DuoPrompt = { readonly url: string; readonly state: string; readonly nonce: string };

/** Duo's Universal Prompt: OpenID Connect with a signed request and a signed client (HS512 alone). Throws 503. */
export function duoUniversalClient(calls: DuoCalls, options: DuoUniversalOptions) {
  const { clientId, clientSecret, apiHost, redirectUri } = options;
  const base = `https://${apiHost}`;
  const key = new TextEncoder().encode(clientSecret);
  const signed = (content: Record<string, unknown>) => {
    const iat = Math.floor(Date.now() / 1000);
    return new SignJWT({ iss: clientId, iat, exp: iat + seconds, ...content })
      .setProtectedHeader({ alg: 'HS512', typ: 'JWT' })
      .sign(key);
  };
  const assertion = (endpoint: string) =>
    signed({ sub: clientId, aud: `${base}${endpoint}`, jti: randomUUID() });

  async function post(path: string, params: Record<string, string>): Promise<DuoAnswer> {
    const named = { client_id: clientId, client_assertion: await assertion(path) };
    return calls.call({ method: 'POST', path, params: { ...params, ...named } });
  }

  /** Whether Duo is there and knows us. */
  async function check(): Promise<void> {
    const { status, json } = await post('/oauth/v1/health_check', {});
    if (status !== 200 || Object(json).stat !== 'OK') throw duoUnavailable(new DuoRefusal({ status, json }));
  }

  return {
    check,

    /** Asks whether Duo is there, then makes the address that the browser goes to. */
    async prompt(username: string): Promise<DuoPrompt> {
      await check();
      const [state, nonce] = [randomBytes(32).toString('base64url'), randomBytes(32).toString('base64url')];
      const asked = {
        response_type: 'code',
        client_id: clientId,
        redirect_uri: redirectUri,
        scope: 'openid',
      };
      const more = { aud: base, state, nonce, duo_uname: username, use_duo_code_attribute: true };
      const query = new URLSearchParams({ ...asked, request: await signed({ ...asked, ...more }) });
      return { url: `${base}/oauth/v1/authorize?${query}`, state, nonce };
    },

    /** What a code stands for; null where Duo does not take it: used before, expired, somebody else's. */
    async report(
      code: string,
      { username, nonce }: { username: string; nonce: string },
    ): Promise<DuoReport | null> {
      const grant = { grant_type: 'authorization_code', code, redirect_uri: redirectUri };
      const { status, json } = await post('/oauth/v1/token', {
        ...grant,
        client_assertion_type: assertionType,
      });
      if (status === 400 && Object(json).error === 'invalid_grant') return null;
      const { id_token: token } = Object(json);
      if (status !== 200 || typeof token !== 'string') throw duoUnavailable(new DuoRefusal({ status, json }));
      return reportIn(token, username, nonce);
    },
  };

  /** Null unless all of it is right: signature, issuer, audience, times, whose it is, and which prompt it belongs to. */
  async function reportIn(token: string, username: string, nonce: string): Promise<DuoReport | null> {
    try {
      const { payload } = await jwtVerify(token, key, {
        algorithms: ['HS512'],
        issuer: `${base}/oauth/v1/token`,
        audience: clientId,
        clockTolerance: leewaySeconds,
        requiredClaims: ['exp', 'iat'],
      });
      const {
        preferred_username: name,
        nonce: theirs,
        auth_result: end,
        auth_context: how,
      } = claims.parse(payload);
      const ours = payload.aud === clientId && name === username && theirs === nonce;
      return ours ? { result: end.result, factor: how.factor, reason: how.reason } : null;
    } catch {
      return null;
    }
  }
}
