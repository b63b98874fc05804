import { randomBytes, randomUUID } from 'node:crypto';
import { faultsOf, type Schema } from '../validate.ts';
import { formOf, requestOf } from './exchange.ts';
import { type Inspector, inspect } from './inspector.ts';
import { type Expected, judgeUnknownMethod } from './judge.ts';
import type { ApiContract, Operation } from './read-document.ts';
import { type Case, malformed, refused, wrongCredentials } from './wrong-credentials.ts';

const plain = (status: number): Expected => ({ status, type: 'about:blank' });

/** What every operation must refuse. With `bearer`, also what lies behind the guard. */
export async function checkRefusals(
  inspector: Inspector,
  operation: Operation,
  bearer: string | null,
): Promise<void> {
  const { resolve } = inspector.contract;
  const open = [...credentialCases(operation), ...ambiguousCases(operation)];
  const opens = !operation.guarded || bearer !== null;
  const inner = opens ? innerCases(operation, resolve) : [];
  const behind = bearer !== null && operation.guarded ? { bearer } : {};
  const all = [...open, ...inner.map(({ sent, ...one }) => ({ ...one, sent: { ...behind, ...sent } }))];
  for (const { what, sent, expected } of all) {
    const params = someParams(operation);
    await inspect(
      inspector,
      { kind: 'refusal', what },
      operation,
      { ...sent, params: { ...params, ...sent.params } },
      expected,
    );
  }
}

/** A method that the path does not know. Sent once for each path. */
export async function checkUnknownMethods(
  { contract, client, report }: Inspector,
  operations: readonly Operation[],
): Promise<void> {
  for (const path of new Set(operations.map((operation) => operation.path))) {
    const known = methodsOf(contract, path);
    const method = ['PUT', 'PATCH', 'DELETE', 'POST', 'GET'].find((one) => !known.includes(one));
    const operation = operations.find((one) => one.path === path);
    if (!method || !operation) continue;
    const exchange = await client.send(requestOf({ method, path }, { params: someParams(operation) }));
    report.count(operation, 'refusal', exchange);
    const faults = judgeUnknownMethod(exchange, known);
    const what = `${method}, which is not documented`;
    if (faults.length > 0)
      report.fail({ operation: operation.name, kind: 'refusal', what, faults, exchange });
  }
}

/** Those of every path that this one could be, a parameter taken for a word. */
function methodsOf({ operations }: ApiContract, path: string): string[] {
  const fits = (one: string) => new RegExp(`^${one.replace(/\{\w+\}/g, '[^/]+')}$`).test(path);
  return operations.filter((operation) => fits(operation.path)).map(({ method }) => method);
}

function credentialCases({ guarded }: Operation): Case[] {
  if (!guarded) return [];
  const none = refused(401, 'authentication-required');
  const bad = refused(401, 'invalid-token');
  const unsigned = 'eyJhbGciOiJub25lIiwidHlwIjoiYXQrand0In0.eyJzdWIiOiIxIn0.';
  return [
    { what: 'no token', sent: {}, expected: none },
    { what: 'another scheme', sent: { headers: { authorization: 'Basic YW5uOnB3' } }, expected: none },
    { what: 'no token of ours', sent: { bearer: 'nonsense' }, expected: bad },
    { what: 'a token that nobody signed', sent: { bearer: unsigned }, expected: bad },
  ];
}

/** Refused before anything else is looked at. */
function ambiguousCases(operation: Operation): Case[] {
  const expected = operation.form ? { status: 400 } : malformed;
  return [
    ...(hasQuery(operation) ? [] : [strangeParameter(operation)]),
    { what: 'X-MFA-Token twice', sent: { headers: { 'x-mfa-token': '123456, 654321' } }, expected },
  ];
}

function strangeParameter({ form }: Operation): Case {
  const expected = form ? { status: 400 } : malformed;
  return { what: 'a parameter that it does not have', sent: { query: 'access_token=x' }, expected };
}

/** Where there are parameters, they are looked at behind the guard. */
function hasQuery({ parameters }: Operation): boolean {
  return parameters.some((one) => one.in === 'query');
}

function innerCases(operation: Operation, resolve: ApiContract['resolve']): Case[] {
  const { method, body } = operation;
  if (operation.form) return formCases(operation, resolve);
  return [
    ...pathCases(operation),
    ...(hasQuery(operation) ? [strangeParameter(operation)] : []),
    ...(method === 'GET' ? [] : contentCases),
    ...(body ? bodyCases(body.schema, Object.values(body.examples)[0], resolve) : []),
    ...(wrongCredentials()[operation.id] ?? []),
  ];
}

