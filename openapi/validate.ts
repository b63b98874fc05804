/** The part of JSON Schema 2020-12 that the document uses. */
export type Schema = {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | Schema;
  readonly items?: Schema;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
  readonly format?: string;
  readonly minimum?: number;
  readonly maximum?: number;
};

/** What `#/…` points at; throws where it points nowhere. */
export type Resolve = (ref: string) => unknown;

const checked = [
  ...['$ref', 'type', 'enum', 'const', 'anyOf', 'oneOf', 'properties', 'required', 'additionalProperties'],
  ...['items', 'minItems', 'maxItems', 'minLength', 'maxLength', 'pattern', 'format', 'minimum', 'maximum'],
];
const described = ['title', 'description', 'default', 'discriminator'];

/**
 * What is wrong with a value, each fault behind its place. Stricter than JSON Schema in one thing: a member that an
 * object's schema does not name is a fault unless `additionalProperties` lets it in. Throws on a keyword that it does not
 * know, so that none goes unchecked.
 */
export function faultsOf(schema: Schema, value: unknown, resolve: Resolve, at = '#'): string[] {
  for (const keyword of Object.keys(schema)) {
    if (!checked.includes(keyword) && !described.includes(keyword))
      throw new Error(`The schema at ${at} has a keyword that is not checked: ${keyword}`);
  }
  if (schema.$ref !== undefined) return faultsOf(resolve(schema.$ref) as Schema, value, resolve, at);
  const wrong = ownFaults(schema, value).map((fault) => `${at} ${fault}`);
  return wrong.length > 0
    ? wrong
    : [...inAlternatives(schema, value, resolve, at), ...inside(schema, value, resolve, at)];
}

function ownFaults(schema: Schema, value: unknown): string[] {
  const { type, enum: options } = schema;
  const types = type === undefined ? [] : [type].flat();
  if (types.length > 0 && !types.some((one) => isOfType(one, value))) return [`is not ${types.join(' or ')}`];
  if (options && !options.some((one) => equal(one, value))) return [`is none of ${JSON.stringify(options)}`];
  if ('const' in schema && !equal(schema.const, value)) return [`is not ${JSON.stringify(schema.const)}`];
  if (typeof value === 'string') return textFaults(schema, value);
  if (typeof value === 'number') return rangeFaults(value, schema.minimum, schema.maximum, '');
  if (Array.isArray(value)) return rangeFaults(value.length, schema.minItems, schema.maxItems, ' items');
  return [];
}

function isOfType(type: string, value: unknown): boolean {
  switch (type) {
    case 'null':
      return value === null;
    case 'array':
      return Array.isArray(value);
    case 'object':
      return isObject(value);
    case 'integer':
      return Number.isInteger(value);
    case 'string':
    case 'number':
    case 'boolean':
      return typeof value === type;
    default:
      throw new Error(`Not a type of JSON Schema: ${type}`);
  }
}

function textFaults({ minLength, maxLength, pattern, format }: Schema, value: string): string[] {
  const wrong = rangeFaults([...value].length, minLength, maxLength, ' characters');
  if (pattern !== undefined && !new RegExp(pattern, 'u').test(value)) wrong.push(`does not match ${pattern}`);
  if (format !== undefined && !hasFormat(format, value)) wrong.push(`is not a ${format}`);
  return wrong;
}

function hasFormat(format: string, value: string): boolean {
  switch (format) {
    case 'uuid':
      return /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i.test(value);
    case 'uri':
      return URL.canParse(value);
    case 'date-time':
      return (
        /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(value) &&
        !Number.isNaN(Date.parse(value))
      );
    default:
      throw new Error(`A format that is not checked: ${format}`);
  }
}

function rangeFaults(
  size: number,
  least = Number.NEGATIVE_INFINITY,
  most = Number.POSITIVE_INFINITY,
  unit: string,
) {
  if (size < least) return [`is less than ${least}${unit}`];
  return size > most ? [`is more than ${most}${unit}`] : [];
}

function inAlternatives({ anyOf, oneOf }: Schema, value: unknown, resolve: Resolve, at: string): string[] {
  const alternatives = anyOf ?? oneOf;
  if (!alternatives) return [];
  const results = alternatives.map((one) => faultsOf(one, value, resolve, at));
  const fitting = results.filter((faults) => faults.length === 0).length;
  if (fitting === 1 || (anyOf && fitting > 1)) return [];
  if (fitting > 1) return [`${at} fits ${fitting} alternatives, not one`];
  return results.reduce((best, one) => (one.length < best.length ? one : best)); // the likeliest to have been meant
}

function inside(schema: Schema, value: unknown, resolve: Resolve, at: string): string[] {
  if (Array.isArray(value)) {
    const { items } = schema;
    return items ? value.flatMap((one, index) => faultsOf(items, one, resolve, `${at}/${index}`)) : [];
  }
  if (!isObject(value) || (schema.type === undefined && !schema.properties)) return [];
  const { properties = {}, required = [], additionalProperties } = schema;
  const missing = required
    .filter((name) => !Object.hasOwn(value, name))
    .map((name) => `${at}/${name} is missing`);
  const wrong = Object.entries(value).flatMap(([name, member]) => {
    const known = Object.hasOwn(properties, name) ? properties[name] : additionalProperties;
    if (known === true) return [];
    return known ? faultsOf(known, member, resolve, `${at}/${name}`) : [`${at}/${name} is not documented`];
  });
  return [...missing, ...wrong];
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function equal(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
