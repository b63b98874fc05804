import type { Operations } from '@sallyport/client';
import { type FormEvent, useState } from 'react';
import { Checkbox, TextField } from '../../../components/field.tsx';
import { useAction } from '../../../components/use-action.ts';
import { client } from '../../../session.ts';
import { useTexts } from '../../../texts/language.tsx';
import { SelectField } from '../parts/fields.tsx';
import { Submit } from '../parts/submit.tsx';
import { useFields } from '../parts/use-fields.ts';

type Body = Operations['POST /admin/receivers']['input']['body'];
type Delivery = Body['delivery'];
const deliveries = ['push', 'poll', 'webhook'] as const satisfies readonly Delivery[];
type EventName = NonNullable<Body['events']>[number];
const empty = { name: '', url: '', audience: '', authorization: '', clientId: '' };

type Props = { readonly onDone: (words: string, secret: string | null) => void };

/** Makes a receiver. The service tries to verify it at once. */
export function ReceiverForm({ onDone }: Props) {
  const t = useTexts('console-receivers');
  const [delivery, setDelivery] = useState<Delivery>('push');
  const eventNames = Object.keys(t.eventNames) as EventName[];
  const [events, setEvents] = useState<readonly EventName[]>(eventNames);
  const work = useAction();
  const { fields, isTried, input, check, clear } = useFields({
    empty,
    labels: t,
    needed: ['name', delivery === 'poll' ? 'clientId' : 'url'],
  });

  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault();
    if (!check() || events.length === 0) return;
    const made = await work.run(() =>
      client.call('POST /admin/receivers', { body: { ...bodyOf(delivery, fields), events: [...events] } }),
    );
    if (!made) return;
    clear();
    onDone(made.status === 'enabled' ? t.madeEnabled : t.madeUnverified, made.secret ?? null);
  }

  return (
    <section className="panel">
      <form className="stack" noValidate onSubmit={submit}>
        <h2>{t.make}</h2>
        <div className="columns">
          <TextField {...input('name', t.nameHelp)} maxLength={64} />
          <SelectField
            label={t.delivery}
            value={delivery}
            options={deliveries.map((one) => [one, t.deliveries[one]])}
            onChange={(event) => setDelivery(deliveries.find((one) => one === event.target.value) ?? 'push')}
          />
          {delivery === 'poll' ? (
            <TextField {...input('clientId', t.clientIdHelp)} />
          ) : (
            <TextField {...input('url', t.urlHelp)} inputMode="url" maxLength={500} />
          )}
          {delivery !== 'webhook' && <TextField {...input('audience', t.audienceHelp)} maxLength={500} />}
          {delivery === 'push' && (
            <TextField {...input('authorization', t.authorizationHelp)} maxLength={2000} />
          )}
        </div>
        <fieldset className="choice-set">
          <legend>{t.events}</legend>
          {eventNames.map((name) => (
            <Checkbox
              key={name}
              label={t.eventNames[name]}
              checked={events.includes(name)}
              onChange={({ target }) =>
                setEvents(target.checked ? [...events, name] : events.filter((one) => one !== name))
              }
            />
          ))}
          {isTried && events.length === 0 && <p className="field-error">{t.noEvent}</p>}
        </fieldset>
        <Submit action={work}>{t.make}</Submit>
      </form>
    </section>
  );
}

/** What the form shows for this way of delivery, without what is empty. */
function bodyOf(delivery: Delivery, fields: typeof empty): Body {
  const [url, audience, authorization, clientId] = [
    delivery !== 'poll' && fields.url.trim(),
    delivery !== 'webhook' && fields.audience.trim(),
    delivery === 'push' && fields.authorization.trim(),
    delivery === 'poll' && fields.clientId.trim(),
  ];
  return {
    name: fields.name.trim(),
    delivery,
    ...(url && { url }),
    ...(audience && { audience }),
    ...(authorization && { authorization }),
    ...(clientId && { client_id: clientId }),
  };
}
