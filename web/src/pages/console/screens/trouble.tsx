import { useState } from 'react';
import { Button } from '../../../components/button.tsx';
import { Heading } from '../../../components/heading.tsx';
import { Link } from '../../../router.tsx';
import { client } from '../../../session.ts';
import { useFormat, useTexts } from '../../../texts/language.tsx';
import { DataTable } from '../parts/data-table.tsx';
import { Loaded } from '../parts/loaded.tsx';
import { More } from '../parts/more.tsx';
import { usePages } from '../parts/use-pages.ts';
import { useMay } from '../parts/use-scopes.ts';
import { AuditEvents } from './audit-events.tsx';

/** Who is locked now. Who may read the audit also sees what failed in the last hour. */
export default function TroubleScreen() {
  const t = useTexts('console-operations');
  const mayAudit = useMay('audit:read');
  const format = useFormat();
  const list = usePages(['people', 'locked'], (cursor, signal) =>
    client.call('GET /admin/users', { query: { locked: 'true', limit: 50, cursor }, signal }),
  );
  return (
    <div className="stack wide">
      <Heading>{t.troubleTitle}</Heading>
      <section className="panel stack">
        <h2>{t.locked}</h2>
        <p className="quiet">{t.lockedHelp}</p>
        <Loaded query={list}>
          {({ pages }) => (
            <>
              <DataTable
                caption={t.locked}
                rows={pages.flatMap(({ users }) => users)}
                keyOf={({ id }) => id}
                empty={t.lockedNone}
                columns={[
                  {
                    name: t.name,
                    cell: ({ id, username }) => <Link href={`/console/people/${id}`}>{username}</Link>,
                  },
                  { name: t.email, cell: ({ email }) => email ?? '' },
                  { name: t.lastLogin, cell: ({ last_login: at }) => (at ? format.dateTime(at) : t.never) },
                ]}
              />
              <More list={list} />
            </>
          )}
        </Loaded>
        <div>
          <Button isBusy={list.isRefetching} onClick={() => list.refetch()}>
            {t.refresh}
          </Button>
        </div>
      </section>
      {mayAudit && <Failing />}
    </div>
  );
}

const anHour = 3_600_000;

function Failing() {
  const t = useTexts('console-operations');
  const [from, setFrom] = useState(() => new Date(Date.now() - anHour).toISOString());
  const list = usePages(['audit', 'failing', from], (cursor, signal) =>
    client.call('GET /admin/audit', { query: { outcome: 'failure', from, limit: 50, cursor }, signal }),
  );
  return (
    <section className="panel stack">
      <h2>{t.failing}</h2>
      <p className="quiet">{t.failingHelp}</p>
      <Loaded query={list}>
        {({ pages }) => {
          const events = pages.flatMap((page) => page.events);
          return events.length === 0 ? (
            <p className="quiet">{t.failingNone}</p>
          ) : (
            <>
              <AuditEvents events={events} />
              <More list={list} />
            </>
          );
        }}
      </Loaded>
      <div>
        <Button isBusy={list.isFetching} onClick={() => setFrom(new Date(Date.now() - anHour).toISOString())}>
          {t.refresh}
        </Button>
      </div>
    </section>
  );
}
