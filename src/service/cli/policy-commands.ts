import { readFile } from 'node:fs/promises';
import { changeAreaBody, policyShown, simulateBody } from '../../api/admin/area-schemas.ts';
import { wantedPolicy } from '../../api/admin/wanted-policy.ts';
import { type AreaName, areaNames, presetNames } from '../../domain/policy/policy.ts';
import { changeArea } from '../../features/policy/change-area.ts';
import { readArea } from '../../features/policy/read-policies.ts';
import { simulateArea } from '../../features/policy/simulate-area.ts';
import { parseInput } from '../../lib/parse-input.ts';
import type { Config } from '../config/config.ts';
import { withRules } from './open-deps.ts';
import { consoleContext, type Terminal } from './shell.ts';
import { type Commands, command, flag, one, read, required } from './words.ts';

type Print = Pick<Terminal, 'print'>;
type Named = {
  readonly area: string;
  readonly file?: string;
  readonly preset?: string;
  readonly restore?: string;
};

const area = () => required(one('--area <AREA>', areaNames.join(', ')));
const from = () => [
  one('--file <FILE>', 'the policy as JSON, as policy show prints it'),
  one('--preset <PRESET>', `or that of a preset: ${presetNames.join(', ')}`),
  one('--restore <N>', 'or that of an earlier version'),
];

const showWords = () => command('show', 'what an area requires of a login, as JSON', area());
const simulateWords = () =>
  command('simulate', 'whom another policy would refuse; changes nothing', area(), ...from());
const setWords = () =>
  command(
    'set',
    'change the policy of an area; it takes effect at once',
    area(),
    ...from(),
    flag('--report-only', 'refuse nothing: only record in the audit what it would refuse'),
    one('--version <N>', 'fail if somebody changed the policy after this version was shown'),
  );

async function showPolicy(config: Config, args: readonly string[], { print }: Print): Promise<void> {
  const name = areaNamed(read<Named>(showWords, args).area);
  await withRules(config, async (deps) => {
    const { policy, reportOnly, version } = await readArea(deps, name);
    const shown = { policy: policyShown(policy), trial: reportOnly && policyShown(reportOnly), version };
    print(JSON.stringify(shown, null, 2));
  });
}

async function simulatePolicy(config: Config, args: readonly string[], { print }: Print): Promise<void> {
  const words = read<Named>(simulateWords, args);
  const name = areaNamed(words.area);
  const body = parseInput(simulateBody, await bodyOf(words));
  await withRules(config, async (deps) => {
    const { policy } = await wantedPolicy(deps, name, body);
    const found = await simulateArea(deps, name, policy, { of: 'refused', cursor: '', limit: 10_000 });
    print(
      `Of ${found.members} active users of ${name} it refuses ${found.refused}, ${found.newlyRefused} of them newly.`,
    );
    for (const { username, reason, newly } of found.page)
      print(`  ${username}  ${reason}${newly ? '  newly' : ''}`);
  });
}

async function setPolicy(config: Config, args: readonly string[], { print }: Print): Promise<void> {
  const words = read<Named & { reportOnly?: boolean; version?: string }>(setWords, args);
  const name = areaNamed(words.area);
  const { reportOnly = false, version } = words;
  const expected = version === undefined ? {} : { version: Number(version) };
  const body = parseInput(changeAreaBody, { ...Object(await bodyOf(words)), ...expected });
  await withRules(config, async (deps) => {
    const wanted = await wantedPolicy(deps, name, body);
    await changeArea(deps, consoleContext(), {
      actorId: null,
      area: name,
      change: { ...wanted, reportOnly, version: body.version },
    });
    print(reportOnly ? `${name} has this policy as report-only now.` : `${name} has this policy now.`);
  });
}

function areaNamed(text: string): AreaName {
  const name = areaNames.find((known) => known === text);
  if (!name) throw new Error(`There is no area ${text}. Areas: ${areaNames.join(', ')}.`);
  return name;
}

/** Accepts the output of `policy show` unchanged. */
async function bodyOf({ file, preset, restore }: Named): Promise<unknown> {
  if ([file, preset, restore].filter((given) => given !== undefined).length !== 1)
    throw new Error('Give one policy: --file FILE, --preset PRESET, or --restore N');
  if (restore !== undefined) return { restore: Number(restore) };
  if (file === undefined) return { preset };
  const read: unknown = await readFile(file, 'utf8').then(JSON.parse);
  return Object(read).policy ?? read;
}

export const policyCommands: Commands = (config, there) => [
  [showWords, (args) => showPolicy(config(), args, there)],
  [simulateWords, (args) => simulatePolicy(config(), args, there)],
  [setWords, (args) => setPolicy(config(), args, there)],
];
