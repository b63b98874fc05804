import './choices.css';

type Choice = {
  readonly id: string;
  readonly name: string;
  readonly detail?: string;
  readonly badge?: string | undefined;
  readonly onChoose: () => void;
};

/** A list of ways to go on, each a button with a line that explains it. */
export function Choices({ choices, isBusy = false }: { choices: readonly Choice[]; isBusy?: boolean }) {
  return (
    <ul className="plain-list choices">
      {choices.map(({ id, name, detail, badge, onChoose }) => (
        <li key={id}>
          <button type="button" onClick={isBusy ? undefined : onChoose} aria-disabled={isBusy || undefined}>
            <span className="choice-name">
              {name} {badge && <span className="choice-badge">{badge}</span>}
            </span>
            {detail && <span className="choice-detail">{detail}</span>}
          </button>
        </li>
      ))}
    </ul>
  );
}
