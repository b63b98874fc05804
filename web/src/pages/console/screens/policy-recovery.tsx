import { Checkbox } from '../../../components/field.tsx';
import { useFormat, useTexts } from '../../../texts/language.tsx';
import { SelectField } from '../parts/fields.tsx';
import type { AreaName, Policy } from './policy-words.ts';

type Rule = NonNullable<Policy['account_recovery']>;
type Kind = Rule['from'][number];
const kinds: readonly Kind[] = ['recovery_code', 'address', 'device', 'colleague'];
const waits = [4, 8, 24, 48, 72, 168];
const leastInAdmin = 24;

type Props = {
  readonly area: AreaName;
  readonly rule: Policy['account_recovery'];
  readonly onChange: (rule: Policy['account_recovery']) => void;
};

/** Whether people recover their own account, by which kinds, and how long they wait. */
export function RecoveryRule({ area, rule, onChange }: Props) {
  const t = useTexts('console-policy');
  const { duration } = useFormat();
  const offered = area === 'public' ? kinds : kinds.filter((kind) => kind !== 'device');
  const first: Rule = { from: offered.filter((kind) => kind !== 'device'), wait_hours: 24 };
  const hours = waits.filter((wait) => area !== 'admin' || wait >= leastInAdmin);
  const change = (kind: Kind, isOn: boolean) =>
    rule &&
    onChange({ ...rule, from: kinds.filter((one) => (one === kind ? isOn : rule.from.includes(one))) });
  return (
    <fieldset className="choice-set">
      <legend>{t.names.account_recovery}</legend>
      <Checkbox
        label={t.recoveryOn}
        checked={rule !== null}
        onChange={({ target }) => onChange(target.checked ? first : null)}
      />
      {rule &&
        offered.map((kind) => (
          <Checkbox
            key={kind}
            label={t.recoveryKinds[kind]}
            checked={rule.from.includes(kind)}
            onChange={({ target }) => change(kind, target.checked)}
          />
        ))}
      {rule && (
        <SelectField
          label={t.recoveryWait}
          value={String(rule.wait_hours)}
          options={[...new Set([...hours, rule.wait_hours])].map((wait) => [
            String(wait),
            duration(wait * 3_600),
          ])}
          onChange={({ target }) => onChange({ ...rule, wait_hours: Number(target.value) })}
        />
      )}
    </fieldset>
  );
}
