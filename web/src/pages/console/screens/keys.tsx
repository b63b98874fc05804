import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Button } from '../../../components/button.tsx';
import { Checkbox } from '../../../components/field.tsx';
import { Heading } from '../../../components/heading.tsx';
import { useAction } from '../../../components/use-action.ts';
import { client } from '../../../session.ts';
import { useFormat, useTexts } from '../../../texts/language.tsx';
import { DataTable } from '../parts/data-table.tsx';
import { Done } from '../parts/done.tsx';
import { FormDialog } from '../parts/form-dialog.tsx';
import { Loaded } from '../parts/loaded.tsx';

/** The keys that sign tokens: which one signs, the next one, and what to do about one that leaked. */
export default function KeysScreen() {
  const t = useTexts('console-keys');
  const format = useFormat();
  const queries = useQueryClient();
  const [open, setOpen] = useState<'rotate' | { readonly kid: string } | null>(null);
  const [done, setDone] = useState('');
  const query = useQuery({
    queryKey: ['keys'],
    queryFn: ({ signal }) => client.call('GET /admin/keys', { signal }),
  });
  async function changed(words: string): Promise<void> {
    setOpen(null);
    setDone(words);
    await queries.invalidateQueries({ queryKey: ['keys'] });
  }
  return (
    <div className="stack wide">
      <Heading>{t.keysTitle}</Heading>
      <p>{t.keysHelp}</p>
      <Done words={done} />
      <section className="panel stack">
        <Loaded query={query}>
          {({ keys }) => (
            <DataTable
              caption={t.keysTitle}
              rows={keys}
              keyOf={({ kid }) => kid}
              empty={t.none}
              columns={[
                { name: t.key, cell: ({ kid }) => <span className="mono">{kid.slice(0, 12)}…</span> },
                { name: t.phase, cell: ({ phase }) => t.phases[phase] },
                { name: t.signsFrom, cell: ({ signs_from: at }) => format.dateTime(at) },
                { name: t.retires, cell: ({ retires_at: at }) => (at ? format.dateTime(at) : t.open) },
                {
                  name: t.revoke,
                  cell: ({ kid, phase }) =>
                    phase !== 'retired' && (
                      <Button variant="quiet" onClick={() => setOpen({ kid })}>
                        {t.revoke} <span className="visually-hidden">{kid.slice(0, 12)}</span>
                      </Button>
                    ),
                },
              ]}
            />
          )}
        </Loaded>
        <div>
          <Button variant="primary" onClick={() => setOpen('rotate')}>
            {t.rotate}
          </Button>
        </div>
      </section>
      {open === 'rotate' && <RotateDialog onClose={() => setOpen(null)} onDone={changed} />}
      {open !== null && open !== 'rotate' && (
        <RevokeDialog kid={open.kid} onClose={() => setOpen(null)} onDone={changed} />
      )}
    </div>
  );
}

type Props = { readonly onClose: () => void; readonly onDone: (words: string) => void };

function RotateDialog({ onClose, onDone }: Props) {
  const t = useTexts('console-keys');
  const format = useFormat();
  const [isAtOnce, setAtOnce] = useState(false);
  const work = useAction();
  async function rotate(): Promise<void> {
    const answer = await work.run(() =>
      client.call('POST /admin/keys/rotate', { body: isAtOnce ? { at_once: true } : {} }),
    );
    if (answer) onDone(t.rotated(format.dateTime(answer.signs_from)));
  }
  return (
    <FormDialog title={t.rotate} submit={t.rotate} action={work} onSubmit={rotate} onClose={onClose}>
      <p>{t.rotateWhat}</p>
      <Checkbox
        label={t.atOnce}
        description={t.atOnceHelp}
        checked={isAtOnce}
        onChange={(event) => setAtOnce(event.target.checked)}
      />
    </FormDialog>
  );
}

function RevokeDialog({ kid, onClose, onDone }: Props & { readonly kid: string }) {
  const t = useTexts('console-keys');
  const work = useAction();
  async function revoke(): Promise<void> {
    const answer = await work.run(() => client.call('DELETE /admin/keys/{kid}', { params: { kid } }));
    if (answer) onDone(t.revoked);
  }
  return (
    <FormDialog
      title={t.revokeTitle}
      submit={t.revoke}
      isDanger
      action={work}
      onSubmit={revoke}
      onClose={onClose}
    >
      <p>{t.revokeWhat}</p>
      <p className="mono">{kid}</p>
    </FormDialog>
  );
}
