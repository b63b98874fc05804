import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { invalidField } from '../../lib/problem.ts';
import { text } from '../../platform/http/fields.ts';

/**
 * The cookie of the refresh token, for pages that have no safer place for it. No script can read it (HttpOnly). No page
 * of another site can send it (SameSite). No other host can set it (`__Host-`: RFC 6265bis 4.1.3.2).
 *
 * Only /auth/refresh and /auth/logout read it, and only together with the header `clientHeader`. A form cannot send
 * that header, and a page of another origin can send it only if CORS allows it.
 */
const refreshCookie = '__Host-sallyport-refresh';
export const clientHeader = 'x-sallyport-client';

export const refreshIn = z
  .enum(['body', 'cookie'])
  .default('body')
  .describe('Where the refresh token is sent: in the answer, or in a cookie that scripts cannot read');

export const clientHeaderShape = z.object({
  [clientHeader]: text(100)
    .optional()
    .describe('Any value; required where the refresh token is in the cookie'),
});

type Answer = { readonly refresh_token?: string; readonly refresh_expires_in?: number };

/** Moves the refresh token into the cookie if the client asked for that. Returns the body of the answer. */
export function handOver<Tokens extends Answer>(
  reply: FastifyReply,
  tokens: Tokens,
  where: z.output<typeof refreshIn>,
): Tokens {
  const { refresh_token: refreshToken, ...rest } = tokens;
  if (where === 'body' || refreshToken === undefined) return tokens;
  setCookie(reply, refreshToken, tokens.refresh_expires_in ?? 0);
  return rest as Tokens; // safe, because `refresh_token` is optional in Tokens
}

export function clearRefreshCookie(reply: FastifyReply): void {
  setCookie(reply, '', 0);
}

function setCookie(reply: FastifyReply, value: string, maxAge: number): void {
  const attributes = `Path=/; Max-Age=${maxAge}; Secure; HttpOnly; SameSite=Strict`;
  reply.header('set-cookie', `${refreshCookie}=${value}; ${attributes}`);
}

/** Whether to use the cookie: it is the only credential, or the client sends `clientHeader` beside an access token. */
export function comesByCookie(request: FastifyRequest): boolean {
  const { headers } = request;
  return cookiesOf(request).length > 0 && (!!headers[clientHeader] || headers.authorization === undefined);
}

/**
 * The refresh token of a request, and whether it came in the body or the cookie. Throws 400 if there is none, or one in
 * both places. Also throws 400 if the cookie came twice or without the header.
 */
export function refreshTokenOf(request: FastifyRequest, body: string | undefined) {
  const cookies = cookiesOf(request);
  if (body !== undefined && cookies.length > 0)
    throw invalidField(
      '#/refresh_token',
      'In the body or in the cookie, not both: log out by the cookie first',
    );
  if (body !== undefined) return { token: body, where: 'body' } as const;
  if (cookies.length === 0) throw invalidField('#/refresh_token', 'Required: here, or in the cookie');
  return { token: tokenInCookie(request), where: 'cookie' } as const;
}

/** The refresh token of the cookie. Throws 400 if the cookie is missing, came twice, or came without the header. */
export function tokenInCookie(request: FastifyRequest): string {
  const [token, ...more] = cookiesOf(request);
  if (token === undefined || more.length > 0) throw invalidField('Cookie', `${refreshCookie} once`);
  if (!request.headers[clientHeader])
    throw invalidField('X-Sallyport-Client', 'Required beside the cookie; every value will do');
  return token;
}

function cookiesOf({ headers }: FastifyRequest): readonly string[] {
  const pairs = (headers.cookie ?? '').split(';').map((pair) => pair.trim());
  const own = pairs.filter((pair) => pair.startsWith(`${refreshCookie}=`));
  return own.map((pair) => pair.slice(refreshCookie.length + 1)).filter((value) => value !== '');
}
