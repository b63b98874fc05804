import type { Operations } from '@sallyport/client';
import { Button } from '../../../components/button.tsx';
import { client } from '../../../session.ts';
import { useFormat, useTexts } from '../../../texts/language.tsx';
import { Badge } from '../parts/badge.tsx';
import { Loaded } from '../parts/loaded.tsx';
import { More } from '../parts/more.tsx';
import { usePages } from '../parts/use-pages.ts';
import { PolicyChanges } from './policy-changes.tsx';
import { type Plan, planOf } from './policy-preview.tsx';
import type { Area } from './policy-words.ts';

type Version = Operations['GET /admin/areas/{area}/versions']['answer']['versions'][number];
type Props = { readonly area: Area; readonly onPreview: (plan: Plan) => void };

/** Who changed what and when, the newest first, and the way back to each version. */
export function PolicyHistory({ area, onPreview }: Props) {
  const t = useTexts('console-policy');
  const list = usePages(['policy', area.area, 'versions'], (cursor, signal) =>
    client.call('GET /admin/areas/{area}/versions', {
      params: { area: area.area },
      query: { limit: 10, cursor },
      signal,
    }),
  );
  return (
    <section className="panel stack">
      <div className="stack tight">
        <h2>{t.history}</h2>
        <p className="quiet">{t.historyHelp}</p>
      </div>
      <Loaded query={list}>
        {({ pages }) => (
          <>
            <ol className="plain-list versions">
              {pages
                .flatMap(({ versions }) => versions)
                .map((version) => (
                  <li key={version.version} className="stack tight">
                    <OneVersion
                      version={version}
                      isCurrent={version.version === area.version}
                      onPreview={onPreview}
                    />
                  </li>
                ))}
            </ol>
            <More list={list} />
          </>
        )}
      </Loaded>
    </section>
  );
}

function OneVersion({
  version,
  isCurrent,
  onPreview,
}: {
  readonly version: Version;
  readonly isCurrent: boolean;
  readonly onPreview: Props['onPreview'];
}) {
  const t = useTexts('console-policy');
  const format = useFormat();
  const { version: number, policy, before, trial, restored, changed_at: at } = version;
  const by = version.changed_by_username ?? (version.changed_by ? t.gone : t.terminal);
  return (
    <>
      <div className="row">
        <h3>{t.version(number)}</h3>
        {isCurrent && <Badge tone="success">{t.current}</Badge>}
        {trial && <Badge>{t.trial}</Badge>}
      </div>
      <p className="small quiet">
        {at === null ? (
          t.first
        ) : (
          <>
            <time dateTime={at}>{format.dateTime(at)}</time> {t.by(by)}
          </>
        )}
      </p>
      {restored !== null && <p>{t.wentBack(restored)}</p>}
      {policy && before && (
        <PolicyChanges
          label={t.version(number)}
          before={before}
          after={policy}
          names={[t.before, t.after]}
          empty={t.nothing}
        />
      )}
      {policy && !before && at !== null && <p className="quiet">{t.unknownBefore}</p>}
      {!policy && <p className="quiet">{t.unreadable}</p>}
      {policy && trial && (
        <>
          <p>{t.began}</p>
          <PolicyChanges
            label={`${t.version(number)}: ${t.trial}`}
            before={policy}
            after={trial}
            names={[`${t.inForce}:`, `${t.trial}:`]}
            empty={t.trialSame}
          />
        </>
      )}
      {policy && !isCurrent && (
        <div>
          <Button onClick={() => onPreview(planOf(policy, number))}>{t.previewBack(number)}</Button>
        </div>
      )}
    </>
  );
}
