/** Reads again only what was read `everyMs` ago or longer. Whoever asks before gets the same, be it a failure. */
export function readSeldom<Value>(read: () => Promise<Value>, everyMs: number): () => Promise<Value> {
  let last: { readonly at: number; readonly value: Promise<Value> } | null = null;
  return () => {
    const at = performance.now();
    if (!last || at - last.at >= everyMs) last = { at, value: read() };
    return last.value;
  };
}
