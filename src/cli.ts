#!/usr/bin/env node
import { adoptionCommand } from './cli/adoption-command.ts';
import { auditKeyCommand, exportAuditCommand, verifyAuditCommand } from './cli/audit-commands.ts';
import { checkMail, checkSms } from './cli/check-commands.ts';
import { evidenceCommand } from './cli/evidence-command.ts';
import {
  changeRoles,
  inviteFromTerminal,
  issueBypassCodeTo,
  resetMfaOf,
  unlockFromTerminal,
} from './cli/help-commands.ts';
import { importCommand } from './cli/import-command.ts';
import { listKeysCommand, revokeCommand, rotateCommand, vaultCommand } from './cli/key-commands.ts';
import {
  addService,
  addServiceCredential,
  changeService,
  revokeServiceCredential,
  showServices,
} from './cli/service-commands.ts';
import { addUser, changeUser, showUsers } from './cli/user-commands.ts';
import { readConfig } from './config.ts';
import { openDatabase } from './open-database.ts';
import { runInTerminal } from './run-in-terminal.ts';
import { startLine } from './say-start.ts';
import { serve } from './serve.ts';

const usage = `Usage: npm run sallyport -- <command>

  serve                         start the service, as npm start does
  migrate                       bring the database up to date, and end
  user add --username NAME [--email ADDRESS] [--phone +NUMBER] [--role ROLE]… --password-stdin
  user invite --username NAME --email ADDRESS [--phone +NUMBER] [--role ROLE]…
                                mails a link to set the password with
  user import --file FILE       users of another application, with their password hashes and TOTP secrets, one a
                                line (- is standard input); see docs/migration.md. --allow-short-secrets
  user list                     who there is
  user roles --username NAME --role ROLE…
  user disable --username NAME  ends every session at once
  user enable --username NAME
  user unlock --username NAME   forgets wrong passwords and codes
  user reset-mfa --username NAME --reason TEXT [--ticket TEXT]
                                removes every second factor; the next login enrols one
  user bypass-code --username NAME --reason TEXT [--ticket TEXT] [--uses 1] [--expires-in 3600]
                                a code that stands in for the second factor
  adoption [--days N]           who has a second factor, and how it went on each of the last days (30)
  audit verify [--checkpoints FILE]
                                whether the audit is as it was sealed, and the first record that is not
  audit verify --export FILE [--checkpoints FILE] --key KEY…
                                the same of an export, without the database
  audit export [--output FILE]  the whole audit as NDJSON
  audit key                     the public keys that sign it, for whoever verifies an export
  keys list                     the keys that sign tokens, and what each is for at present
  keys rotate [--now]           the next signing key; --now for one that leaked: it signs at once
  keys revoke KID               end a signing key at once, and every token that it signed
  keys vault                    how much is sealed with which of VAULT_KEYS
  service add --name NAME --owner TEXT --scope SCOPE… [--network CIDR]… [--until TIME] [--description TEXT]
                                a program that fetches tokens for itself: see docs/service-accounts.md
  service credential --name NAME [--public-key FILE] [--days 90]
                                a secret, shown once; or the program's public key, PEM or JWK
  service list                  which there are, and their credentials
  service disable --name NAME   ends its tokens at once
  service enable --name NAME
  service revoke --name NAME --credential ID
                                ends a credential, and the tokens that were fetched with it
  check mail --to ADDRESS       sends one mail, and says why not where it cannot
  check sms --to NUMBER         the same with a text message
  evidence [--output FOLDER] [--tests FILE] [--contract FILE]
                                what an auditor asks for, in a folder: see docs/operations.md
  contract --url URL            hold a deployment against its API document; contract --help tells more

Roles: admin, helpdesk, auditor, user (the default), vendor.
The environment, or a file .env, says which database: see .env.example.`;

const terminal = {
  stdin: process.stdin,
  print: (line: string) => void process.stdout.write(`${line}\n`),
  complain: (line: string) => void process.stderr.write(`${line}\n`),
};

type Command = (args: readonly string[]) => Promise<void>;

const commands: Readonly<Record<string, Command>> = {
  serve: async () => {
    const line = startLine(process.env);
    if (line) terminal.print(line);
    await serve(readConfig(process.env));
  },
  migrate: async () => {
    const { database } = await openDatabase(readConfig(process.env));
    await database.close();
    process.stdout.write('The database is up to date.\n');
  },
  'user add': (args) => addUser(readConfig(process.env), args, terminal),
  'user import': async (args) => {
    process.exitCode = await importCommand(readConfig(process.env), args, terminal);
  },
  'user list': () => showUsers(readConfig(process.env), terminal),
  'user disable': (args) => changeUser(readConfig(process.env), args, 'disabled', terminal),
  'user enable': (args) => changeUser(readConfig(process.env), args, 'active', terminal),
  'user invite': (args) => inviteFromTerminal(readConfig(process.env), args, terminal),
  'user roles': (args) => changeRoles(readConfig(process.env), args, terminal),
  'user unlock': (args) => unlockFromTerminal(readConfig(process.env), args, terminal),
  'user reset-mfa': (args) => resetMfaOf(readConfig(process.env), args, terminal),
  'user bypass-code': (args) => issueBypassCodeTo(readConfig(process.env), args, terminal),
  adoption: (args) =>
    adoptionCommand(readConfig(process.env), args, { ...terminal, columns: process.stdout.columns }),
  'audit verify': async (args) => {
    process.exitCode = await verifyAuditCommand(() => readConfig(process.env), args, terminal);
  },
  'audit export': (args) => exportAuditCommand(readConfig(process.env), args, { stdout: process.stdout }),
  'audit key': () => auditKeyCommand(readConfig(process.env), terminal),
  'check mail': (args) => checkMail(readConfig(process.env), args, terminal),
  'check sms': (args) => checkSms(readConfig(process.env), args, terminal),
  evidence: async (args) => {
    process.exitCode = await evidenceCommand(readConfig(process.env), args, terminal);
  },
  'keys list': () => listKeysCommand(readConfig(process.env), terminal),
  'keys rotate': (args) => rotateCommand(readConfig(process.env), args, terminal),
  'keys revoke': (args) => revokeCommand(readConfig(process.env), args, terminal),
  'keys vault': () => vaultCommand(readConfig(process.env), terminal),
  'service add': (args) => addService(readConfig(process.env), args, terminal),
  'service credential': (args) => addServiceCredential(readConfig(process.env), args, terminal),
  'service list': () => showServices(readConfig(process.env), terminal),
  'service disable': (args) => changeService(readConfig(process.env), args, 'disabled', terminal),
  'service enable': (args) => changeService(readConfig(process.env), args, 'active', terminal),
  'service revoke': (args) => revokeServiceCredential(readConfig(process.env), args, terminal),
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
const name = ['user', 'audit', 'keys', 'service', 'check'].includes(words[0] ?? '')
  ? words.slice(0, 2).join(' ')
  : (words[0] ?? '');
const command = commands[name];

if (command) await runInTerminal(() => command(words.slice(name.split(' ').length)));
else if (name === '--help' || name === 'help') process.stdout.write(`${usage}\n`);
else {
  process.stderr.write(`${name ? `There is no command ${name}.\n\n` : ''}${usage}\n`);
  process.exitCode = 1;
}
