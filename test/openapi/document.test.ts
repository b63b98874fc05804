import { readFile } from 'node:fs/promises';
import { describe, expect, test, vi } from 'vitest';
import { type Operation, operationById, readDocument } from '../../openapi/contract/read-document.ts';
import { documentFile, generateDocument } from '../../openapi/generate.ts';
import { faultsOf } from '../../openapi/validate.ts';
import * as mfa from '../../src/domain/mfa/mfa-problems.ts';
import { authMethods } from '../../src/domain/service-accounts/client.ts';
import * as login from '../../src/domain/sessions/login-problems.ts';
import { everyMethod } from '../../src/features/mfa/providers.ts';
import * as general from '../../src/lib/problem.ts';
import { oauthRoutes } from '../support/api-routes.ts';
import { freshDatabase } from '../support/database.ts';
import { useWorld } from '../support/use-world.ts';

const text = await readFile(documentFile, 'utf8');
const document = JSON.parse(text);
const { operations, resolve } = readDocument(document);
const each = operations.map((operation) => [operation.name, operation] as const);
const problemType = 'application/problem+json';

type Ref = { readonly $ref: string };
type Documented = { readonly propertyName: string; readonly mapping: Readonly<Record<string, string>> };

describe('openapi/openapi.json', () => {
  test('is what the routes say now', async () => {
    const made = await generateDocument(await freshDatabase());
    expect(made, 'The routes have changed: run npm run openapi').toBe(text);
  });

  test('is OpenAPI 3.1 of a named version, and names no machine', () => {
    expect(document).toMatchObject({
      openapi: expect.stringMatching(/^3\.1\.\d$/),
      info: { title: 'Sallyport', version: expect.stringMatching(/^\d+\.\d+\.\d+$/) },
      servers: [{ url: 'http://127.0.0.1:3000' }],
    });
  });

  test('has no reference that points nowhere, and nothing that nobody refers to', () => {
    const refs = new Set([...text.matchAll(/"\$ref": "([^"]+)"/g)].map(([, ref = '']) => ref));
    expect(refs.size).toBeGreaterThan(20);
    for (const ref of refs) expect(() => resolve(ref)).not.toThrow();
    const { securitySchemes: _, ...components } = document.components;
    const all = Object.entries(components).flatMap(([kind, of]) =>
      Object.keys(Object(of)).map((name) => `#/components/${kind}/${name}`),
    );
    expect(all.filter((ref) => !refs.has(ref))).toEqual([]);
  });

  test('gives each operation a name of its own', () => {
    const ids = operations.map(({ id }) => id);
    expect(ids.filter((id) => !/^[a-z]+([A-Z][a-z]+)*$/.test(id))).toEqual([]);
    expect(ids.filter((id, at) => ids.indexOf(id) !== at)).toEqual([]);
  });
});

describe('the document', () => {
  test('describes each tag that is used, and no other', () => {
    const { tags } = document as { tags: { name: string; description: string }[] };
    expect(tags.map(({ name }) => name).sort()).toEqual(
      [...new Set(operations.flatMap((operation) => operation.tags))].sort(),
    );
    expect(tags.filter(({ description }) => !description)).toEqual([]);
  });

  test('has a scheme for bearers, and one for the client authentication of /oauth', () => {
    const { securitySchemes } = document.components;
    expect(Object.keys(securitySchemes)).toEqual(['bearer', 'client']);
    expect(securitySchemes.client).toMatchObject({ type: 'http', scheme: 'basic' });
    for (const way of authMethods) expect(securitySchemes.client.description).toContain(way);
  });

  test('links a login to the answer of its challenge, and that to the next refresh', () => {
    const linksOf = (path: string) => {
      const { links } = document.paths[path].post.responses['200'] ?? {};
      const named = Object.values<{ $ref: string }>(links ?? {});
      return named.map(({ $ref }) => resolve($ref) as { operationId: string; requestBody: object });
    };
    const follows = (path: string) => linksOf(path).map(({ operationId }) => operationId);
    expect(follows('/auth/login')).toEqual(['verify', 'challenge', 'refresh']);
    expect(follows('/auth/mfa/verify')).toEqual(['refresh']);
    expect(follows('/auth/refresh')).toEqual(['refresh']);
    expect(follows('/auth/mfa/enroll')).toEqual(['verifyEnrollment']);
    const all = operations.filter(({ method }) => method === 'POST').flatMap(({ path }) => linksOf(path));
    for (const { operationId, requestBody } of all) {
      const { body } = operations.find(({ id }) => id === operationId) ?? {};
      const fields = Object.keys(requestBody);
      expect(Object.keys(body?.schema.properties ?? body?.schema.anyOf?.[0]?.properties ?? {})).toEqual(
        expect.arrayContaining(fields),
      );
    }
  });

  test('distinguishes the answers of enroll by method, those of Duo too', () => {
    const { schema, examples } = mediaOf(operationById({ operations, resolve }, 'enroll')).find(
      ({ schema }) => schema.$ref?.endsWith('PendingEnrolment'),
    ) as Operation['body'] & object;
    const { oneOf, discriminator } = resolve(schema.$ref ?? '') as {
      oneOf: Ref[];
      discriminator: Documented;
    };
    expect(discriminator.propertyName).toBe('method');
    const enrollable = [...everyMethod.values()].filter(({ backup }) => !backup);
    expect(Object.keys(discriminator.mapping).sort()).toEqual(enrollable.map(({ method }) => method).sort());
    expect(Object.values(discriminator.mapping).sort()).toEqual(oneOf.map(({ $ref }) => $ref).sort());
    for (const [method, ref] of Object.entries(discriminator.mapping))
      expect(resolve(ref)).toMatchObject({ properties: { method: { const: method } } });
    expect(Object.keys(examples)).toEqual(expect.arrayContaining(['totp', 'duo_universal', 'duo_push']));
    for (const [name, example] of Object.entries(examples)) {
      const other = { ...Object(example), method: name === 'totp' ? 'sms' : 'totp' };
      expect(faultsOf(schema, example, resolve), name).toEqual([]);
      expect(faultsOf(schema, other, resolve), name).not.toEqual([]);
    }
  });

  test('lets a browser that comes back from Duo answer a challenge', () => {
    for (const id of ['verify', 'verifyEnrollment']) {
      const { body } = operationById({ operations, resolve }, id);
      const response = { state: 'of-the-challenge', duo_code: 'of-duo' };
      const answer = id === 'verify' ? { temp_token: 'of-the-login', response } : { response };
      expect(faultsOf(body?.schema ?? {}, answer, resolve)).toEqual([]);
    }
  });
});

describe('every operation', () => {
  test.each(each)('%s has a summary, a description, tags, and each answer described', (_, operation) => {
    const { summary, description, tags, responses } = operation;
    expect(summary).not.toBe('');
    expect(description).not.toBe('');
    expect(tags).not.toEqual([]);
    for (const { description } of Object.values(responses))
      expect(description).toMatch(/^(?!Default Response$)./);
    expect(Object.keys(responses).some((status) => status.startsWith('2'))).toBe(true);
  });

  test.each(each)('%s declares the parameters of its path', (_, { path, parameters }) => {
    const inPath = parameters.filter((parameter) => parameter.in === 'path');
    expect(inPath.map(({ name }) => `{${name}}`)).toEqual(path.match(/\{\w+\}/g) ?? []);
    expect(inPath.every(({ required }) => required)).toBe(true);
  });

  test.each(each)('%s describes each parameter and shows one', (_, { parameters }) => {
    for (const { name, description = '', schema, example } of parameters) {
      expect(description, name).not.toBe('');
      expect(example, name).toBeDefined();
      expect(faultsOf(schema, example, resolve), name).toEqual([]);
    }
  });

  test.each(each)('%s says who may call it, and [] where everybody may', (name, { guarded, path }) => {
    const [method = ''] = name.toLowerCase().split(' ');
    const expected = path.startsWith('/oauth/') ? [{ client: [] }, {}] : guarded ? [{ bearer: [] }] : [];
    expect(document.paths[path][method].security).toEqual(expected);
  });

  test.each(each)('%s shows by example what is sent and answered, all of it as described', (_, operation) => {
    for (const { schema, examples } of mediaOf(operation)) {
      expect(Object.keys(examples)).not.toEqual([]);
      for (const example of Object.values(examples)) expect(faultsOf(schema, example, resolve)).toEqual([]);
    }
  });

  test.each(each)('HT-2 %s refuses with problems alone, one example each', (_, operation) => {
    const { responses } = operation;
    const refusals = Object.entries(responses).filter(([status]) => !status.startsWith('2'));
    expect(refusals.length).toBeGreaterThanOrEqual(3);
    for (const [status, { content }] of refusals) {
      if (oauthRoutes.includes(operation.name) && ['400', '401'].includes(status)) {
        expect(Object.keys(content)).toEqual(['application/json']);
        continue;
      }
      expect(Object.keys(content)).toEqual([problemType]);
      const { schema, examples } = content[problemType] ?? { schema: {}, examples: {} };
      expect(Object.keys(examples)).toHaveLength(schema.anyOf?.length ?? 1);
      for (const example of Object.values(examples))
        expect(example).toMatchObject({ status: Number(status) });
    }
  });

  test.each(each)('JW-7 %s asks for a bearer where it says that it refuses without one', (_, operation) => {
    const { guarded, path, responses } = operation;
    const says = examplesOf(operation).some(({ type }) => type === '/problems/authentication-required');
    expect(guarded).toBe(says);
    const challenge = responses['401']?.headers.find(({ name }) => name === 'WWW-Authenticate');
    // A program that tried no Basic is sent no challenge (RFC 6749 5.2).
    if (responses['401']) expect(challenge?.required ?? false).toBe(!path.startsWith('/oauth/'));
  });

  test.each(each)('VN-1 %s documents X-MFA-Token where it asks for a second factor', (_, operation) => {
    // A read in the area admin may ask for another login: it takes no code, so it refuses none as wrong.
    const says = (name: string) => examplesOf(operation).some(({ type }) => type === `/problems/${name}`);
    const header = operation.parameters.some(
      ({ name, in: where }) => where === 'header' && name === 'X-MFA-Token',
    );
    if (header) expect(says('mfa-token-required')).toBe(true);
    if (says('mfa-token-required') && says('mfa-token-invalid')) expect(header).toBe(true);
  });

  test.each(each)('SE-13 %s says of each answer whether it may be kept', (_, { path, responses }) => {
    for (const [status, { headers }] of Object.entries(responses)) {
      const cache = headers.find(({ name }) => name === 'Cache-Control');
      const mayBeKept = path.startsWith('/.well-known/') && status === '200';
      expect(cache).toMatchObject({
        required: true,
        schema: { const: mayBeKept ? 'public, max-age=300' : 'no-store' },
      });
    }
  });

  test('RL-7 a 429 says when to come back', () => {
    for (const { responses } of operations) {
      const retry = responses['429']?.headers.find(({ name }) => name === 'Retry-After');
      expect(retry).toMatchObject({ required: true, schema: { type: 'integer' } });
    }
  });
});

test('the examples of refusals have the titles that the service sends', () => {
  const titles = new Map<string, string>();
  for (const kind of Object.values({ ...general, ...login, ...mfa }))
    if (typeof kind === 'function' && 'slug' in kind) titles.set(kind.type, kind.title);
  expect(titles.size).toBeGreaterThan(15);
  const shown = operations.flatMap(examplesOf).filter(({ type }) => titles.has(type));
  expect(new Set(shown.map(({ type }) => type)).size).toBe(titles.size);
  for (const { type, title } of shown) expect([type, title]).toEqual([type, titles.get(type)]);
});

describe('the service', () => {
  const world = useWorld();

  test('gives out the committed document to everybody, with Duo switched off too', async () => {
    expect(world.deps.providers.has('duo_push')).toBe(false);
    const answer = await world.call('GET', '/openapi.json');
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual(document);
  });

  test('writes it once, and says by its ETag that it is the same', async () => {
    const get = (tag?: string) =>
      world.app.inject({ url: '/openapi.json', headers: tag === undefined ? {} : { 'if-none-match': tag } });
    const first = await get();
    const etag = String(first.headers.etag);
    expect(etag).toMatch(/^"[\w-]{43}"$/);
    expect(first.headers).toMatchObject({
      'cache-control': 'public, max-age=300',
      'content-type': 'application/json; charset=utf-8',
      'content-length': String(first.rawPayload.length),
    });
    const written = vi.spyOn(JSON, 'stringify');
    expect((await get('"another"')).rawPayload).toEqual(first.rawPayload);
    expect(written.mock.calls.filter(([value]) => Object(value).openapi)).toEqual([]);
    written.mockRestore();
    for (const tag of [etag, `W/${etag}`, `"another", ${etag}`, '*']) {
      const same = await get(tag);
      expect(same.statusCode, tag).toBe(304);
      expect(same.body).toBe('');
      expect(same.headers).toMatchObject({ etag, 'cache-control': 'public, max-age=300' });
      expect(same.headers).not.toHaveProperty('content-type');
    }
    expect((await get(etag.slice(0, -2))).statusCode).toBe(200);
  });

  test('shows it on a page', async () => {
    const page = await world.app.inject('/docs/json');
    expect(page.json()).toEqual(document);
  });
});

function mediaOf({ body, responses }: Operation) {
  return [
    ...(body ? [body] : []),
    ...Object.values(responses).flatMap(({ content }) => Object.values(content)),
  ];
}

type Problem = { readonly type: string; readonly title: string };

/** All problems that an operation shows. */
function examplesOf({ responses }: Operation): Problem[] {
  const media = Object.values(responses).flatMap(({ content }) => content[problemType] ?? []);
  return media.flatMap(({ examples }) => Object.values(examples) as Problem[]);
}
