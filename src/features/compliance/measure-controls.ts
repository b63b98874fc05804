import { isDeepStrictEqual } from 'node:util';
import { type CheckedControl, checkControls, type Regulation } from '../../domain/compliance/control.ts';
import { regulations } from '../../domain/compliance/regulations.ts';
import { passwordRules } from '../../domain/passwords/password-policy.ts';
import { areaNames, type Policies, presetNameOf, presets } from '../../domain/policy/policy.ts';
import { readPolicy, toStored } from '../../domain/policy/stored-policy.ts';
import { passwordLimits } from '../../domain/throttling/password-throttle.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import { findAreas } from '../policy/area-store.ts';
import { findEveryPolicy } from '../policy/area-version-store.ts';
import { storedOf } from '../policy/area-versions.ts';
import { findExemptions } from '../policy/exemption-store.ts';

export type MeasuredRegulation = Omit<Regulation, 'controls'> & {
  /** POLICY_PRESET, or the areas that an administrator has set to the preset at some time. Empty: nobody follows it. */
  readonly followedBy: readonly string[];
  readonly controls: readonly CheckedControl[];
};

/** What the installation has set, control by control. A policy that was changed since is read as it is now. */
export async function measureControls(
  { db, preset, periods }: Pick<Deps, 'db' | 'preset' | 'periods'>,
  now: Date,
): Promise<readonly MeasuredRegulation[]> {
  const [areas, exemptions, kept] = await Promise.all([
    findAreas(db),
    findExemptions(db, now),
    findEveryPolicy(db),
  ]);
  const rows = areas.map(({ name, policy }) => [name, readPolicy(preset[name], policy)]);
  const policies: Policies = { ...preset, ...Object.fromEntries(rows) };
  const name = presetNameOf(preset);
  const facts = {
    ...{ policies, periods, exemptions },
    ...{ preset: name, passwordRules: passwordRules[name], passwordLimits: passwordLimits[name] },
  };
  return regulations.map((regulation) => {
    const wanted = presets[regulation.preset];
    const setIn = areaNames.filter(
      (area) =>
        area !== 'service' && // it is the same in every preset
        kept.some(
          (one) =>
            one.area === area &&
            isDeepStrictEqual(storedOf(preset[area], one.policy), toStored(wanted[area])),
        ),
    );
    const followedBy = name === regulation.preset ? ['POLICY_PRESET'] : setIn;
    return { ...regulation, followedBy, controls: checkControls(regulation, facts) };
  });
}
