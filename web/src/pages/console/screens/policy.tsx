import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Heading } from '../../../components/heading.tsx';
import { Link } from '../../../router.tsx';
import { client } from '../../../session.ts';
import { useTexts } from '../../../texts/language.tsx';
import { Done } from '../parts/done.tsx';
import { Loaded } from '../parts/loaded.tsx';
import { PolicyForm } from './policy-form.tsx';
import { PolicyHistory } from './policy-history.tsx';
import { PolicyInForce } from './policy-in-force.tsx';
import { type Plan, PolicyPreview } from './policy-preview.tsx';
import { PolicyTrial } from './policy-trial.tsx';
import { type AreaName, areaNames } from './policy-words.ts';

/** What each area asks of a login: in words, with its preview, its change and its history. */
export default function PolicyScreen({ rest }: { readonly rest: string }) {
  const t = useTexts('console-policy');
  const current = areaNames.find((name) => name === rest) ?? 'public';
  return (
    <div className="stack wide">
      <div className="stack tight">
        <Heading>{t.title}</Heading>
        <p className="quiet">{t.what}</p>
      </div>
      <nav aria-label={t.areasOf}>
        <ul className="plain-list area-links">
          {areaNames.map((name) => (
            <li key={name}>
              <Link href={`/console/policy/${name}`} aria-current={name === current ? 'page' : undefined}>
                {t.areas[name]}
              </Link>
            </li>
          ))}
        </ul>
      </nav>
      <AreaPolicy key={current} name={current} />
    </div>
  );
}

function AreaPolicy({ name }: { readonly name: AreaName }) {
  const queries = useQueryClient();
  const [plan, setPlan] = useState<Plan | null>(null);
  const [done, setDone] = useState('');
  const params = { area: name };
  const area = useQuery({
    queryKey: ['policy', name],
    queryFn: ({ signal }) => client.call('GET /admin/areas/{area}', { params, signal }),
  });
  const presets = useQuery({
    queryKey: ['presets', name],
    queryFn: ({ signal }) => client.call('GET /admin/areas/{area}/presets', { params, signal }),
  });
  const readAgain = () => queries.invalidateQueries({ queryKey: ['policy', name] });

  function preview(next: Plan): void {
    setDone('');
    setPlan(next);
  }

  async function changed(words: string): Promise<void> {
    setPlan(null);
    setDone(words);
    await readAgain();
  }

  return (
    <Loaded query={area}>
      {(present) => (
        <Loaded query={presets}>
          {(known) => (
            <>
              <Done words={done} />
              <PolicyInForce area={present} presets={known} />
              {present.trial && (
                <PolicyTrial area={present} trial={present.trial} onPreview={preview} onEnded={changed} />
              )}
              <PolicyForm area={present} presets={known} onPreview={preview} />
              {plan && (
                <PolicyPreview
                  key={`${present.version} ${plan.asked}`}
                  area={present}
                  plan={plan}
                  onChanged={changed}
                  onOvertaken={readAgain}
                />
              )}
              <PolicyHistory area={present} onPreview={preview} />
            </>
          )}
        </Loaded>
      )}
    </Loaded>
  );
}
