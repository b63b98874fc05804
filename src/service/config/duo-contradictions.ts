import type { ConfigRule, Values } from './variables.ts';

const universal = ['DUO_CLIENT_ID', 'DUO_CLIENT_SECRET', 'DUO_REDIRECT_URI'] as const;
const auth = ['DUO_AUTH_IKEY', 'DUO_AUTH_SKEY'] as const;
const ownHost = /^api-[0-9a-f]{8}\.(duosecurity|duofederal)\.com$/;

/** If one variable of an application is set, the others must be set too. With the pages, the redirect URI has a default. */
const together = [universal, auth].flatMap((names) =>
  names.map((at) => ({
    at,
    says: `must be set with ${names.filter((name) => name !== at).join(' and ')}`,
    broken: (values: Values) =>
      values[at] === undefined &&
      !(at === 'DUO_REDIRECT_URI' && values.PAGES === 'on') &&
      names.some((name) => values[name] !== undefined),
  })),
);

export const duoContradictions: readonly ConfigRule[] = [
  ...together,
  {
    at: 'DUO_API_HOST',
    says: 'must be set with the keys of Duo',
    broken: (values) =>
      !values.DUO_API_HOST && [...universal, ...auth].some((name) => values[name] !== undefined),
  },
  {
    at: 'DUO_API_HOST',
    says: 'is not enough alone: set the keys of an application at Duo as well',
    broken: (values) =>
      !!values.DUO_API_HOST && [...universal, ...auth].every((name) => values[name] === undefined),
  },
  {
    at: 'DUO_API_HOST',
    says: 'must be a host of Duo in production, api-XXXXXXXX.duosecurity.com, unless DUO_CA_FILE names another trusted certificate authority',
    broken: ({ NODE_ENV, DUO_API_HOST, DUO_CA_FILE }) =>
      NODE_ENV === 'production' && !!DUO_API_HOST && !DUO_CA_FILE && !ownHost.test(DUO_API_HOST),
  },
  {
    at: 'DUO_REDIRECT_URI',
    says: 'must be an https:// URL in production',
    broken: ({ NODE_ENV, DUO_REDIRECT_URI }) =>
      NODE_ENV === 'production' && !!DUO_REDIRECT_URI && !DUO_REDIRECT_URI.startsWith('https:'),
  },
];

type Env = Readonly<Record<string, string | undefined>>;

/**
 * Other products' names for Duo's keys. The service does not read them, because they do not say which application they
 * belong to.
 */
const others = [
  { at: 'DUO_IKEY', now: ['DUO_CLIENT_ID', 'DUO_AUTH_IKEY'] },
  { at: 'DUO_SKEY', now: ['DUO_CLIENT_SECRET', 'DUO_AUTH_SKEY'] },
] as const;

/** Reports other products' names that are set without ours, because the service ignores them. */
export function otherDuoNames(env: Env) {
  return others
    .filter(({ at, now }) => env[at] !== undefined && now.every((name) => env[name] === undefined))
    .map(({ at, now: [prompt, push] }) => ({
      at,
      says: `is not used: set ${prompt} for the application "Web SDK" (the Universal Prompt), ${push} for "Auth API" (pushes)`,
    }));
}
