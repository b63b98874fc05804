import type { Operations } from '@sallyport/client';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Button } from '../../../components/button.tsx';
import { Heading } from '../../../components/heading.tsx';
import { client } from '../../../session.ts';
import { useFormat, useTexts } from '../../../texts/language.tsx';
import { Badge } from '../parts/badge.tsx';
import { Done } from '../parts/done.tsx';
import { Facts } from '../parts/facts.tsx';
import { Loaded } from '../parts/loaded.tsx';
import { SecretDialog } from '../parts/secret-dialog.tsx';
import { useMay } from '../parts/use-scopes.ts';
import { type ReceiverAct, ReceiverDialog } from './receiver-dialog.tsx';
import { ReceiverForm } from './receiver-form.tsx';

export type Receiver = Operations['GET /admin/receivers']['answer']['receivers'][number];
type Opened = { readonly act: ReceiverAct; readonly receiver: Receiver };

const tones = { enabled: 'success', unverified: 'warning', disabled: 'danger' } as const;

/** Programs that hear of security events: how far each has heard, and what to do about one that does not. */
export default function ReceiversScreen() {
  const t = useTexts('console-receivers');
  const mayWrite = useMay('receivers:write');
  const queries = useQueryClient();
  const [open, setOpen] = useState<Opened | null>(null);
  const [done, setDone] = useState('');
  const [secret, setSecret] = useState<string | null>(null);
  const query = useQuery({
    queryKey: ['receivers'],
    queryFn: ({ signal }) => client.call('GET /admin/receivers', { signal }),
  });
  async function changed(words: string, made: string | null = null): Promise<void> {
    setOpen(null);
    setDone(words);
    setSecret(made);
    await queries.invalidateQueries({ queryKey: ['receivers'] });
  }
  return (
    <div className="stack wide">
      <Heading>{t.title}</Heading>
      <p>{t.help}</p>
      <Done words={done} />
      <Loaded query={query}>
        {({ receivers }) => (
          <>
            {receivers.length === 0 && <p className="quiet">{t.none}</p>}
            {receivers.map((receiver) => (
              <OneReceiver
                key={receiver.id}
                receiver={receiver}
                onAct={mayWrite ? (act) => setOpen({ act, receiver }) : null}
              />
            ))}
          </>
        )}
      </Loaded>
      {mayWrite && <ReceiverForm onDone={changed} />}
      {open && <ReceiverDialog {...open} onClose={() => setOpen(null)} onDone={changed} />}
      {secret !== null && (
        <SecretDialog
          title={t.secretTitle}
          help={t.secretOnce}
          secret={secret}
          onClose={() => setSecret(null)}
        />
      )}
    </div>
  );
}

type Props = {
  readonly receiver: Receiver;
  readonly onAct: ((act: ReceiverAct) => void) | null;
};

function OneReceiver({ receiver, onAct }: Props) {
  const t = useTexts('console-receivers');
  const format = useFormat();
  const { name, status, delivery, url, client_id: clientId, events, trouble } = receiver;
  const last = receiver.delivered_at ? format.dateTime(receiver.delivered_at) : t.never;
  return (
    <section className="panel stack">
      <div className="row between">
        <h2>{name}</h2>
        <Badge tone={tones[status]}>{t.statuses[status]}</Badge>
      </div>
      <Facts
        facts={[
          [t.delivery, t.deliveries[delivery]],
          url === null ? [t.clientId, clientId ?? ''] : [t.url, url],
          [t.events, events.map((event) => t.eventNames[event]).join(', ')],
          [t.taken, t.takenLast(receiver.delivered, last)],
          [t.waiting, t.waitingSince(receiver.waiting, since(receiver.oldest_waiting))],
          [t.parked, format.number(receiver.parked)],
          ...(trouble === null ? [] : [[t.trouble, trouble] as const]),
        ]}
      />
      {onAct && <Actions receiver={receiver} onAct={onAct} />}
    </section>
  );

  function since(time: string | null): string | null {
    return time && format.dateTime(time);
  }
}

function Actions({ receiver, onAct }: { receiver: Receiver; onAct: (act: ReceiverAct) => void }) {
  const t = useTexts('console-receivers');
  const { status, delivery, verified_at: verifiedAt, parked } = receiver;
  const acts: readonly ReceiverAct[] = [
    'verify',
    ...(delivery === 'webhook' ? (['secret'] as const) : []),
    ...(parked > 0 ? (['retry'] as const) : []),
    ...(status === 'disabled' && verifiedAt !== null ? (['enable'] as const) : []),
    ...(status === 'disabled' ? [] : (['disable'] as const)),
    'remove',
  ];
  return (
    <div className="row">
      {acts.map((act) => (
        <Button
          key={act}
          variant={act === 'remove' || act === 'disable' ? 'danger' : 'secondary'}
          onClick={() => onAct(act)}
        >
          {t.acts[act].button} <span className="visually-hidden">{receiver.name}</span>
        </Button>
      ))}
    </div>
  );
}
