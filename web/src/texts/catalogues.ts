/** The languages of the pages. Each text is in each of them: the compiler says which one is missing. */
export const languages = { en: 'English', es: 'Español' } as const;
export type Language = keyof typeof languages;

/** A language by its tag, in its own words. Null if the tag is missing; a tag that the pages do not know stays. */
export function languageName(tag: string | null | undefined): string | null {
  const known: Readonly<Record<string, string>> = languages;
  return tag ? (known[tag] ?? tag) : null;
}

/**
 * One file a page, or a group of components that pages share. A file is loaded when something shows its texts. To add
 * a catalogue, add `en/NAME.ts`, `es/NAME.ts` and a line here.
 */
export const catalogues = {
  common: { en: () => import('./en/common.ts'), es: () => import('./es/common.ts') },
  problems: { en: () => import('./en/problems.ts'), es: () => import('./es/problems.ts') },
  factors: { en: () => import('./en/factors.ts'), es: () => import('./es/factors.ts') },
  enrol: { en: () => import('./en/enrol.ts'), es: () => import('./es/enrol.ts') },
  login: { en: () => import('./en/login.ts'), es: () => import('./es/login.ts') },
  password: { en: () => import('./en/password.ts'), es: () => import('./es/password.ts') },
  recover: { en: () => import('./en/recover.ts'), es: () => import('./es/recover.ts') },
  caller: { en: () => import('./en/caller.ts'), es: () => import('./es/caller.ts') },
  'not-me': { en: () => import('./en/not-me.ts'), es: () => import('./es/not-me.ts') },
  start: { en: () => import('./en/start.ts'), es: () => import('./es/start.ts') },
  security: { en: () => import('./en/security.ts'), es: () => import('./es/security.ts') },
  console: { en: () => import('./en/console.ts'), es: () => import('./es/console.ts') },
  'console-people': {
    en: () => import('./en/console-people.ts'),
    es: () => import('./es/console-people.ts'),
  },
  'console-rollout': {
    en: () => import('./en/console-rollout.ts'),
    es: () => import('./es/console-rollout.ts'),
  },
  'console-policy': {
    en: () => import('./en/console-policy.ts'),
    es: () => import('./es/console-policy.ts'),
  },
  'console-invite': {
    en: () => import('./en/console-invite.ts'),
    es: () => import('./es/console-invite.ts'),
  },
  'console-audit': {
    en: () => import('./en/console-audit.ts'),
    es: () => import('./es/console-audit.ts'),
  },
  'console-adoption': {
    en: () => import('./en/console-adoption.ts'),
    es: () => import('./es/console-adoption.ts'),
  },
  'console-approvals': {
    en: () => import('./en/console-approvals.ts'),
    es: () => import('./es/console-approvals.ts'),
  },
  'console-problems': {
    en: () => import('./en/console-problems.ts'),
    es: () => import('./es/console-problems.ts'),
  },
  'console-keys': { en: () => import('./en/console-keys.ts'), es: () => import('./es/console-keys.ts') },
  'console-receivers': {
    en: () => import('./en/console-receivers.ts'),
    es: () => import('./es/console-receivers.ts'),
  },
  'console-operations': {
    en: () => import('./en/console-operations.ts'),
    es: () => import('./es/console-operations.ts'),
  },
};

export type CatalogueName = keyof typeof catalogues;
export type Texts<Name extends CatalogueName> = Awaited<
  ReturnType<(typeof catalogues)[Name]['en']>
>['default'];

/** The shape of a translation: the same keys, and functions of the same values. */
export type Translation<Original> = {
  readonly [Key in keyof Original]: Original[Key] extends (...values: infer Values) => string
    ? (...values: Values) => string
    : Original[Key] extends string
      ? string
      : Translation<Original[Key]>;
};
