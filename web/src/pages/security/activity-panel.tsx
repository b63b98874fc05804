import { Button } from '../../components/button.tsx';
import { ProblemAlert } from '../../components/problem.tsx';
import { clientWords } from '../../lib/client-words.ts';
import { useFormat, useTexts } from '../../texts/language.tsx';
import { type Activity, useActivity } from './account.ts';
import { methodName } from './names.ts';
import { Facts, Loaded, Panel } from './panel.tsx';

/** What happened to the account, in words. */
export function ActivityPanel() {
  const t = useTexts('security');
  const activity = useActivity();
  const { hasNextPage, isFetchingNextPage, isFetchNextPageError, error, fetchNextPage } = activity;
  return (
    <Panel title={t.activityTitle} intro={`${t.activityWhat} ${t.activityNotYou}`}>
      <Loaded query={activity}>
        {({ pages }) => {
          const entries = pages.flatMap((page) => page.entries);
          return (
            <>
              {entries.length === 0 && <p>{t.activityNone}</p>}
              {entries.length > 0 && (
                <ol className="plain-list events">
                  {entries.map((entry, at) => (
                    <Event key={at} entry={entry} />
                  ))}
                </ol>
              )}
              <ProblemAlert error={isFetchNextPageError && !isFetchingNextPage ? error : null} />
              {hasNextPage && (
                <div>
                  <Button isBusy={isFetchingNextPage} onClick={() => fetchNextPage()}>
                    {t.more}
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

function Event({ entry }: { readonly entry: Activity }) {
  const t = useTexts('security');
  const factors = useTexts('factors');
  const format = useFormat();
  const sentences: Readonly<Record<Activity['type'], string>> = t.events;
  return (
    <li data-failed={entry.outcome !== 'success' || undefined}>
      <time className="quiet small" dateTime={entry.at}>
        {format.dateTime(entry.at)}
      </time>
      <div>
        <p>{sentences[entry.type]}</p>
        <Facts
          facts={[
            entry.by_helpdesk && t.byHelpdesk,
            entry.method === 'password' ? t.password : entry.method && methodName(entry.method, factors),
            entry.user_agent && clientWords(entry.user_agent, t),
            entry.ip && t.address(entry.ip),
          ]}
        />
      </div>
    </li>
  );
}
