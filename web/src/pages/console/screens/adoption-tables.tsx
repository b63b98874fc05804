import { useFormat, useTexts } from '../../../texts/language.tsx';
import { DataTable } from '../parts/data-table.tsx';
import { useRoleNames } from '../parts/use-role-names.ts';
import type { Adoption } from './adoption.tsx';

/** The figures by role, by method and by day. */
export function AdoptionTables({ adoption }: { readonly adoption: Adoption }) {
  const t = useTexts('console-adoption');
  const { names } = useTexts('factors');
  const format = useFormat();
  const roleName = useRoleNames();
  const percent = (part: number, whole: number) => (whole > 0 ? format.share(part / whole) : '–');
  const shares = new Map(adoption.scorecard.enrolled.by_day.map((one) => [one.day, one]));
  return (
    <>
      <section className="panel stack">
        <h2>{t.byRole}</h2>
        <DataTable
          caption={t.byRole}
          rows={adoption.by_role}
          keyOf={({ role }) => role}
          empty={t.nobody}
          columns={[
            { name: t.role, cell: ({ role }) => roleName(role) },
            { name: t.people, cell: ({ users }) => format.number(users) },
            { name: t.enrolled, cell: ({ enrolled }) => format.number(enrolled) },
            { name: t.shareShort, cell: ({ users, enrolled }) => percent(enrolled, users) },
          ]}
        />
      </section>
      <section className="panel stack">
        <h2>{t.byMethod}</h2>
        <DataTable
          caption={t.byMethod}
          rows={adoption.by_method}
          keyOf={({ method }) => method}
          empty={t.nobody}
          columns={[
            {
              name: t.method,
              cell: ({ method }) => (names as Readonly<Record<string, string>>)[method] ?? method,
            },
            { name: t.people, cell: ({ users }) => format.number(users) },
            { name: t.shareShort, cell: ({ users }) => percent(users, adoption.enrolled) },
          ]}
        />
      </section>
      <details className="panel">
        <summary>{t.table}</summary>
        <DataTable
          caption={t.table}
          rows={adoption.days}
          keyOf={({ day }) => day}
          empty={t.noFigure}
          columns={[
            { name: t.day, cell: ({ day }) => format.date(`${day}T12:00:00Z`) },
            { name: t.logins, cell: ({ logins }) => format.number(logins) },
            { name: t.passed, cell: ({ verifications }) => format.number(verifications.passed) },
            { name: t.failed, cell: ({ verifications }) => format.number(verifications.failed) },
            { name: t.newFactors, cell: ({ enrolled }) => format.number(enrolled) },
            {
              name: t.rateShort,
              cell: ({ verifications: { passed, failed } }) => percent(passed, passed + failed),
            },
            {
              name: t.enrolled,
              cell: ({ day }) => percent(shares.get(day)?.enrolled ?? 0, shares.get(day)?.users ?? 0),
            },
            { name: t.lockouts, cell: ({ lockouts }) => format.number(lockouts) },
          ]}
        />
      </details>
    </>
  );
}
