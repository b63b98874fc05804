import { describeCommandsIn } from '../support/played-document.ts';

for (const name of [
  'docs/api.md',
  'docs/service-accounts.md',
  'docs/webauthn.md',
  'docs/protect-an-endpoint.md',
])
  describeCommandsIn(name);
