import { describe, expect, test } from 'vitest';
import { checkControls, type Facts } from '../../src/domain/compliance/control.ts';
import { regulations } from '../../src/domain/compliance/regulations.ts';
import { passwordRules } from '../../src/domain/passwords/password-policy.ts';
import { usualPeriods } from '../../src/domain/policy/periods.ts';
import { type AreaName, type Policy, type Preset, presets } from '../../src/domain/policy/policy.ts';
import { passwordLimits } from '../../src/domain/throttling/password-throttle.ts';
import { readCatalogue } from '../../src/features/compliance/read-catalogue.ts';

const day = 86_400_000;
const exemption = {
  username: 'ann',
  approvedBy: 'J. Roe, CISO',
  createdAt: new Date(0),
  endsAt: new Date(365 * day),
};

/** What an installation has that follows a preset and changed nothing. */
function factsOf(preset: Preset): Facts {
  return {
    ...{ preset, policies: presets[preset], periods: usualPeriods[preset], exemptions: [exemption] },
    ...{ passwordRules: passwordRules[preset], passwordLimits: passwordLimits[preset] },
  };
}

function notMet(facts: Facts, of: Preset): readonly string[] {
  const regulation = regulations.find(({ preset }) => preset === of);
  if (!regulation) throw new Error(`No regulation ${of}`);
  return checkControls(regulation, facts).flatMap(({ id, state }) => (state === 'not met' ? [id] : []));
}

function weaker(of: Preset, area: AreaName, change: Partial<Policy>): Facts {
  const facts = factsOf(of);
  return { ...facts, policies: { ...facts.policies, [area]: { ...facts.policies[area], ...change } } };
}

