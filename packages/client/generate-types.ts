// Writes src/api-types.ts from the OpenAPI document. It knows the part of JSON Schema that the document uses, and stops
// at the rest. (openapi-typescript needs the compiler's own API, which TypeScript 7 does not have yet.)
import { readFileSync, writeFileSync } from 'node:fs';

export type Schema = {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly additionalProperties?: boolean | Schema;
  readonly description?: string;
};
type Content = Readonly<Record<string, { readonly schema?: Schema }>>;
type Parameter = {
  readonly name: string;
  readonly in: string;
  readonly required?: boolean;
  readonly schema: Schema;
  readonly description?: string;
};
type Operation = {
  readonly operationId: string;
  readonly summary?: string;
  readonly security?: readonly Readonly<Record<string, unknown>>[];
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly required?: boolean; readonly content: Content };
  readonly responses: Readonly<Record<string, { readonly content?: Content }>>;
};
export type ApiDocument = {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
};

const problemPrefix = '/problems/';

export function clientTypes({ paths, components }: ApiDocument): string {
  const schemas = Object.entries(components.schemas).sort(([one], [other]) => (one < other ? -1 : 1));
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => operationType(method, path, operation)),
  );
  const problems = schemas.flatMap(([name, { properties }]) => {
    const type = String(properties?.type?.const ?? '');
    return type.startsWith(problemPrefix) ? [`'${type.slice(problemPrefix.length)}': ${name};`] : [];
  });
  const parts = [
    '// Made from openapi/openapi.json by `npm run client:types`. Do not edit.',
    ...schemas.map(
      ([name, schema]) => `${comment(schema.description)}export type ${name} = ${typeOf(schema)};`,
    ),
    `/** Every problem of the API, by the last part of its type. */\nexport interface Problems {\n${problems.join('\n')}\n}`,
    `export interface Operations {\n${operations.join('\n')}\n}`,
    `/** The operations that take no access token. */\nexport const openOperations: readonly string[] = [\n${openOperations(paths).join('\n')}\n];`,
  ];
  return `${indent(parts.join('\n\n'))}\n`;
}

function openOperations(paths: ApiDocument['paths']): readonly string[] {
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods)
      .filter(([, { security = [] }]) => !security.some((scheme) => 'bearer' in scheme))
      .map(([method]) => `  '${method.toUpperCase()} ${path}',`),
  );
}

function indent(text: string): string {
  let depth = 0;
  const lines = text.split('\n').map((line) => {
    if (/^[}]/.test(line)) depth -= 1;
    const indented = line === '' ? line : '  '.repeat(depth) + line;
    if (line.endsWith('{')) depth += 1;
    return indented;
  });
  return lines.join('\n');
}

function operationType(method: string, path: string, operation: Operation): string {
  const answers = Object.entries(operation.responses).filter(([status]) => status.startsWith('2'));
  const answer = union(answers.map(([, { content }]) => contentType(content)));
  return [
    `${comment(operation.summary)}'${method.toUpperCase()} ${path}': {`,
    `id: '${operation.operationId}';`,
    `input: ${inputType(operation)};`,
    `answer: ${answer};`,
    '};',
  ].join('\n');
}

function inputType({ parameters = [], requestBody }: Operation): string {
  const places = [
    ['params', 'path'],
    ['query', 'query'],
    ['headers', 'header'],
  ].map(([name, place]) => {
    const own = parameters.filter((one) => one.in === place);
    if (own.length === 0) return '';
    const fields = own.map((one) => property(one.name, asTyped(one), one.required === true));
    return `${name}${own.some((one) => one.required) ? '' : '?'}: {\n${fields.join('\n')}\n};`;
  });
  if (requestBody)
    places.push(`body${requestBody.required ? '' : '?'}: ${contentType(requestBody.content)};`);
  const written = places.filter((place) => place !== '');
  return written.length === 0 ? '{}' : `{\n${written.join('\n')}\n}`;
}

/** Numbers in an address are texts, but a caller has numbers. */
function asTyped({ in: place, schema }: Parameter): Schema {
  const plain = place === 'query' && schema.type === 'string' && !schema.enum;
  return plain
    ? { type: ['string', 'number'], ...(schema.description && { description: schema.description }) }
    : schema;
}

function contentType(content: Content | undefined): string {
  if (content === undefined) return 'undefined';
  return union(
    Object.entries(content).map(([media, { schema }]) =>
      media.endsWith('json') || media.includes('form') ? typeOf(schema ?? {}) : 'string',
    ),
  );
}

function typeOf(schema: Schema): string {
  if (schema.$ref !== undefined) return schema.$ref.slice(schema.$ref.lastIndexOf('/') + 1);
  if (schema.const !== undefined) return literal(schema.const);
  if (schema.enum !== undefined) return union(schema.enum.map(literal));
  const members = schema.anyOf ?? schema.oneOf;
  if (members !== undefined) return union(members.map(typeOf));
  if (Array.isArray(schema.type)) return union(schema.type.map((type) => typeOf({ ...schema, type })));
  switch (schema.type) {
    case 'string':
    case 'boolean':
    case 'null':
      return schema.type;
    case 'integer':
    case 'number':
      return 'number';
    case 'array':
      return `(${typeOf(schema.items ?? {})})[]`;
    case 'object':
      return objectType(schema);
    case undefined:
      return 'unknown';
    default:
      throw new Error(`No type for ${JSON.stringify(schema)}`);
  }
}

function objectType({ properties = {}, required = [], additionalProperties }: Schema): string {
  const fields = Object.entries(properties).map(([name, one]) =>
    property(name, one, required.includes(name)),
  );
  if (typeof additionalProperties === 'object')
    fields.push(`[name: string]: ${mapType(additionalProperties, fields)};`);
  return fields.length === 0 ? 'Record<string, never>' : `{\n${fields.join('\n')}\n}`;
}

/** An index signature must fit the named fields as well. */
function mapType(values: Schema, fields: readonly string[]): string {
  return fields.length === 0 ? typeOf(values) : 'unknown';
}

function property(name: string, schema: Schema, required: boolean): string {
  const key = /^\w+$/.test(name) ? name : `'${name}'`;
  return `${comment(schema.description)}${key}${required ? '' : '?'}: ${typeOf(schema)}${required ? '' : ' | undefined'};`;
}

function union(types: readonly string[]): string {
  return [...new Set(types)].join(' | ');
}

function literal(value: unknown): string {
  return typeof value === 'string' ? `'${value.replaceAll("'", "\\'")}'` : JSON.stringify(value);
}

function comment(text: string | undefined): string {
  return text === undefined ? '' : `/** ${text.replaceAll('*/', '* /')} */\n`;
}

export const documentFile = new URL('../../openapi/openapi.json', import.meta.url);
export const typesFile = new URL('./src/api-types.ts', import.meta.url);

if (import.meta.main)
  writeFileSync(typesFile, clientTypes(JSON.parse(readFileSync(documentFile, 'utf8')) as ApiDocument));
