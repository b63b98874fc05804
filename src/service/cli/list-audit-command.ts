import { auditQuery, filterOf } from '../../api/admin/audit-schemas.ts';
import { listEvents } from '../../features/audit/list-events.ts';
import { parseInput } from '../../lib/parse-input.ts';
import type { Config } from '../config/config.ts';
import { withDeps } from './open-deps.ts';
import { consoleContext, type Terminal } from './shell.ts';
import { type Commands, command, one, read } from './words.ts';

const listWords = () =>
  command(
    'list',
    'what happened, newest first; reading is an event itself',
    one('--type <TYPE>', 'such as authn_login_fail: see docs/audit.md'),
    one('--severity <SEVERITY>', 'info, warning, critical'),
    one('--outcome <OUTCOME>', 'success, failure, refused'),
    one('--username <NAME>', 'of this user, as it was then'),
    one('--area <AREA>', 'in this area'),
    one('--ip <ADDRESS>', 'from this address'),
    one('--from <TIME>', 'at this moment and later, such as 2026-02-03T09:30:00Z'),
    one('--until <TIME>', 'before this moment'),
    one('--limit <N>', 'how many, 1 to 500 (50)'),
  );

async function listAuditCommand(
  config: Config,
  args: readonly string[],
  { print }: Pick<Terminal, 'print'>,
): Promise<void> {
  const words = read<Readonly<Record<string, string>>>(listWords, args);
  const { limit = 50, cursor: _, ...query } = parseInput(auditQuery, words);
  await withDeps(config, async (deps) => {
    const { events } = await listEvents(deps, consoleContext(), {
      readerId: null,
      filter: filterOf(query),
      page: { limit, before: null },
    });
    for (const one of events) {
      const { at, severity, type, outcome, username, actorName, ip, detail } = one;
      const who = [username ?? '–', ...(actorName ? [`by ${actorName}`] : []), `from ${ip ?? '–'}`];
      const more = detail === null ? '' : `  ${JSON.stringify(detail)}`;
      print(`${at.slice(0, 19)}Z  ${severity.padEnd(8)}  ${type} ${outcome}  ${who.join(' ')}${more}`);
    }
  });
}

export const listAuditCommands: Commands = (config, there) => [
  [listWords, (args) => listAuditCommand(config(), args, there)],
];
