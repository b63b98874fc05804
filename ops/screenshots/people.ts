/** Whom the pictures show. The county, its people and its numbers are invented. */
export const password = 'nine quiet harbours';
export const domain = 'county.example.gov';

/** The people who act in the pictures. */
export const cast = {
  dana: { username: 'dana.whitfield', roles: ['admin'] },
  omar: { username: 'omar.haddad', roles: ['helpdesk'] },
  priya: { username: 'priya.nair', roles: ['auditor'] },
  grace: { username: 'grace.okafor', roles: ['user'] },
  luis: { username: 'luis.ortega', roles: ['user'] },
  hanna: { username: 'hanna.lindqvist', roles: ['user'] },
  walter: { username: 'walter.price', roles: ['user'] },
} as const;

const firstNames = [
  ...['amelia', 'andre', 'beatriz', 'calvin', 'carmen', 'dmitri', 'eleanor', 'farah', 'gordon', 'ingrid'],
  ...['jamal', 'kenji', 'leticia', 'marcus', 'mei', 'nadia', 'oscar', 'ruth', 'soren', 'tamika'],
];
const lastNames = [
  ...['abbott', 'barros', 'castillo', 'dubois', 'eriksen', 'flores', 'greene', 'hoang', 'ivanov', 'jensen'],
  ...['kowalski', 'larsen', 'mendoza', 'novak', 'osei', 'pham', 'quinn', 'rivera', 'schultz', 'tanaka'],
];

/** So many names, each once, in an order that looks like none. */
export function namesOf(count: number): readonly string[] {
  return Array.from({ length: count }, (_, at) => {
    const first = firstNames[(at * 7) % firstNames.length];
    const last = lastNames[(at * 11 + Math.floor(at / lastNames.length)) % lastNames.length];
    return `${first}.${last}`;
  });
}

/** Numbers from 0 to 1 that look random and are the same in each run (mulberry32). */
export function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
