import { describeCommandsIn } from '../support/played-document.ts';

for (const name of ['README.md', 'docs/tutorial.md', 'docs/vendor-quickstart.md', 'docs/vendors.md'])
  describeCommandsIn(name);