function pathParameters({ parameters }: Operation) {
  return parameters.filter((parameter) => parameter.in === 'path');
}

/** Right in form, and nobody's; where only some words will do, the first of them. */
function someParams(operation: Operation): Record<string, string> {
  return Object.fromEntries(pathParameters(operation).map(({ name, schema }) => [name, some(schema)]));
}

function some({ enum: words, format }: Schema): string {
  if (words) return String(words[0]);
  return format === 'uuid' ? randomUUID() : randomBytes(32).toString('base64url');
}

function pathCases(operation: Operation): Case[] {
  const example = operation.body && { body: Object.values(operation.body.examples)[0] };
  return pathParameters(operation).flatMap(({ name, schema }) => [
    { what: `${name} in another form`, sent: { ...example, params: { [name]: 'me' } }, expected: malformed },
    ...(schema.enum
      ? []
      : [{ what: `${name} is nobody's`, sent: { ...example }, expected: refused(404, 'not-found') }]),
  ]);
}

const contentCases: readonly Case[] = [
  { what: 'no JSON', sent: { text: '{"a":' }, expected: malformed },
  { what: 'a prototype', sent: { text: '{"__proto__":{"admin":true}}' }, expected: malformed },
  { what: 'text', sent: { text: 'a', headers: { 'content-type': 'text/plain' } }, expected: plain(415) },
  {
    what: 'a form',
    sent: { text: 'a=b', headers: { 'content-type': 'application/x-www-form-urlencoded' } },
    expected: plain(415),
  },
  { what: 'too much', sent: { body: { a: 'a'.repeat(120_000) } }, expected: plain(413) },
];

/** Of a form (RFC 6749 3.2): what is not known in it is ignored. */
function formCases({ id, body }: Operation, resolve: ApiContract['resolve']): Case[] {
  const { required = [] } = schemaOf(body?.schema ?? {}, resolve);
  const fit = Object(Object.values(body?.examples ?? {})[0]);
  const twice = `${formOf(fit)}&${required[0]}=twice`;
  return [
    {
      what: 'JSON',
      sent: { body: {}, headers: { 'content-type': 'application/json' } },
      expected: plain(415),
    },
    { what: 'text', sent: { text: 'a', headers: { 'content-type': 'text/plain' } }, expected: plain(415) },
    { what: 'too much', sent: { body: { a: 'a'.repeat(120_000) } }, expected: plain(413) },
    { what: 'half an escape', sent: { text: 'a=%z' }, expected: { status: 400 } },
    { what: 'a parameter twice', sent: { text: twice }, expected: { status: 400 } },
    ...['', ...required].map((name) => ({
      what: `without ${name || 'anything'}`,
      sent: { body: name ? without(fit, name) : {} },
      expected: { status: 400 },
    })),
    ...(wrongCredentials()[id] ?? []),
  ];
}

function schemaOf(schema: Schema, resolve: ApiContract['resolve']): Schema {
  return schema.$ref ? (resolve(schema.$ref) as Schema) : schema;
}

/** Only what the schema refuses: what fits it might be done. */
function bodyCases(schema: Schema, example: unknown, resolve: ApiContract['resolve']): Case[] {
  const { properties = {}, required = [] } = schemaOf(schema, resolve);
  const fit = Object(example);
  const bodies: readonly (readonly [string, unknown])[] = [
    ['a list', [example]],
    ['an unknown field', { ...fit, admin: true }],
    ...required.map((name) => [`without ${name}`, without(fit, name)] as const),
    ...Object.entries(properties).flatMap(([name, { type, maxLength }]) => [
      [`${name} of a wrong type`, { ...fit, [name]: type === 'object' ? 'text' : { $ne: null } }] as const,
      [`${name} as null`, { ...fit, [name]: null }] as const,
      ...(maxLength ? [[`${name} too long`, { ...fit, [name]: 'a'.repeat(maxLength + 1) }] as const] : []),
    ]),
  ];
  const bad = bodies.filter(([, body]) => faultsOf(schema, body, resolve).length > 0);
  const needsBody = faultsOf(schema, null, resolve).length > 0;
  return [
    ...(needsBody ? [{ what: 'no body', sent: {}, expected: malformed }] : []),
    ...bad.map(([what, body]) => ({ what, sent: { body }, expected: malformed })),
  ];
}

function without(body: object, name: string): object {
  return Object.fromEntries(Object.entries(body).filter(([key]) => key !== name));
}
