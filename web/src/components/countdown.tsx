import { useEffect, useState } from 'react';
import { Button } from './button.tsx';

/** Whole seconds until a time. 0: it is over, or there is none. */
export function useCountdown(until: number | undefined): number {
  const [now, setNow] = useState(Date.now);
  const left = until === undefined ? 0 : Math.max(0, Math.ceil((until - now) / 1000));
  useEffect(() => {
    if (until === undefined || until <= Date.now()) return;
    const timer = window.setInterval(() => setNow(Date.now()), 500);
    return () => window.clearInterval(timer);
  }, [until]);
  return left;
}

type Props = {
  /** In milliseconds since 1970. Undefined: at once. */
  readonly from: number | undefined;
  readonly label: string;
  /** What it says until then. */
  readonly labelIn: (seconds: number) => string;
  readonly isBusy?: boolean;
  readonly onClick: () => void;
};

/** A button that works from a time on, and counts down to it. Screen readers are not told of each second. */
export function ButtonFrom({ from, label, labelIn, isBusy = false, onClick }: Props) {
  const left = useCountdown(from);
  return (
    <Button variant="quiet" isBusy={isBusy} aria-disabled={left > 0} onClick={left > 0 ? undefined : onClick}>
      {left > 0 ? labelIn(left) : label}
    </Button>
  );
}
