import { createHash } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import swagger, { type FastifyDynamicSwaggerOptions } from '@fastify/swagger';
import type { FastifyInstance } from 'fastify';
import { jsonSchemaTransform } from 'fastify-type-provider-zod';
import { publicRead, publicRoute } from '../access/guard.ts';
import { headers, headersOf } from './openapi-headers.ts';
import { describeParameter } from './openapi-parameters.ts';
import { info, links, linksOf, securityOf, securitySchemes, tags } from './openapi-parts.ts';
import { problemResponsesOfBodies, problemResponsesOfPaths } from './problem-responses.ts';
import { tidy } from './tidy-document.ts';

type Media = { schema?: SchemaPart; examples?: unknown };
type SchemaPart = { readonly 'x-shown'?: object; readonly anyOf?: readonly SchemaPart[] };
type Examples = Record<string, { readonly value: unknown }>;
type Response = {
  description: string;
  headers?: unknown;
  content?: Record<string, Media>;
  links?: Record<string, unknown>;
};
type Parameter = { name: string; in: string; required?: boolean; schema?: { enum?: readonly string[] } };
type Operation = {
  operationId?: string;
  parameters?: Parameter[];
  requestBody?: { required?: boolean; content: Record<string, Media> };
  responses?: Record<string, Response>;
  security?: readonly Readonly<Record<string, unknown>>[];
};

/** The part of an OpenAPI document that this code reads. */
export type ApiDocument = { readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>> };

/**
 * Builds an OpenAPI 3.1 document from the schemas of the routes. It contains only routes registered after this call.
 */
export async function describeApi(app: FastifyInstance, issuer: string): Promise<void> {
  await app.register(swagger, {
    convertConstToEnum: false,
    openapi: {
      openapi: '3.1.0',
      info: { ...info, contact: { name: 'The operators of this instance', url: issuer } },
      servers: [{ url: issuer }],
      tags,
      components: { securitySchemes },
    },
    transform: describeRoute,
  });
}

/**
 * Serves `/openapi.json` and, if `page` is set, a page that shows it. The document is serialized once, because it is
 * large and does not change.
 */
export async function showApi(app: FastifyInstance, options: { readonly page: boolean }): Promise<void> {
  const document = once(() => apiDocument(app));
  const written = once(() => {
    const bytes = Buffer.from(JSON.stringify(document()));
    return { bytes, etag: `"${createHash('sha256').update(bytes).digest('base64url')}"` };
  });
  app.get('/openapi.json', { ...publicRead, schema: { hide: true } }, async (request, reply) => {
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

/**
 * If-None-Match (RFC 9110 13.1.2): a list of tags, or `*`. Weak tags match too, because compressing proxies send them.
 */
function matches(asked: string | undefined, etag: string): boolean {
  const tags = asked?.split(',').map((tag) => tag.trim().replace(/^W\//, '')) ?? [];
  return tags.includes(etag) || asked?.trim() === '*';
}

/** The document with the parts that the schemas lack: examples, headers, links and descriptions of parameters. */
export function apiDocument(app: FastifyInstance): ApiDocument {
  const document: ApiDocument = JSON.parse(JSON.stringify(app.swagger()));
  const examples: Examples = {};
  for (const [path, operations] of Object.entries(document.paths)) {
    for (const operation of Object.values(operations)) complete(operation, path, examples);
  }
  return tidy(document, { headers, links, examples });
}

const describeRoute: NonNullable<FastifyDynamicSwaggerOptions['transform']> = ({
  schema,
  route,
  ...rest
}) => {
  const isOpen = [route.onRequest].flat().includes(publicRoute);
  const described = {
    ...schema,
    security: securityOf(isOpen, rest.url),
    response: {
      ...Object(schema.response),
      ...(route.method !== 'GET' && problemResponsesOfBodies),
      ...(rest.url.includes(':') && problemResponsesOfPaths),
    },
  };
  return jsonSchemaTransform({ schema: described, route, ...rest });
};

/** The cookie may replace the body of the one. The other needs a body only where evidence is demanded. */
const mayLackBody: ReadonlySet<string> = new Set(['refresh', 'executeRequest']);

function complete(operation: Operation, path: string, shared: Examples): void {
  const { operationId = '', parameters = [], requestBody, responses = {} } = operation;
  for (const parameter of parameters) describeParameter(parameter);
  const following = linksOf(operationId);
  if (responses['200'] && Object.keys(following).length > 0) responses['200'].links = following;
  if (requestBody && mayLackBody.has(operationId)) requestBody.required = false;
  for (const media of Object.values(requestBody?.content ?? {})) media.examples = examplesOf(media);
  for (const [status, response] of Object.entries(responses)) {
    if (response.description === 'Default Response') response.description = STATUS_CODES[status] ?? status;
    response.headers = headersOf(status, JSON.stringify(response.content ?? {}), path);
    for (const [type, media] of Object.entries(response.content ?? {})) {
      const examples = examplesOf(media);
      media.examples = type === 'application/problem+json' ? share(examples, shared) : examples;
    }
  }
}

/** The examples of a schema and of its alternatives. */
function examplesOf({ schema = {} }: Media): Examples {
  const all = Object.assign({}, schema['x-shown'], ...(schema.anyOf ?? []).map((one) => one['x-shown']));
  return Object.fromEntries(Object.entries(all).map(([name, value]) => [name, { value }]));
}

/** Replaces examples by references, because the same problems appear in many operations. */
function share(examples: Examples, shared: Examples) {
  Object.assign(shared, examples);
  return Object.fromEntries(
    Object.keys(examples).map((name) => [name, { $ref: `#/components/examples/${name}` }]),
  );
}
