import './push-number.css';

/** The number that the person types into the telephone, so that nobody approves a push of somebody else. */
export function PushNumber({ label, number }: { readonly label: string; readonly number: string }) {
  return (
    <dl className="push-number">
      <dt>{label}</dt>
      <dd>{number}</dd>
    </dl>
  );
}
