import { type FormEvent, useState } from 'react';
import { Button } from '../../../components/button.tsx';
import { Checkbox, TextField } from '../../../components/field.tsx';
import { useFormat, useTexts } from '../../../texts/language.tsx';
import { SelectField } from '../parts/fields.tsx';
import { useMethodName } from '../parts/use-method-name.ts';
import {
  draftOf,
  type Faults,
  isPolicy,
  type NumberField,
  numberIn,
  numbers,
  policyIn,
  type Typed,
} from './policy-draft.ts';
import { type Plan, planOf } from './policy-preview.tsx';
import { RecoveryRule } from './policy-recovery.tsx';
import { type Area, type Field, fieldsOf, type Policy, type Presets, presetNames } from './policy-words.ts';

type Props = {
  readonly area: Area;
  readonly presets: Presets;
  readonly onPreview: (plan: Plan) => void;
};

/** The settings of the area `admin` that are always the same. */
const fixedInAdmin: readonly Field[] = ['mfa', 'audit', 'trusted_device_days', 'provider_bypass'];

/** A change that somebody considers. It keeps what was typed while others change the policy. */
export function PolicyForm({ area, presets, onPreview }: Props) {
  const t = useTexts('console-policy');
  const [draft, setDraft] = useState(() => draftOf(area.policy));
  const [faults, setFaults] = useState<Faults>({});
  const { policy } = draft;
  const name = area.area;
  const fields = fieldsOf(name).filter((field) => name !== 'admin' || !fixedInAdmin.includes(field));
  const has = (field: Field) => fields.includes(field);

  function fill(next: Policy): void {
    setFaults({});
    setDraft(draftOf(next));
  }

  const set = (part: Partial<Policy>) => setDraft({ ...draft, policy: { ...policy, ...part } });

  function preview(event: FormEvent): void {
    event.preventDefault();
    const read = policyIn(draft, name);
    setFaults(isPolicy(read) ? {} : read);
    if (isPolicy(read)) onPreview(planOf(read));
  }

  const number = (field: NumberField) =>
    has(field) && (
      <NumberSetting
        field={field}
        typed={draft.typed}
        fault={faults[field]}
        onType={(typed) => setDraft({ ...draft, typed: { ...draft.typed, [field]: typed } })}
      />
    );

  return (
    <section className="panel stack">
      <h2>{t.form}</h2>
      <p className="quiet">{t.formHelp}</p>
      {(name === 'admin' || name === 'service') && <p>{t.fixed[name]}</p>}
      <fieldset className="choice-set">
        <legend>{t.fill}</legend>
        <Button onClick={() => fill(area.policy)}>{t.fillNow}</Button>
        {presetNames.map((preset) => (
          <Button key={preset} onClick={() => fill(presets.presets[preset])}>
            {t.fillPreset(t.presets[preset])}
          </Button>
        ))}
        {area.trial && <Button onClick={() => area.trial && fill(area.trial)}>{t.fillTrial}</Button>}
      </fieldset>
      <form className="stack" noValidate onSubmit={preview}>
        <div className="columns broad">
          {has('first_factor') && (
            <SelectField
              label={t.names.first_factor}
              value={policy.first_factor}
              options={optionsOf(t.options.first_factor)}
              onChange={({ target }) => set({ first_factor: target.value as Policy['first_factor'] })}
            />
          )}
          {has('mfa') && (
            <SelectField
              label={t.names.mfa}
              value={policy.mfa}
              options={optionsOf(t.options.mfa)}
              onChange={({ target }) => set({ mfa: target.value as Policy['mfa'] })}
            />
          )}
          {has('min_acr') && (
            <SelectField
              label={t.names.min_acr}
              value={policy.min_acr}
              options={optionsOf(t.options.min_acr)}
              onChange={({ target }) => set({ min_acr: target.value as Policy['min_acr'] })}
            />
          )}
        </div>
        {has('allowed_methods') && (
          <Methods
            allowed={policy.allowed_methods}
            methods={presets.methods}
            isFaulty={faults.allowed_methods !== undefined}
            onChange={(allowed) => set({ allowed_methods: allowed })}
          />
        )}
        <div className="columns broad">
          {number('access_seconds')}
          {number('idle_seconds')}
          {number('absolute_seconds')}
          {number('refresh_grace_seconds')}
          {number('trusted_device_days')}
          {has('activity') && (
            <SelectField
              label={t.names.activity}
              value={policy.activity}
              options={optionsOf(t.options.activity)}
              onChange={({ target }) => set({ activity: target.value as Policy['activity'] })}
            />
          )}
          {has('provider_outage') && (
            <SelectField
              label={t.names.provider_outage}
              value={policy.provider_outage}
              options={optionsOf(t.options.provider_outage).filter(
                ([value]) => name !== 'admin' || value !== 'open',
              )}
              onChange={({ target }) => set({ provider_outage: target.value as Policy['provider_outage'] })}
            />
          )}
          {has('audit') && (
            <SelectField
              label={t.names.audit}
              value={policy.audit}
              options={optionsOf(t.options.audit)}
              onChange={({ target }) => set({ audit: target.value as Policy['audit'] })}
            />
          )}
        </div>
        {has('account_recovery') && (
          <RecoveryRule
            area={name}
            rule={policy.account_recovery}
            onChange={(rule) => set({ account_recovery: rule })}
          />
        )}
        <div className="stack tight">
          {has('recovery_code_at_guard') && (
            <Checkbox
              label={t.guardOn}
              checked={policy.recovery_code_at_guard}
              onChange={({ target }) => set({ recovery_code_at_guard: target.checked })}
            />
          )}
          {has('new_recovery_code') && (
            <Checkbox
              label={t.newCodeOn}
              checked={policy.new_recovery_code}
              onChange={({ target }) => set({ new_recovery_code: target.checked })}
            />
          )}
          {has('provider_bypass') && (
            <Checkbox
              label={t.bypassOn}
              checked={policy.provider_bypass}
              onChange={({ target }) => set({ provider_bypass: target.checked })}
            />
          )}
        </div>
        <div>
          <Button type="submit" variant="primary">
            {t.preview}
          </Button>
        </div>
      </form>
    </section>
  );
}

