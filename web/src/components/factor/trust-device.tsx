import { useTexts } from '../../texts/language.tsx';
import { Checkbox } from '../field.tsx';

/** Asks whether this device may skip the second factor from now on. */
export function TrustDevice({
  isChecked,
  onChange,
}: {
  isChecked: boolean;
  onChange: (next: boolean) => void;
}) {
  const t = useTexts('factors');
  return (
    <Checkbox
      label={t.trustDevice}
      description={t.trustDeviceHelp}
      checked={isChecked}
      onChange={(event) => onChange(event.target.checked)}
    />
  );
}
