import { z } from 'zod';
import { acrOf, serviceAcr } from '../../domain/policy/assurance-level.ts';
import { areaNames } from '../../domain/policy/policy.ts';
import type { ServicePrincipal } from '../../domain/service-accounts/service-principal.ts';
import { invalidRequest } from '../../lib/problem.ts';
import type { Access, AccessRule } from '../access/rule.ts';

/** A scope of RFC 6749 3.3 without the plus, because a plus means a space in a query. */
const scope = String.raw`[!#-*,-\[\]-~]+`;

export const forwardQuery = z.strictObject({
  area: z.enum(areaNames).describe('The area whose tokens are accepted'),
  scope: z
    .string()
    .max(500)
    .regex(new RegExp(`^${scope}([ +]${scope})*$`), 'Scopes with a space or a plus between them')
    .optional()
    .describe('Scopes that the token must hold, all of them'),
  mfa: z
    .enum(['required', 'if_enrolled'])
    .optional()
    .describe('Who needs the second step (in the session or by X-MFA-Token), beyond what the area requires'),
  max_age: z
    .string()
    .regex(/^[1-9]\d{0,4}$/, 'From 1 to 99999 seconds')
    .transform(Number)
    .optional()
    .describe(
      'The greatest age of that second step in seconds. A code is new, and a proof is as old as its code',
    ),
});

/**
 * The rule in the query of a gateway. Throws 400 invalid-request for every parameter or value that it does not know.
 * If it ignored one, a misconfigured gateway could let a client in.
 */
export function ruleOf(query: unknown): AccessRule {
  const { data, error } = forwardQuery.safeParse(query);
  if (!data) throw invalidRequest({ errors: error.issues.flatMap(faultsOf) });
  const { area, scope, mfa, max_age: maxAgeSeconds } = data;
  if (area === 'service' && mfa) throw invalidRequest({ errors: [noFactorOfPrograms] });
  if (maxAgeSeconds !== undefined && !mfa) throw invalidRequest({ errors: [ageOfNothing] });
  return {
    area,
    onBehalf: true,
    ...(scope !== undefined && { scope: scope.split(/[ +]/) }),
    ...(mfa && { mfa }),
    ...(maxAgeSeconds !== undefined && { maxAgeSeconds }),
  };
}

const noFactorOfPrograms = { pointer: '?mfa', detail: 'A program has no second factor', in: 'querystring' };

const ageOfNothing = { pointer: '?max_age', detail: 'Only together with mfa', in: 'querystring' };

function faultsOf(issue: z.core.$ZodIssue) {
  const unknown = issue.code === 'unrecognized_keys' ? issue.keys : undefined;
  const names = unknown ?? issue.path.map(String);
  const detail = unknown ? 'Not a parameter of this route' : `${issue.message}; once, with one value`;
  return names.map((name) => ({ pointer: `?${name.slice(0, 40)}`, detail, in: 'querystring' }));
}

/**
 * The headers for the backend behind the gateway. All are always present, even if empty, so that they replace headers
 * of the same name from the client.
 */
export function headersOf({ principal, shown }: Access): Readonly<Record<string, string>> {
  const { userId, user } = principal.session;
  return {
    'x-auth-subject': userId,
    'x-auth-username': inHeader(user.username),
    'x-auth-roles': inHeader(user.roles.join(',')),
    'x-auth-scopes': inHeader(principal.scopes.join(' ')),
    'x-auth-mfa': String(shown.mfaTime !== null),
    'x-auth-acr': acrOf(shown.level),
  };
}

/** The same headers for a program. A program has no roles and no second step. */
export function headersOfService({ account, scopes }: ServicePrincipal): Readonly<Record<string, string>> {
  return {
    'x-auth-subject': account.id,
    'x-auth-username': inHeader(account.name),
    'x-auth-roles': '',
    'x-auth-scopes': inHeader(scopes.join(' ')),
    'x-auth-mfa': 'false',
    'x-auth-acr': serviceAcr,
  };
}

/**
 * Names and scopes are ASCII. Any other character is percent-encoded, so that it cannot end a line or a header value.
 */
function inHeader(text: string): string {
  return text.toWellFormed().replace(/[^\x20-\x7e]/gu, encodeURIComponent);
}
