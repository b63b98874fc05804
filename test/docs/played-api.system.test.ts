import { expect } from 'vitest';
import { databaseOfCommands } from '../support/database.ts';
import { describeCommandsIn } from '../support/played-document.ts';
import { typedIn } from '../support/typed.ts';

for (const name of ['docs/api.md', 'docs/service-accounts.md', 'docs/protect-an-endpoint.md'])
  describeCommandsIn(name);

// The page begins with the first admin. The README and the tutorial are played on the database that makes one.
describeCommandsIn('docs/webauthn.md', async () => {
  const { env, close } = await databaseOfCommands();
  const password = 'seven wet umbrellas';
  const words = 'user add --username admin --role admin --password-stdin';
  expect(await typedIn(env, words.split(' '), password)).toMatchObject({ code: 0 });
  return { env: { ...env, ADMIN_PASSWORD: password }, close };
});
