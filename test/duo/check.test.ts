import { afterAll, beforeAll, expect, test } from 'vitest';
import type { DuoOptions } from '../../src/platform/adapters/connect-duo.ts';
import { checkDuo } from '../../src/service/cli/check-duo.ts';
import { type FakeDuo, startFakeDuo } from '../support/fake-duo.ts';

let duo: FakeDuo;
beforeAll(async () => {
  duo = await startFakeDuo();
});
afterAll(() => duo.close());

async function check(options: DuoOptions | null) {
  const printed: string[] = [];
  const code = await checkDuo({ duo: options }, { print: (line) => void printed.push(line) });
  return { code, printed };
}

test('OB-9 sallyport check duo says of each application whether Duo takes its keys', async () => {
  const right = 'Duo knows the application and accepts its keys';
  const universal = `Universal Prompt (DUO_CLIENT_ID) at ${duo.host}: `;
  const auth = `Auth API (DUO_AUTH_IKEY) at ${duo.host}: `;
  expect(await check(duo.options)).toEqual({ code: 0, printed: [universal + right, auth + right] });
  expect(duo.calls.map(({ path }) => path)).toEqual(['/auth/v2/check']);
  expect(await check({ ...duo.options, universal: null })).toEqual({
    code: 0,
    printed: [`${universal}not configured`, auth + right],
  });
});

test('OB-9 sallyport check duo names what is wrong, and no key', async () => {
  const { auth, universal } = duo.options;
  const wrong = {
    ...duo.options,
    auth: auth && { ...auth, secretKey: 's'.repeat(40) },
    universal: universal && { ...universal, clientSecret: 's'.repeat(40) },
  };
  const { code, printed } = await check(wrong);
  expect(code).toBe(1);
  expect(printed[0]).toContain('DuoRefusal 400 40002 invalid_client');
  expect(printed[1]).toContain('DuoRefusal 401 40103 Invalid signature in request credentials');
  expect(printed.join()).not.toContain('ssss');
  const nobody = { ...duo.options, host: { ...duo.options.host, apiHost: 'localhost:1' } };
  expect((await check(nobody)).printed.join()).toContain('ECONNREFUSED');
  duo.fault('500', 2);
  expect((await check(duo.options)).printed.join()).toContain('Duo answered 500');
});

test('sallyport check duo says what to set where there is no Duo', async () => {
  await expect(check(null)).rejects.toThrow('Duo is not configured: set DUO_API_HOST');
});
