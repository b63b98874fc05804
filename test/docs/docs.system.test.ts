import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { longestPassword, passwordRules } from '../../src/domain/passwords/password-policy.ts';
import { acrOf } from '../../src/domain/policy/assurance-level.ts';
import { presets } from '../../src/domain/policy/policy.ts';
import { scopesOf } from '../../src/domain/policy/scopes.ts';
import { loginThrottleRules } from '../../src/domain/throttling/password-throttle.ts';
import { throttleRules } from '../../src/domain/throttling/second-factor-throttle.ts';
import { sendRules } from '../../src/domain/throttling/send-limits.ts';
import { blocksOf, readDocument, root } from '../support/document.ts';
import { describeCommandsIn } from '../support/played-document.ts';
import { createWorld, type World } from '../support/world.ts';

const played = [
  'README.md',
  'docs/tutorial.md',
  'docs/api.md',
  'docs/vendors.md',
  'docs/vendor-quickstart.md',
  'docs/policy.md',
  'docs/administration.md',
  'docs/switching-off.md',
  'docs/sms-cost.md',
  'docs/service-accounts.md',
  'docs/webauthn.md',
  'docs/protect-an-endpoint.md',
];
const pages = readdirSync(join(root, 'docs')).filter((file) => file.endsWith('.md'));
const all = [
  ...['README.md', 'SECURITY.md', 'CONTRIBUTING.md', 'CHANGELOG.md'],
  ...pages.map((file) => `docs/${file}`),
];
const api = readDocument('docs/api.md');

for (const name of played) describeCommandsIn(name);

test.each(all)('%s hands no password to curl where a list of processes shows it', (name) => {
  const words = readDocument(name).replace(/<<<'.*/g, ''); // this curl reads
  expect(words.split('\n').filter((line) => /curl .*\$PASSWORD/.test(line))).toEqual([]);
});

test('README.md leads to every page', () => {
  const text = readDocument('README.md');
  expect(all.filter((name) => name !== 'README.md' && !text.includes(`](${name})`))).toEqual([]);
});

test('README.md says of the speed what was measured', () => {
  const [, figures = ''] = readDocument('README.md').split('\n## Figures\n');
  const [sentence = ''] = figures.trim().split('\n');
  const numbers = sentence.match(/[\d,]*\d/g) ?? [];
  expect(numbers).toHaveLength(3);
  for (const number of numbers) expect(readDocument('docs/performance.md')).toContain(`| ${number} |`);
});

describe('docs/api.md beside the code', () => {
  let world: World;
  let description: { readonly paths: Readonly<Record<string, object>> };
  beforeAll(async () => {
    world = await createWorld();
    description = (await world.call('GET', '/openapi.json')).body;
  });
  afterAll(() => world.close());

  test('lists every route, and no other', () => {
    const listed = [...sectionOf(api, 'Routes').matchAll(/`([A-Z]+ \/[^`]*)`/g)].map(([, route]) => route);
    const hidden = ['/openapi.json', '/.well-known/change-password', '/.well-known/passkey-endpoints'].map(
      (path) => `GET ${path}`,
    );
    const served = Object.entries(description.paths).flatMap(([path, operations]) =>
      Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(listed.sort()).toEqual([...served, ...hidden].sort());
  });

  test('lists every problem with its status, and no other', () => {
    const rows = [...sectionOf(api, 'Problems').matchAll(/^\| (\d+) \| `([\w-]+)` /gm)];
    const types = [...new Set(problemsIn(description))];
    expect(rows.map(([, status, type]) => `${status} ${type}`).sort()).toEqual(types.sort());
  });

  test('says of each method which level it reaches, and by what', () => {
    const methods = [...world.deps.providers.values()];
    const levels = sectionOf(api, 'Levels');
    for (const { amr, level } of methods)
      expect(levels).toContain(`| \`${acrOf(level)}\` | \`pwd ${amr.join(' ')}\` |`);
  });

  test.each(['public', 'admin', 'vendor'] as const)('says how long a login to the area %s lasts', (area) => {
    const { accessSeconds, idleSeconds, absoluteSeconds, refresh, roles } = presets.standard[area];
    const row = rowOf('Areas', area);
    expect(row[5]).toBe(inWords(absoluteSeconds));
    expect(row[4]).toBe(idleSeconds === null ? '–' : `${idleSeconds / 60} min`);
    expect(row[3]).toBe(`${accessSeconds / 60} min${refresh ? '' : ', no refresh'}`);
    expect(row[1]).toBe(roles === 'all' ? 'all' : roles.map((role) => `\`${role}\``).join(', '));
    const scopes = (roles === 'all' ? ['user'] : roles).flatMap((role) => scopesOf(area, [role]));
    for (const scope of scopes) expect(row[6]).toContain(`\`${scope}\``);
  });

  test('says of the other presets what is other in them', () => {
    const { standard, strict, pci } = presets;
    const exact = { refreshGraceSeconds: 0, recoveryCodeAtGuard: false, activity: 'explicit' };
    const admin = { ...standard.admin, ...exact, minLevel: '2' };
    const everyone = { ...standard.public, ...exact, trustedDeviceSeconds: null };
    const vendor = { ...standard.vendor, ...exact };
    expect(strict).toEqual({ ...standard, admin, public: everyone, vendor });
    expect(pci).toEqual({ ...strict, public: { ...strict.public, idleSeconds: 15 * 60 } });
    expect(sectionOf(api, 'Areas')).toContain('With `strict`, `admin` wants the level of an app');
    expect(sectionOf(api, 'Areas')).toContain('no device is trusted');
    expect(sectionOf(api, 'Areas')).toContain('`pci` is `strict` with 15 minutes of idleness in `public`');
  });

  test('says how often what may be tried', () => {
    const { answersPerWindow, windowSeconds, lockAfter, lockSeconds, disableAfter } = throttleRules;
    const { perNetwork, overall, windowSeconds: loginWindow, knownNetworkSeconds } = loginThrottleRules;
    const { perWindow, windowSeconds: sendWindow, apartSeconds } = sendRules;
    const throttles = sectionOf(api, 'Throttles');
    for (const said of [
      `| ${answersPerWindow} in ${inWords(windowSeconds)} |`,
      `| ${lockAfter} | 429 for ${inWords(lockSeconds)} |`,
      `| ${disableAfter} | the factor that was tried is disabled |`,
      `| ${perNetwork} wrong in ${inWords(loginWindow)} |`,
      `| ${overall} wrong in ${inWords(loginWindow)} |`,
      `in the last ${knownNetworkSeconds / 86_400} days |`,
      `| ${perWindow} in ${inWords(sendWindow)}, ${apartSeconds} seconds apart |`,
    ]) {
      expect(throttles.replaceAll('minutes', 'min')).toContain(said.replaceAll('minutes', 'min'));
    }
  });

  test('says how long a password must and may be', () => {
    const { standard, strict, pci } = passwordRules;
    const lengths = [standard, strict, pci].map(({ minLength }) => minLength);
    const rows = sectionOf(api, 'Change the password').replaceAll(/fewer than | characters|more than /g, '');
    expect(rows).toContain(`| \`too_short\` | ${lengths.join(' | ')} |`);
    expect(rows).toContain(`| \`too_long\` | ${Array(3).fill(longestPassword).join(' | ')} |`);
  });
});

