import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import type { Config } from '../config/config.ts';
import type { Console } from './shell.ts';

/** What a command is called, what it does and what it takes. Made anew each time, because it keeps what it has read. */
export type Definition = () => Command;

/** A command and what runs it: it is given the words behind its name, and may give an exit code. */
type Runnable = readonly [Definition, (words: readonly string[]) => Promise<unknown>];

/** Commands, given where they run. The configuration is read once a command needs it. */
export type Commands = (config: () => Config, there: Console) => readonly Runnable[];

export function command(name: string, says: string, ...options: readonly Option[]): Command {
  const made = new Command(name).description(says);
  const needed = options.filter(({ mandatory }) => mandatory);
  const shown = options.map((option) => {
    const word = option.mandatory ? option.flags : `[${option.flags}]`;
    return repeated.has(option) ? `${word}…` : word;
  });
  for (const option of options) made.addOption(option.makeOptionMandatory(false));
  needs.set(made, needed);
  // Without this an option whose value was forgotten would swallow the next one.
  for (const option of options) made.on(`option:${option.name()}`, refuseNameOf(made));
  return made.usage(shown.join(' '));
}

function refuseNameOf(made: Command) {
  return (value: unknown) => {
    if (value === '--help' || made.options.some(({ long }) => long === value))
      made.error(`error: a value is missing before '${value}'`);
  };
}

/** Looked at last, so that of a misspelt option the spelling is told and not that it is missing. */
const needs = new WeakMap<Command, readonly Option[]>();
const repeated = new WeakSet<Option>();

/** An option with one value, given once. */
export function one(flags: string, says: string): Option {
  return new Option(flags, says).argParser((value: string, before: unknown) => {
    if (before === undefined) return value;
    throw new InvalidArgumentError('Give it once.');
  });
}

/** An option that may be given more than once, each time with a value. */
export function many(flags: string, says: string): Option {
  const option = new Option(flags, says).argParser((value: string, before: readonly string[] = []) => [
    ...before,
    value,
  ]);
  repeated.add(option);
  return option;
}

export function flag(flags: string, says: string): Option {
  return new Option(flags, says);
}

export function required(option: Option): Option {
  return option.makeOptionMandatory();
}

/** The options among the words behind a command. Throws an Error that says what is wrong with them. */
export function read<Options extends object>(define: Definition, words: readonly string[]): Options {
  return parsed(define, words).opts<Options>();
}

/** The one argument of a command that takes one. */
export function readArgument(define: Definition, words: readonly string[]): string {
  return parsed(define, words).args[0] ?? '';
}

function parsed(define: Definition, words: readonly string[]): Command {
  const quiet = { writeErr: () => {} };
  try {
    const command = define()
      .exitOverride()
      .configureOutput(quiet)
      .parse([...words], { from: 'user' });
    const missing = (needs.get(command) ?? []).filter(
      (option) => command.getOptionValue(option.attributeName()) === undefined,
    );
    if (missing.length > 0) throw new Error(`Missing: ${missing.map(({ flags }) => flags).join(', ')}`);
    return command;
  } catch (error) {
    if (error instanceof CommanderError) throw new Error(error.message.replace(/^error: /, ''));
    throw error;
  }
}
