import { useEffect, useRef, useState } from 'react';
import { Button } from '../../components/button.tsx';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { ProblemAlert } from '../../components/problem.tsx';
import { useAction } from '../../components/use-action.ts';
import { signalPasskeys } from '../../lib/signal-passkeys.ts';
import { client } from '../../session.ts';
import { useFormat, useTexts } from '../../texts/language.tsx';
import { type Factor, type Say, useRefresh, useStatus } from './account.ts';
import { factorName, methodName } from './names.ts';
import { ButtonWords, Facts } from './panel.tsx';
import { RenameFactor } from './rename-factor.tsx';

type Props = {
  readonly factor: Factor;
  readonly isOnly: boolean;
  readonly say: Say;
  /** It has been removed, and its buttons with it. */
  readonly onGone: () => void;
};

/** One second factor: what it is, and what its owner can do with it. */
export function FactorItem({ factor, isOnly, say, onGone }: Props) {
  const t = useTexts('security');
  const factors = useTexts('factors');
  const format = useFormat();
  const refresh = useRefresh();
  const passkeys = useStatus().data?.passkeys;
  const { isBusy, error, run } = useAction();
  const [isRenaming, setRenaming] = useState(false);
  const [isRemoving, setRemoving] = useState(false);
  const renameButton = useRef<HTMLButtonElement>(null);
  const wasRenaming = useRef(false);
  const name = factorName(factor, factors);
  const method = methodName(factor.method, factors);

  useEffect(() => {
    if (wasRenaming.current && !isRenaming) renameButton.current?.focus();
    wasRenaming.current = isRenaming;
  }, [isRenaming]);

  const makeDefault = () =>
    run(async () => {
      await client.factors.change(factor.factor_id, { default: true });
      await refresh();
      say(t.factorDefault(name));
      onGone(); // the button is not there any more
    });
  async function remove(): Promise<void> {
    await client.factors.remove(factor.factor_id);
    await signalPasskeys(passkeys, factor.factor_id);
    setRemoving(false);
    await refresh();
    say(t.factorRemoved(name));
    onGone();
  }

  return (
    <li className="item">
      <div className="stack tight">
        <h3 className="item-name">
          {name}
          {factor.default && !isOnly && <span className="tag">{t.isDefault}</span>}
          {factor.passkey && name !== t.isPasskey && <span className="tag">{t.isPasskey}</span>}
          {factor.disabled && <span className="tag tag-danger">{t.isDisabled}</span>}
        </h3>
        <Facts facts={[name !== method && method, factor.hint, factor.authenticator]} />
        <Facts
          facts={[
            t.added(format.date(factor.created_at)),
            factor.last_used_at ? t.lastUsed(format.dateTime(factor.last_used_at)) : t.neverUsed,
          ]}
        />
        {factor.disabled && <p className="small">{t.disabledWhy}</p>}
      </div>
      {isRenaming ? (
        <RenameFactor
          factor={factor}
          name={name}
          onDone={() => {
            setRenaming(false);
            say(t.factorRenamed);
          }}
          onCancel={() => setRenaming(false)}
        />
      ) : (
        <div className="item-actions">
          <Button ref={renameButton} variant="quiet" onClick={() => setRenaming(true)}>
            <ButtonWords words={t.rename} of={name} />
          </Button>
          {!factor.default && !isOnly && !factor.disabled && (
            <Button variant="quiet" isBusy={isBusy} onClick={makeDefault}>
              <ButtonWords words={t.makeDefault} of={name} />
            </Button>
          )}
          <Button variant="quiet" onClick={() => setRemoving(true)}>
            <ButtonWords words={t.remove} of={name} />
          </Button>
        </div>
      )}
      <ProblemAlert error={isBusy ? null : error} />
      <ConfirmDialog
        isOpen={isRemoving}
        title={t.removeTitle(name)}
        go={t.remove}
        onConfirm={remove}
        onClose={() => setRemoving(false)}
      >
        <p>{isOnly ? t.removeLast : t.removeWhat}</p>
      </ConfirmDialog>
    </li>
  );
}
