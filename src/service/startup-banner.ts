import type { Config } from './config/config.ts';

type Start = {
  readonly url: string;
  readonly config: Config;
  readonly printsCodesBy: readonly string[];
  readonly hasPages: boolean;
  readonly admin: { readonly username: string; readonly password: string } | null;
};

/** The text that a start prints: what runs, who may log in, and what to try next. */
export function startupBanner({ url, config, printsCodesBy, hasPages, admin }: Start): string {
  const { url: server, dataDir } = config.database;
  const embedded = dataDir === 'memory:' ? 'in memory; it is gone when this ends' : `embedded, in ${dataDir}`;
  // The user types the password, the shell inserts it and curl reads it from standard input. So no history and no
  // process list contains it.
  const login = `{"username": "${admin?.username ?? 'NAME'}", "password": "'"$PASSWORD"'"}`;
  return [
    '',
    `  Sallyport listens on ${url}`,
    '',
    `  Database   ${server ? 'PostgreSQL' : embedded}`,
    `  Policy     ${config.preset}`,
    ...(printsCodesBy.length > 0
      ? [
          `  Codes      by ${printsCodesBy.join(' and ')} are printed here, because nothing is configured to send them`,
        ]
      : []),
    ...(config.production && !config.mail && !config.withoutMail
      ? ['  Mail       NOTHING is sent: no link, no notice. Set SMTP_URL and MAIL_FROM, or WITHOUT_MAIL=true']
      : []),
    '',
    ...(admin
      ? [
          '  The first admin, shown this once:',
          `    username   ${admin.username}`,
          `    password   ${admin.password}`,
          '',
        ]
      : []),
    ...(hasPages ? [`  Log in at ${pageUrl(url, config)}`, ''] : []),
    '  Try this in another terminal; it waits until you have typed the password:',
    `    read -rs PASSWORD && curl -sS ${url}/auth/login -H 'content-type: application/json' -d @- <<<'${login}'`,
    ...(config.production
      ? ['    node src/cli.ts --help        users and more from the terminal']
      : [
          '    npm run demo                  shows the whole flow, with every call and response',
          `    ${url}/docs    shows the API`,
          '    npm run sallyport -- --help   users and more from the terminal',
        ]),
    '',
  ].join('\n');
}

/** Security keys are bound to a name, so an address of this machine is shown by its name. */
function pageUrl(url: string, { production, http }: Config): string {
  if (production) return `${http.issuer}/login`;
  const at = new URL('/login', url);
  if (/^(127(\.\d+){3}|\[::1\])$/.test(at.hostname)) at.hostname = 'localhost';
  return at.href;
}
