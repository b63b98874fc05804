import { z } from 'zod';
import { acrOf, serviceAcr } from '../../domain/policy/assurance-level.ts';
import { areaNames } from '../../domain/policy/policy.ts';
import { assertionType } from '../../domain/service-accounts/client.ts';
import { shown, text, withExamples } from '../../platform/http/fields.ts';
import type { LiveToken } from '../access/active-tokens.ts';

/**
 * The forms ignore unknown parameters (RFC 6749 3.2), because OAuth libraries send some that this server does not use.
 */
const clientShape = {
  client_id: text(256).optional(),
  client_secret: text(256).optional().describe('client_secret_post'),
  client_assertion: text(8192).optional().describe('private_key_jwt: a JWT signed by the client (RFC 7523)'),
  client_assertion_type: text(256).optional(),
};

const client = { client_id: shown.userId, client_secret: shown.opaque };

export const tokenForm = withExamples(
  z.object({
    grant_type: text(256).describe('client_credentials'),
    scope: text(4096).optional().describe('Some of the scopes of the account; by default all of them'),
    ...clientShape,
  }),
  {
    secret: { grant_type: 'client_credentials', scope: 'sync:read', ...client },
    private_key_jwt: {
      grant_type: 'client_credentials',
      client_assertion_type: assertionType,
      client_assertion: shown.jwt,
    },
  },
);

export const grantedBody = withExamples(
  z.strictObject({
    access_token: z.string(),
    token_type: z.literal('Bearer'),
    expires_in: z.int().describe('Seconds'),
    scope: z.string(),
  }),
  { token: { access_token: shown.jwt, token_type: 'Bearer', expires_in: 900, scope: 'sync:read' } },
);

const subject = {
  token: z.string().describe('A token of any type'),
  token_type_hint: z.string().optional().describe('Not needed: the token shows its type'),
};

export const introspectForm = withExamples(z.object({ ...subject, ...clientShape }), {
  'access token': { token: shown.jwt, ...client },
});

export const revokeForm = withExamples(z.object({ ...subject, ...clientShape }), {
  'one’s own refresh token': { token: shown.opaque, client_id: 'sallyport' },
  'a service token': { token: shown.jwt, ...client },
});

const inactiveBody = withExamples(z.strictObject({ active: z.literal(false) }), {
  inactive: { active: false },
});

const activeBody = withExamples(
  z.strictObject({
    active: z.literal(true),
    token_type: z.enum(['Bearer', 'refresh_token']),
    iss: z.string(),
    sub: z.string(),
    aud: z.string(),
    client_id: z.string(),
    username: z.string(),
    scope: z.string().optional(),
    exp: z.int(),
    iat: z.int().optional(),
    nbf: z.int().optional(),
    jti: z.string().optional(),
    area: z.enum(areaNames),
    acr: z.string(),
    amr: z.array(z.string()).optional().describe('Only in tokens of users'),
    mfa: z.boolean(),
    auth_time: z.int().optional().describe('Only in tokens of users'),
  }),
  {
    person: {
      active: true,
      token_type: 'Bearer',
      iss: 'https://login.example.gov',
      sub: shown.userId,
      aud: 'https://login.example.gov/areas/public',
      client_id: 'sallyport',
      username: shown.username,
      scope: 'profile',
      exp: 1_770_112_800,
      iat: 1_770_111_900,
      area: 'public',
      acr: 'urn:sallyport:acr:2',
      amr: ['pwd', 'otp', 'mfa'],
      mfa: true,
      auth_time: 1_770_111_900,
    },
  },
);

export const introspectionBody = z.union([activeBody, inactiveBody]);

/** RFC 7662 2.2. The answer for a token that is not live is only `active: false`, without a reason. */
export function introspectionOf(token: LiveToken | null, issuer: string): z.input<typeof introspectionBody> {
  if (!token) return { active: false };
  const common = { active: true, iss: issuer } as const;
  if (token.kind === 'refresh') {
    const { userId, area, level, amr, mfaTime, authTime, expiresAt, user } = token.session;
    return {
      ...common,
      token_type: 'refresh_token',
      sub: userId,
      aud: issuer, // a refresh token is only for this service, and not for an area
      client_id: 'sallyport',
      username: user.username,
      exp: seconds(expiresAt),
      area,
      acr: acrOf(level),
      amr: [...amr],
      mfa: mfaTime !== null,
      auth_time: seconds(authTime),
    };
  }
  const { claims } = token;
  const said = {
    ...common,
    token_type: 'Bearer',
    sub: String(claims.sub),
    aud: String(claims.aud),
    client_id: String(claims.client_id),
    exp: Number(claims.exp),
    iat: Number(claims.iat),
    nbf: Number(claims.nbf),
    jti: String(claims.jti),
  } as const;
  if (token.kind === 'service') {
    const { account, scopes } = token.service;
    const { name: username } = account;
    return { ...said, username, scope: scopes.join(' '), area: 'service', acr: serviceAcr, mfa: false };
  }
  const { session, scopes, level, mfaTime } = token.principal;
  const fell = acrOf(level) !== claims.acr; // the factor was removed after the token was issued
  return {
    ...said,
    username: session.user.username,
    scope: scopes.join(' '),
    area: session.area,
    acr: acrOf(level),
    amr: fell ? [...session.amr] : z.array(z.string()).parse(claims.amr),
    mfa: mfaTime !== null,
    auth_time: Number(claims.auth_time),
  };
}

function seconds(date: Date): number {
  return Math.floor(date.getTime() / 1000);
}
