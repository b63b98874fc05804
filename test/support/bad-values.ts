import type { World } from './world.ts';

/** As much of a field's JSON schema as is looked at here. */
export type Field = {
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly maxLength?: number;
  readonly anyOf?: readonly Field[];
};

export type BodyRoute = {
  readonly name: string;
  readonly method: 'POST' | 'PATCH' | 'PUT' | 'DELETE';
  readonly path: string;
  readonly fields: Readonly<Record<string, Field>>;
  readonly required: readonly string[];
  /** Whether there may be no body at all. */
  readonly optional: boolean;
};

/** Every route of the OpenAPI document that takes a body, with what the document says of its fields. */
export async function bodyRoutes({ call }: Pick<World, 'call'>): Promise<readonly BodyRoute[]> {
  const { body: document } = await call('GET', '/openapi.json');
  const found: BodyRoute[] = [];
  for (const { method, path, operation, name } of operationsOf(document)) {
    const content = resolved(document, operation.requestBody)?.content?.['application/json'];
    const schema = notNull(resolved(document, content?.schema));
    if (!schema?.properties) continue; // of alternatives each has tests of its own
    const fields = Object.entries(schema.properties).map(([field, of]) => [field, resolved(document, of)]);
    found.push({
      name,
      method,
      path,
      fields: Object.fromEntries(fields),
      required: schema.required ?? [],
      optional: schema !== resolved(document, content.schema),
    });
  }
  return found;
}

// biome-ignore lint/suspicious/noExplicitAny: JSON of any shape; what is not there makes the test fail
type Json = any;

function operationsOf(document: Json) {
  return Object.entries<Json>(document.paths).flatMap(([path, operations]) =>
    Object.entries<Json>(operations).map(([verb, operation]) => {
      const method = verb.toUpperCase() as BodyRoute['method']; // the document knows no others with a body
      return { method, path, operation, name: `${method} ${path}` };
    }),
  );
}

/** Of a body that may be left out: what it is where it is not. */
function notNull(schema: Json): Json {
  const [body, ...others] = (schema?.anyOf ?? []).filter(({ type }: Json) => type !== 'null');
  return body && others.length === 0 ? body : schema;
}

/** What a `$ref` stands for: `#/components/schemas/Password`. */
function resolved(document: Json, value: Json): Json {
  if (typeof value?.$ref !== 'string') return value;
  const steps = value.$ref.split('/').slice(1);
  return resolved(
    document,
    steps.reduce((at: Json, step: string) => at[step], document),
  );
}

/** A body whose required fields are all there and of the right kind, with any meaning. */
export function plainBody({ fields, required }: BodyRoute): Record<string, unknown> {
  return Object.fromEntries(
    required.map((name) => [name, fields[name]?.const ?? fields[name]?.enum?.[0] ?? plainOf(fields[name])]),
  );
}

function plainOf(field: Field | undefined): unknown {
  if (field?.type === 'array') return [];
  return field?.type === 'boolean' ? true : 'x';
}

/** Values that a field of this schema must refuse, by what is wrong with them. */
export function badValues(field: Field): Record<string, unknown> {
  const other = field.anyOf?.find(({ type }) => type !== 'null');
  if (other && field.anyOf?.some(({ type }) => type === 'null')) {
    const { null: _allowed, ...bad } = badValues(other);
    return bad;
  }
  const kinds: Record<string, unknown> = {
    number: 12345,
    boolean: true,
    null: null,
    array: ['x'],
    object: { x: 'x' },
  };
  if (field.type) delete kinds[field.type];
  if (field.type === 'integer') return { ...kinds, number: 1.5, text: '5' };
  if (field.type === 'boolean') return { ...kinds, 'the word true': 'true', ...notMeant(field) };
  if (field.type !== 'string') return { ...kinds, text: 'x' };
  if (field.enum) return { ...kinds, 'none of them': 'nonsense', empty: '' };
  return {
    ...kinds,
    empty: '',
    NUL: 'a\u0000b',
    'a line break': 'a\r\nb',
    'a C1 control': 'a\u0085b',
    'half a pair': 'a\ud800b',
    'the other half': '\udc00',
    'too long': 'x'.repeat((field.maxLength ?? 4096) + 1),
  };
}

/** Of a boolean that has but one meaning: an `accepted: true`. */
function notMeant({ const: only }: Field): Record<string, unknown> {
  return typeof only === 'boolean' ? { 'the other boolean': !only } : {};
}
