/** How long the link of a letter works. */
export const notMeDays = 7;

/**
 * Stands for the link in the text of a letter until it leaves. Only then does the service store the link, so a login
 * takes no longer. The token makes the mark one that no label of a user can contain.
 */
export function notMeMark(token: string): string {
  return `not-me:${token}`;
}

/** The page of a link in a letter. The token is behind `#`, so that no server and no Referer gets it. */
export function notMeUrl(portalUrl: string, token: string): string {
  return `${portalUrl}/not-me#token=${token}`;
}
