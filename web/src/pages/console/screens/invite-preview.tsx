import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Button } from '../../../components/button.tsx';
import { Notice } from '../../../components/notice.tsx';
import { ProblemAlert } from '../../../components/problem.tsx';
import { useAction } from '../../../components/use-action.ts';
import { client } from '../../../session.ts';
import { languageName } from '../../../texts/catalogues.ts';
import { useTexts } from '../../../texts/language.tsx';
import { DataTable } from '../parts/data-table.tsx';
import { Loaded } from '../parts/loaded.tsx';
import { useRoleNames } from '../parts/use-role-names.ts';
import type { Invitee } from './invitees.ts';

type Props = { readonly users: readonly Invitee[]; readonly onDone: (words: string) => void };

/** What the service finds in the rows, before anybody is invited. */
export function InvitePreview({ users, onDone }: Props) {
  const t = useTexts('console-invite');
  const shared = useTexts('console');
  const roleName = useRoleNames();
  const queries = useQueryClient();
  const work = useAction();
  const query = useQuery({
    queryKey: ['invitations', users],
    queryFn: ({ signal }) =>
      client.call('POST /admin/invitations', { body: { users: [...users], dry_run: true }, signal }),
    gcTime: 0,
  });

  async function invite(): Promise<void> {
    const answer = await work.run(() =>
      client.call('POST /admin/invitations', { body: { users: [...users] } }),
    );
    if (!answer) return;
    // Somebody may have taken a name since the preview. Then nobody was invited.
    if (answer.faults.length > 0) return void query.refetch();
    await queries.invalidateQueries({ queryKey: ['people'] });
    onDone(answer.warning ? t.doneNoMail(answer.invited) : t.done(answer.invited));
  }

  return (
    <section className="panel stack">
      <h2>{t.preview}</h2>
      <Loaded query={query}>
        {({ faults, warning }) => {
          const faultsOf = (index: number) => faults.filter((fault) => fault.index === index);
          const rows = users.map((user, index) => ({ user, index, faults: faultsOf(index) }));
          return (
            <>
              <div role="status">
                {faults.length > 0 ? (
                  <Notice tone="danger">{t.faults(new Set(faults.map(({ index }) => index)).size)}</Notice>
                ) : (
                  <Notice tone="success">{t.noFaults(users.length)}</Notice>
                )}
              </div>
              {warning && <Notice tone="warning">{t.noMail}</Notice>}
              <DataTable
                caption={t.preview}
                rows={rows}
                keyOf={({ index }) => String(index)}
                empty=""
                columns={[
                  { name: t.row, cell: ({ index }) => index + 1 },
                  { name: t.username, cell: ({ user }) => user.username },
                  { name: t.email, cell: ({ user }) => user.email },
                  { name: t.phone, cell: ({ user }) => user.phone ?? '' },
                  { name: t.roles, cell: ({ user }) => user.roles.map(roleName).join(', ') },
                  {
                    name: shared.languageOfMails,
                    cell: ({ user }) => languageName(user.language) ?? shared.languageOfService,
                  },
                  {
                    name: t.fault,
                    cell: ({ faults: found }) =>
                      found.length === 0 ? (
                        t.fine
                      ) : (
                        <ul className="plain-list field-error">
                          {found.map(({ reason }) => (
                            <li key={reason}>{t.reasons[reason]}</li>
                          ))}
                        </ul>
                      ),
                  },
                ]}
              />
              <ProblemAlert error={work.error} />
              {faults.length === 0 && (
                <div>
                  <Button variant="primary" isBusy={work.isBusy} onClick={invite}>
                    {t.go(users.length)}
                  </Button>
                </div>
              )}
            </>
          );
        }}
      </Loaded>
    </section>
  );
}
