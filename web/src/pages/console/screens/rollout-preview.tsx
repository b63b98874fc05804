import { isProblem } from '@sallyport/client';
import { useState } from 'react';
import { Button } from '../../../components/button.tsx';
import { Alert } from '../../../components/notice.tsx';
import { useAction } from '../../../components/use-action.ts';
import { client } from '../../../session.ts';
import { useFormat, useTexts } from '../../../texts/language.tsx';
import { DataTable } from '../parts/data-table.tsx';
import { Facts } from '../parts/facts.tsx';
import { FormDialog } from '../parts/form-dialog.tsx';
import { Loaded } from '../parts/loaded.tsx';
import { More } from '../parts/more.tsx';
import { OptionalReason } from '../parts/reason-fields.tsx';
import { TypedCount, useTypedCount } from '../parts/typed-count.tsx';
import { usePages } from '../parts/use-pages.ts';
import { useMay } from '../parts/use-scopes.ts';
import type { Plan } from './rollout-plan.tsx';

type Props = { readonly plan: Plan; readonly onChanged: () => void };

/** Whom a change would shut out, by name and date. */
export function RolloutPreview({ plan, onChanged }: Props) {
  const t = useTexts('console-rollout');
  const format = useFormat();
  const mayWrite = useMay('policy:write');
  const [isOpen, setOpen] = useState(false);
  const list = usePages(['rollout', 'preview', plan], (cursor, signal) =>
    client.call('POST /admin/rollout/simulate', { query: { limit: 50, cursor }, body: plan, signal }),
  );
  return (
    <Loaded query={list}>
      {({ pages }) => {
        const first = pages[0];
        if (!first) return null;
        const { counts, sensitive_routes: sensitive } = first;
        const now = Date.now();
        return (
          <div className="stack preview">
            <h3>{t.result}</h3>
            <div role="status">
              <Facts
                facts={[
                  [t.withoutFactor, format.number(counts.without_factor)],
                  [t.outNow, format.number(counts.shut_out_now)],
                  [t.outNewly, format.number(counts.newly_shut_out_now)],
                  [t.outLater, format.number(counts.shut_out_later)],
                  [t.sensitiveNow, format.number(sensitive.refused_now)],
                  [t.sensitiveLater, format.number(sensitive.refused_later)],
                ]}
              />
            </div>
            <p className="small quiet">{t.shutOut}</p>
            <h3>{t.whoTitle}</h3>
            <DataTable
              caption={t.whoTitle}
              rows={pages.flatMap(({ users }) => users)}
              keyOf={({ id }) => id}
              empty={t.nobody}
              columns={[
                { name: t.name, cell: ({ username }) => username },
                {
                  name: t.when,
                  cell: ({ shut_out_at: at }) => (Date.parse(at) <= now ? t.atOnce : format.dateTime(at)),
                },
              ]}
            />
            <More list={list} />
            {mayWrite && (
              <div>
                <Button variant="primary" onClick={() => setOpen(true)}>
                  {t.go}
                </Button>
              </div>
            )}
            {isOpen && (
              <ChangeDialog
                plan={plan}
                count={counts.newly_shut_out_now}
                onClose={() => setOpen(false)}
                onMoved={() => list.refetch()}
                onDone={() => {
                  setOpen(false);
                  onChanged();
                }}
              />
            )}
          </div>
        );
      }}
    </Loaded>
  );
}

type DialogProps = {
  readonly plan: Plan;
  readonly count: number;
  readonly onClose: () => void;
  /** The number is no longer that of the preview. */
  readonly onMoved: () => void;
  readonly onDone: () => void;
};

/** The change. Where it shuts people out at once, the person types how many, as a sign of having read it. */
function ChangeDialog({ plan, count, onClose, onMoved, onDone }: DialogProps) {
  const t = useTexts('console-rollout');
  const shutOut = useTypedCount(count);
  const [reason, setReason] = useState('');
  const work = useAction();
  const hasMoved = isProblem(work.error, 'locks-out');
  async function go(): Promise<void> {
    if (!shutOut.check()) return;
    const answer = await work.run(() =>
      client
        .call('PUT /admin/rollout', {
          body: {
            ...plan,
            ...(count > 0 && { confirm_shut_out: count }),
            ...(reason.trim() && { reason: reason.trim() }),
          },
        })
        .catch((error: unknown) => {
          if (isProblem(error, 'locks-out')) onMoved();
          throw error;
        }),
    );
    if (answer) onDone();
  }
  return (
    <FormDialog
      title={t.goTitle}
      submit={t.go}
      isDanger={count > 0}
      action={{ isBusy: work.isBusy, error: hasMoved ? null : work.error }}
      onSubmit={go}
      onClose={onClose}
    >
      <p>{t.goWhat(t.phases[plan.phase])}</p>
      <p>{count === 0 ? t.goNobody : t.goCount(count)}</p>
      <TypedCount of={shutOut} />
      <OptionalReason value={reason} help={t.reasonHelp} onType={setReason} />
      <Alert>{hasMoved ? t.countMoved : null}</Alert>
    </FormDialog>
  );
}
