import type { Operations } from '@sallyport/client';
import { TextField } from '../../../components/field.tsx';
import { Heading } from '../../../components/heading.tsx';
import { client } from '../../../session.ts';
import { useTexts } from '../../../texts/language.tsx';
import { SelectField } from '../parts/fields.tsx';
import { Loaded } from '../parts/loaded.tsx';
import { More } from '../parts/more.tsx';
import { useDebounced } from '../parts/use-debounced.ts';
import { usePages } from '../parts/use-pages.ts';
import { useSearchState } from '../parts/use-search-state.ts';
import { AuditEvents } from './audit-events.tsx';
import { AuditExport } from './audit-export.tsx';
import { AuditVerify } from './audit-verify.tsx';

type Query = NonNullable<Operations['GET /admin/audit']['input']['query']>;

/** The audit in words, with filters that stand in the address. */
export default function AuditScreen() {
  const t = useTexts('console-audit');
  const { all } = useTexts('console');
  const [who, setWho] = useSearchState('who');
  const [type, setType] = useSearchState('type');
  const [severity, setSeverity] = useSearchState('severity');
  const [outcome, setOutcome] = useSearchState('outcome');
  const [from, setFrom] = useSearchState('from');
  const [until, setUntil] = useSearchState('until');
  const username = useDebounced(who.trim());
  const query = {
    username: username || undefined,
    type: type || undefined,
    severity: severity || undefined,
    outcome: outcome || undefined,
    from: startOf(from),
    until: startOf(until, 1),
  } as Query; // the service refuses a value of the address that is none
  const list = usePages(['audit', query], (cursor, signal) =>
    client.call('GET /admin/audit', { query: { ...query, limit: 50, cursor }, signal }),
  );
  const options = (words: Readonly<Record<string, string>>) =>
    [['', all] as const, ...Object.entries(words)] as const;
  return (
    <div className="stack wide">
      <div className="stack tight">
        <Heading>{t.title}</Heading>
        <p className="quiet">{t.what}</p>
      </div>
      <div className="columns broad">
        <AuditVerify />
        <AuditExport />
      </div>
      <section className="panel stack">
        <div className="columns">
          <TextField
            type="search"
            label={t.who}
            description={t.whoHelp}
            value={who}
            maxLength={128}
            autoComplete="off"
            spellCheck={false}
            onChange={(event) => setWho(event.target.value)}
          />
          <SelectField
            label={t.type}
            value={type}
            options={options(t.types)}
            onChange={(event) => setType(event.target.value)}
          />
          <SelectField
            label={t.severity}
            value={severity}
            options={options(t.severities)}
            onChange={(event) => setSeverity(event.target.value)}
          />
          <SelectField
            label={t.outcome}
            value={outcome}
            options={options(t.outcomes)}
            onChange={(event) => setOutcome(event.target.value)}
          />
          <TextField
            type="date"
            label={t.from}
            value={from}
            onChange={(event) => setFrom(event.target.value)}
          />
          <TextField
            type="date"
            label={t.until}
            value={until}
            onChange={(event) => setUntil(event.target.value)}
          />
        </div>
        <Loaded query={list}>
          {({ pages }) => {
            const events = pages.flatMap((page) => page.events);
            return (
              <>
                <p role="status" className="small quiet">
                  {events.length === 0 ? t.empty : t.count(events.length)}
                </p>
                <AuditEvents events={events} />
                <More list={list} />
              </>
            );
          }}
        </Loaded>
      </section>
    </div>
  );
}

/** The begin of a day where the person is, or so many days after it. Undefined: it is no day. */
function startOf(day: string, daysAfter = 0): string | undefined {
  const [year = Number.NaN, month = 1, date = 1] = day.split('-').map(Number);
  const at = new Date(year, month - 1, date + daysAfter);
  return Number.isNaN(at.getTime()) || day === '' ? undefined : at.toISOString();
}
