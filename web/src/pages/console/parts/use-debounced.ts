import { useEffect, useState } from 'react';

/** The value once it has stayed the same for a moment: a search asks for words, not for each letter. */
export function useDebounced<Value>(value: Value, milliseconds = 250): Value {
  const [settled, settle] = useState(value);
  useEffect(() => {
    const timer = window.setTimeout(() => settle(value), milliseconds);
    return () => window.clearTimeout(timer);
  }, [value, milliseconds]);
  return settled;
}
