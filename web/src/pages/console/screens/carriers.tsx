import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Button } from '../../../components/button.tsx';
import { Heading } from '../../../components/heading.tsx';
import { ProblemAlert } from '../../../components/problem.tsx';
import { useAction } from '../../../components/use-action.ts';
import { client } from '../../../session.ts';
import { useFormat, useTexts } from '../../../texts/language.tsx';
import { DataTable } from '../parts/data-table.tsx';
import { Done } from '../parts/done.tsx';
import { Facts } from '../parts/facts.tsx';
import { Loaded } from '../parts/loaded.tsx';
import { useMay } from '../parts/use-scopes.ts';

/** Whether codes and mails go out. */
export default function CarriersScreen() {
  const t = useTexts('console-operations');
  return (
    <div className="stack wide">
      <Heading>{t.carriersTitle}</Heading>
      <Mail />
      <Sms />
    </div>
  );
}

function Mail() {
  const t = useTexts('console-operations');
  const { names } = useTexts('factors');
  const mayHelp = useMay('users:help');
  const format = useFormat();
  const query = useQuery({
    queryKey: ['carriers'],
    queryFn: ({ signal }) => client.call('GET /admin/carriers', { signal }),
  });
  return (
    <section className="panel stack">
      <h2>{t.mail}</h2>
      <Loaded query={query}>
        {({ mail, methods }) => (
          <>
            <p>{mail.configured ? t.mailOn : t.mailOff}</p>
            <Facts
              facts={[
                [t.waiting, format.number(mail.waiting)],
                [t.failingMails, format.number(mail.failing)],
                [t.oldest, mail.oldest ? format.dateTime(mail.oldest) : t.none],
                [
                  t.methods,
                  methods.map((one) => (names as Readonly<Record<string, string>>)[one] ?? one).join(', '),
                ],
              ]}
            />
            {mayHelp && <TestMail />}
          </>
        )}
      </Loaded>
    </section>
  );
}

function TestMail() {
  const t = useTexts('console-operations');
  const queries = useQueryClient();
  const [to, setTo] = useState('');
  const work = useAction();
  async function send(): Promise<void> {
    setTo('');
    const answer = await work.run(() => client.call('POST /admin/carriers/test-mail'));
    if (answer) setTo(answer.to);
    await queries.invalidateQueries({ queryKey: ['carriers'] });
  }
  return (
    <>
      <ProblemAlert error={work.error} />
      <Done words={to && t.testSent(to)} />
      <div>
        <Button isBusy={work.isBusy} onClick={send}>
          {t.testMail}
        </Button>
      </div>
    </>
  );
}

function Sms() {
  const t = useTexts('console-operations');
  const format = useFormat();
  const query = useQuery({
    queryKey: ['sms'],
    queryFn: ({ signal }) => client.call('GET /admin/sms', { signal }),
  });
  return (
    <section className="panel stack">
      <h2>{t.sms}</h2>
      <Loaded query={query}>
        {({ total, countries }) => (
          <>
            <Facts
              facts={[
                [t.state, t.states[total.breaker]],
                [t.sent, format.number(total.sent)],
                [t.answered, format.number(total.answered)],
                [t.failed, format.number(total.failed)],
                [t.left, format.number(total.left)],
              ]}
            />
            <DataTable
              caption={t.sms}
              rows={countries}
              keyOf={({ country }) => country}
              empty={t.noSms}
              columns={[
                { name: t.country, cell: ({ country }) => country },
                { name: t.allowed, cell: ({ allowed }) => (allowed ? t.yes : t.no) },
                { name: t.state, cell: ({ breaker }) => t.states[breaker] },
                { name: t.sent, cell: ({ sent }) => format.number(sent) },
                { name: t.answered, cell: ({ answered }) => format.number(answered) },
                { name: t.failed, cell: ({ failed }) => format.number(failed) },
                { name: t.left, cell: ({ left }) => format.number(left) },
              ]}
            />
          </>
        )}
      </Loaded>
    </section>
  );
}