describe.each(all)('%s', (name) => {
  const text = readDocument(name);

  test('links to what is there', () => {
    const links = [...text.matchAll(/\]\((?!https?:)([^)#]*)#?([^)]*)\)/g)];
    const dead = links.filter(([, file = '', anchor = '']) => {
      const target = join(dirname(name), file);
      if (file !== '' && !existsSync(join(root, target))) return true;
      return anchor !== '' && !anchorsOf(file === '' ? text : readDocument(target)).includes(anchor);
    });
    expect(dead.map(([link]) => link)).toEqual([]);
  });

  test('names files and folders that are there', () => {
    const made = [...blocksOf(text).map((block) => block.name), 'release-results.json'];
    const named = [...text.matchAll(/(?<=`)(?:src|db|test|docs)(?:\/[\w./-]+)?(?=`)/g)].map(([path]) => path);
    const missing = named.filter(
      (path) => !existsSync(join(root, path)) && !made.some((file) => path.endsWith(`/${file}`)),
    );
    expect(missing).toEqual([]);
  });
});

/** `status type` of every problem that a description of the API has a schema of. */
function problemsIn(part: unknown): readonly string[] {
  if (typeof part !== 'object' || part === null) return [];
  const { properties } = part as { properties?: { type?: { const?: string }; status?: { const?: number } } };
  const type = properties?.type?.const?.replace(/^\/problems\//, '');
  const own =
    type !== undefined && type !== properties?.type?.const ? [`${properties?.status?.const} ${type}`] : [];
  return [...own, ...Object.values(part).flatMap(problemsIn)];
}

/** From its heading to the next one that is as high or higher. */
function sectionOf(text: string, heading: string): string {
  const [, level = '', rest = ''] = new RegExp(`^(#+) ${heading}\\n([^]*)`, 'm').exec(text) ?? [];
  const end = rest.search(new RegExp(`^#{1,${level.length}} `, 'm'));
  return end < 0 ? rest : rest.slice(0, end);
}

function rowOf(heading: string, first: string): readonly string[] {
  const line = sectionOf(api, heading)
    .split('\n')
    .find((one) => one.startsWith(`| \`${first}\` |`));
  return (
    line
      ?.split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()) ?? []
  );
}

function inWords(seconds: number): string {
  return seconds >= 3600 ? `${seconds / 3600} h` : `${seconds / 60} min`;
}

/** As a page of Markdown names its headings. */
function anchorsOf(text: string): readonly string[] {
  const prose = text.replace(/^```.*?^```$/gms, '');
  const headings = [...prose.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) => heading);
  return headings.map((heading) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}
