import fc from 'fast-check';
import { faultsOf, type Resolve, type Schema } from '../validate.ts';

type Values = fc.Arbitrary<unknown>;

const hostile = [
  ...["' or 1=1 --", '"; drop table users; --', '{{7*7}}', '<script>alert(1)</script>', '../../etc/passwd'],
  ...[
    '\r\nSet-Cookie: a=b',
    '\u0000',
    '\ud800',
    '\u202e',
    'İ',
    'K',
    '😀',
    ' ',
    '-0',
    '1e999',
    'null',
    'true',
    '000000',
  ],
];

/** Any code point except surrogates. fast-check's unit `binary` is the same, but first builds a table of all of them. */
export const anyCharacter = fc
  .integer({ min: 0, max: 0x10_ffff - 0x800 })
  .map((code) => String.fromCodePoint(code < 0xd800 ? code : code + 0x800));

/** Values that fit a schema. */
export function fitting(schema: Schema, resolve: Resolve): Values {
  return shaped(schema, resolve).filter((value) => faultsOf(schema, value, resolve).length === 0);
}

/** Values that do not: of another type, coercible to the right one, or with a member too many, too few or amiss. */
export function misfitting(schema: Schema, resolve: Resolve): Values {
  const coercible = fc.constantFrom<unknown>(null, true, false, 0, 1, '', '1', 'true', [], {}, [''], {
    length: 1,
  });
  const amiss = schema.type === 'object' ? [objectAmiss(schema, resolve)] : [];
  const any = fc.oneof(coercible, fc.jsonValue(), fc.constantFrom(...hostile), ...amiss, ...amiss);
  return any.filter((value) => faultsOf(schema, value, resolve).length > 0);
}

function shaped(schema: Schema, resolve: Resolve): Values {
  if (schema.$ref !== undefined) return shaped(resolve(schema.$ref) as Schema, resolve);
  if ('const' in schema) return fc.constant(schema.const);
  if (schema.enum) return fc.constantFrom(...schema.enum);
  const alternatives = schema.anyOf ?? schema.oneOf;
  if (alternatives) return fc.oneof(...alternatives.map((one) => shaped(one, resolve)));
  return fc.oneof(...[schema.type ?? 'anything'].flat().map((type) => ofType(type, schema, resolve)));
}

function ofType(type: string, schema: Schema, resolve: Resolve): Values {
  const { minimum: min = -1000, maximum: max = 1000, minItems = 0, maxItems = 5, items = {} } = schema;
  switch (type) {
    case 'null':
      return fc.constant(null);
    case 'boolean':
      return fc.boolean();
    case 'integer':
    case 'number':
      return fc.integer({ min, max });
    case 'string':
      return texts(schema);
    case 'array':
      return fc.array(shaped(items, resolve), { minLength: minItems, maxLength: maxItems });
    case 'object':
      return objects(schema, resolve);
    default:
      return fc.jsonValue({ maxDepth: 3 });
  }
}

function texts({ format, pattern, minLength = 0, maxLength = 64 }: Schema): fc.Arbitrary<string> {
  if (format === 'uuid') return fc.uuid();
  if (format === 'date-time') return fc.date({ noInvalidDate: true }).map((date) => date.toISOString());
  if (pattern !== undefined) return fc.stringMatching(new RegExp(pattern, 'u'));
  const size = { minLength, maxLength: Math.min(maxLength, minLength + 64) };
  return fc.oneof(
    fc.string(size),
    fc.string({ ...size, unit: anyCharacter }),
    fc.constantFrom(...hostile),
    fc.constantFrom('a'.repeat(maxLength), '😀'.repeat(maxLength), '123456'),
  );
}

function objects({ properties = {}, required = [], additionalProperties }: Schema, resolve: Resolve): Values {
  const members = Object.fromEntries(
    Object.entries(properties).map(([name, schema]) => [name, shaped(schema, resolve)]),
  );
  const known = fc.record(members, { requiredKeys: required.filter((name) => name in members) });
  if (!additionalProperties) return known;
  return fc.dictionary(fc.string(), fc.jsonValue(), { maxKeys: 4, noNullPrototype: true });
}

function objectAmiss(schema: Schema, resolve: Resolve): Values {
  const { properties = {}, required = [] } = schema;
  const whole = shaped(schema, resolve).map((value) => Object(value));
  const names = fc.oneof(fc.constantFrom('admin', 'roles', 'constructor', 'toString', 'id'), fc.string());
  const more = fc
    .tuple(whole, names, fc.jsonValue())
    .map(([body, name, value]) => ({ ...body, [name]: value }));
  const fewer = required.map((name) => whole.map(({ [name]: _, ...rest }) => rest));
  const amiss = Object.entries(properties).map(([name, one]) =>
    fc.tuple(whole, misfitting(one, resolve)).map(([body, value]) => ({ ...body, [name]: value })),
  );
  return fc.oneof(more, ...fewer, ...amiss);
}
