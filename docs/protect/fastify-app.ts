// An API with one route that asks for a second factor. It verifies the access token itself.
import Fastify, { type FastifyRequest } from 'fastify';
import { createRemoteJWKSet, errors, jwtVerify } from 'jose';

const sallyport = process.env.SALLYPORT_URL ?? 'http://127.0.0.1:3000';
const issuer = process.env.SALLYPORT_ISSUER ?? sallyport; // ISSUER of the service
const accepted = ['urn:sallyport:acr:2r', 'urn:sallyport:acr:2', 'phr']; // AAL2 of NIST SP 800-63B
const keys = createRemoteJWKSet(new URL('/.well-known/jwks.json', sallyport), { cacheMaxAge: 300_000 });

type Caller = { readonly subject: string; readonly acr: string };
type Headers = Readonly<Record<string, string>>;

class Refused extends Error {
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
  constructor(status: number, headers: Headers, body?: string) {
    super();
    this.status = status;
    this.headers = { 'content-type': 'application/problem+json', ...headers };
    this.body = body ?? JSON.stringify({ type: 'about:blank', status });
  }
}
const challenge = (status: number, text: string) => new Refused(status, { 'www-authenticate': text });
const weak = `Bearer error="insufficient_user_authentication", acr_values="${accepted.join(' ')}"`; // RFC 9470

async function secondFactor(request: FastifyRequest): Promise<void> {
  const token = /^Bearer ([\w.-]+)$/i.exec(request.headers.authorization ?? '')?.[1];
  if (token === undefined) throw challenge(401, 'Bearer');
  const { sub = '', acr, scope } = await claimsOf(token);
  if (!String(scope).split(' ').includes('data:read'))
    throw challenge(403, 'Bearer error="insufficient_scope", scope="data:read"');
  let caller: Caller = { subject: sub, acr: String(acr) };
  if (!accepted.includes(caller.acr) && request.headers['x-mfa-token']) caller = await ask(request);
  if (!accepted.includes(caller.acr)) throw challenge(403, weak);
  request.setDecorator('caller', caller);
}

/** RFC 9068, section 4: signature, typ, issuer, audience and time. */
async function claimsOf(token: string) {
  const audience = `${issuer}/areas/vendor`;
  const required = ['sub', 'exp', 'acr', 'scope'];
  try {
    const expected = { algorithms: ['ES256'], typ: 'at+jwt', issuer, audience, requiredClaims: required };
    return (await jwtVerify(token, keys, expected)).payload;
  } catch (error) {
    const noKeys = ['ERR_JOSE_GENERIC', 'ERR_JWKS_TIMEOUT', 'ERR_JWKS_INVALID'];
    if (!(error instanceof errors.JOSEError) || noKeys.includes(error.code)) throw new Refused(503, {});
    throw challenge(401, 'Bearer error="invalid_token"');
  }
}

/** Only Sallyport can check X-MFA-Token. It uses up a code, so ask once. */
async function ask({ headers, ip }: FastifyRequest): Promise<Caller> {
  const { authorization = '', 'user-agent': agent = '' } = headers;
  const answer = await fetch(`${sallyport}/auth/forward?area=vendor&scope=data:read&mfa=required`, {
    headers: {
      authorization,
      'x-mfa-token': String(headers['x-mfa-token']),
      'user-agent': agent,
      'x-forwarded-for': ip,
    },
    redirect: 'manual',
    signal: AbortSignal.timeout(5_000),
  }).catch(() => null);
  const header = (name: string) => answer?.headers.get(name) ?? '';
  if (answer?.status === 200) return { subject: header('x-auth-subject'), acr: header('x-auth-acr') };
  if (!answer || ![400, 401, 403, 429].includes(answer.status)) throw new Refused(503, {});
  const passedOn = ['www-authenticate', 'retry-after'].filter((name) => header(name) !== '');
  const refusal = Object.fromEntries(passedOn.map((name) => [name, header(name)]));
  throw new Refused(answer.status, refusal, await answer.text());
}

const app = Fastify();
app.decorateRequest('caller', null);
app.setErrorHandler((error, _request, reply) => {
  if (!(error instanceof Refused)) return reply.send(error);
  return reply.code(error.status).headers(error.headers).send(error.body);
});

app.get('/api/report', { onRequest: secondFactor }, async (request) =>
  request.getDecorator<Caller>('caller'),
);

await app.listen({ host: '127.0.0.1', port: Number(process.env.PORT ?? 8000) });
