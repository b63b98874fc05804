import type { ComponentType } from 'react';
import type { Path } from './paths.ts';
import type { CatalogueName } from './texts/catalogues.ts';

export type Route = {
  /** The module's default export is the page. It is a file of its own, which the browser loads when it is needed. */
  readonly load: () => Promise<{ readonly default: ComponentType }>;
  /** The catalogue to load beside it. */
  readonly texts: CatalogueName;
  /** `card`: one column in the middle. `wide`: a page with a bar on top. */
  readonly layout: 'card' | 'wide';
};

const login: Route = { load: () => import('./pages/login/login-page.tsx'), texts: 'login', layout: 'card' };
const start: Route = { load: () => import('./pages/start/start-page.tsx'), texts: 'start', layout: 'card' };
const security: Route = {
  load: () => import('./pages/security/security-page.tsx'),
  texts: 'security',
  layout: 'wide',
};
const adminConsole: Route = {
  load: () => import('./pages/console/console-page.tsx'),
  texts: 'console',
  layout: 'wide',
};
const duo: Route = { load: () => import('./pages/duo/duo-page.tsx'), texts: 'login', layout: 'card' };
const setPassword: Route = {
  load: () => import('./pages/password/set-password-page.tsx'),
  texts: 'password',
  layout: 'card',
};
const forgot: Route = {
  load: () => import('./pages/password/forgot-page.tsx'),
  texts: 'password',
  layout: 'card',
};

const recover: Route = {
  load: () => import('./pages/recover/recover-page.tsx'),
  texts: 'recover',
  layout: 'card',
};

const verifyCaller: Route = {
  load: () => import('./pages/caller/verify-caller-page.tsx'),
  texts: 'caller',
  layout: 'card',
};

const notMe: Route = {
  load: () => import('./pages/not-me/not-me-page.tsx'),
  texts: 'not-me',
  layout: 'card',
};

/** The page of each path. A new page adds a line here, its path in `paths.ts`, and a catalogue in `texts/`. */
const routes: Readonly<Record<Path, Route>> = {
  '/': start,
  '/login': login,
  '/duo': duo,
  '/invite': setPassword,
  '/reset': setPassword,
  '/forgot': forgot,
  '/recover': recover,
  '/verify-caller': verifyCaller,
  '/not-me': notMe,
  '/security': security,
  // Where mails and password managers lead.
  '/enroll': security,
  '/factors': security,
  '/change-password': security,
  '/console': adminConsole,
  '/console/*': adminConsole,
};

/** The route of a path. Null: there is no such page. */
export function routeOf(path: string): Route | null {
  const bare = path.length > 1 ? path.replace(/\/+$/, '') : path;
  const exact = Object.entries(routes).find(([known]) => known === bare);
  const below = Object.entries(routes).find(
    ([known]) => known.endsWith('/*') && bare.startsWith(known.slice(0, -1)),
  );
  return (exact ?? below)?.[1] ?? null;
}
