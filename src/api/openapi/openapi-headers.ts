/** The response headers in the OpenAPI document. */
export const headers = {
  NoStore: {
    description: 'Caches must not store this answer',
    required: true,
    schema: { const: 'no-store' },
  },
  Cacheable: {
    description: 'Caches may keep this answer for five minutes',
    required: true,
    schema: { const: 'public, max-age=300' },
  },
  RetryAfter: { description: 'Seconds', required: true, schema: { type: 'integer', minimum: 0 } },
  RetryPerhaps: { description: 'Seconds, where known', schema: { type: 'integer', minimum: 0 } },
  BasicChallenge: {
    description: 'Only if the client tried Basic (RFC 6749 5.2)',
    schema: { type: 'string' },
  },
  Challenge: { description: 'RFC 6750 3', required: true, schema: { type: 'string' } },
  Caller: {
    description: 'Describes the caller; empty if there is no value',
    required: true,
    schema: { type: 'string' },
  },
  InOneLine: {
    description: 'The problem again, for gateways that drop the body',
    schema: { type: 'string' },
  },
  StepUp: {
    description: 'Only if a second factor (RFC 9470 3) or a scope (RFC 6750 3.1) is missing',
    schema: { type: 'string' },
  },
};

/** The headers of one answer. `content` is the JSON of its schemas, which shows the problems that it may contain. */
export function headersOf(status: string, content: string, path: string) {
  const names = headerNames(status, content, path);
  return Object.fromEntries(
    Object.entries(names).map(([name, header]) => [name, { $ref: `#/components/headers/${header}` }]),
  );
}

function headerNames(status: string, content: string, path: string): Record<string, keyof typeof headers> {
  if (path === '/auth/forward') return { ...commonNames(status, content, path), ...forwardNames(status) };
  return commonNames(status, content, path);
}

function forwardNames(status: string): Record<string, keyof typeof headers> {
  if (status !== '200') return { 'X-Auth-Problem': 'InOneLine' };
  const names = ['Subject', 'Username', 'Roles', 'Scopes', 'Mfa', 'Acr'];
  return Object.fromEntries(names.map((name) => [`X-Auth-${name}`, 'Caller' as const]));
}

function commonNames(status: string, content: string, path: string): Record<string, keyof typeof headers> {
  const cacheable = status === '200' && path.startsWith('/.well-known/');
  const cache = { 'Cache-Control': cacheable ? 'Cacheable' : 'NoStore' } as const;
  const waits = status === '202' && content.includes('retry_after');
  if (waits || status === '429') return { ...cache, 'Retry-After': 'RetryAfter' };
  if (status === '503') return { ...cache, 'Retry-After': 'RetryPerhaps' };
  if (status === '401' && path.startsWith('/oauth/'))
    return { ...cache, 'WWW-Authenticate': 'BasicChallenge' };
  if (status === '401') return { ...cache, 'WWW-Authenticate': 'Challenge' };
  if (status === '403' && /mfa-token-required|insufficient-scope/.test(content))
    return { ...cache, 'WWW-Authenticate': 'StepUp' };
  return cache;
}
