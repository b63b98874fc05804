import type { Operations } from '@sallyport/client';
import { useFormat, useTexts } from '../../../texts/language.tsx';
import { useMethodName } from '../parts/use-method-name.ts';

export type Area = Operations['GET /admin/areas/{area}']['answer'];
export type AreaName = Area['area'];
export type Policy = Area['policy'];
export type Field = keyof Policy;
export type Presets = Operations['GET /admin/areas/{area}/presets']['answer'];
export type PresetName = Presets['preset'];

export const areaNames: readonly AreaName[] = ['public', 'vendor', 'admin', 'service'];
export const presetNames: readonly PresetName[] = ['standard', 'strict', 'pci', 'cjis', 'nydfs'];

const all: readonly Field[] = [
  'first_factor',
  'mfa',
  'min_acr',
  'allowed_methods',
  'trusted_device_days',
  'access_seconds',
  'idle_seconds',
  'absolute_seconds',
  'activity',
  'refresh_grace_seconds',
  'recovery_code_at_guard',
  'new_recovery_code',
  'provider_outage',
  'provider_bypass',
  'account_recovery',
  'audit',
];

/** The settings that say something about an area. Programs have no second factor. */
export function fieldsOf(area: AreaName): readonly Field[] {
  return area === 'service' ? ['access_seconds', 'absolute_seconds', 'audit'] : all;
}

/** The settings in which two policies differ. The order of the methods makes no difference. */
export function differing(one: Policy, other: Policy): readonly Field[] {
  const told = (value: unknown) => JSON.stringify(Array.isArray(value) ? [...value].sort() : value);
  return all.filter((field) => told(one[field]) !== told(other[field]));
}

/** The presets that say the same as a policy, and the one that is the nearest. */
export function compare(policy: Policy, { preset, presets }: Presets) {
  const order = [preset, ...presetNames.filter((name) => name !== preset)];
  const compared = order.map((name) => ({ name, fields: differing(policy, presets[name]) }));
  const [nearest] = [...compared].sort((a, b) => a.fields.length - b.fields.length);
  const equal = compared.filter(({ fields }) => fields.length === 0).map(({ name }) => name);
  return { equal, nearest };
}

/** What a setting of a policy means, as a sentence. */
export function usePolicyWords(): (field: Field, policy: Policy) => string {
  const { says, recoveryKinds } = useTexts('console-policy');
  const { duration } = useFormat();
  const methodName = useMethodName();
  const methods = (allowed: Policy['allowed_methods']) => {
    if (allowed === 'all') return says.allMethods;
    return allowed.length === 0 ? says.noMethods : says.someMethods(allowed.map(methodName).join(', '));
  };
  const words: { readonly [Name in Field]: (policy: Policy) => string } = {
    first_factor: ({ first_factor: first }) => says.first_factor[first],
    mfa: ({ mfa }) => says.mfa[mfa],
    min_acr: ({ min_acr: level }) => says.min_acr[level],
    allowed_methods: ({ allowed_methods: allowed }) => methods(allowed),
    access_seconds: ({ access_seconds: seconds }) => says.access(duration(seconds)),
    idle_seconds: ({ idle_seconds: seconds }) =>
      seconds === null ? says.noIdle : says.idle(duration(seconds)),
    absolute_seconds: ({ absolute_seconds: seconds }) => says.absolute(duration(seconds)),
    audit: ({ audit }) => says.audit[audit],
    trusted_device_days: ({ trusted_device_days: days }) =>
      days === null ? says.notTrusted : says.trusted(duration(days * 86_400)),
    provider_bypass: ({ provider_bypass: isOn }) => (isOn ? says.bypass : says.noBypass),
    provider_outage: ({ provider_outage: outage }) => says.outage[outage],
    refresh_grace_seconds: ({ refresh_grace_seconds: seconds }) =>
      seconds === 0 ? says.once : says.grace(duration(seconds)),
    recovery_code_at_guard: ({ recovery_code_at_guard: isOn }) => (isOn ? says.guard : says.noGuard),
    new_recovery_code: ({ new_recovery_code: isOn }) => (isOn ? says.newCode : says.noNewCode),
    activity: ({ activity }) => says.activity[activity],
    account_recovery: ({ account_recovery: rule }) =>
      rule === null
        ? says.noRecovery
        : says.recovery(
            rule.from.map((kind) => recoveryKinds[kind]).join(', '),
            duration(rule.wait_hours * 3_600),
          ),
  };
  return (field, policy) => words[field](policy);
}
