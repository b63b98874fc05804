import { randomInt } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { accountFlags, accountOf, administratorOf, type World } from './account-flags.ts';
import { type ContractOptions, runContract } from './run.ts';

const usage = `npm run contract -- --url URL [--username NAME (--password-stdin | --password-env VARIABLE)]
                   [--admin-username NAME --admin-password-env VARIABLE --admin-totp-env VARIABLE] [--throwaway]
                   [--json FILE | --only OPERATION]
npm run contract -- --start [--json FILE | --only OPERATION]

  --url              the deployment; its document is read from URL/openapi.json
  --start            a service of its own instead, in memory, with everything that follows
  --username         an account without a second factor, left as it was; without one, less is tested
  --admin-username   an administrator with an authenticator app, whose base32 secret is in the variable that
                     --admin-totp-env names; without one, administration and service accounts are left out
  --throwaway        the deployment need not be left as it was: rotates its keys, writes its policies, makes users
  --only OPERATION   sends refusals and nonsense to this operation alone: "POST /auth/login" or logIn; may be repeated
  --runs N           nonsense requests to each operation (50)
  --seed N           repeats the nonsense of another run
  --json FILE        writes what came out there too, for sallyport evidence
  --patience N       the longest Retry-After that is waited for, in seconds (5)
`;

/** Runs the contract tests; gives the exit code: 0 where nothing failed, 1 where something did, 2 where it was misused. */
export async function contractCommand(args: readonly string[], world: World): Promise<number> {
  if (args.includes('--help')) {
    world.print(usage);
    return 0;
  }
  try {
    const { start, json, ...options } = await optionsOf(args, world);
    if (!start) return await run(options, json, world);
    const { startService } = await import('./start.ts'); // the whole service, which no other run needs
    const { close, ...service } = await startService();
    try {
      return await run({ ...options, ...service }, json, world);
    } finally {
      await close();
    }
  } catch (error) {
    world.print(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
    return 2;
  }
}

async function run(options: ContractOptions, json: string | undefined, { print }: World): Promise<number> {
  const { url, account, admin, runs, seed } = options;
  const who = account ? `as ${account.username}` : 'without an account';
  const and = admin ? ` and as the administrator ${admin.username}` : '';
  print(`${url} ${who}${and}, ${runs} runs of nonsense an operation, seed ${seed}\n`);
  const report = await runContract(options);
  for (const line of report.lines()) print(line);
  if (json)
    await writeFile(json, `${JSON.stringify({ url, at: new Date(), seed, ...report.summary() }, null, 2)}\n`);
  const { length } = report.failures;
  print(length === 0 ? '\nThe contract holds.' : `\n${length} failed.`);
  return length === 0 ? 0 : 1;
}

async function optionsOf(args: readonly string[], world: World) {
  const { values } = parseArgs({
    args: [...args],
    options: {
      ...accountFlags,
      url: { type: 'string' },
      start: { type: 'boolean', default: false },
      throwaway: { type: 'boolean', default: false },
      json: { type: 'string' },
      only: { type: 'string', multiple: true },
      runs: { type: 'string', default: '50' },
      seed: { type: 'string', default: String(randomInt(2 ** 31)) },
      patience: { type: 'string', default: '5' },
    },
  });
  const { url = '', start, throwaway, json, only = null } = values;
  if (only && json !== undefined) throw new Error('A run of --only is no evidence: it takes no --json.');
  const admin = administratorOf(values, world);
  const named = url !== '' || values.username !== undefined || admin !== null;
  if (start ? named : !URL.canParse(url))
    throw new Error('Name a deployment by --url, or let --start make one.');
  return {
    ...{ start, throwaway, admin, json, only },
    url: url.replace(/\/+$/, ''),
    account: await accountOf(values, world),
    runs: numberOf(values.runs),
    seed: numberOf(values.seed),
    patienceSeconds: numberOf(values.patience),
  } satisfies ContractOptions & { start: boolean; json: string | undefined };
}

function numberOf(value: string): number {
  if (!/^\d{1,10}$/.test(value)) throw new Error('--runs, --seed and --patience take a whole number.');
  return Number(value);
}
