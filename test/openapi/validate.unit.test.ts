import { describe, expect, test } from 'vitest';
import { faultsOf, type Schema } from '../../openapi/validate.ts';

const components: Readonly<Record<string, Schema>> = {
  '#/components/schemas/Name': { type: 'string', minLength: 1, maxLength: 3 },
};
const faults = (schema: Schema, value: unknown) => faultsOf(schema, value, (ref) => components[ref]);

const uuid = '6f1b2c3d-8a47-4e0b-9c55-1d2e3f4a5b6c';
const person: Schema = {
  type: 'object',
  properties: { name: { $ref: '#/components/schemas/Name' }, age: { type: ['integer', 'null'] } },
  required: ['name'],
};

const cases: readonly {
  readonly schema: Schema;
  readonly right: unknown[];
  readonly wrong: [unknown, string][];
}[] = [
  {
    schema: { type: 'string' },
    right: ['', 'a'],
    wrong: [
      [1, '# is not string'],
      [null, '# is not string'],
    ],
  },
  {
    schema: { type: 'integer' },
    right: [0, -1],
    wrong: [
      [1.5, '# is not integer'],
      ['1', '# is not integer'],
    ],
  },
  {
    schema: { type: 'number', minimum: 1, maximum: 2 },
    right: [1, 1.5],
    wrong: [
      [0, '# is less than 1'],
      [3, '# is more than 2'],
    ],
  },
  {
    schema: { type: 'boolean' },
    right: [true],
    wrong: [
      [0, '# is not boolean'],
      ['true', '# is not boolean'],
    ],
  },
  {
    schema: { type: ['string', 'null'] },
    right: ['a', null],
    wrong: [
      [1, '# is not string or null'],
      [undefined, '# is not string or null'],
    ],
  },
  { schema: { const: 'no-store' }, right: ['no-store'], wrong: [['private', '# is not "no-store"']] },
  { schema: { enum: ['a', 'b'] }, right: ['b'], wrong: [['c', '# is none of ["a","b"]']] },
  { schema: { type: 'string', format: 'uuid' }, right: [uuid], wrong: [['me', '# is not a uuid']] },
  {
    schema: { type: 'string', format: 'date-time' },
    right: ['2026-02-03T09:30:00.000Z', '2026-02-03T09:30:00+01:00'],
    wrong: [
      ['2026-02-03', '# is not a date-time'],
      ['2026-13-03T09:30:00Z', '# is not a date-time'],
    ],
  },
  { schema: { type: 'string', pattern: '^a+$' }, right: ['aa'], wrong: [['ab', '# does not match ^a+$']] },
  { schema: { type: 'string', maxLength: 1 }, right: ['😀'], wrong: [['ab', '# is more than 1 characters']] },
  {
    schema: { type: 'array', items: { type: 'string' }, minItems: 1, maxItems: 2 },
    right: [['a']],
    wrong: [
      [[], '# is less than 1 items'],
      [['a', 'b', 'c'], '# is more than 2 items'],
      [['a', 1], '#/1 is not string'],
      [{}, '# is not array'],
    ],
  },
  {
    schema: person,
    right: [{ name: 'Ann' }, { name: 'Ann', age: null }],
    wrong: [
      [{}, '#/name is missing'],
      [{ name: 'Annabel' }, '#/name is more than 3 characters'],
      [{ name: 'Ann', age: '9' }, '#/age is not integer or null'],
      [{ name: 'Ann', admin: true }, '#/admin is not documented'],
      [JSON.parse('{"name":"Ann","__proto__":{}}'), '#/__proto__ is not documented'],
      [[], '# is not object'],
    ],
  },
  {
    schema: { type: 'object', additionalProperties: {} },
    right: [{ a: 1 }],
    wrong: [[null, '# is not object']],
  },
  {
    schema: { type: 'object', additionalProperties: { type: 'string' } },
    right: [{ a: 'b' }],
    wrong: [[{ a: 1 }, '#/a is not string']],
  },
  {
    schema: { anyOf: [person, { type: 'null' }] },
    right: [{ name: 'Ann' }, null],
    wrong: [
      [{ name: 1 }, '#/name is not string'],
      [1, '# is not object'],
    ],
  },
  {
    schema: { oneOf: [{ type: 'integer' }, { type: 'number', minimum: 5 }] },
    right: [1, 5.5],
    wrong: [
      [7, '# fits 2 alternatives, not one'],
      [0.5, '# is not integer'],
    ],
  },
  { schema: {}, right: [1, 'a', null, { a: 1 }, []], wrong: [] },
];

describe('the validator', () => {
  test.each(cases)('takes and refuses by $schema', ({ schema, right, wrong }) => {
    for (const value of right) expect(faults(schema, value)).toEqual([]);
    for (const [value, fault] of wrong) expect(faults(schema, value)).toEqual([fault]);
  });

  test('names every fault, each by its place', () => {
    expect(faults(person, { age: 'x', admin: 1 })).toEqual([
      '#/name is missing',
      '#/age is not integer or null',
      '#/admin is not documented',
    ]);
  });

  test('gives the faults of the alternative that was likeliest meant', () => {
    const kind = (name: string): Schema => ({
      type: 'object',
      properties: { kind: { const: name }, size: { type: 'integer' } },
      required: ['kind', 'size'],
    });
    const schema = { anyOf: [kind('cat'), kind('dog')] };
    expect(faults(schema, { kind: 'dog', size: 1, more: 1 })).toEqual(['#/more is not documented']);
  });

  test.each([
    [{ minProperties: 1 }, 'minProperties'],
    [{ type: 'text' }, 'Not a type'],
    [{ format: 'ipv4' }, 'not checked'],
  ])('throws on %j, which it cannot check', (schema, says) => {
    expect(() => faults(schema as Schema, 'a')).toThrow(says);
  });
});
