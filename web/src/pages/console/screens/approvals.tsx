import type { Operations } from '@sallyport/client';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Button } from '../../../components/button.tsx';
import { Heading } from '../../../components/heading.tsx';
import { Link } from '../../../router.tsx';
import { client, useAuthState } from '../../../session.ts';
import { useFormat, useTexts } from '../../../texts/language.tsx';
import { DataTable } from '../parts/data-table.tsx';
import { Done } from '../parts/done.tsx';
import { Loaded } from '../parts/loaded.tsx';
import { useMay } from '../parts/use-scopes.ts';
import { ApprovalDialog, type Step } from './approval-dialog.tsx';
import { ApprovalRules } from './approval-rules.tsx';

export type Approval = Operations['GET /admin/approvals']['answer']['approvals'][number];

const isLive = ({ state }: Approval) => state === 'open' || state === 'approved';

/** Who asks what for whom, why and until when; the decision; and the rules. */
export default function ApprovalsScreen() {
  const t = useTexts('console-approvals');
  const queries = useQueryClient();
  const [done, setDone] = useState('');
  const [step, setStep] = useState<Step | null>(null);
  const query = useQuery({
    queryKey: ['approvals'],
    queryFn: ({ signal }) => client.call('GET /admin/approvals', { signal }),
  });
  async function changed(words: string): Promise<void> {
    setStep(null);
    setDone(words);
    await queries.invalidateQueries({ queryKey: ['approvals'] });
  }
  return (
    <div className="stack wide">
      <Heading>{t.title}</Heading>
      <p>{t.help}</p>
      <Done words={done} />
      <Loaded query={query}>
        {({ approvals }) => (
          <>
            <section className="panel stack">
              <h2>{t.waiting}</h2>
              <Requests
                caption={t.waiting}
                empty={t.waitingNone}
                approvals={approvals.filter(isLive)}
                onStep={setStep}
              />
            </section>
            <section className="panel stack">
              <h2>{t.earlier}</h2>
              <Requests
                caption={t.earlier}
                empty={t.earlierNone}
                approvals={approvals.filter((one) => !isLive(one))}
              />
            </section>
          </>
        )}
      </Loaded>
      <ApprovalRules onDone={changed} />
      {step && (
        <ApprovalDialog
          step={step}
          onClose={() => {
            setStep(null);
            void queries.invalidateQueries({ queryKey: ['approvals'] });
          }}
          onDone={changed}
        />
      )}
    </div>
  );
}

type RequestsProps = {
  readonly caption: string;
  readonly empty: string;
  readonly approvals: readonly Approval[];
  /** Without it, nothing can be done any more. */
  readonly onStep?: (step: Step) => void;
};

function Requests({ caption, empty, approvals, onStep }: RequestsProps) {
  const t = useTexts('console-approvals');
  const format = useFormat();
  const mayAct = useMay('users:help');
  const steps = {
    name: t.decide,
    cell: (approval: Approval) => onStep && <Steps approval={approval} onStep={onStep} />,
  };
  return (
    <DataTable
      caption={caption}
      rows={approvals}
      keyOf={({ id }) => id}
      empty={empty}
      columns={[
        { name: t.what, cell: (approval) => <What approval={approval} /> },
        { name: t.forWhom, cell: (approval) => <Whom approval={approval} /> },
        { name: t.who, cell: ({ requested_by_username: name }) => name ?? t.gone },
        {
          name: t.why,
          cell: ({ reason, ticket }) => (
            <>
              {reason}
              {ticket && <span className="quiet small"> ({t.ticket(ticket)})</span>}
            </>
          ),
        },
        { name: t.state, cell: (approval) => <StateWords approval={approval} /> },
        { name: t.until, cell: ({ expires_at: at }) => format.dateTime(at) },
        ...(onStep && mayAct ? [steps] : []),
      ]}
    />
  );
}

function What({ approval: { action, details } }: { readonly approval: Approval }) {
  const t = useTexts('console-approvals');
  if (Object.keys(details).length === 0) return t.actions[action];
  return (
    <details>
      <summary>{t.actions[action]}</summary>
      <pre className="small">{JSON.stringify(details, null, 2)}</pre>
    </details>
  );
}

function Whom({ approval: { user_id: id, username } }: { readonly approval: Approval }) {
  const t = useTexts('console-approvals');
  if (id === null) return t.policy;
  return <Link href={`/console/people/${id}`}>{username ?? t.gone}</Link>;
}

function StateWords({ approval }: { readonly approval: Approval }) {
  const t = useTexts('console-approvals');
  const format = useFormat();
  const { state, decided_by_username: by, ready_at: ready } = approval;
  const isWaiting = state === 'approved' && ready !== null && new Date(ready) > new Date();
  return (
    <>
      {t.states[state]}
      {by && <span className="quiet small"> {t.approvedBy(by)}</span>}
      {isWaiting && <span className="quiet small"> {t.readyAt(format.dateTime(ready))}</span>}
    </>
  );
}

type StepsProps = { readonly approval: Approval; readonly onStep: (step: Step) => void };

/** The requester carries a request out or takes it back. Everybody else decides. */
function Steps({ approval, onStep }: StepsProps) {
  const t = useTexts('console-approvals');
  const me = useAuthState();
  if (me.status !== 'authenticated') return null;
  const isMine = approval.requested_by === me.subject;
  const button = (kind: Step['kind'], words: string) => (
    <Button variant="quiet" onClick={() => onStep({ kind, approval })}>
      {words} <span className="visually-hidden">{approval.username ?? t.actions[approval.action]}</span>
    </Button>
  );
  if (!isMine) return approval.state === 'open' ? button('decide', t.decide) : null;
  return (
    <>
      {approval.state === 'approved' && button('execute', t.carryOut)}
      {button('cancel', t.cancel)}
    </>
  );
}
