import type { Operations } from '@sallyport/client';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Button } from '../../../components/button.tsx';
import { Heading } from '../../../components/heading.tsx';
import { ProblemAlert } from '../../../components/problem.tsx';
import { useAction } from '../../../components/use-action.ts';
import { client } from '../../../session.ts';
import { useFormat, useTexts } from '../../../texts/language.tsx';
import { DataTable } from '../parts/data-table.tsx';
import { Done } from '../parts/done.tsx';
import { Facts } from '../parts/facts.tsx';
import { Loaded } from '../parts/loaded.tsx';
import { useRoleNames } from '../parts/use-role-names.ts';
import { useMay } from '../parts/use-scopes.ts';
import { RolloutPlan } from './rollout-plan.tsx';

export type Rollout = Operations['GET /admin/rollout']['answer'];

/** Where each role stands, what a change would do, the change itself, and a reminder. */
export default function RolloutScreen() {
  const t = useTexts('console-rollout');
  const mayWrite = useMay('policy:write');
  const queries = useQueryClient();
  const [done, setDone] = useState('');
  const query = useQuery({
    queryKey: ['rollout'],
    queryFn: ({ signal }) => client.call('GET /admin/rollout', { signal }),
  });
  async function changed(): Promise<void> {
    setDone(t.done);
    await Promise.all(['rollout', 'adoption'].map((key) => queries.invalidateQueries({ queryKey: [key] })));
  }
  return (
    <div className="stack wide">
      <Heading>{t.title}</Heading>
      <Done words={done} />
      <Loaded query={query}>
        {(rollout) => (
          <>
            <Phase rollout={rollout} />
            <Standing rollout={rollout} />
            <RolloutPlan key={rollout.changed_at} rollout={rollout} onChanged={changed} />
          </>
        )}
      </Loaded>
      {mayWrite && <Reminders />}
    </div>
  );
}

function Phase({ rollout }: { readonly rollout: Rollout }) {
  const t = useTexts('console-rollout');
  const format = useFormat();
  return (
    <section className="panel stack tight">
      <h2>{t.phases[rollout.phase]}</h2>
      <p>{t.phaseIs[rollout.phase]}</p>
      {rollout.phase !== 'soft' && <p>{t.graceDays(rollout.grace_days)}</p>}
      {rollout.changed_at && (
        <p className="small quiet">
          {t.changed(format.dateTime(rollout.changed_at), rollout.changed_by_username ?? t.terminal)}
        </p>
      )}
    </section>
  );
}

function Standing({ rollout }: { readonly rollout: Rollout }) {
  const t = useTexts('console-rollout');
  const format = useFormat();
  const roleName = useRoleNames();
  const query = useQuery({
    queryKey: ['adoption', 30],
    queryFn: ({ signal }) => client.call('GET /admin/adoption', { query: { days: 30 }, signal }),
  });
  const since = (role: string) => {
    const at = rollout.enforced[role] ?? rollout.enforced['*'];
    return at ? format.date(at) : t.voluntary;
  };
  return (
    <section className="panel stack">
      <h2>{t.where}</h2>
      <Loaded query={query}>
        {({ by_role: roles, grace }) => (
          <>
            <DataTable
              caption={t.where}
              rows={roles}
              keyOf={({ role }) => role}
              empty={t.noRoles}
              columns={[
                { name: t.role, cell: ({ role }) => roleName(role) },
                { name: t.people, cell: ({ users }) => format.number(users) },
                { name: t.enrolled, cell: ({ enrolled }) => format.number(enrolled) },
                {
                  name: t.share,
                  cell: ({ users, enrolled }) =>
                    users > 0 ? `${Math.floor((enrolled * 100) / users)} %` : '–',
                },
                { name: t.mustSince, cell: ({ role }) => since(role) },
              ]}
            />
            <Facts
              facts={[
                [t.inGrace, format.number(grace.in_grace)],
                [t.ended, format.number(grace.ended)],
              ]}
            />
          </>
        )}
      </Loaded>
    </section>
  );
}

/** One call reminds a number of people: it is repeated until all have been. */
function Reminders() {
  const t = useTexts('console-rollout');
  const [done, setDone] = useState('');
  const work = useAction();
  async function remind(): Promise<void> {
    setDone('');
    const count = await work.run(async () => {
      for (let total = 0; ; ) {
        const { reminded, more } = await client.call('POST /admin/rollout/reminders');
        total += reminded;
        if (!more) return total;
      }
    });
    if (count !== undefined) setDone(t.reminded(count));
  }
  return (
    <section className="panel stack">
      <h2>{t.remind}</h2>
      <p>{t.remindHelp}</p>
      <ProblemAlert error={work.error} />
      <Done words={done} />
      <div>
        <Button isBusy={work.isBusy} onClick={remind}>
          {t.remindGo}
        </Button>
      </div>
    </section>
  );
}
