import { Command } from 'commander';
import { readConfig } from '../config/config.ts';
import { startLine } from '../report-slow.ts';
import type { Console } from './shell.ts';
import { type Commands, command } from './words.ts';

type Group = {
  readonly name: string;
  readonly says: string;
  /** Loads the files of its commands. A command line needs one group, and each loads a part of the service. */
  readonly load: () => Promise<readonly Commands[]>;
};

const groups: readonly Group[] = [
  {
    name: 'user',
    says: 'accounts, and help for their owners',
    load: async () => {
      const [{ userCommands }, { accountCommands }, { importCommands }, { helpCommands }] = await Promise.all(
        [
          import('./user-commands.ts'),
          import('./account-commands.ts'),
          import('./import-command.ts'),
          import('./help-commands.ts'),
        ],
      );
      return [userCommands, accountCommands, importCommands, helpCommands];
    },
  },
  {
    name: 'audit',
    says: 'what happened: list, verify, export it',
    load: async () => [
      (await import('./list-audit-command.ts')).listAuditCommands,
      (await import('./audit-commands.ts')).auditCommands,
    ],
  },
  {
    name: 'sessions',
    says: 'end sessions',
    load: async () => [(await import('./account-commands.ts')).sessionCommands],
  },
  {
    name: 'policy',
    says: 'what each area requires of a login',
    load: async () => [(await import('./policy-commands.ts')).policyCommands],
  },
  {
    name: 'rollout',
    says: 'who must enrol a second factor',
    load: async () => [(await import('./rollout-commands.ts')).rolloutCommands],
  },
  {
    name: 'exemption',
    says: 'who need not enrol for a while',
    load: async () => [(await import('./rollout-commands.ts')).exemptionCommands],
  },
  {
    name: 'approvals',
    says: 'actions that a second person must approve',
    load: async () => [(await import('./approval-commands.ts')).approvalCommands],
  },
  {
    name: 'break-glass',
    says: 'recovery shares that open one administrator',
    load: async () => [(await import('./break-glass-command.ts')).breakGlassCommands],
  },
  {
    name: 'keys',
    says: 'the keys that sign tokens, and those of the vault',
    load: async () => [(await import('./key-commands.ts')).keyCommands],
  },
  {
    name: 'service',
    says: 'service accounts: programs that fetch their own tokens',
    load: async () => [(await import('./service-commands.ts')).serviceCommands],
  },
  {
    name: 'receivers',
    says: 'programs that hear of security events',
    load: async () => [(await import('./receiver-commands.ts')).receiverCommands],
  },
  {
    name: 'check',
    says: 'check whether mail, text messages and Duo work',
    load: async () => [(await import('./check-commands.ts')).checkCommands],
  },
];

/** The commands without a group. The list of all commands shows them, so only a group does without their files. */
async function loadUngrouped(): Promise<readonly Commands[]> {
  const { adoptionCommands } = await import('./adoption-command.ts');
  const { evidenceCommands } = await import('./evidence-command.ts');
  return [serviceItself, adoptionCommands, evidenceCommands, contractCommands];
}

const more = '\nThe environment, or a file .env, names the database: see .env.example.';

/**
 * Runs one command. An unknown command or option ends it with a line that names it, before the command does anything.
 * Throws a CommanderError then.
 */
export async function sallyport(typed: readonly string[], there: Console): Promise<void> {
  const words = typed[0] === 'help' ? [...typed.slice(1), '--help'] : typed;
  const config = () => readConfig(there.env);
  const output = {
    writeOut: (text: string) => void there.stdout.write(text),
    writeErr: (text: string) => there.complain(text.trimEnd()),
  };
  const root = new Command('sallyport')
    .exitOverride()
    .configureOutput(output)
    .enablePositionalOptions()
    .addHelpText('after', more);
  const hang = (parent: Command, sets: readonly Commands[], behind: number) => {
    for (const [define, run] of sets.flatMap((commands) => commands(config, there))) {
      const leaf = define().exitOverride().configureOutput(output);
      parent.addCommand(hinting(leaf, parent).action(async () => endWith(await run(words.slice(behind)))));
    }
  };
  const endWith = (code: unknown) => {
    if (typeof code === 'number') there.end(code);
  };

  const first = words.find((word) => !word.startsWith('-'));
  const asked = groups.find(({ name }) => name === first);
  if (!asked) hang(root, await loadUngrouped(), 1);
  for (const group of groups) {
    const parent = hinting(root.command(group.name).description(group.says), root);
    if (group === asked) hang(parent, await group.load(), 2);
  }
  hinting(root);
  await root.parseAsync([...words], { from: 'user' });
}

/** After an error one line names the help, instead of fifty lines of help. */
function hinting(one: Command, parent?: Command): Command {
  const names = [...(parent?.parent ? [parent.name()] : []), ...(parent ? [one.name()] : [])];
  return one.showHelpAfterError(`See: ${['sallyport', ...names, '--help'].join(' ')}`);
}

const serveWords = () => command('serve', 'start the service, as npm start does');
const migrateWords = () => command('migrate', 'bring the database up to date, and end');

const serviceItself: Commands = (config, there) => [
  [
    serveWords,
    async () => {
      there.print(startLine);
      const { serve } = await import('../serve.ts');
      return serve(config());
    },
  ],
  [
    migrateWords,
    async () => {
      const { openDatabase } = await import('../open-database.ts');
      const { database } = await openDatabase(config());
      await database.close();
      there.print('The database is up to date.');
    },
  ],
];

/** The contract command parses its own options and has its own help. */
const contractWords = () =>
  command('contract', 'test a deployment against its API document; see contract --help')
    .argument('[words...]')
    .helpOption(false)
    .passThroughOptions()
    .allowUnknownOption();

/** The contract tests belong to the repository and its development packages. A production image contains neither. */
const contractCommands: Commands = (_config, there) => [
  [
    contractWords,
    async (words) => {
      const { contractCommand } = await import('../../../openapi/contract/command.ts').catch((cause) => {
        throw new Error('The contract tests are not installed here. Run them from the repository.', {
          cause,
        });
      });
      return contractCommand(words, there);
    },
  ],
];
