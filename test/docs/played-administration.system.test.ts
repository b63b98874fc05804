import { describeCommandsIn } from '../support/played-document.ts';

for (const name of ['docs/policy.md', 'docs/administration.md', 'docs/switching-off.md', 'docs/sms-cost.md'])
  describeCommandsIn(name);
