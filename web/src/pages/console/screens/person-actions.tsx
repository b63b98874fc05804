import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Button } from '../../../components/button.tsx';
import { useAuthState } from '../../../session.ts';
import { useFormat, useTexts } from '../../../texts/language.tsx';
import { Done } from '../parts/done.tsx';
import { SecretDialog } from '../parts/secret-dialog.tsx';
import { useMay } from '../parts/use-scopes.ts';
import { CallerCheckState, StartCallerCheck, useCallerCheck } from './caller-check.tsx';
import { type ActionId, actionsFor, type Bypass, HelpDialog, type Outcome } from './help-dialog.tsx';
import { barOf, type User } from './person-rules.ts';

/** What this role may do for the person. Nothing else is shown; a bar is explained. */
export function PersonActions({ user }: { readonly user: User }) {
  const t = useTexts('console-people');
  const mayHelp = useMay('users:help');
  const me = useAuthState();
  const queries = useQueryClient();
  const [open, setOpen] = useState<ActionId | null>(null);
  const [done, setDone] = useState('');
  const caller = useCallerCheck(user.id);
  const [asks, setAsks] = useState(false);
  const [bypass, setBypass] = useState<Bypass | null>(null);
  if (!mayHelp || me.status !== 'authenticated') return null;
  const bar = barOf(user, me);

  async function finish(action: ActionId, outcome: Outcome): Promise<void> {
    setOpen(null);
    setDone(outcome === 'asked' ? t.asked : t.actions[action].done);
    setBypass(outcome === 'asked' ? null : outcome);
    await Promise.all([
      queries.invalidateQueries({ queryKey: ['caller-check'] }),
      queries.invalidateQueries({ queryKey: ['person', user.id] }),
      queries.invalidateQueries({ queryKey: ['timeline', user.id] }),
      queries.invalidateQueries({ queryKey: ['people'] }),
    ]);
  }

  return (
    <section className="panel stack">
      <h2>{t.help}</h2>
      {bar ? (
        <p>{bar === 'own_account' ? t.ownAccount : t.higherRole}</p>
      ) : (
        <>
          <Done words={done} />
          {user.status === 'active' && (
            <div>
              <Button variant="primary" onClick={() => setAsks(true)}>
                {t.callerName}
              </Button>
            </div>
          )}
          {caller.shown && <CallerCheckState {...caller.shown} />}
          <div className="row">
            {actionsFor(user).map((action) => (
              <Button key={action} onClick={() => setOpen(action)}>
                {t.actions[action].name}
              </Button>
            ))}
          </div>
          {open && (
            <HelpDialog
              action={open}
              user={user}
              check={caller.passed}
              onClose={() => setOpen(null)}
              onDone={(outcome) => finish(open, outcome)}
            />
          )}
          {asks && (
            <StartCallerCheck
              user={user}
              onClose={() => setAsks(false)}
              onStarted={(one) => {
                setAsks(false);
                caller.begin(one);
              }}
            />
          )}
          {bypass && <BypassCode bypass={bypass} name={user.username} onClose={() => setBypass(null)} />}
        </>
      )}
    </section>
  );
}

type CodeProps = { readonly bypass: Bypass; readonly name: string; readonly onClose: () => void };

/** The code, this once. The service keeps only its hash. */
function BypassCode({ bypass, name, onClose }: CodeProps) {
  const t = useTexts('console-people');
  const format = useFormat();
  return (
    <SecretDialog title={t.bypassTitle} help={t.bypassFor(name)} secret={bypass.code} onClose={onClose}>
      <p className="quiet">{t.bypassUses(bypass.uses, format.dateTime(bypass.expires_at))}</p>
    </SecretDialog>
  );
}
