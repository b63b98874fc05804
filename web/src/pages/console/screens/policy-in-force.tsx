import { useFormat, useTexts } from '../../../texts/language.tsx';
import { Badge } from '../parts/badge.tsx';
import { DataTable } from '../parts/data-table.tsx';
import { type Area, compare, fieldsOf, type Presets, usePolicyWords } from './policy-words.ts';

type Props = { readonly area: Area; readonly presets: Presets };

/** The policy in force, each setting in words, and where it differs from the nearest preset. */
export function PolicyInForce({ area, presets }: Props) {
  const t = useTexts('console-policy');
  const format = useFormat();
  const wordsOf = usePolicyWords();
  const { policy, changed_at: at } = area;
  const { equal, nearest } = compare(policy, presets);
  const other = equal.length === 0 ? nearest : undefined;
  return (
    <section className="panel stack">
      <div className="stack tight">
        <h2>{t.inForce}</h2>
        <p>{t.areaIs[area.area]}</p>
        <p>
          {other
            ? t.differs(other.fields.length, t.presets[other.name])
            : t.equals(equal.map((name) => t.presets[name]).join(` ${t.and} `))}
        </p>
        <p className="small quiet">
          {t.version(area.version)}.{' '}
          {at === null
            ? t.follows(t.presets[presets.preset])
            : t.changed(
                format.dateTime(at),
                area.changed_by_username ?? (area.changed_by ? t.gone : t.terminal),
              )}
        </p>
      </div>
      <DataTable
        caption={t.inForce}
        rows={fieldsOf(area.area)}
        keyOf={(field) => field}
        empty={t.same}
        columns={[
          { name: t.setting, cell: (field) => t.names[field] },
          {
            name: t.meaning,
            cell: (field) => (
              <>
                {wordsOf(field, policy)}
                {other?.fields.includes(field) && (
                  <p className="small quiet">
                    <Badge tone="warning">{t.different}</Badge>{' '}
                    {t.presetSays(t.presets[other.name], wordsOf(field, presets.presets[other.name]))}
                  </p>
                )}
              </>
            ),
          },
        ]}
      />
    </section>
  );
}
