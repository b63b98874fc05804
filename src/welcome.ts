import type { Config } from './config.ts';

type Start = {
  readonly url: string;
  readonly config: Config;
  readonly printsCodes: boolean;
  readonly admin: { readonly username: string; readonly password: string } | null;
};

/** The one screen that a start shows: what runs, who may log in, what to try next. */
export function welcome({ url, config, printsCodes, admin }: Start): string {
  const { url: server, dataDir } = config.database;
  const embedded = dataDir === 'memory:' ? 'in memory; it is gone when this ends' : `embedded, in ${dataDir}`;
  const { username, password } = admin ?? { username: 'NAME', password: 'PASSWORD' };
  const login = JSON.stringify({ username, password });
  return [
    '',
    `  Sallyport listens on ${url}`,
    '',
    `  Database   ${server ? 'PostgreSQL' : embedded}`,
    `  Policy     ${config.preset}`,
    ...(printsCodes
      ? ['  Codes      by SMS and e-mail are printed here, for nothing is configured to carry them']
      : []),
    ...(config.production && !config.mail && !config.withoutMail
      ? ['  Mail       NOTHING is sent: no link, no notice. Set SMTP_URL, or WITHOUT_MAIL=true']
      : []),
    '',
    ...(admin
      ? [
          '  The first admin, shown this once:',
          `    username   ${username}`,
          `    password   ${password}`,
          '',
        ]
      : []),
    '  Try next, in another terminal:',
    `    curl -s ${url}/auth/login -H 'content-type: application/json' -d '${login}'`,
    '    npm run demo                  plays the whole journey, with every call and answer',
    ...(config.production ? [] : [`    ${url}/docs    shows the API`]),
    '    npm run sallyport -- --help   users and more from the terminal',
    '',
  ].join('\n');
}
