import type { Bearer, Enroller } from '../../domain/sessions/principal.ts';

/** Who changes factors: somebody logged in, or somebody who may do nothing but enrol. */
export type Changer = Bearer | Enroller;

export function isEnroller(by: Changer): by is Enroller {
  return 'securityVersion' in by;
}

export function placeOf(by: Changer) {
  if (isEnroller(by)) return { userId: by.userId, area: by.area, authTime: by.authTime, sessionId: null };
  const { id, userId, area, authTime } = by.session;
  return { userId, area, authTime, sessionId: id };
}
