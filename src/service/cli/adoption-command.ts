import { mostDays } from '../../features/adoption/count-days.ts';
import { readAdoption } from '../../features/adoption/read-adoption.ts';
import type { Config } from '../config/config.ts';
import { openDatabase } from '../open-database.ts';
import { drawAdoption } from './draw-adoption.ts';
import type { Terminal } from './shell.ts';
import { type Commands, command, one, read } from './words.ts';

const usualWidth = 80;

const adoptionWords = () =>
  command(
    'adoption',
    'who has a second factor, and the figures of each of the last days',
    one('--days <N>', 'how many days (30)'),
  );

/** Prints what GET /admin/adoption answers. It uses no colours, so that the output may go into a file or a mail. */
async function adoptionCommand(
  config: Config,
  args: readonly string[],
  { print, columns = usualWidth }: Pick<Terminal, 'print'> & { readonly columns?: number | undefined },
): Promise<void> {
  const { days = '30' } = read<{ days?: string }>(adoptionWords, args);
  if (!/^\d{1,3}$/.test(days) || Number(days) < 1 || Number(days) > mostDays)
    throw new Error(`Give a number of days from 1 to ${mostDays}: --days 30`);
  const { database } = await openDatabase(config);
  try {
    for (const line of drawAdoption(await readAdoption(database, Number(days)), columns)) print(line);
  } finally {
    await database.close();
  }
}

export const adoptionCommands: Commands = (config, there) => [
  [adoptionWords, (args) => adoptionCommand(config(), args, there)],
];
