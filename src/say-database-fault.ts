/**
 * Why a database cannot be opened, in words that name the setting. Null where nobody here knows: then the driver's own
 * words do. The password in the URL is never told.
 */
export function sayDatabaseFault(error: unknown, setting: string, url: string): string | null {
  const { code, message } = fault(error);
  const place = placeOf(url);
  const say = (what: string, then: string) => `${setting}: ${what} ${then}${code ? ` (${code})` : ''}`;
  switch (code) {
    case 'ECONNREFUSED':
      return say(`nothing answers at ${place.host}.`, 'Start PostgreSQL, or mend host and port.');
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return say(`there is no host ${place.host}.`, 'Mend the name, or the name server.');
    case 'ETIMEDOUT':
    case 'EHOSTUNREACH':
      return say(`${place.host} does not answer.`, 'Mend the host, or open the firewall between.');
    case '28P01':
    case '28000':
      return say(`PostgreSQL refuses the login ${place.user}.`, 'Mend user and password, or pg_hba.conf.');
    case '3D000':
      return say(`the server has no database ${place.database}.`, `Create it: createdb ${place.database}`);
    case '42501':
      return say(
        `the login ${place.user} may not make or read the tables.`,
        'Run sallyport migrate once with the login that owns them, or name it in MIGRATION_DATABASE_URL.',
      );
    default:
      return strange.test(message)
        ? say(`what answers at ${place.host} does not speak as PostgreSQL does.`, 'Mend host and port.')
        : null;
  }
}

const strange = /invalid response|unexpected message|Connection terminated|unexpected(ly)? (closed|end)/i;

function fault(error: unknown): { readonly code: string; readonly message: string } {
  if (error instanceof AggregateError) return fault(error.errors[0]);
  if (!(error instanceof Error)) return { code: '', message: String(error) };
  return { code: 'code' in error ? String(error.code) : '', message: error.message };
}

function placeOf(url: string) {
  const none = { host: 'that address', user: 'of that URL', database: 'of that name' };
  if (!URL.canParse(url)) return none;
  const { host, username, pathname } = new URL(url);
  return {
    host: host || none.host,
    user: decodeURIComponent(username) || none.user,
    database: decodeURIComponent(pathname.slice(1)) || none.database,
  };
}