describe('the controls of a preset', () => {
  test.each(regulations)('$preset: the preset meets every control that a setting decides', ({ preset }) => {
    expect(notMet(factsOf(preset), preset)).toEqual([]);
  });

  test.each(regulations)(
    '$preset: each has its own id, words, and tests of requirements that exist',
    (one) => {
      const known = readCatalogue().requirements.map(({ id }) => id);
      const ids = one.controls.map(({ id }) => id);
      expect(ids.filter((id, at) => ids.indexOf(id) !== at)).toEqual([]);
      for (const { id, tests, operator, says, setting } of one.controls) {
        expect(
          tests.filter((wanted) => !known.includes(wanted)),
          id,
        ).toEqual([]);
        expect(
          tests.length > 0 || operator !== undefined,
          `${id}: neither tests nor words for the operator`,
        ).toBe(true);
        for (const text of [says, setting, operator ?? 'None.']) expect(text, id).toMatch(/^[^|\n]+\.$/);
      }
    },
  );

  const { standard } = presets;
  test.each<[Preset, string, Facts, string[]]>([
    [
      'cjis',
      'a login without a second factor',
      weaker('cjis', 'public', { mfa: 'if_enrolled' }),
      ['IA-2(1), IA-2(2)'],
    ],
    [
      'cjis',
      'trusted devices',
      weaker('cjis', 'public', { trustedDeviceSeconds: day }),
      ['IA-2(1), IA-2(2)'],
    ],
    ['cjis', 'a bypass by Duo', weaker('cjis', 'vendor', { providerBypass: true }), ['IA-2(1), IA-2(2)']],
    [
      'cjis',
      'an outage that opens',
      weaker('cjis', 'public', { providerOutage: 'open' }),
      ['IA-2(1), IA-2(2)'],
    ],
    ['cjis', 'e-mail', weaker('cjis', 'vendor', { minLevel: '1plus' }), ['IA-5 j(1), j(2)', 'IA-5(1)(c)']],
    ['cjis', '31 minutes idle', weaker('cjis', 'public', { idleSeconds: 31 * 60 }), ['AC-11', 'IA-5 j(11)']],
    ['cjis', 'no idle limit', weaker('cjis', 'admin', { idleSeconds: null }), ['AC-11', 'IA-5 j(11)']],
    ['cjis', 'requests as activity', weaker('cjis', 'public', { activity: 'requests' }), ['IA-5 j(11)']],
    [
      'cjis',
      'a session of 13 hours',
      weaker('cjis', 'public', { absoluteSeconds: 13 * 3600 }),
      ['IA-5 j(10), IA-11'],
    ],
    ['cjis', 'a refresh token twice', weaker('cjis', 'public', { refreshGraceSeconds: 1 }), ['IA-2(8)']],
    ['cjis', 'a thinner audit', weaker('cjis', 'public', { audit: 'medium' }), ['AU-2, AU-3']],
    [
      'cjis',
      'a thinner audit of administrators',
      weaker('cjis', 'admin', { audit: 'medium' }),
      ['AC-6(9)', 'AU-2, AU-3'],
    ],
    [
      'cjis',
      'accounts that stay',
      { ...factsOf('cjis'), periods: { auditKeepMonths: 13, disableInactiveDays: null } },
      ['AC-2(3)'],
    ],
    [
      'cjis',
      'accounts that stay too long, and an audit that does not',
      { ...factsOf('cjis'), periods: { auditKeepMonths: 11, disableInactiveDays: 91 } },
      ['AC-2(3)', 'AU-11'],
    ],
    [
      'cjis',
      'ten wrong passwords',
      { ...factsOf('cjis'), passwordLimits: passwordLimits.standard },
      ['AC-7', 'IA-5(1)(a) 14'],
    ],
    [
      'cjis',
      'short passwords',
      { ...factsOf('cjis'), passwordRules: { ...passwordRules.cjis, minLength: 7 } },
      ['IA-5(1)(a) 3, 5, 7'],
    ],
    [
      'nydfs',
      'a login without a second factor',
      weaker('nydfs', 'vendor', standard.vendor),
      ['500.6(a)(2), (b)', '500.12(a)'],
    ],
    ['nydfs', 'e-mail', weaker('nydfs', 'public', { minLevel: '1plus' }), ['500.12(a)']],
    ['nydfs', 'trusted devices', weaker('nydfs', 'public', { trustedDeviceSeconds: day }), ['500.12(a)']],
    [
      'nydfs',
      'an exemption without an approver',
      { ...factsOf('nydfs'), exemptions: [exemption, { ...exemption, approvedBy: null }] },
      ['500.12(b)'],
    ],
    [
      'nydfs',
      'an exemption of more than a year',
      { ...factsOf('nydfs'), exemptions: [{ ...exemption, endsAt: new Date(366 * day) }] },
      ['500.12(b)'],
    ],
    [
      'nydfs',
      'an audit of 35 months',
      { ...factsOf('nydfs'), periods: { auditKeepMonths: 35, disableInactiveDays: null } },
      ['500.6(a)(2), (b)'],
    ],
    [
      'nydfs',
      'short passwords',
      { ...factsOf('nydfs'), passwordRules: { ...passwordRules.nydfs, minLength: 14 } },
      ['500.7(b)'],
    ],
    [
      'nydfs',
      'a thinner audit of administrators',
      weaker('nydfs', 'admin', { audit: 'medium' }),
      ['500.6(a)(2), (b)', '500.7(c)'],
    ],
  ])('%s: %s falls short of its controls, and of no others', (of, _what, facts, wanted) => {
    expect(notMet(facts, of)).toEqual(wanted);
  });

  test('every control that a setting decides can fall short', () => {
    const poor = {
      ...presets.standard.vendor,
      audit: 'medium',
      activity: 'requests',
      idleSeconds: null,
    } as const;
    const worst = { ...poor, absoluteSeconds: 86_400, refreshGraceSeconds: 60 };
    for (const { preset, controls } of regulations) {
      const facts: Facts = {
        ...factsOf(preset),
        policies: { ...presets.standard, admin: worst, public: worst, vendor: worst },
        periods: { auditKeepMonths: 1, disableInactiveDays: null },
        passwordRules: { minLength: 1, lettersAndDigits: false, history: 0 },
        passwordLimits: { perNetwork: 100, overall: 1000 },
        exemptions: [{ ...exemption, approvedBy: null }],
      };
      expect(notMet(facts, preset)).toEqual(controls.flatMap(({ id, check }) => (check ? [id] : [])));
    }
  });
});
