import { useFormat, useTexts } from '../../texts/language.tsx';
import { useFormerFactors } from './account.ts';
import { factorName } from './names.ts';
import { Facts, Panel } from './panel.tsx';

/** The second factors of before, if there are any. */
export function FormerFactorsPanel() {
  const t = useTexts('security');
  const factors = useTexts('factors');
  const format = useFormat();
  const { data } = useFormerFactors();
  const former = (data?.factors ?? []).filter(({ removed, backup }) => removed && !backup);
  if (former.length === 0) return null;
  return (
    <Panel title={t.formerTitle} intro={t.formerWhat}>
      <ul className="plain-list items">
        {former.map((factor) => (
          <li key={factor.factor_id} className="item">
            <h3 className="item-name">{factorName(factor, factors)}</h3>
            <Facts
              facts={[
                factor.hint,
                factor.removed && t.formerFrom(format.date(factor.bound_at), format.date(factor.removed.at)),
                factor.removed && t.causes[factor.removed.cause],
              ]}
            />
          </li>
        ))}
      </ul>
    </Panel>
  );
}
