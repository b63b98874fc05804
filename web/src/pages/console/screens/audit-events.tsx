import type { Operations } from '@sallyport/client';
import { Link } from '../../../router.tsx';
import { useFormat, useTexts } from '../../../texts/language.tsx';
import { Badge } from '../parts/badge.tsx';
import { Facts } from '../parts/facts.tsx';

type Event = Operations['GET /admin/audit']['answer']['events'][number];

const severityTones = { info: 'plain', warning: 'warning', critical: 'danger' } as const;
const outcomeTones = { success: 'success', failure: 'warning', refused: 'danger' } as const;

/** Events in words. What they hold is text of others: it is never read as HTML. */
export function AuditEvents({ events }: { readonly events: readonly Event[] }) {
  return (
    <ol className="plain-list timeline audit-events">
      {events.map((event) => (
        <li key={event.seq}>
          <OneEvent event={event} />
        </li>
      ))}
    </ol>
  );
}

function OneEvent({ event }: { readonly event: Event }) {
  const t = useTexts('console-audit');
  const format = useFormat();
  const what = (t.types as Readonly<Record<string, string>>)[event.type] ?? event.type;
  const name = event.username_now ?? event.username;
  const isByOther = event.actor_username && event.actor_id !== event.user_id;
  return (
    <>
      <time dateTime={event.at}>{format.dateTime(event.at)}</time>
      <Badge tone={outcomeTones[event.outcome]}>{t.outcomes[event.outcome]}</Badge>
      <div className="stack tight">
        <p>
          <strong>{what}</strong>{' '}
          {event.severity !== 'info' && (
            <Badge tone={severityTones[event.severity]}>{t.severities[event.severity]}</Badge>
          )}
        </p>
        <p>
          {name && (event.user_id ? <Link href={`/console/people/${event.user_id}`}>{name}</Link> : name)}{' '}
          {isByOther && t.byActor(event.actor_username ?? t.somebody)}
        </p>
        <EventDetails event={event} />
      </div>
    </>
  );
}

function EventDetails({ event }: { readonly event: Event }) {
  const t = useTexts('console-audit');
  const facts = [
    [t.number, String(event.seq)],
    [t.method, event.method],
    [t.area, event.area],
    [t.address, event.ip],
    [t.browser, event.user_agent],
    [t.request, event.request_id],
    [t.session, event.session_id],
    ...Object.entries((event.detail ?? {}) as Readonly<Record<string, unknown>>).map(
      ([name, value]) => [name, typeof value === 'string' ? value : JSON.stringify(value)] as const,
    ),
  ].flatMap(([name, value]) => (name && value ? [[name, value] as const] : []));
  return (
    <details>
      <summary>{t.details}</summary>
      <Facts facts={facts} />
    </details>
  );
}
