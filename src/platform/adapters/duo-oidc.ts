import { randomBytes, randomUUID } from 'node:crypto';
import { jwtVerify, SignJWT } from 'jose';
import { z } from 'zod';
import { type DuoAnswer, type DuoCalls, DuoRefusal, duoUnavailable } from './duo-calls.ts';

export type DuoUniversalOptions = {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly apiHost: string;
  /**
   * The page of the frontend to which Duo sends the browser back. It comes from the configuration, never from a
   * request.
   */
  readonly redirectUri: string;
};

const seconds = 300; // Duo accepts no longer lifetime
const leewaySeconds = 60;
const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

/** Duo adds new values at any time, so most fields are plain text. The service ignores values that it does not know. */
const claims = z.object({
  preferred_username: z.string(),
  nonce: z.string(),
  auth_result: z.object({ result: z.string() }),
  auth_context: z.object({ factor: z.string(), reason: z.string(), txid: z.string() }),
});

/** Duo's result of a prompt that a user has completed. */
export type DuoReport = { readonly result: string; readonly factor: string; readonly reason: string };

export type DuoPrompt = { readonly url: string; readonly state: string; readonly nonce: string };

/**
 * Duo's Universal Prompt: OpenID Connect with a signed request and a signed client assertion (HS512 only). Throws 503.
 */
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

  /** Throws 503 unless Duo answers and knows the client. */
  async function check(): Promise<void> {
    const { status, json } = await post('/oauth/v1/health_check', {});
    if (status !== 200 || Object(json).stat !== 'OK') throw duoUnavailable(new DuoRefusal({ status, json }));
  }

  return {
    check,

    /** Checks that Duo answers, then gives the URL to which the client sends the browser. */
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

    /**
     * Exchanges a code for Duo's report. Null where Duo refuses the code, because it was used, has expired or belongs
     * to another client.
     */
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

  /** Null unless everything is right: signature, issuer, audience, times, user and nonce. */
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
