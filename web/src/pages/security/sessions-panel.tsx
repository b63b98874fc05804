import { isProblem } from '@sallyport/client';
import { useRef } from 'react';
import { Button } from '../../components/button.tsx';
import { ProblemAlert } from '../../components/problem.tsx';
import { useAction } from '../../components/use-action.ts';
import { clientWords } from '../../lib/client-words.ts';
import { client } from '../../session.ts';
import { useFormat, useTexts } from '../../texts/language.tsx';
import { type Say, type Session, useRefresh, useSessions } from './account.ts';
import { ButtonWords, Facts, Loaded, Panel } from './panel.tsx';

/** Where the account is logged in. */
export function SessionsPanel({ say }: { readonly say: Say }) {
  const t = useTexts('security');
  const refresh = useRefresh();
  const heading = useRef<HTMLHeadingElement>(null);
  const sessions = useSessions();
  const { isBusy, error, run } = useAction();

  const end = (ended: readonly Session[], words: string) =>
    run(async () => {
      try {
        for (const { id } of ended) await endOne(id);
      } finally {
        await refresh();
      }
      say(words);
      heading.current?.focus();
    });

  return (
    <Panel title={t.sessionsTitle} intro={t.sessionsWhat} headingRef={heading}>
      <Loaded query={sessions}>
        {({ sessions: all }) => {
          const others = all.filter(({ current }) => !current);
          const ordered = [...all.filter(({ current }) => current), ...others];
          return (
            <>
              <ul className="plain-list items">
                {ordered.map((session) => (
                  <SessionItem
                    key={session.id}
                    session={session}
                    isBusy={isBusy}
                    onEnd={() => end([session], t.sessionEnded)}
                  />
                ))}
              </ul>
              <ProblemAlert error={isBusy ? null : error} />
              {others.length === 0 && <p className="quiet">{t.noOthers}</p>}
              {others.length > 1 && (
                <div>
                  <Button isBusy={isBusy} onClick={() => end(others, t.othersEnded)}>
                    {t.endOthers}
                  </Button>
                </div>
              )}
            </>
          );
        }}
      </Loaded>
    </Panel>
  );
}

/** Ends a session. One that has ended by itself in the meantime is as good. */
async function endOne(id: string): Promise<void> {
  try {
    await client.sessions.end(id);
  } catch (error) {
    if (!isProblem(error, 'not-found')) throw error;
  }
}

type ItemProps = { readonly session: Session; readonly isBusy: boolean; readonly onEnd: () => void };

function SessionItem({ session, isBusy, onEnd }: ItemProps) {
  const t = useTexts('security');
  const format = useFormat();
  const name = clientWords(session.user_agent, t);
  return (
    <li className="item item-line">
      <div className="stack tight">
        <h3 className="item-name">
          {name}
          {session.current && <span className="tag">{t.thisOne}</span>}
          {session.area === 'admin' && <span className="tag tag-quiet">{t.console}</span>}
          {session.area === 'vendor' && <span className="tag tag-quiet">{t.program}</span>}
        </h3>
        <Facts
          facts={[
            t.began(format.dateTime(session.created_at)),
            t.active(format.dateTime(session.last_active_at)),
          ]}
        />
        <Facts
          facts={[
            session.amr.includes('mfa') ? t.withFactor : t.withoutFactor,
            session.ip && t.address(session.ip),
          ]}
        />
      </div>
      {!session.current && (
        <div className="item-actions">
          <Button variant="quiet" isBusy={isBusy} onClick={onEnd}>
            <ButtonWords words={t.end} of={name} />
          </Button>
        </div>
      )}
    </li>
  );
}
