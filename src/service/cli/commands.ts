import { Command } from 'commander';
import { readConfig } from '../config/config.ts';
import { openDatabase } from '../open-database.ts';
import { startLine } from '../report-slow.ts';
import { serve } from '../serve.ts';
import { accountCommands, sessionCommands } from './account-commands.ts';
import { adoptionCommands } from './adoption-command.ts';
import { auditCommands } from './audit-commands.ts';
import { checkCommands } from './check-commands.ts';
import { evidenceCommands } from './evidence-command.ts';
import { helpCommands } from './help-commands.ts';
import { importCommands } from './import-command.ts';
import { keyCommands } from './key-commands.ts';
import { listAuditCommands } from './list-audit-command.ts';
import { policyCommands } from './policy-commands.ts';
import { exemptionCommands, rolloutCommands } from './rollout-commands.ts';
import { serviceCommands } from './service-commands.ts';
import type { Console } from './shell.ts';
import { userCommands } from './user-commands.ts';
import { type Commands, command } from './words.ts';

const groups: readonly { readonly name: string; readonly says: string; readonly of: readonly Commands[] }[] =
  [
    {
      name: 'user',
      says: 'accounts, and help for their owners',
      of: [userCommands, accountCommands, importCommands, helpCommands],
    },
    { name: 'audit', says: 'what happened: list, verify, export it', of: [listAuditCommands, auditCommands] },
    { name: 'sessions', says: 'end sessions', of: [sessionCommands] },
    { name: 'policy', says: 'what each area requires of a login', of: [policyCommands] },
    { name: 'rollout', says: 'who must enrol a second factor', of: [rolloutCommands] },
    { name: 'exemption', says: 'who need not enrol for a while', of: [exemptionCommands] },
    { name: 'keys', says: 'the keys that sign tokens, and those of the vault', of: [keyCommands] },
    {
      name: 'service',
      says: 'service accounts: programs that fetch their own tokens',
      of: [serviceCommands],
    },
    { name: 'check', says: 'check whether mail, text messages and Duo work', of: [checkCommands] },
  ];

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

  hang(root, [serviceItself, adoptionCommands, evidenceCommands, contractCommands], 1);
  for (const { name, says, of } of groups) hang(hinting(root.command(name).description(says), root), of, 2);
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
    () => {
      there.print(startLine);
      return serve(config());
    },
  ],
  [
    migrateWords,
    async () => {
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