function optionsOf(words: Readonly<Record<string, string>>) {
  return Object.entries(words);
}

function NumberSetting({
  field,
  typed,
  fault,
  onType,
}: {
  readonly field: NumberField;
  readonly typed: Typed;
  readonly fault: Faults[Field];
  readonly onType: (typed: string) => void;
}) {
  const t = useTexts('console-policy');
  const format = useFormat();
  const { from, to, size, mayBeEmpty } = numbers[field];
  const value = numberIn(field, typed[field]);
  const unit = size === 1 ? t.seconds : t.days;
  const help = [
    t.range(from, to, unit),
    mayBeEmpty ? t.orEmpty : '',
    value && size === 1 ? t.means(format.duration(value)) : '',
  ];
  return (
    <TextField
      label={`${t.names[field]} (${unit})`}
      description={help.filter(Boolean).join(' ')}
      error={fault === 'tooLong' ? t.tooLong : fault ? t.shape(from, to) : null}
      inputMode="numeric"
      autoComplete="off"
      value={typed[field]}
      onChange={({ target }) => onType(target.value)}
    />
  );
}

function Methods({
  allowed,
  methods,
  isFaulty,
  onChange,
}: {
  readonly allowed: Policy['allowed_methods'];
  readonly methods: readonly string[];
  readonly isFaulty: boolean;
  readonly onChange: (allowed: Policy['allowed_methods']) => void;
}) {
  const t = useTexts('console-policy');
  const methodName = useMethodName();
  // A policy may name a method that is no longer configured. It can be taken away here.
  const named = allowed === 'all' ? methods : [...new Set([...methods, ...allowed])];
  return (
    <fieldset className="choice-set">
      <legend>{t.names.allowed_methods}</legend>
      <Checkbox
        label={t.every}
        checked={allowed === 'all'}
        onChange={({ target }) => onChange(target.checked ? 'all' : [...methods])}
      />
      {allowed !== 'all' &&
        named.map((method) => (
          <Checkbox
            key={method}
            label={methodName(method)}
            checked={allowed.includes(method)}
            onChange={({ target }) =>
              onChange(target.checked ? [...allowed, method] : allowed.filter((one) => one !== method))
            }
          />
        ))}
      {isFaulty && (
        <p role="alert" className="field-error">
          {t.methodsMissing}
        </p>
      )}
    </fieldset>
  );
}
