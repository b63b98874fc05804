import {
  changeOf,
  changeRolloutBody,
  exemptBody,
  simulateRolloutBody,
} from '../../api/admin/rollout-schemas.ts';
import { presets } from '../../domain/policy/policy.ts';
import { phases } from '../../domain/policy/rollout.ts';
import { changeRollout } from '../../features/policy/change-rollout.ts';
import { endExemptionNow, exemptUser, listExemptions } from '../../features/policy/exempt-user.ts';
import { readRollout } from '../../features/policy/read-policies.ts';
import { simulateRollout } from '../../features/policy/simulate-rollout.ts';
import { parseInput } from '../../lib/parse-input.ts';
import type { Config } from '../config/config.ts';
import { type RuleDeps, userNamed, withDeps, withRules } from './open-deps.ts';
import { consoleContext, type Terminal } from './shell.ts';
import { whichUser } from './user-commands.ts';
import { type Commands, command, many, one, read, required } from './words.ts';

type Print = Pick<Terminal, 'print'>;
type Turn = { readonly phase: string; readonly role?: readonly string[]; readonly graceDays?: string };

const turn = () => [
  required(one('--phase <PHASE>', phases.join(', '))),
  many('--role <ROLE>', 'for the phase gradual: who must enrol now; may be repeated'),
  one('--grace-days <N>', 'for grace periods that start from now on, 0 to 90'),
];

const showWords = () => command('show', 'who must enrol, since when');
const simulateWords = () =>
  command('simulate', 'whom a change would shut out, now and by day; changes nothing', ...turn());
const setWords = () =>
  command(
    'set',
    'change the rollout; it takes effect at once',
    ...turn(),
    one('--confirm-shut-out <N>', 'how many it shuts out at once, as rollout simulate counts them'),
  );

async function showRollout(config: Config, { print }: Print): Promise<void> {
  await withDeps(config, async (deps) => {
    const { phase, targets, graceSeconds, changedAt } = await readRollout(deps);
    print(
      `${phase}${changedAt ? `, since ${changedAt.toISOString()}` : ''}, ${graceSeconds / 86_400} days of grace`,
    );
    for (const [name, since] of Object.entries(targets)) print(`  ${name}  since ${since.toISOString()}`);
  });
}

async function simulateTurn(config: Config, args: readonly string[], { print }: Print): Promise<void> {
  const body = parseInput(simulateRolloutBody, bodyOf(read<Turn>(simulateWords, args)));
  await withRules(config, async (deps) => {
    const found = await simulateRollout(deps, changeOf(body), { cursor: '', limit: 10_000 });
    print(
      `Of ${found.unenrolled} users without a second factor it shuts out ${found.now} at once, ${found.newlyNow} of`,
    );
    print(
      `them newly, and ${found.later} later. Sensitive routes refuse ${found.sensitiveNow} at once, ${found.sensitiveLater} later.`,
    );
    for (const { day, users } of found.days) print(`  ${day}  ${users}`);
    for (const { username, at, newly } of found.page)
      print(`  ${username}  from ${at.toISOString()}${newly ? '  newly' : ''}`);
  });
}

async function setRollout(config: Config, args: readonly string[], { print }: Print): Promise<void> {
  const { confirmShutOut, ...words } = read<Turn & { confirmShutOut?: string }>(setWords, args);
  const confirmed = confirmShutOut === undefined ? {} : { confirm_shut_out: Number(confirmShutOut) };
  const {
    confirm_shut_out,
    reason: _reason,
    ticket: _ticket,
    ...body
  } = parseInput(changeRolloutBody, { ...bodyOf(words), ...confirmed });
  await withRules(config, async (deps) => {
    const change = { ...changeOf(body), confirmShutOut: confirm_shut_out };
    await changeRollout(deps, consoleContext(), null, change);
    print(`The rollout is ${body.phase}.`);
  });
}

function bodyOf({ phase, role, graceDays }: Turn) {
  return {
    phase,
    ...(role && { roles: role }),
    ...(graceDays !== undefined && { grace_days: Number(graceDays) }),
  };
}

const listWords = () => command('list', 'the exemptions in force, next to end first');
const addWords = () =>
  command(
    'add',
    'let a user go on without a second factor for a while, where the rollout asks for one',
    whichUser(),
    required(one('--owner <NAME>', 'the administrator who is responsible for it')),
    required(one('--reason <TEXT>', 'why; kept in the audit')),
    required(one('--until <TIME>', 'when it ends, such as 2027-01-31T00:00:00Z')),
    one('--approved-by <TEXT>', 'who approved it in writing; required with POLICY_PRESET=nydfs'),
  );
const endWords = () =>
  command(
    'end',
    'end an exemption before its time',
    required(one('--id <ID>', 'which, as exemption list shows it')),
  );

type AddWords = {
  readonly username: string;
  readonly owner: string;
  readonly reason: string;
  readonly until: string;
  readonly approvedBy?: string;
};

async function showExemptions(config: Config, { print }: Print): Promise<void> {
  await withDeps(config, async (deps) => {
    for (const { id, username, ownerName, reason, endsAt, approvedBy } of await listExemptions(deps)) {
      const who = `${ownerName ?? 'nobody'}${approvedBy ? `; approved by ${approvedBy}` : ''}`;
      print(`${id}  ${username}  until ${endsAt.toISOString()}  ${reason}  (${who})`);
    }
  });
}

async function addExemption(config: Config, args: readonly string[], { print }: Print): Promise<void> {
  const words = read<AddWords>(addWords, args);
  const preset = presets[config.preset];
  await withDeps(config, async (deps) => {
    const [user, owner] = [await userNamed(deps.db, words.username), await ownerNamed(deps, words.owner)];
    const approved = words.approvedBy === undefined ? {} : { approved_by: words.approvedBy };
    const given = { user_id: user.id, reason: words.reason, ends_at: words.until, ...approved };
    const { reason, ends_at: until, approved_by: approvedBy = null } = parseInput(exemptBody, given);
    const input = {
      userId: user.id,
      reason,
      approvedBy,
      endsAt: new Date(until),
      permit: 'console',
    } as const;
    const made = await exemptUser({ ...deps, preset }, consoleContext(), owner.id, input);
    print(`${made.username} is exempt until ${made.endsAt.toISOString()}, id ${made.id}.`);
  });
}

async function ownerNamed({ db }: Pick<RuleDeps, 'db'>, name: string) {
  const owner = await userNamed(db, name);
  if (owner.status === 'active' && owner.roles.includes('admin')) return owner;
  throw new Error(`${owner.username} is not an active administrator and cannot own an exemption.`);
}

async function endExemptionOf(config: Config, args: readonly string[], { print }: Print): Promise<void> {
  const { id } = read<{ id: string }>(endWords, args);
  if (!/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i.test(id))
    throw new Error('Give the id of the exemption: --id ID, as exemption list shows it');
  await withDeps(config, async (deps) => {
    await endExemptionNow(deps, consoleContext(), null, id);
    print('The exemption has ended.');
  });
}

export const rolloutCommands: Commands = (config, there) => [
  [showWords, () => showRollout(config(), there)],
  [simulateWords, (args) => simulateTurn(config(), args, there)],
  [setWords, (args) => setRollout(config(), args, there)],
];

export const exemptionCommands: Commands = (config, there) => [
  [listWords, () => showExemptions(config(), there)],
  [addWords, (args) => addExemption(config(), args, there)],
  [endWords, (args) => endExemptionOf(config(), args, there)],
];
