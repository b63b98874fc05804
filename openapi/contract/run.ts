import { createClient, jsonOf } from './exchange.ts';
import { readOpen, travel } from './journey.ts';
import { checkNonsense } from './nonsense-checks.ts';
import { createOwnSession } from './own-session.ts';
import { readDocument } from './read-document.ts';
import { checkRefusals, checkUnknownMethods } from './refusal-checks.ts';
import { createReport, type Report } from './report.ts';
import { createSecrets } from './secrets.ts';
import type { Account } from './traveller.ts';

export type ContractOptions = {
  /** Of the deployment, without a slash at the end. */
  readonly url: string;
  readonly account: Account | null;
  /** Of nonsense, per operation. */
  readonly runs: number;
  readonly seed: number;
  /** The longest Retry-After that is waited for; a longer one counts as an answer. */
  readonly patienceSeconds: number;
};

/**
 * Holds a deployment against the OpenAPI document that it gives out: what works, what is refused, and nonsense.
 * Throws where there is no such document.
 */
export async function runContract(options: ContractOptions): Promise<Report> {
  const { url, account, runs, seed, patienceSeconds } = options;
  const secrets = createSecrets();
  const client = createClient(url, secrets, patienceSeconds);
  const given = await client.send({ method: 'GET', path: '/openapi.json', headers: {}, text: null });
  if (given.status !== 200)
    throw new Error(`${url}/openapi.json gives no document: ${given.status || given.text}`);
  const contract = readDocument(jsonOf(given));
  const report = createReport(contract, secrets);
  const inspector = { contract, client, report, secrets };

  await readOpen(inspector);
  if (account) await travel(inspector, account);
  else report.leaveOut('everything behind a login: no account was given');

  const session = createOwnSession(inspector, account);
  await checkUnknownMethods(inspector);
  for (const operation of contract.operations) {
    await checkRefusals(inspector, operation, await session.bearer());
  }
  for (const operation of contract.operations) {
    await checkNonsense(inspector, operation, { runs, seed, bearer: await session.bearer() });
  }
  await session.close();
  if (account) await forgive(session);
  return report;
}

/** A right password takes the wrong ones off the account. */
async function forgive(session: ReturnType<typeof createOwnSession>): Promise<void> {
  await session.bearer();
  await session.close();
}
