import type { Operations } from '@sallyport/client';
import { type FormEvent, useState } from 'react';
import { Button } from '../../../components/button.tsx';
import { Checkbox, TextField } from '../../../components/field.tsx';
import { ProblemAlert } from '../../../components/problem.tsx';
import { useAction } from '../../../components/use-action.ts';
import { client } from '../../../session.ts';
import { useTexts } from '../../../texts/language.tsx';
import { SelectField } from '../parts/fields.tsx';
import { useRoleNames } from '../parts/use-role-names.ts';
import { useMay } from '../parts/use-scopes.ts';
import type { Rollout } from './rollout.tsx';
import { RolloutPreview } from './rollout-preview.tsx';

export type Plan = Operations['POST /admin/rollout/simulate']['input']['body'];
type Role = NonNullable<Plan['roles']>[number];

const roles: readonly Role[] = ['user', 'vendor', 'helpdesk', 'auditor', 'admin'];
const nextOf = { soft: 'gradual', gradual: 'full', full: 'full' } as const;

type Props = { readonly rollout: Rollout; readonly onChanged: () => void };

/** A change that somebody considers: first its preview, then the change. Undoing is a change to the former state. */
export function RolloutPlan({ rollout, onChanged }: Props) {
  const t = useTexts('console-rollout');
  const roleName = useRoleNames();
  const mayWrite = useMay('policy:write');
  const [phase, setPhase] = useState<Plan['phase']>(nextOf[rollout.phase]);
  const [chosen, choose] = useState<readonly Role[]>(() => roles.filter((role) => role in rollout.enforced));
  const [days, setDays] = useState(String(rollout.grace_days));
  const [fault, setFault] = useState<'roles' | 'days' | 'former' | null>(null);
  const [plan, setPlan] = useState<Plan | null>(null);
  const work = useAction();

  function preview(event: FormEvent): void {
    event.preventDefault();
    const hasDays = /^\d{1,2}$/.test(days.trim()) && Number(days) <= 90;
    const next = phase === 'gradual' && chosen.length === 0 ? 'roles' : hasDays ? null : 'days';
    setFault(next);
    const named = phase === 'gradual' && { roles: [...chosen] };
    setPlan(next ? null : { phase, grace_days: Number(days), ...named });
  }

  async function undo(): Promise<void> {
    const former = await work.run(formerPlan);
    if (former === undefined) return;
    setFault(former ? null : 'former');
    setPlan(former);
    if (!former) return;
    setPhase(former.phase);
    choose(former.roles ?? []);
    setDays(String(former.grace_days));
  }

  return (
    <section className="panel stack">
      <h2>{t.plan}</h2>
      <p className="quiet">{t.planHelp}</p>
      <form className="stack" noValidate onSubmit={preview}>
        <div className="columns">
          <SelectField
            label={t.phase}
            value={phase}
            onChange={(event) => setPhase(event.target.value as Plan['phase'])}
            options={(['soft', 'gradual', 'full'] as const).map((id) => [id, t.phases[id]])}
          />
          <TextField
            label={t.daysOfGrace}
            description={t.daysHelp}
            error={fault === 'days' ? t.daysShape : null}
            inputMode="numeric"
            value={days}
            onChange={(event) => setDays(event.target.value)}
          />
        </div>
        {phase === 'gradual' && (
          <fieldset className="choice-set">
            <legend>{t.rolesThatMust}</legend>
            {roles.map((role) => (
              <Checkbox
                key={role}
                label={roleName(role)}
                checked={chosen.includes(role)}
                onChange={({ target }) =>
                  choose(target.checked ? [...chosen, role] : chosen.filter((one) => one !== role))
                }
              />
            ))}
            {fault === 'roles' && (
              <p role="alert" className="field-error">
                {t.rolesMissing}
              </p>
            )}
          </fieldset>
        )}
        <div className="row">
          <Button type="submit" variant="primary">
            {t.preview}
          </Button>
          {mayWrite && (
            <Button isBusy={work.isBusy} onClick={undo}>
              {t.undo}
            </Button>
          )}
        </div>
      </form>
      <ProblemAlert error={work.error} />
      {fault === 'former' && <p role="status">{t.noFormer}</p>}
      {plan && <RolloutPreview key={JSON.stringify(plan)} plan={plan} onChanged={onChanged} />}
    </section>
  );
}

/** The rollout before its last change, as the audit has it. Null: it was never changed. */
async function formerPlan(): Promise<Plan | null> {
  const { events } = await client.call('GET /admin/audit', { query: { type: 'rollout_changed', limit: 1 } });
  const detail = events[0]?.detail as { before?: FormerState } | undefined;
  if (!detail?.before) return null;
  const { phase, targets, grace_seconds: seconds } = detail.before;
  const named = roles.filter((role) => role in targets);
  return { phase, grace_days: seconds / 86_400, ...(phase === 'gradual' && { roles: named }) };
}

type FormerState = {
  readonly phase: Plan['phase'];
  readonly targets: Readonly<Record<string, unknown>>;
  readonly grace_seconds: number;
};
