import { client } from '../../../session.ts';
import { useFormat, useLanguage, useTexts } from '../../../texts/language.tsx';
import { Badge } from '../parts/badge.tsx';
import { Loaded } from '../parts/loaded.tsx';
import { More } from '../parts/more.tsx';
import { useMethodName } from '../parts/use-method-name.ts';
import { usePages } from '../parts/use-pages.ts';

const tones = { failure: 'warning', lock: 'danger', help: 'success' } as const;

/**
 * What was sent, what failed and what changed, newest first. The service writes the sentences, in English. In another
 * language the type of the event and the reason stand above them, in words of that language.
 */
export function PersonTimeline({ id }: { readonly id: string }) {
  const t = useTexts('console-people');
  const types: Readonly<Record<string, string>> = useTexts('console-audit').types;
  const methodName = useMethodName();
  const isEnglish = useLanguage().language === 'en';
  const format = useFormat();
  const list = usePages(['timeline', id], (cursor, signal) =>
    client.call('GET /admin/users/{id}/timeline', { params: { id }, query: { limit: 20, cursor }, signal }),
  );
  return (
    <section className="panel stack">
      <h2>{t.timeline}</h2>
      <Loaded query={list}>
        {({ pages }) => {
          const entries = pages.flatMap((page) => page.entries);
          if (entries.length === 0) return <p className="quiet">{t.timelineEmpty}</p>;
          return (
            <>
              <ol className="plain-list timeline">
                {entries.map(({ at, kind, says, type, method, reason, ip, by }, place) => (
                  <li key={`${at} ${kind} ${place}`}>
                    <time dateTime={at}>{format.dateTime(at)}</time>
                    <Badge tone={tones[kind as keyof typeof tones] ?? 'plain'}>{t.kinds[kind]}</Badge>
                    <div>
                      {!isEnglish && (
                        <p>
                          {type === null ? t.aMail : (types[type] ?? type)}
                          {method && method !== 'password' && `: ${methodName(method)}`}
                          {reason && `. ${t.sendReasons[reason]}`}
                        </p>
                      )}
                      <p lang="en" className={isEnglish ? '' : 'small quiet'}>
                        {says}
                      </p>
                      {(by || ip) && (
                        <p className="small quiet">
                          {[by && t.by(by), ip && t.from(ip)].filter(Boolean).join(' · ')}
                        </p>
                      )}
                    </div>
                  </li>
                ))}
              </ol>
              <More list={list} />
            </>
          );
        }}
      </Loaded>
    </section>
  );
}
