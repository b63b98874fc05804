import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { longestPassword, passwordRules } from '../../src/domain/passwords/password-policy.ts';
import { acrOf } from '../../src/domain/policy/assurance-level.ts';
import { presets } from '../../src/domain/policy/policy.ts';
import { scopesOf } from '../../src/domain/policy/scopes.ts';
import { loginThrottleRules, passwordLimits } from '../../src/domain/throttling/password-throttle.ts';
import { throttleRules } from '../../src/domain/throttling/second-factor-throttle.ts';
import { sendRules } from '../../src/domain/throttling/send-limits.ts';
import { readDocument } from '../support/document.ts';
import { createWorld, type World } from '../support/world.ts';

const api = readDocument('docs/api.md');

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
    const { standard, strict, pci, cjis, nydfs } = presets;
    const exact = { refreshGraceSeconds: 0, recoveryCodeAtGuard: false, activity: 'explicit' };
    const admin = { ...standard.admin, ...exact, minLevel: '2' };
    const everyone = { ...standard.public, ...exact, trustedDeviceSeconds: null };
    const vendor = { ...standard.vendor, ...exact };
    expect(strict).toEqual({ ...standard, admin, public: everyone, vendor });
    expect(pci).toEqual({ ...strict, public: { ...strict.public, idleSeconds: 15 * 60 } });
    const both = { mfa: 'required', audit: 'high' };
    expect(cjis).toEqual({
      ...strict,
      public: { ...strict.public, ...both, minLevel: '2r', idleSeconds: 30 * 60 },
      vendor: { ...strict.vendor, ...both, minLevel: '2r' },
    });
    expect(nydfs).toEqual({
      ...strict,
      public: { ...strict.public, ...both, minLevel: '2', idleSeconds: 15 * 60, exemptible: true },
      vendor: { ...strict.vendor, ...both, minLevel: '2', exemptible: true },
    });
    expect(sectionOf(api, 'Areas')).toContain('`cjis` is `strict` with a second factor for everybody');
    expect(sectionOf(api, 'Areas')).toContain('`nydfs` is `strict` with a second factor for everybody');
    expect(sectionOf(api, 'Areas')).toContain('With `strict`, `admin` wants the level of an app');
    expect(sectionOf(api, 'Areas')).toContain('no device is trusted');
    expect(sectionOf(api, 'Areas')).toContain('`pci` is `strict` with 15 minutes of idleness in `public`');
  });

  test('says how often what may be tried', () => {
    const { answersPerWindow, windowSeconds, lockAfter, lockSeconds, disableAfter } = throttleRules;
    expect(passwordLimits.cjis.overall).toBe(passwordLimits.cjis.perNetwork);
    const { perNetwork, overall, windowSeconds: loginWindow, knownNetworkSeconds } = loginThrottleRules;
    const { perWindow, windowSeconds: sendWindow, apartSeconds } = sendRules;
    const throttles = sectionOf(api, 'Throttles');
    for (const said of [
      `| ${answersPerWindow} in ${inWords(windowSeconds)} |`,
      `| ${lockAfter} | 429 for ${inWords(lockSeconds)} |`,
      `| ${disableAfter} | the factor that was tried is disabled |`,
      `| ${perNetwork} wrong in ${inWords(loginWindow)} |`,
      `| ${overall} wrong in ${inWords(loginWindow)} |`,
      `${passwordLimits.cjis.perNetwork} wrong passwords in ${inWords(loginWindow)} are the limit of both rows`,
      `in the last ${knownNetworkSeconds / 86_400} days |`,
      `| ${perWindow} in ${inWords(sendWindow)}, ${apartSeconds} seconds apart |`,
    ]) {
      expect(throttles.replaceAll('minutes', 'min')).toContain(said.replaceAll('minutes', 'min'));
    }
  });

  test('says how long a password must and may be', () => {
    const { standard, strict, pci, cjis, nydfs } = passwordRules;
    const lengths = [standard, strict, pci, cjis, nydfs].map(({ minLength }) => minLength);
    const rows = sectionOf(api, 'Change the password').replaceAll(/fewer than | characters|more than /g, '');
    expect(rows).toContain(`| \`too_short\` | ${lengths.join(' | ')} |`);
    expect(rows).toContain(`| \`too_long\` | ${Array(5).fill(longestPassword).join(' | ')} |`);
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
