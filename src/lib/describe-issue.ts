import { z } from 'zod';

type Raw = z.core.$ZodRawIssue;

/**
 * The message to the client about a faulty value, if the schema has no message of its own. Undefined means that zod's
 * own message applies.
 */
export function describeIssue(issue: Raw): string | undefined {
  if (issue.code === 'unrecognized_keys') return unknownField(issue.inst);
  const isMissing = issue.input === undefined || (issue.input === null && isObject(issue));
  if (isMissing && issue.code !== 'custom') return `Required${valuesOf(issue)}`;
  if (issue.code === 'invalid_value') return `Must be ${optionsOf(issue)}`;
  if (issue.code === 'invalid_type') return types[issue.expected];
  if (issue.code === 'invalid_format') return formats[issue.format];
  if (issue.code === 'too_small') return `At least ${issue.minimum}${unitOf(issue.origin, issue.minimum)}`;
  if (issue.code === 'too_big') return `At most ${issue.maximum}${unitOf(issue.origin, issue.maximum)}`;
  return undefined;
}

const formats: Readonly<Record<string, string>> = {
  datetime: 'A date with its time in UTC, such as 2026-02-03T09:30:00Z',
  uuid: 'A UUID',
};

function unknownField(schema: unknown): string {
  const names = schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
  const known = names.length > 0 ? `. Its fields: ${names.join(', ')}` : '';
  return `Not a field of this request${known}`;
}

const types: Readonly<Record<string, string>> = {
  string: 'Must be a string',
  number: 'Must be a number',
  int: 'Must be a whole number',
  boolean: 'Must be true or false',
  array: 'Must be a list',
  object: 'Must be an object',
};

/** The client left the value out, so the message lists what it may be. */
function valuesOf(issue: Raw): string {
  if (issue.code === 'invalid_value') return `: ${optionsOf(issue)}`;
  return isObject(issue) ? ': an object, as JSON' : '';
}

function optionsOf({ values }: Extract<Raw, { code: 'invalid_value' }>): string {
  const options = values.map(String).join(', ');
  return values.length === 1 ? options : `one of ${options}`;
}

function isObject(issue: Raw): boolean {
  return issue.code === 'invalid_type' && issue.expected === 'object';
}

function unitOf(origin: string, count: number | bigint): string {
  if (origin === 'string') return count === 1 ? ' character' : ' characters';
  return origin === 'array' || origin === 'set' ? ' in the list' : '';
}
