import type { AreaName, Field, Policy } from './policy-words.ts';

/** The settings that are typed, with their bounds. Empty: null, where that is allowed. */
export const numbers = {
  access_seconds: { from: 60, to: 3_600, size: 1, mayBeEmpty: false },
  idle_seconds: { from: 60, to: 86_400, size: 1, mayBeEmpty: true },
  absolute_seconds: { from: 60, to: 86_400, size: 1, mayBeEmpty: false },
  refresh_grace_seconds: { from: 0, to: 60, size: 1, mayBeEmpty: false },
  trusted_device_days: { from: 1, to: 365, size: 86_400, mayBeEmpty: true },
} as const;
export type NumberField = keyof typeof numbers;
const numberFields = Object.keys(numbers) as readonly NumberField[];

export type Typed = Readonly<Record<NumberField, string>>;
export type Draft = { readonly policy: Policy; readonly typed: Typed };
type Fault = 'shape' | 'tooLong' | 'methods';
export type Faults = Partial<Record<Field, Fault>>;

export function draftOf(policy: Policy): Draft {
  const typed = numberFields.map((field) => [field, String(policy[field] ?? '')] as const);
  return { policy, typed: Object.fromEntries(typed) as Typed };
}

/** The seconds or days that a person typed. Null: nothing. Undefined: no whole number, or out of its bounds. */
export function numberIn(field: NumberField, typed: string): number | null | undefined {
  const { from, to, mayBeEmpty } = numbers[field];
  const text = typed.trim();
  if (text === '') return mayBeEmpty ? null : undefined;
  const value = /^\d{1,6}$/.test(text) ? Number(text) : Number.NaN;
  return value >= from && value <= to ? value : undefined;
}

/** The policy of a form, or what is wrong in it. */
export function policyIn({ policy, typed }: Draft, area: AreaName): Policy | Faults {
  const faults: Faults = {};
  const read = <Name extends NumberField>(field: Name): number => {
    const value = numberIn(field, typed[field]);
    if (value === undefined) faults[field] = 'shape';
    return value ?? 0;
  };
  const orNull = (field: NumberField) => (numberIn(field, typed[field]) === null ? null : read(field));
  const next: Policy = {
    ...policy,
    access_seconds: read('access_seconds'),
    idle_seconds: orNull('idle_seconds'),
    absolute_seconds: read('absolute_seconds'),
    refresh_grace_seconds: read('refresh_grace_seconds'),
    trusted_device_days: orNull('trusted_device_days'),
  };
  const longest = next.absolute_seconds;
  if (!faults.absolute_seconds) {
    if (next.access_seconds > longest) faults.access_seconds ??= 'tooLong';
    if ((next.idle_seconds ?? 0) > longest) faults.idle_seconds ??= 'tooLong';
  }
  if (area !== 'service' && next.allowed_methods.length === 0) faults.allowed_methods = 'methods';
  return Object.keys(faults).length > 0 ? faults : next;
}

export function isPolicy(read: Policy | Faults): read is Policy {
  return typeof (read as Policy).access_seconds === 'number';
}
