import type { Operations } from '@sallyport/client';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Button } from '../../../components/button.tsx';
import { Heading } from '../../../components/heading.tsx';
import { useAction } from '../../../components/use-action.ts';
import { Link } from '../../../router.tsx';
import { client } from '../../../session.ts';
import { useFormat, useTexts } from '../../../texts/language.tsx';
import { DataTable } from '../parts/data-table.tsx';
import { Done } from '../parts/done.tsx';
import { FormDialog } from '../parts/form-dialog.tsx';
import { Loaded } from '../parts/loaded.tsx';
import { useMay } from '../parts/use-scopes.ts';
import { ExemptionForm } from './exemption-form.tsx';

type Exemption = Operations['GET /admin/exemptions']['answer']['exemptions'][number];

/** Who need not set up a second factor, why, and until when. */
export default function ExemptionsScreen() {
  const t = useTexts('console-operations');
  const format = useFormat();
  const mayWrite = useMay('policy:write');
  const queries = useQueryClient();
  const [done, setDone] = useState('');
  const [ending, setEnding] = useState<Exemption | null>(null);
  const query = useQuery({
    queryKey: ['exemptions'],
    queryFn: ({ signal }) => client.call('GET /admin/exemptions', { signal }),
  });
  async function changed(words: string): Promise<void> {
    setEnding(null);
    setDone(words);
    await queries.invalidateQueries({ queryKey: ['exemptions'] });
  }
  const end = {
    name: t.endNow,
    cell: (exemption: Exemption) => (
      <Button variant="quiet" onClick={() => setEnding(exemption)}>
        {t.endNow} <span className="visually-hidden">{exemption.username}</span>
      </Button>
    ),
  };
  return (
    <div className="stack wide">
      <Heading>{t.exemptionsTitle}</Heading>
      <p>{t.exemptionsHelp}</p>
      <Done words={done} />
      <section className="panel stack">
        <Loaded query={query}>
          {({ exemptions }) => (
            <DataTable
              caption={t.exemptionsTitle}
              rows={exemptions}
              keyOf={({ id }) => id}
              empty={t.exemptionsNone}
              columns={[
                {
                  name: t.name,
                  cell: ({ user_id: id, username }) => <Link href={`/console/people/${id}`}>{username}</Link>,
                },
                { name: t.reason, cell: ({ reason }) => reason },
                { name: t.owner, cell: ({ owner_username: owner }) => owner ?? '' },
                { name: t.approver, cell: ({ approved_by: approver }) => approver ?? '' },
                { name: t.ends, cell: ({ ends_at: at }) => format.dateTime(at) },
                ...(mayWrite ? [end] : []),
              ]}
            />
          )}
        </Loaded>
      </section>
      {mayWrite && <ExemptionForm onDone={(outcome) => changed(t[outcome])} />}
      {ending && (
        <EndDialog exemption={ending} onClose={() => setEnding(null)} onDone={() => changed(t.ended)} />
      )}
    </div>
  );
}

type Props = {
  readonly exemption: Exemption;
  readonly onClose: () => void;
  readonly onDone: () => void;
};

function EndDialog({ exemption, onClose, onDone }: Props) {
  const t = useTexts('console-operations');
  const work = useAction();
  async function end(): Promise<void> {
    const isDone = await work.run(async () => {
      await client.call('DELETE /admin/exemptions/{id}', { params: { id: exemption.id } });
      return true;
    });
    if (isDone) onDone();
  }
  return (
    <FormDialog
      title={t.endTitle(exemption.username)}
      submit={t.endNow}
      isDanger
      action={work}
      onSubmit={end}
      onClose={onClose}
    >
      <p>{t.endWhat}</p>
    </FormDialog>
  );
}
