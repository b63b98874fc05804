import type { Operations } from '@sallyport/client';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Button } from '../../../components/button.tsx';
import { Heading } from '../../../components/heading.tsx';
import { client } from '../../../session.ts';
import { useFormat, useTexts } from '../../../texts/language.tsx';
import { Badge } from '../parts/badge.tsx';
import { Done } from '../parts/done.tsx';
import { Facts } from '../parts/facts.tsx';
import { Loaded } from '../parts/loaded.tsx';
import { More } from '../parts/more.tsx';
import { usePages } from '../parts/use-pages.ts';
import { useMay } from '../parts/use-scopes.ts';
import { type Act, ProgramDialog } from './program-dialog.tsx';
import { ProgramForm } from './program-form.tsx';

export type Program = Operations['GET /admin/service-accounts']['answer']['service_accounts'][number];
type Opened = { readonly act: Act; readonly program: Program };

/** The accounts of programs, and the credentials with which they get tokens. */
export default function ProgramsScreen() {
  const t = useTexts('console-keys');
  const mayWrite = useMay('services:write');
  const queries = useQueryClient();
  const [open, setOpen] = useState<Opened | null>(null);
  const [done, setDone] = useState('');
  const list = usePages(['programs'], (cursor, signal) =>
    client.call('GET /admin/service-accounts', { query: { limit: 50, cursor }, signal }),
  );
  async function changed(words: string): Promise<void> {
    setDone(words);
    await queries.invalidateQueries({ queryKey: ['programs'] });
  }
  return (
    <div className="stack wide">
      <Heading>{t.programsTitle}</Heading>
      <p>{t.programsHelp}</p>
      <Done words={done} />
      <Loaded query={list}>
        {({ pages }) => {
          const programs = pages.flatMap((page) => page.service_accounts);
          return (
            <>
              {programs.length === 0 && <p className="quiet">{t.programsNone}</p>}
              {programs.map((program) => (
                <OneProgram
                  key={program.id}
                  program={program}
                  onAct={mayWrite ? (act) => setOpen({ act, program }) : null}
                />
              ))}
              <More list={list} />
            </>
          );
        }}
      </Loaded>
      {mayWrite && <ProgramForm onDone={() => changed(t.made)} />}
      {open && (
        <ProgramDialog
          act={open.act}
          program={open.program}
          onClose={() => setOpen(null)}
          onChanged={changed}
        />
      )}
    </div>
  );
}

type Props = { readonly program: Program; readonly onAct: ((act: Act) => void) | null };

function OneProgram({ program, onAct }: Props) {
  const t = useTexts('console-keys');
  const { status, name } = program;
  return (
    <section className="panel stack">
      <div className="row between">
        <h2>{name}</h2>
        <Badge tone={status === 'active' ? 'success' : 'danger'}>{t.statuses[status]}</Badge>
      </div>
      {program.description && <p>{program.description}</p>}
      <Facts
        facts={[
          [t.owner, program.owner],
          [t.scopes, program.scopes.join(' ')],
          [t.networks, program.networks.join(' ') || t.anywhere],
          [t.clientId, program.id],
        ]}
      />
      <Credentials program={program} onAct={onAct} />
      {onAct && (
        <div className="row">
          <Button onClick={() => onAct({ kind: 'add' })}>{t.addSecret}</Button>
          {status === 'active' ? (
            <Button variant="danger" onClick={() => onAct({ kind: 'disable' })}>
              {t.disable}
            </Button>
          ) : (
            <Button onClick={() => onAct({ kind: 'enable' })}>{t.enable}</Button>
          )}
        </div>
      )}
    </section>
  );
}

function Credentials({ program, onAct }: Props) {
  const t = useTexts('console-keys');
  const format = useFormat();
  if (program.credentials.length === 0) return <p className="quiet">{t.noCredential}</p>;
  return (
    <ul className="plain-list stack tight">
      {program.credentials.map((one) => {
        const used = one.last_used_at ? t.lastUsed(format.dateTime(one.last_used_at)) : t.neverUsed;
        const state = one.revoked_at ? t.credentialRevoked : used;
        return (
          <li key={one.credential_id} className="row">
            {t.credentialState(t[one.kind], format.date(one.expires_at), state)}
            {onAct && !one.revoked_at && (
              <Button
                variant="quiet"
                onClick={() => onAct({ kind: 'revoke', credentialId: one.credential_id })}
              >
                {t.revoke}
              </Button>
            )}
          </li>
        );
      })}
    </ul>
  );
}
