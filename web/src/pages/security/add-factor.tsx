import type { LoggedIn } from '@sallyport/client';
import { EnrolFactor } from '../../components/enrol/enrol-factor.tsx';
import { useStatus } from './account.ts';
import { Loaded } from './panel.tsx';

type Props = { readonly onDone: (answer: LoggedIn) => void; readonly onCancel: () => void };

/** Sets up one more second factor. */
export function AddFactor({ onDone, onCancel }: Props) {
  const status = useStatus();
  return (
    <div className="security-form panel">
      <Loaded query={status}>
        {({ policy }) => <EnrolFactor methods={policy.allowed_methods} onDone={onDone} onCancel={onCancel} />}
      </Loaded>
    </div>
  );
}
