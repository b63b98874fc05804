import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance } from 'fastify';
import { jsonSchemaTransform } from 'fastify-type-provider-zod';
import { open } from './guard.ts';
import { exampleOf } from './refusals.ts';

type Content = { schema?: unknown; examples?: unknown };
type Response = { headers?: unknown; content?: Record<string, Content> };
type Operation = { responses?: Record<string, Response>; security?: unknown };

/** As much of an OpenAPI document as is looked at here. */
export type ApiDocument = { readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>> };

const info = {
  title: 'Sallyport',
  version: '0.1.0',
  description:
    'Logs people in, asks for a second factor, and issues JWTs that say how somebody proved who they are.',
};

/** OpenAPI 3.1 from the routes' own schemas. Routes registered afterwards are in it. */
export async function describeApi(app: FastifyInstance, issuer: string): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info,
      servers: [{ url: issuer }],
      components: { securitySchemes: { bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } } },
    },
    transform: jsonSchemaTransform,
  });
}

/** `/openapi.json`, and outside production a page that shows it. */
export async function showApi(app: FastifyInstance, options: { readonly page: boolean }): Promise<void> {
  let document: ApiDocument | undefined;
  app.get('/openapi.json', { onRequest: open, schema: { hide: true } }, async () => {
    document ??= apiDocument(app);
    return document;
  });
  if (options.page) await app.register(swaggerUi, { routePrefix: '/docs', staticCSP: true });
}

/** The document with what the schemas cannot say: examples of refusals, headers, which routes take a bearer. */
export function apiDocument(app: FastifyInstance): ApiDocument {
  const document: ApiDocument = JSON.parse(JSON.stringify(app.swagger()));
  for (const path of Object.values(document.paths)) {
    for (const operation of Object.values(path)) complete(operation);
  }
  return document;
}

function complete(operation: Operation): void {
  const responses = operation.responses ?? {};
  if ('401' in responses && JSON.stringify(responses['401']).includes('authentication-required')) {
    Object.assign(operation, { security: [{ bearer: [] }] });
  }
  for (const [status, response] of Object.entries(responses)) {
    const cache = { 'Cache-Control': header('no-store everywhere but on keys and metadata') };
    const retry = ['202', '429', '503'].includes(status) ? { 'Retry-After': header('Seconds') } : {};
    const challenge = ['401', '403'].includes(status)
      ? { 'WWW-Authenticate': header('On every 401; on 403 where a second factor or a scope is missing') }
      : {};
    Object.assign(response, { headers: { ...cache, ...retry, ...challenge } });
    const content = response.content?.['application/problem+json'];
    if (content) Object.assign(content, { examples: examplesOf(content.schema) });
  }
}

function header(description: string) {
  return { description, schema: { type: 'string' } };
}

function examplesOf(schema: unknown) {
  const types = [...JSON.stringify(schema).matchAll(/"(\/problems\/[\w-]+)"/g)].map(
    (match) => match[1] ?? '',
  );
  return Object.fromEntries(
    types.map((type) => [type.replace('/problems/', ''), { value: exampleOf(type) }]),
  );
}
