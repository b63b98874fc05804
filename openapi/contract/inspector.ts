import { type Client, type Exchange, requestOf, type Sent } from './exchange.ts';
import { type Expected, judge } from './judge.ts';
import { type ApiContract, type Operation, operationById } from './read-document.ts';
import type { Kind, Report } from './report.ts';
import type { Secrets } from './secrets.ts';

export type Inspector = {
  readonly contract: ApiContract;
  readonly client: Client;
  readonly report: Report;
  readonly secrets: Secrets;
};

/** Sends to one operation, judges the answer and notes what came of it. */
export async function inspect(
  { contract, client, report }: Inspector,
  { kind, what }: { readonly kind: Kind; readonly what: string },
  target: Operation | string,
  sent: Sent,
  expected?: Expected,
  patienceSeconds?: number,
): Promise<Exchange> {
  const operation = typeof target === 'string' ? operationById(contract, target) : target;
  const exchange = await client.send(requestOf(operation, sent), patienceSeconds);
  report.count(operation, kind, exchange);
  const faults = judge(contract, operation, exchange, expected);
  if (faults.length > 0) report.fail({ operation: operation.name, kind, what, faults, exchange });
  return exchange;
}
