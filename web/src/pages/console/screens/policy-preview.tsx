import { isProblem, type Operations } from '@sallyport/client';
import { useState } from 'react';
import { Button } from '../../../components/button.tsx';
import { Heading } from '../../../components/heading.tsx';
import { Link } from '../../../router.tsx';
import { client } from '../../../session.ts';
import { useFormat, useTexts } from '../../../texts/language.tsx';
import { Badge } from '../parts/badge.tsx';
import { DataTable } from '../parts/data-table.tsx';
import { Facts } from '../parts/facts.tsx';
import { Loaded } from '../parts/loaded.tsx';
import { More } from '../parts/more.tsx';
import { usePages } from '../parts/use-pages.ts';
import { useMay } from '../parts/use-scopes.ts';
import { PolicyChanges } from './policy-changes.tsx';
import { PolicyDialog } from './policy-dialog.tsx';
import { type Area, differing, type Field, type Policy } from './policy-words.ts';

type Simulate = Operations['POST /admin/areas/{area}/simulate'];
type Affected = Simulate['answer']['users'][number];

/** A policy that somebody considers. `asked` tells two previews apart, also of the same policy. */
export type Plan = {
  readonly policy: Policy;
  readonly body: Simulate['input']['body'];
  readonly restored: number | null;
  readonly asked: number;
};

let asked = 0;

/** The plan of a policy, or of going back to a version of it. */
export function planOf(policy: Policy, restored: number | null = null): Plan {
  asked += 1;
  return { policy, body: restored === null ? policy : { restore: restored }, restored, asked };
}

type Props = {
  readonly area: Area;
  readonly plan: Plan;
  readonly onChanged: (words: string) => void;
  /** Somebody else has changed the policy. */
  readonly onOvertaken: () => void;
};

/** What a plan changes, whom it would shut out, and whom it would ask for more. */
export function PolicyPreview({ area, plan, onChanged, onOvertaken }: Props) {
  const t = useTexts('console-policy');
  const format = useFormat();
  const mayWrite = useMay('policy:write');
  const [open, setOpen] = useState<'change' | 'report' | null>(null);
  const load = (list: 'refused' | 'asked_more') => (cursor: string | undefined, signal: AbortSignal) =>
    client.call('POST /admin/areas/{area}/simulate', {
      ...{ params: { area: area.area }, body: plan.body, signal },
      query: { list, limit: 50, cursor },
    });
  const key = ['policy', area.area, 'preview', plan.asked];
  const refused = usePages([...key, 'refused'], load('refused'));
  const more = usePages([...key, 'asked_more'], load('asked_more'));
  const isSame = differing(area.policy, plan.policy).length === 0;
  return (
    <section className="panel stack">
      <Heading level={2}>{plan.restored === null ? t.result : t.resultOf(plan.restored)}</Heading>
      <PolicyChanges label={t.result} before={area.policy} after={plan.policy} empty={t.same} />
      <Faults error={refused.error} />
      <Loaded query={refused}>
        {({ pages }) => {
          const [first] = pages;
          if (!first) return null;
          const { counts } = first;
          return (
            <>
              <div role="status">
                <Facts
                  facts={[
                    [t.members, format.number(counts.members)],
                    [t.refused, format.number(counts.refused)],
                    [t.newly, format.number(counts.newly_refused)],
                    [t.askedMore, format.number(counts.asked_more)],
                  ]}
                />
              </div>
              <h3>{t.refusedTitle}</h3>
              <People
                caption={t.refusedTitle}
                empty={t.nobodyRefused}
                users={pages.flatMap((one) => one.users)}
              />
              <More list={refused} />
              <h3>{t.moreTitle}</h3>
              <Loaded query={more}>
                {(found) => (
                  <People
                    caption={t.moreTitle}
                    empty={t.nobodyMore}
                    users={found.pages.flatMap((one) => one.users)}
                  />
                )}
              </Loaded>
              <More list={more} />
              {mayWrite && !isSame && (
                <div className="row">
                  <Button variant="primary" onClick={() => setOpen('change')}>
                    {t.go}
                  </Button>
                  <Button onClick={() => setOpen('report')}>{t.tryIt}</Button>
                </div>
              )}
              {open && (
                <PolicyDialog
                  area={area}
                  plan={plan}
                  reportOnly={open === 'report'}
                  count={counts.newly_refused}
                  onClose={(isStale) => {
                    setOpen(null);
                    if (isStale) onOvertaken();
                  }}
                  onDone={onChanged}
                />
              )}
            </>
          );
        }}
      </Loaded>
    </section>
  );
}

function People({
  caption,
  empty,
  users,
}: {
  readonly caption: string;
  readonly empty: string;
  readonly users: readonly Affected[];
}) {
  const t = useTexts('console-policy');
  return (
    <DataTable
      caption={caption}
      rows={users}
      keyOf={({ id }) => id}
      empty={empty}
      columns={[
        {
          name: t.name,
          cell: ({ id, username }) => <Link href={`/console/people/${id}`}>{username}</Link>,
        },
        {
          name: t.why,
          cell: ({ reason, newly }) => (
            <>
              {t.reasons[reason]} {!newly && <Badge>{t.alreadyOut}</Badge>}
            </>
          ),
        },
      ]}
    />
  );
}

/** The settings that the service named in its refusal. */
function Faults({ error }: { readonly error: unknown }) {
  const t = useTexts('console-policy');
  if (!isProblem(error, 'invalid-request')) return null;
  const named = (error.body.errors ?? []).map(({ pointer }) => pointer.split('/')[1] as Field);
  const names = [...new Set(named.flatMap((field) => t.names[field] ?? []))];
  if (names.length === 0) return null;
  return (
    <p>
      {t.faulty} {names.join(', ')}.
    </p>
  );
}
