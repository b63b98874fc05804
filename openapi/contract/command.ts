import { randomInt } from 'node:crypto';
import { text } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import { type ContractOptions, runContract } from './run.ts';
import { startService } from './start.ts';
import type { Account } from './traveller.ts';

const usage = `npm run contract -- --url URL [--username NAME (--password-stdin | --password-env VARIABLE)]
npm run contract -- --start

  --url           the deployment; its document is read from URL/openapi.json
  --start         a service of its own instead, in memory
  --username      an account without a second factor, left as it was; without one, less is tested
  --runs N        nonsense requests to each operation (50)
  --seed N        repeats the nonsense of another run
  --patience N    the longest Retry-After that is waited for, in seconds (5)
`;

type World = {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdin: AsyncIterable<Uint8Array | string>;
  readonly print: (line: string) => void;
};

/** Runs the contract tests; gives the exit code: 0 where nothing failed, 1 where something did, 2 where it was misused. */
export async function contractCommand(args: readonly string[], world: World): Promise<number> {
  if (args.includes('--help')) {
    world.print(usage);
    return 0;
  }
  try {
    const { start, url, ...options } = await optionsOf(args, world);
    const service = start ? await startService() : null;
    try {
      const target = service ? { url: service.url, account: service.account } : { url };
      return await run({ ...options, ...target }, world);
    } finally {
      await service?.close();
    }
  } catch (error) {
    world.print(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
    return 2;
  }
}

async function run(options: ContractOptions, { print }: World): Promise<number> {
  const { url, account, runs, seed } = options;
  const who = account ? `as ${account.username}` : 'without an account';
  print(`${url} ${who}, ${runs} runs of nonsense an operation, seed ${seed}\n`);
  const report = await runContract(options);
  for (const line of report.lines()) print(line);
  const { length } = report.failures;
  print(length === 0 ? '\nThe contract holds.' : `\n${length} failed.`);
  return length === 0 ? 0 : 1;
}

async function optionsOf(args: readonly string[], world: World) {
  const { values } = parseArgs({
    args: [...args],
    options: {
      url: { type: 'string' },
      start: { type: 'boolean', default: false },
      username: { type: 'string' },
      'password-stdin': { type: 'boolean', default: false },
      'password-env': { type: 'string' },
      runs: { type: 'string', default: '50' },
      seed: { type: 'string', default: String(randomInt(2 ** 31)) },
      patience: { type: 'string', default: '5' },
    },
  });
  const { url = '', start, username } = values;
  if (start ? url !== '' || username !== undefined : !URL.canParse(url))
    throw new Error('Name a deployment by --url, or let --start make one.');
  return {
    start,
    url: url.replace(/\/+$/, ''),
    account: username === undefined ? null : { username, password: await passwordOf(values, world) },
    runs: numberOf(values.runs),
    seed: numberOf(values.seed),
    patienceSeconds: numberOf(values.patience),
  } satisfies ContractOptions & { start: boolean; account: Account | null };
}

type PasswordFlags = { readonly 'password-stdin': boolean; readonly 'password-env'?: string };

/** Never from the command line, where other users of the machine could read it. */
async function passwordOf(flags: PasswordFlags, { env, stdin }: World): Promise<string> {
  const variable = flags['password-env'];
  const password = variable === undefined ? null : env[variable];
  if (password) return password;
  if (variable !== undefined || !flags['password-stdin'])
    throw new Error('Say how the password comes: --password-stdin or --password-env VARIABLE.');
  return (await text(stdin)).replace(/\r?\n$/, '');
}

function numberOf(value: string): number {
  if (!/^\d{1,10}$/.test(value)) throw new Error('--runs, --seed and --patience take a whole number.');
  return Number(value);
}
