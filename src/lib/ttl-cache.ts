/** What this instance remembers of rows that decide over requests, so that a guarded request costs no round trip. */
export type TtlCache<Row> = {
  /** By `load` where `sure` is asked, else at most five seconds old. */
  readonly find: (
    key: string,
    now: Date,
    load: () => Promise<Row | undefined>,
    sure?: 'sure',
  ) => Promise<Row | undefined>;
  /** Called for each notification, and by whoever changes something of this owner here. */
  readonly forget: (owner: string) => void;
};

const lifeMs = 5_000;
const most = 50_000;

export function createTtlCache<Row>(ownerOf: (row: Row) => string): TtlCache<Row> {
  const known = new Map<string, { readonly row: Row; readonly readAt: number }>();
  const ofOwner = new Map<string, Set<string>>();
  let forgotten = 0;

  async function find(key: string, now: Date, load: () => Promise<Row | undefined>, sure?: 'sure') {
    const entry = known.get(key);
    const age = entry ? now.getTime() - entry.readAt : Number.POSITIVE_INFINITY;
    if (entry && !sure && age >= 0 && age < lifeMs) return entry.row;
    const before = forgotten;
    const row = await load();
    // What was read before a change became known may be from before it: answer with it, but do not keep it.
    if (row && before === forgotten) keep(key, row, now.getTime());
    return row;
  }

  function keep(key: string, row: Row, readAt: number) {
    if (known.size >= most) clear();
    known.set(key, { row, readAt });
    const owner = ownerOf(row);
    ofOwner.set(owner, (ofOwner.get(owner) ?? new Set()).add(key));
  }

  function clear() {
    known.clear();
    ofOwner.clear();
  }

  function forget(owner: string) {
    forgotten += 1;
    for (const key of ofOwner.get(owner) ?? []) known.delete(key);
    ofOwner.delete(owner);
  }

  return { find, forget };
}
