/** Every path at which a page is. The service answers these with the document; `routes.ts` says which page it shows. */
export const paths = [
  '/',
  '/login',
  '/duo',
  '/invite',
  '/reset',
  '/forgot',
  '/recover',
  '/verify-caller',
  '/not-me',
  '/security',
  '/enroll',
  '/factors',
  '/change-password',
  '/console',
  '/console/*',
] as const;

export type Path = (typeof paths)[number];
