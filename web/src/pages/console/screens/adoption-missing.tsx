import { useState } from 'react';
import { Button } from '../../../components/button.tsx';
import { ProblemAlert } from '../../../components/problem.tsx';
import { useAction } from '../../../components/use-action.ts';
import { toCsv } from '../../../lib/csv.ts';
import { downloadCsv } from '../../../lib/download.ts';
import { Link } from '../../../router.tsx';
import { client } from '../../../session.ts';
import { useFormat, useTexts } from '../../../texts/language.tsx';
import { DataTable } from '../parts/data-table.tsx';
import { Done } from '../parts/done.tsx';
import { Loaded } from '../parts/loaded.tsx';
import { More } from '../parts/more.tsx';
import { usePages } from '../parts/use-pages.ts';

const missing = { enrolled: 'false', status: 'active' } as const;

/** The people without a second factor, on the page and as a file. */
export function AdoptionMissing() {
  const t = useTexts('console-adoption');
  const format = useFormat();
  const work = useAction();
  const [saved, setSaved] = useState<number | null>(null);
  const list = usePages(['people', 'missing'], (cursor, signal) =>
    client.call('GET /admin/users', { query: { ...missing, limit: 25, cursor }, signal }),
  );
  async function save(): Promise<void> {
    const users = await work.run(allMissing);
    if (!users) return;
    const rows = users.map(({ username, email, roles, last_login: login }) => [
      username,
      email,
      roles.join(' '),
      login,
    ]);
    downloadCsv('without-second-factor.csv', toCsv([['username', 'email', 'roles', 'last_login'], ...rows]));
    setSaved(users.length);
  }
  return (
    <section className="panel stack">
      <h2>{t.missing}</h2>
      <p className="quiet">{t.missingHelp}</p>
      <Loaded query={list}>
        {({ pages }) => (
          <>
            <DataTable
              caption={t.missing}
              rows={pages.flatMap(({ users }) => users)}
              keyOf={({ id }) => id}
              empty={t.missingNone}
              columns={[
                {
                  name: t.name,
                  cell: ({ id, username }) => <Link href={`/console/people/${id}`}>{username}</Link>,
                },
                { name: t.email, cell: ({ email }) => email ?? '' },
                {
                  name: t.lastLogin,
                  cell: ({ last_login: at }) => (at ? format.dateTime(at) : t.never),
                },
              ]}
            />
            <More list={list} />
          </>
        )}
      </Loaded>
      <ProblemAlert error={work.error} />
      <Done words={saved === null ? '' : t.missingSaved(saved)} />
      <div>
        <Button isBusy={work.isBusy} onClick={save}>
          {t.missingCsv}
        </Button>
      </div>
    </section>
  );
}

async function allMissing() {
  const users = [];
  for (let cursor: string | undefined; ; ) {
    const page = await client.call('GET /admin/users', { query: { ...missing, limit: 200, cursor } });
    users.push(...page.users);
    if (!page.next_cursor) return users;
    cursor = page.next_cursor;
  }
}
