type Fresh = { readonly fresh: true };

/**
 * A cache of the rows that decide about requests, one for each instance. It spares a guarded request a query to the
 * database.
 */
export type TtlCache<Row> = {
  /** Calls `load` if `fresh` is given. Otherwise the row may be at most five seconds old. */
  readonly find: (
    key: string,
    now: Date,
    load: () => Promise<Row | undefined>,
    options?: Fresh,
  ) => Promise<Row | undefined>;
  /** Call this for each notification from the database, and after this instance changed a row of the owner. */
  readonly forget: (owner: string) => void;
};

const lifeMs = 5_000;
const most = 50_000;

export function createTtlCache<Row>(ownerOf: (row: Row) => string): TtlCache<Row> {
  const known = new Map<string, { readonly row: Row; readonly readAt: number }>();
  const ofOwner = new Map<string, Set<string>>();
  let forgotten = 0;

  async function find(key: string, now: Date, load: () => Promise<Row | undefined>, options?: Fresh) {
    const entry = known.get(key);
    const age = entry ? now.getTime() - entry.readAt : Number.POSITIVE_INFINITY;
    if (entry && !options?.fresh && age >= 0 && age < lifeMs) return entry.row;
    const before = forgotten;
    const row = await load();
    // A change may have come during `load`, so this row may be stale. Return it, but do not cache it.
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
