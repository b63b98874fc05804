import { useRef } from 'react';
import { Notice } from '../../components/notice.tsx';
import { useFormat, useTexts } from '../../texts/language.tsx';
import { type Say, type Status, useStatus } from './account.ts';
import { FactorItem } from './factor-item.tsx';
import { Loaded, Panel } from './panel.tsx';

/** The second factors of the account, and whether one is required. */
export function FactorsPanel({ say }: { readonly say: Say }) {
  const t = useTexts('security');
  const heading = useRef<HTMLHeadingElement>(null);
  const status = useStatus();
  return (
    <Panel title={t.factorsTitle} intro={t.factorsWhat} headingRef={heading}>
      <Loaded query={status}>
        {(data) => (
          <>
            <Requirement status={data} />
            {data.factors.length === 0 ? (
              <p>{t.factorsNone}</p>
            ) : (
              <ul className="plain-list items">
                {data.factors.map((factor) => (
                  <FactorItem
                    key={factor.factor_id}
                    factor={factor}
                    isOnly={data.factors.length === 1}
                    say={say}
                    onGone={() => heading.current?.focus()}
                  />
                ))}
              </ul>
            )}
            <p>
              <a className={`button ${data.enabled ? '' : 'button-primary'}`} href="#add">
                {t.addFactor}
              </a>
            </p>
          </>
        )}
      </Loaded>
    </Panel>
  );
}

function Requirement({ status: { enabled, mfa_encouraged, policy } }: { readonly status: Status }) {
  const t = useTexts('security');
  const format = useFormat();
  const until = policy.grace_until && format.date(policy.grace_until);
  if (enabled) {
    const words = policy.required ? t.required : until && t.requiredFrom(until);
    return words ? <p className="quiet small">{words}</p> : null;
  }
  const words = until ? t.graceUntil(until) : policy.required ? t.requiredNow : t.encouraged;
  return (
    <Notice tone={policy.required || until || mfa_encouraged ? 'warning' : 'info'}>
      <p>{words}</p>
    </Notice>
  );
}
