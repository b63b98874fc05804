import { faultsOf, type Resolve, type Schema } from '../validate.ts';
import { type Exchange, jsonOf } from './exchange.ts';
import type { ApiContract, Header, Operation, Response } from './read-document.ts';

/** What an answer should have been, beyond being documented. */
export type Expected = { readonly status: number; readonly type?: string };

/** What is wrong with an answer: undocumented, unexpected, or never right. A documented 429 is right at any time. */
export function judge(
  { resolve }: ApiContract,
  { responses }: Operation,
  exchange: Exchange,
  expected?: Expected,
): string[] {
  const { status } = exchange;
  if (status === 0) return [`No answer: ${exchange.text}`];
  const never = neverCorrect(exchange);
  const response = responses[status];
  if (!response) return [...never, `The status ${status} is not documented here`];
  return [
    ...never,
    ...headerFaults(response.headers, exchange, resolve),
    ...bodyFaults(response, exchange, resolve),
    ...(expected && status !== 429 ? unexpected(exchange, expected) : []),
  ];
}

/** Of a method that a path does not know (RFC 9110 15.5.6). */
export function judgeUnknownMethod(exchange: Exchange, allowed: readonly string[]): string[] {
  const { status, headers } = exchange;
  if (status === 0) return [`No answer: ${exchange.text}`];
  const allow = headers.get('allow')?.split(/, */) ?? [];
  return [
    ...neverCorrect(exchange),
    ...unexpected(exchange, { status: 405, type: 'about:blank' }),
    ...(mediaType(exchange) === 'application/problem+json'
      ? []
      : ['A refusal that is no application/problem+json']),
    ...allowed
      .filter((method) => !allow.includes(method))
      .map((method) => `The header Allow does not name ${method}`),
  ];
}

function neverCorrect({ status, text }: Exchange): string[] {
  const trace = /\n\s+at |\\n\s+at |\bat \S+ \(|node_modules|\.[jt]s:\d+:\d+/.test(text);
  return [
    ...(status >= 500 ? [`The status ${status}: the service failed`] : []),
    ...(trace ? ['The answer holds a stack trace'] : []),
  ];
}

function headerFaults(documented: readonly Header[], { headers }: Exchange, resolve: Resolve): string[] {
  return documented.flatMap(({ name, required, schema }) => {
    const value = headers.get(name);
    if (value === null) return required ? [`The header ${name} is missing`] : [];
    return faultsOf(schema, asTyped(value, schema), resolve, `The header ${name}`);
  });
}

function asTyped(value: string, { type }: Schema): unknown {
  return type === 'integer' && /^\d+$/.test(value) ? Number(value) : value;
}

function bodyFaults({ content }: Response, exchange: Exchange, resolve: Resolve): string[] {
  const types = Object.keys(content);
  if (types.length === 0) return exchange.text === '' ? [] : ['A body, where none is documented'];
  const type = mediaType(exchange);
  const media = content[type];
  if (!media) return [`The content type ${type || '(none)'} is not documented here, but ${types.join(', ')}`];
  const body = /[/+]json$/.test(type) ? jsonOf(exchange) : exchange.text;
  return body === undefined ? ['The body is no JSON'] : faultsOf(media.schema, body, resolve, '#');
}

function mediaType({ headers }: Exchange): string {
  return (headers.get('content-type')?.split(';')[0] ?? '').trim().toLowerCase();
}

function unexpected(exchange: Exchange, { status, type }: Expected): string[] {
  if (exchange.status !== status) return [`Expected the status ${status}`];
  const body = jsonOf(exchange);
  const is = typeof body === 'object' && body !== null && 'type' in body ? body.type : undefined;
  return type === undefined || is === type ? [] : [`Expected the problem ${type}`];
}
