import type { ReactNode } from 'react';

type ScreenId =
  | 'people'
  | 'approvals'
  | 'rollout'
  | 'policy'
  | 'invite'
  | 'audit'
  | 'adoption'
  | 'trouble'
  | 'exemptions'
  | 'carriers'
  | 'evidence'
  | 'keys'
  | 'programs'
  | 'receivers';

export type Screen = {
  readonly id: ScreenId;
  /** The scope that its reads need. A screen hides what needs another one. */
  readonly scope: string;
  /** `rest` is what stands behind the screen's own path, such as the id of a person. */
  readonly load: () => Promise<{ readonly default: (props: { rest: string }) => ReactNode }>;
};

/** The screens in the order of the navigation. Each is a file of its own, which the browser loads when it is opened. */
export const screens: readonly Screen[] = [
  { id: 'people', scope: 'users:read', load: () => import('./screens/people.tsx') },
  { id: 'approvals', scope: 'users:read', load: () => import('./screens/approvals.tsx') },
  { id: 'rollout', scope: 'policy:read', load: () => import('./screens/rollout.tsx') },
  { id: 'policy', scope: 'policy:read', load: () => import('./screens/policy.tsx') },
  { id: 'invite', scope: 'users:write', load: () => import('./screens/invite.tsx') },
  { id: 'audit', scope: 'audit:read', load: () => import('./screens/audit.tsx') },
  { id: 'adoption', scope: 'adoption:read', load: () => import('./screens/adoption.tsx') },
  { id: 'trouble', scope: 'users:read', load: () => import('./screens/trouble.tsx') },
  { id: 'exemptions', scope: 'policy:read', load: () => import('./screens/exemptions.tsx') },
  { id: 'carriers', scope: 'sms:read', load: () => import('./screens/carriers.tsx') },
  { id: 'evidence', scope: 'audit:read', load: () => import('./screens/evidence.tsx') },
  { id: 'keys', scope: 'keys:write', load: () => import('./screens/keys.tsx') },
  { id: 'programs', scope: 'services:read', load: () => import('./screens/programs.tsx') },
  { id: 'receivers', scope: 'receivers:read', load: () => import('./screens/receivers.tsx') },
];

/** The screen of a path. The first one is the start. */
export function screenOf(path: string): { readonly screen: Screen; readonly rest: string } | null {
  const [, , id = '', ...rest] = path.split('/');
  const screen = id === '' ? screens[0] : screens.find((one) => one.id === id);
  return screen ? { screen, rest: rest.join('/') } : null;
}
