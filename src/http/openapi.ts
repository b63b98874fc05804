import { createHash } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import swagger, { type FastifyDynamicSwaggerOptions } from '@fastify/swagger';
import type { FastifyInstance } from 'fastify';
import { jsonSchemaTransform } from 'fastify-type-provider-zod';
import { open } from './guard.ts';
import { refusalsOfBodies, refusalsOfPaths } from './refusals.ts';
import { tidy } from './tidy-document.ts';

type Media = { schema?: Shown; examples?: unknown };
type Shown = { readonly 'x-shown'?: object; readonly anyOf?: readonly Shown[] };
type Examples = Record<string, { readonly value: unknown }>;
type Response = { description: string; headers?: unknown; content?: Record<string, Media> };
type Parameter = { name: string; in: string; required?: boolean; schema?: { enum?: readonly string[] } };
type Operation = {
  operationId?: string;
  parameters?: Parameter[];
  requestBody?: { required?: boolean; content: Record<string, Media> };
  responses?: Record<string, Response>;
  security?: unknown;
};

/** As much of an OpenAPI document as is looked at here. */
export type ApiDocument = { readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>> };

const info = {
  title: 'Sallyport',
  version: '0.1.0',
  description:
    'Logs people in, asks for a second factor, and issues JWTs that say how somebody proved who they are. ' +
    'Every refusal is a problem (RFC 9457): clients tell them apart by `type`. What no operation has is answered the ' +
    'same way: 404 for an unknown path, 405 with `Allow` for a method that a path does not know.',
};

const headers = {
  NoStore: { description: 'Nothing here may be kept', required: true, schema: { const: 'no-store' } },
  Cacheable: { description: 'Five minutes', required: true, schema: { const: 'public, max-age=300' } },
  RetryAfter: { description: 'Seconds', required: true, schema: { type: 'integer', minimum: 0 } },
  RetryPerhaps: { description: 'Seconds, where known', schema: { type: 'integer', minimum: 0 } },
  Challenge: { description: 'RFC 6750 3', required: true, schema: { type: 'string' } },
  Caller: {
    description: 'Of whoever asks; empty where there is none',
    required: true,
    schema: { type: 'string' },
  },
  InOneLine: {
    description: 'The problem once more, for gateways that drop the body',
    schema: { type: 'string' },
  },
  StepUp: {
    description: 'Where a second factor is missing (RFC 9470 3), or a scope (RFC 6750 3.1)',
    schema: { type: 'string' },
  },
};

/** OpenAPI 3.1 from the routes' own schemas. Routes registered afterwards are in it. */
export async function describeApi(app: FastifyInstance, issuer: string): Promise<void> {
  await app.register(swagger, {
    convertConstToEnum: false,
    openapi: {
      openapi: '3.1.0',
      info,
      servers: [{ url: issuer }],
      components: {
        securitySchemes: {
          bearer: {
            type: 'http',
            scheme: 'bearer',
            bearerFormat: 'JWT',
            description:
              'An access token. The routes that enrol also take the enrolment token of a login that must enrol first.',
          },
        },
      },
    },
    transform: describeRoute,
  });
}

/** `/openapi.json`, and outside production a page that shows it. It is written once, for it is large and never changes. */
export async function showApi(app: FastifyInstance, options: { readonly page: boolean }): Promise<void> {
  const document = once(() => apiDocument(app));
  const written = once(() => {
    const bytes = Buffer.from(JSON.stringify(document()));
    return { bytes, etag: `"${createHash('sha256').update(bytes).digest('base64url')}"` };
  });
  app.get('/openapi.json', { onRequest: open, schema: { hide: true } }, async (request, reply) => {
    const { bytes, etag } = written();
    reply.headers({ 'cache-control': headers.Cacheable.schema.const, etag });
    if (matches(request.headers['if-none-match'], etag)) return reply.code(304).send();
    return reply.type('application/json; charset=utf-8').send(bytes);
  });
  if (options.page)
    await app.register((await import('@fastify/swagger-ui')).default, {
      routePrefix: '/docs',
      staticCSP: true,
      transformSpecification: () => ({ ...document() }),
    });
}

