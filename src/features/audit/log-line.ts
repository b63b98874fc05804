import { z } from 'zod';
import { labelOf } from '../../domain/audit/label.ts';
import type { LogRecord } from './read-log.ts';

const text = z.string();
const perhaps = text.nullable();
const number = z.int();

/** The shape of each kind of line of an export, in the names of the API. */
const shapes = {
  export: z.strictObject({ format: z.literal('sallyport-audit-1'), at: z.iso.datetime(), after: number }),
  cut: z.strictObject({
    through: number,
    hash: text,
    reached: number,
    open: text,
    cut_at: text,
    key: text,
    signature: text,
  }),
  event: z.strictObject({
    seq: number,
    at: text,
    type: text,
    outcome: text,
    user_id: perhaps,
    actor_id: perhaps,
    area: perhaps,
    method: perhaps,
    factor_id: perhaps,
    session_id: perhaps,
    request_id: perhaps,
    ip: perhaps,
    user_agent: perhaps,
    detail: z.unknown(),
    username: perhaps.optional(),
    severity: text.optional(),
  }),
  seal: z.strictObject({
    number,
    events: text,
    count: number,
    reached: number,
    open: text,
    last_at: text,
    sealed_at: text,
    events_hash: text,
    marks: text,
    previous: text,
    hash: text,
    key: text,
    signature: text,
  }),
  end: z.strictObject({ number, given: number, more: z.boolean() }),
} as const;

/** The first line of an export: the time of the export, and the number of the seal after which it begins. */
export type Head = {
  readonly export: { readonly format: 'sallyport-audit-1'; readonly at: string; readonly after: number };
};

/**
 * One line of an export: its kind, and its members in snake_case. The line of an event repeats the username and the
 * severity beside the detail. Programs that read the export look for them there.
 */
export function writeLine(record: LogRecord | Head): string {
  return JSON.stringify(
    Object.fromEntries(
      Object.entries(labelled(record)).map(([kind, members]) => [kind, withNames(members, snake)]),
    ),
  );
}

/** Throws an Error, without a line number, if writeLine did not write this line. */
export function readLine(line: string): LogRecord | Head {
  const [[kind, members] = ['', null], ...more] = Object.entries(parsed(line));
  const shape = Object.hasOwn(shapes, kind) ? shapes[kind as keyof typeof shapes] : null;
  const read = more.length === 0 ? shape?.safeParse(members) : undefined;
  if (!read?.success) throw notALine();
  if (!('seq' in read.data)) return { [kind]: withNames(read.data, camel) } as LogRecord | Head;
  const { username, severity, ...event } = read.data;
  const { label } = labelOf(event);
  // The seal does not cover the fields beside the detail, so they must agree with the detail and the type.
  if (username !== undefined && username !== label.username) throw notALine();
  if (severity !== undefined && severity !== label.severity) throw notALine();
  return { [kind]: withNames(event, camel) } as LogRecord | Head;
}

function labelled(record: LogRecord | Head): object {
  return 'event' in record ? { event: { ...record.event, ...labelOf(record.event).label } } : record;
}

function notALine(): Error {
  return new Error('This is not a line of an audit export.');
}

/**
 * Returns an empty object if JSON would write the line in another way. A line could repeat a member, and other
 * programs may read the first value.
 */
function parsed(line: string): object {
  try {
    const value: unknown = JSON.parse(line);
    return JSON.stringify(value) === line ? Object(value) : {};
  } catch {
    return {};
  }
}

function withNames(members: object, rename: (name: string) => string): Record<string, unknown> {
  return Object.fromEntries(Object.entries(members).map(([name, value]) => [rename(name), value]));
}

function snake(name: string): string {
  return name.replaceAll(/[A-Z]/g, (capital) => `_${capital.toLowerCase()}`);
}

function camel(name: string): string {
  return name.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
