import { makeShares } from '../../features/user-admin/break-glass.ts';
import type { Config } from '../config/config.ts';
import { withDeps } from './open-deps.ts';
import { consoleContext, type Terminal } from './shell.ts';
import { type Commands, command, one, read } from './words.ts';

const mostShares = 20;

const makeWords = () =>
  command(
    'make',
    'make recovery shares that open one administrator, once; earlier shares stop working',
    one('--shares <N>', `how many people get one, 2 to ${mostShares} (5)`),
    one('--needed <N>', 'how many of them open an administrator (3)'),
  );

async function make(config: Config, args: readonly string[], { print }: Pick<Terminal, 'print'>) {
  const words = read<{ shares?: string; needed?: string }>(makeWords, args);
  const [shares, needed] = [Number(words.shares ?? 5), Number(words.needed ?? 3)];
  const fits = Number.isInteger(shares) && Number.isInteger(needed);
  if (!fits || needed < 2 || shares < needed || shares > mostShares)
    throw new Error(`Give --needed from 2 up to --shares, and --shares up to ${mostShares}.`);
  await withDeps(config, async (deps) => {
    const made = await makeShares(deps, consoleContext(), { shares, needed });
    for (const [index, share] of made.entries()) print(`${index + 1} of ${shares}  ${share}`);
    print(`Any ${needed} of them open one administrator, once. Give each to another person, on paper.`);
    print('They are shown this once. Earlier shares no longer work. See docs/approvals.md');
  });
}

export const breakGlassCommands: Commands = (config, there) => [
  [makeWords, (args) => make(config(), args, there)],
];
