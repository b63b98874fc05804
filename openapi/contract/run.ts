import { administer, type Deployment } from './admin-journey.ts';
import { type Administrator, createAdminSession } from './admin-session.ts';
import { createClient, jsonOf } from './exchange.ts';
import type { Inspector } from './inspector.ts';
import { forget, inventPasskey, readOpen, travel } from './journey.ts';
import { type Account, goAsFar } from './journey-client.ts';
import { checkNonsense } from './nonsense-checks.ts';
import { createOwnSession } from './own-session.ts';
import { type Operation, operationNamed, readDocument } from './read-document.ts';
import { checkRefusals, checkUnknownMethods } from './refusal-checks.ts';
import { createReport, type Report } from './report.ts';
import { createSecrets } from './secrets.ts';

export type ContractOptions = Partial<Omit<Deployment, 'pair'>> & {
  /** Of the deployment, without a slash at the end. */
  readonly url: string;
  readonly account: Account | null;
  readonly admin?: Administrator | null;
  /** A second administrator, and recovery shares that open them: only --start has both. */
  readonly two?: { readonly colleague: Administrator; readonly shares: readonly string[] } | null;
  /** Operations by `POST /auth/login` or by id. Refusals and nonsense go to these alone; null: to all. */
  readonly only?: readonly string[] | null;
  /** Of nonsense, per operation. */
  readonly runs: number;
  readonly seed: number;
  /** The longest Retry-After that is waited for; a longer one counts as an answer. */
  readonly patienceSeconds: number;
};

/**
 * Holds a deployment against the OpenAPI document that it gives out: what works, what is refused, and nonsense.
 * Throws where there is no such document, or it has no operation that `only` names.
 */
export async function runContract(options: ContractOptions): Promise<Report> {
  const {
    account,
    admin: administrator = null,
    throwaway = false,
    inbox = null,
    pageOrigin = null,
  } = options;
  const { two = null, only = null } = options;
  const inspector = await inspectorOf(options);
  const { contract, report } = inspector;
  const operations = only?.map((name) => operationNamed(contract, name)) ?? contract.operations;
  const admin = administrator && createAdminSession(inspector, administrator);

  await readOpen(inspector);
  await forget(inspector);
  await inventPasskey(inspector);
  if (account) await travel(inspector, account, { throwaway, admin });
  else report.leaveOut('everything that a user does, and a bypass code for them: no account was given');
  const colleague = two && createAdminSession(inspector, two.colleague);
  const pair =
    two && colleague && inbox ? { ...two, colleague, colleagueName: two.colleague.username, inbox } : null;
  if (admin) await administer(inspector, admin, { throwaway, inbox, pageOrigin, pair });
  else report.leaveOut('administration and service accounts: no administrator was given');

  const session = createOwnSession(inspector, account);
  const bearerFor = async ({ path }: Operation) => {
    if (path.startsWith('/events/')) return null; // for programs: their journey has the only token
    return asksForFactor(path) ? (admin?.bearerIfAny() ?? null) : session.bearer();
  };
  if (only) report.leaveOut('refusals and nonsense of the operations that --only does not name');
  await checkUnknownMethods(inspector, operations);
  for (const operation of operations) {
    await checkRefusals(inspector, operation, await bearerFor(operation));
  }
  const { runs, seed } = options;
  for (const operation of operations) {
    const mayChange = throwaway || !asksForFactor(operation.path);
    await checkNonsense(inspector, operation, { runs, seed, mayChange, bearer: await bearerFor(operation) });
  }
  await session.close();
  if (account) await forgive(session);
  if (admin) await goAsFar(inspector, 'the administrator', admin.close);
  return report;
}

/** Whether a route asks for a fresh factor before it looks at the request. Only the administrator has one. */
function asksForFactor(path: string): boolean {
  return /^\/(admin|auth\/recovery\/(colleagues|named-by|requests))\b/.test(path);
}

async function inspectorOf({ url, patienceSeconds }: ContractOptions): Promise<Inspector> {
  const secrets = createSecrets();
  const client = createClient(url, secrets, patienceSeconds);
  const given = await client.send({ method: 'GET', path: '/openapi.json', headers: {}, text: null });
  if (given.status !== 200)
    throw new Error(`${url}/openapi.json gives no document: ${given.status || given.text}`);
  const contract = readDocument(jsonOf(given));
  return { contract, client, report: createReport(contract, secrets), secrets };
}

/** A right password takes the wrong ones off the account. */
async function forgive(session: ReturnType<typeof createOwnSession>): Promise<void> {
  await session.bearer();
  await session.close();
}
