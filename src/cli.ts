#!/usr/bin/env node
import { addUser, changeUser, showUsers } from './cli/user-commands.ts';
import { readConfig } from './config.ts';
import { openDatabase } from './open-database.ts';
import { runInTerminal } from './run-in-terminal.ts';
import { serve } from './serve.ts';

const usage = `Usage: npm run sallyport -- <command>

  serve                         start the service, as npm start does
  migrate                       bring the database up to date, and end
  user add --username NAME [--email ADDRESS] [--phone +NUMBER] [--role ROLE]… --password-stdin
  user list                     who there is
  user disable --username NAME  ends every session at once
  user enable --username NAME
  contract --url URL            hold a deployment against its API document; contract --help tells more

Roles: admin, helpdesk, auditor, user (the default), vendor.
The environment, or a file .env, says which database: see .env.example.`;

const terminal = { stdin: process.stdin, print: (line: string) => void process.stdout.write(`${line}\n`) };

type Command = (args: readonly string[]) => Promise<void>;

const commands: Readonly<Record<string, Command>> = {
  serve: () => serve(readConfig(process.env)),
  migrate: async () => {
    const { database } = await openDatabase(readConfig(process.env));
    await database.close();
    process.stdout.write('The database is up to date.\n');
  },
  'user add': (args) => addUser(readConfig(process.env), args, terminal),
  'user list': () => showUsers(readConfig(process.env), terminal),
  'user disable': (args) => changeUser(readConfig(process.env), args, 'disabled', terminal),
  'user enable': (args) => changeUser(readConfig(process.env), args, 'active', terminal),
  contract,
};

/** Comes with the repository and its development packages: a production image holds neither. */
async function contract(args: readonly string[]): Promise<void> {
  const { contractCommand } = await import('../openapi/contract/command.ts').catch((cause) => {
    throw new Error('The contract tests are not installed here. Run them from the repository.', { cause });
  });
  process.exitCode = await contractCommand(args, { env: process.env, ...terminal });
}

const words = process.argv.slice(2);
const name = words[0] === 'user' ? words.slice(0, 2).join(' ') : (words[0] ?? '');
const command = commands[name];

if (command) await runInTerminal(() => command(words.slice(name.split(' ').length)));
else if (name === '--help' || name === 'help') process.stdout.write(`${usage}\n`);
else {
  process.stderr.write(`${name ? `There is no command ${name}.\n\n` : ''}${usage}\n`);
  process.exitCode = 1;
}
