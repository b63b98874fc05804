import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import type { Config } from '../config/config.ts';
import type { Console } from './shell.ts';

/**
 * Makes the name, the help and the options of a command. It makes a new one each time, because a Command keeps what it
 * has parsed.
 */
export type Definition = () => Command;

/** A command and its function. The function gets the words after the name and may return an exit code. */
type Runnable = readonly [Definition, (words: readonly string[]) => Promise<unknown>];

/** Commands for a console. A command reads the configuration only when it needs it. */
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
  // Without this, an option without its value would take the next option as its value.
  for (const option of options) made.on(`option:${option.name()}`, refuseNameOf(made));
  return made.usage(shown.join(' '));
}

function refuseNameOf(made: Command) {
  return (value: unknown) => {
    if (value === '--help' || made.options.some(({ long }) => long === value))
      made.error(`error: a value is missing before '${value}'`);
  };
}

/** Checked last, so that a misspelt option gives an error about its spelling and not about a missing option. */
const needs = new WeakMap<Command, readonly Option[]>();
const repeated = new WeakSet<Option>();

/** An option with one value, allowed once. */
export function one(flags: string, says: string): Option {
  return new Option(flags, says).argParser((value: string, before: unknown) => {
    if (before === undefined) return value;
    throw new InvalidArgumentError('Give it once.');
  });
}

/** An option with one value, allowed several times. */
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

/** Parses the options of a command. Throws an Error that says what is wrong. */
export function read<Options extends object>(define: Definition, words: readonly string[]): Options {
  return parsed(define, words).opts<Options>();
}

/** Parses the single argument of a command. */
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
