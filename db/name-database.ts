import pg from 'pg';

/** Runs the work. On an error it throws one that names the PostgreSQL server, the variable and a remedy. */
export async function namingDatabase<Result>(
  variable: string,
  url: string,
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    const said = reasonOf(error);
    const stop = /[.;!?]$/.test(said) ? '' : '.';
    const text = `PostgreSQL at ${variable}${targetOf(url)}: ${said}${stop}${hintOf(error, variable)}`;
    throw Object.assign(new Error(text, { cause: error }), codeOf(error) && { code: codeOf(error) });
  }
}

/** The target as the driver parses it, without the password. */
function targetOf(url: string): string {
  try {
    const { host, port, database, user } = new pg.Client({ connectionString: url });
    const address = host.startsWith('/') ? `socket in ${host}` : `${host}:${port}`;
    return ` (${address}, database ${database ?? user}, login ${user})`;
  } catch {
    return ''; // a file in the URL is missing, and the error names it
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof AggregateError) return [...new Set(error.errors.map(reasonOf))].join('; ');
  if (!(error instanceof Error)) return String(error);
  return error.message || codeOf(error) || error.name;
}

function codeOf(error: unknown): string | undefined {
  if (error instanceof AggregateError) return codeOf(error.errors[0]);
  return error instanceof Error && 'code' in error ? String(error.code) : undefined;
}

/** Our own errors need no hint. */
function hintOf(error: unknown, variable: string): string {
  const code = codeOf(error);
  if (code === 'ENOENT' && error instanceof Error && 'path' in error)
    return ` ${variable} names that file: correct its path.`;
  const said = code ?? (error instanceof Error ? error.message : '');
  const known = hints.find(([cases]) => cases.test(said));
  return known ? ` ${known[1].replaceAll('$', variable)}` : '';
}

const hints: readonly (readonly [RegExp, string])[] = [
  [/^(ECONNREFUSED|ENOENT)$/, 'No server answers at this address. Start PostgreSQL, or correct $.'],
  [/^(ENOTFOUND|EAI_AGAIN)$/, 'The host name has no address. Correct it in $.'],
  [
    /^(ETIMEDOUT|EHOSTUNREACH|ENETUNREACH)$/,
    'The server did not answer. Check the host, the port and the firewall.',
  ],
  [/^(ECONNRESET|EPIPE)$/, 'The connection broke. Read the log of PostgreSQL.'],
  [/^28(P01|000)$/, 'Correct the login or the password in $, or allow the login in pg_hba.conf.'],
  [/^3D000$/, 'Create the database, or correct its name in $.'],
  [/^53300$/, 'Raise max_connections of the server, or lower DATABASE_POOL_MAX.'],
  [/^55P03$/, 'Another client holds a lock that this needs. Try again when that client has finished.'],
  [/^57P03$/, 'Try again when the server has started.'],
  [/^42704$/, 'Sallyport needs PostgreSQL 15 or newer.'],
  [
    /^08P01$/,
    'A connection pooler may have refused a parameter. Remove the parameters that it does not know from $.',
  ],
  [/^42501$/, 'Run `sallyport migrate` as the owner, with MIGRATION_DATABASE_URL.'],
  [/time(d )?out/i, 'The server did not answer in time. Check the host and the port in $.'],
  [/CERT/, 'The certificate of the server is not trusted. Name its authority with sslrootcert in $.'],
  [/ssl/i, 'Correct sslmode in $, or enable TLS on the server.'],
  [/invalid response|unexpected/i, 'The server at this address may not be PostgreSQL. Correct $.'],
];
