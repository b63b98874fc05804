import type { Operations } from '@sallyport/client';
import { useQuery } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { Button } from '../../components/button.tsx';
import { TextField } from '../../components/field.tsx';
import { Notice } from '../../components/notice.tsx';
import { ProblemAlert } from '../../components/problem.tsx';
import { client } from '../../session.ts';
import { useFormat, useTexts } from '../../texts/language.tsx';
import type { Say } from './account.ts';
import { ButtonWords, Facts, Loaded, Panel } from './panel.tsx';
import { usePanelAction } from './use-panel-action.ts';

type Overview = Operations['GET /auth/recovery/colleagues']['answer'];
const most = 3;

/** Recoveries: the own ones that go on, people who need this person, and the colleagues of this person. */
export function ColleaguesPanel({ say }: { readonly say: Say }) {
  const t = useTexts('security');
  const query = useQuery({
    queryKey: ['colleagues'],
    queryFn: ({ signal }) => client.call('GET /auth/recovery/colleagues', { signal }),
  });
  const { heading, isBusy, error, act } = usePanelAction(say);
  return (
    <Panel title={t.colleaguesTitle} intro={t.colleaguesWhat} headingRef={heading}>
      <Loaded query={query}>
        {(read) => (
          <>
            <ProblemAlert error={isBusy ? null : error} />
            <OwnRecoveries all={read.recoveries} isBusy={isBusy} act={act} />
            <Requests all={read.requests} isBusy={isBusy} act={act} />
            <NamedBy all={read.named_by} isBusy={isBusy} act={act} />
            <Colleagues all={read.colleagues} isBusy={isBusy} act={act} />
          </>
        )}
      </Loaded>
    </Panel>
  );
}

type ListProps<Name extends keyof Overview> = {
  readonly all: Overview[Name];
  readonly isBusy: boolean;
  readonly act: (work: () => Promise<unknown>, words: string) => Promise<unknown>;
};

function OwnRecoveries({ all, isBusy, act }: ListProps<'recoveries'>) {
  const t = useTexts('security');
  const format = useFormat();
  return all.map(({ id, ip, begun_at, ready_at }) => (
    <Notice key={id} tone="warning">
      <p>{t.ownRecovery(format.dateTime(begun_at), ip)}</p>
      {ready_at && <p>{t.ownRecoveryReady(format.dateTime(ready_at))}</p>}
      <Button
        variant="danger"
        isBusy={isBusy}
        onClick={() =>
          act(() => client.call('POST /auth/recovery/own/{id}/stop', { params: { id } }), t.recoveryStopped)
        }
      >
        {t.recoveryStop}
      </Button>
    </Notice>
  ));
}

function Requests({ all, isBusy, act }: ListProps<'requests'>) {
  const t = useTexts('security');
  const format = useFormat();
  const [code, setCode] = useState<string | null>(null);
  const approve = async (id: string) => {
    const answer = await client.call('POST /auth/recovery/requests/{id}/approve', { params: { id } });
    setCode(answer.colleague_code.replace(/(...)(?=.)/g, '$1 '));
  };
  const refuse = (id: string) => client.call('POST /auth/recovery/requests/{id}/refuse', { params: { id } });
  return (
    <>
      {all.map(({ id, username, ip, begun_at }) => (
        <Notice key={id} tone="warning">
          <p>{t.request(username, format.dateTime(begun_at), ip)}</p>
          <p>{t.requestWarning}</p>
          <div className="row">
            <Button
              variant="primary"
              isBusy={isBusy}
              onClick={() => act(() => approve(id), t.requestCodeMade)}
            >
              <ButtonWords words={t.requestApprove} of={username} />
            </Button>
            <Button isBusy={isBusy} onClick={() => act(() => refuse(id), t.recoveryStopped)}>
              <ButtonWords words={t.requestRefuse} of={username} />
            </Button>
          </div>
        </Notice>
      ))}
      {code && (
        <Notice>
          <p>{t.requestCode}</p>
          <p className="mono colleague-code">{code}</p>
        </Notice>
      )}
    </>
  );
}

function NamedBy({ all, isBusy, act }: ListProps<'named_by'>) {
  const t = useTexts('security');
  const answer = (id: string, agrees: boolean) =>
    client.call('POST /auth/recovery/named-by/{id}', { params: { id }, body: { agrees } });
  if (all.length === 0) return null;
  return (
    <ul className="plain-list items">
      {all.map(({ user_id: id, username, confirmed }) => (
        <li key={id} className="item item-line">
          <div className="stack tight">
            <h3 className="item-name">{username}</h3>
            <Facts facts={[confirmed ? t.namedAgreed : t.namedAsks]} />
          </div>
          <div className="item-actions">
            {!confirmed && (
              <Button isBusy={isBusy} onClick={() => act(() => answer(id, true), t.namedAgreed)}>
                <ButtonWords words={t.namedAgree} of={username} />
              </Button>
            )}
            <Button
              variant="quiet"
              isBusy={isBusy}
              onClick={() => act(() => answer(id, false), t.namedDeclined)}
            >
              <ButtonWords words={t.namedDecline} of={username} />
            </Button>
          </div>
        </li>
      ))}
    </ul>
  );
}

function Colleagues({ all, isBusy, act }: ListProps<'colleagues'>) {
  const t = useTexts('security');
  const [name, setName] = useState('');
  const names = all.map(({ username }) => username);
  const save = (colleagues: string[]) =>
    client.call('PUT /auth/recovery/colleagues', { body: { colleagues } });
  async function submit(event: FormEvent<HTMLFormElement>): Promise<void> {
    event.preventDefault();
    const added = name.trim();
    if (added === '') return;
    await act(() => save([...names, added]), t.colleagueNamed(added));
    setName('');
  }
  return (
    <>
      {all.length === 0 && <p>{t.colleaguesNone}</p>}
      {all.length > 0 && (
        <ul className="plain-list items">
          {all.map(({ username, confirmed }) => (
            <li key={username} className="item item-line">
              <div className="stack tight">
                <h3 className="item-name">{username}</h3>
                <Facts facts={[confirmed ? t.colleagueConfirmed : t.colleagueWaits]} />
              </div>
              <div className="item-actions">
                <Button
                  variant="quiet"
                  isBusy={isBusy}
                  onClick={() => act(() => save(names.filter((one) => one !== username)), t.colleagueRemoved)}
                >
                  <ButtonWords words={t.remove} of={username} />
                </Button>
              </div>
            </li>
          ))}
        </ul>
      )}
      {all.length < most && (
        <form className="stack" method="post" noValidate onSubmit={submit}>
          <TextField
            label={t.colleagueName}
            description={t.colleagueHelp}
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
            maxLength={128}
            value={name}
            onChange={(event) => setName(event.target.value)}
          />
          <div>
            <Button type="submit" isBusy={isBusy}>
              {t.colleagueAdd}
            </Button>
          </div>
        </form>
      )}
    </>
  );
}
