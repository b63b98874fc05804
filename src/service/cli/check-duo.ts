import { Problem } from '../../lib/problem.ts';
import { connectDuo } from '../../platform/adapters/connect-duo.ts';
import type { Config } from '../config/config.ts';

type Terminal = { readonly print: (line: string) => void };

/** Checks that Duo answers, knows each configured application, and accepts its keys. Returns the exit code. */
export async function checkDuo({ duo }: Pick<Config, 'duo'>, { print }: Terminal): Promise<number> {
  if (!duo)
    throw new Error(
      'Duo is not configured: set DUO_API_HOST and the keys of an application, see docs/duo.md.',
    );
  const { methods, close } = connectDuo(duo);
  const checks = [
    { what: 'Universal Prompt (DUO_CLIENT_ID)', check: methods.duoPrompts?.check },
    { what: 'Auth API (DUO_AUTH_IKEY)', check: methods.duoTelephones?.check },
  ];
  let code = 0;
  for (const { what, check } of checks) {
    const fault = check ? await check().then(() => null, faultOf) : 'not configured';
    if (check && fault !== null) code = 1;
    print(`${what} at ${duo.host.apiHost}: ${fault ?? 'Duo knows the application and accepts its keys'}`);
  }
  await close();
  return code;
}

/** The codes of the failure, such as 40103 or ENOTFOUND. Our own texts repeat no key. */
function faultOf(error: unknown): string {
  const chain: string[] = [];
  for (let one = error; one instanceof Error; one = one.cause) {
    if (one instanceof Problem) continue;
    const code = one.name !== 'Unreachable' && 'code' in one && one.code ? String(one.code) : one.message;
    chain.push(one.name === 'DuoRefusal' ? `${one.name} ${code}` : code);
  }
  return [...new Set(chain)].join(': ') || 'Duo cannot be asked';
}
