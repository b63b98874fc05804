/** The keys cannot be read: nobody can tell whether a token is right. */
export class KeysUnavailable extends Error {}

export type KeySet = {
  /** Undefined: no such key. Throws KeysUnavailable. */
  named(kid: string): Promise<CryptoKey | undefined>;
};

type Options = { readonly url: URL; readonly fetch: typeof fetch; readonly timeout: number };

const keptFor = 300_000; // milliseconds, as the service says
const between = 30_000; // at least, for a kid that is not among the keys: a stranger can invent as many as they like
const afterFailure = 5_000;
const most = 32;
const longest = 65_536;

/** The keys of /.well-known/jwks.json. One request at a time reads them, however many tokens wait. */
export function createKeySet({ url, fetch, timeout }: Options): KeySet {
  let keys = new Map<string, CryptoKey>();
  let readAt = Number.NEGATIVE_INFINITY;
  let failedAt = Number.NEGATIVE_INFINITY;
  let reading: Promise<void> | undefined;

  async function read(): Promise<void> {
    try {
      const init = { redirect: 'error', signal: AbortSignal.timeout(timeout) } as const;
      const response = await fetch(url, init);
      const text = await response.text();
      if (!response.ok || text.length > longest) throw new Error('No keys');
      const { keys: found } = JSON.parse(text) as { keys: readonly JsonWebKey[] };
      const entries = found.filter(isSigningKey).slice(0, most).map(imported);
      keys = new Map(await Promise.all(entries));
      readAt = Date.now();
    } catch (cause) {
      failedAt = Date.now();
      throw new KeysUnavailable('The keys cannot be read', { cause });
    } finally {
      reading = undefined;
    }
  }

  return {
    async named(kid) {
      const age = Date.now() - readAt;
      const fresh = age < keptFor;
      const known = fresh ? keys.get(kid) : undefined;
      if (known || (fresh && age < between)) return known;
      if (!reading && Date.now() - failedAt < afterFailure)
        throw new KeysUnavailable('The keys cannot be read');
      reading ??= read();
      await reading;
      return keys.get(kid);
    },
  };
}

type NamedKey = JsonWebKey & { readonly kid: string };

function isSigningKey(key: JsonWebKey): key is NamedKey {
  const { kty, crv, alg = 'ES256', use = 'sig' } = key;
  return (
    typeof (key as NamedKey).kid === 'string' &&
    kty === 'EC' &&
    crv === 'P-256' &&
    alg === 'ES256' &&
    use === 'sig'
  );
}

async function imported({ kid, x = '', y = '' }: NamedKey): Promise<[string, CryptoKey]> {
  const jwk = { kty: 'EC', crv: 'P-256', x, y };
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256' };
  return [kid, await crypto.subtle.importKey('jwk', jwk, algorithm, false, ['verify'])];
}
