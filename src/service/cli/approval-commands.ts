import { approvalModes, ruledActions } from '../../domain/approvals/approval.ts';
import { changeApprovalRules, readApprovalRules } from '../../features/approvals/change-approval-rules.ts';
import { listApprovals } from '../../features/approvals/list-approvals.ts';
import type { Config } from '../config/config.ts';
import { withDeps } from './open-deps.ts';
import { consoleContext, type Terminal } from './shell.ts';
import { type Commands, command, one, read, required } from './words.ts';

type Print = Pick<Terminal, 'print'>;

const longestHours = 168;

const listWords = () =>
  command('list', 'the requests that a second person must approve, those that wait first');
const rulesWords = () => command('rules', 'which actions need a second person');
const setWords = () =>
  command(
    'set',
    'change the rule of one action; the terminal needs no approval',
    required(one('--action <ACTION>', ruledActions.join(', '))),
    required(one('--mode <MODE>', approvalModes.join(', '))),
    one('--wait-hours <N>', `for second_person_and_wait: 1 to ${longestHours} (24)`),
  );

async function showApprovals(config: Config, { print }: Print): Promise<void> {
  await withDeps(config, async (deps) => {
    for (const one of await listApprovals(deps, consoleContext())) {
      const whom = one.username ? ` for ${one.username}` : '';
      const who = one.requesterName ?? 'nobody';
      print(
        `${one.id}  ${one.state}  ${one.action}${whom}, by ${who}, until ${one.expiresAt.toISOString()}  ${one.reason}`,
      );
    }
  });
}

async function showRules(config: Config, { print }: Print): Promise<void> {
  await withDeps(config, async (deps) => {
    const { rules, warnings } = await readApprovalRules(deps);
    for (const action of ruledActions) {
      const { mode, waitHours } = rules[action];
      print(`${action.padEnd(15)} ${mode}${waitHours > 0 ? `, ${waitHours} hours` : ''}`);
    }
    for (const warning of warnings) print(warning);
  });
}

type Set = { readonly action: string; readonly mode: string; readonly waitHours?: string };

async function setRule(config: Config, args: readonly string[], { print }: Print): Promise<void> {
  const words = read<Set>(setWords, args);
  const action = named(ruledActions, words.action, 'action');
  const mode = named(approvalModes, words.mode, 'mode');
  const waitHours = mode === 'second_person_and_wait' ? Number(words.waitHours ?? 24) : 0;
  if (
    mode === 'second_person_and_wait' &&
    !(Number.isInteger(waitHours) && waitHours >= 1 && waitHours <= longestHours)
  )
    throw new Error(`Give --wait-hours a number from 1 to ${longestHours}.`);
  await withDeps(config, async (deps) => {
    const { rules } = await readApprovalRules(deps);
    const changed = { ...rules, [action]: { mode, waitHours } };
    await changeApprovalRules(deps, consoleContext(), { actorId: null, rules: changed, permit: 'console' });
    print(`${action} has the rule ${mode} now.`);
    for (const warning of (await readApprovalRules(deps)).warnings) print(warning);
  });
}

function named<Name extends string>(names: readonly Name[], text: string, what: string): Name {
  const name = names.find((known) => known === text);
  if (!name) throw new Error(`There is no ${what} ${text}. Known: ${names.join(', ')}.`);
  return name;
}

export const approvalCommands: Commands = (config, there) => [
  [listWords, () => showApprovals(config(), there)],
  [rulesWords, () => showRules(config(), there)],
  [setWords, (args) => setRule(config(), args, there)],
];