function once<Made>(make: () => Made): () => Made {
  let made: { readonly it: Made } | undefined;
  return () => {
    made ??= { it: make() };
    return made.it;
  };
}

/** RFC 9110 13.1.2: any of a list, or `*`; a weak tag, such as a proxy makes that compresses, does as well. */
function matches(asked: string | undefined, etag: string): boolean {
  const tags = asked?.split(',').map((tag) => tag.trim().replace(/^W\//, '')) ?? [];
  return tags.includes(etag) || asked?.trim() === '*';
}

/** The document with what the schemas cannot say: examples, headers, which routes take a bearer. */
export function apiDocument(app: FastifyInstance): ApiDocument {
  const document: ApiDocument = JSON.parse(JSON.stringify(app.swagger()));
  const examples: Examples = {};
  for (const [path, operations] of Object.entries(document.paths)) {
    for (const operation of Object.values(operations)) complete(operation, path, examples);
  }
  return tidy(document, { headers, examples });
}

const describeRoute: NonNullable<FastifyDynamicSwaggerOptions['transform']> = ({
  schema,
  route,
  ...rest
}) => {
  const guarded = ![route.onRequest].flat().includes(open);
  const described = {
    ...schema,
    ...(guarded && { security: [{ bearer: [] }] }),
    response: {
      ...Object(schema.response),
      ...(route.method !== 'GET' && refusalsOfBodies),
      ...(rest.url.includes(':') && refusalsOfPaths),
    },
  };
  return jsonSchemaTransform({ schema: described, route, ...rest });
};

function complete(operation: Operation, path: string, shared: Examples): void {
  const { parameters = [], requestBody, responses = {} } = operation;
  for (const parameter of parameters)
    if (parameter.in === 'header') parameter.name = inCapitals(parameter.name);
  if (requestBody && operation.operationId === 'refresh') requestBody.required = false; // the cookie may bring all
  for (const media of Object.values(requestBody?.content ?? {})) media.examples = examplesOf(media);
  for (const [status, response] of Object.entries(responses)) {
    if (response.description === 'Default Response') response.description = STATUS_CODES[status] ?? status;
    response.headers = headersOf(status, response, path);
    for (const [type, media] of Object.entries(response.content ?? {})) {
      const examples = examplesOf(media);
      media.examples = type === 'application/problem+json' ? share(examples, shared) : examples;
    }
  }
}

function inCapitals(header: string): string {
  return header === 'x-mfa-token' ? 'X-MFA-Token' : header.replace(/(?:^|-)./g, (part) => part.toUpperCase());
}

/** Those of the schema, or of all its alternatives. */
function examplesOf({ schema = {} }: Media): Examples {
  const all = Object.assign({}, schema['x-shown'], ...(schema.anyOf ?? []).map((one) => one['x-shown']));
  return Object.fromEntries(Object.entries(all).map(([name, value]) => [name, { value }]));
}

/** The same in every operation, so they are written once. */
function share(examples: Examples, shared: Examples) {
  Object.assign(shared, examples);
  return Object.fromEntries(
    Object.keys(examples).map((name) => [name, { $ref: `#/components/examples/${name}` }]),
  );
}

function headersOf(status: string, { content }: Response, path: string) {
  const names = headerNames(status, JSON.stringify(content ?? {}), path);
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
  const told = ['Subject', 'Username', 'Roles', 'Scopes', 'Mfa', 'Acr'];
  return Object.fromEntries(told.map((name) => [`X-Auth-${name}`, 'Caller' as const]));
}

function commonNames(status: string, content: string, path: string): Record<string, keyof typeof headers> {
  const cacheable = status === '200' && path.startsWith('/.well-known/');
  const cache = { 'Cache-Control': cacheable ? 'Cacheable' : 'NoStore' } as const;
  const waits = status === '202' && content.includes('retry_after');
  if (waits || status === '429') return { ...cache, 'Retry-After': 'RetryAfter' };
  if (status === '503') return { ...cache, 'Retry-After': 'RetryPerhaps' };
  if (status === '401') return { ...cache, 'WWW-Authenticate': 'Challenge' };
  if (status === '403' && /mfa-token-required|insufficient-scope/.test(content))
    return { ...cache, 'WWW-Authenticate': 'StepUp' };
  return cache;
}
