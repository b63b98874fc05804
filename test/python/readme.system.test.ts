import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { describe } from 'vitest';
import { pythonWith } from '../support/example-app.ts';
import { describeCommandsIn } from '../support/played-document.ts';
import { programOf } from '../support/programs.ts';

const python = pythonWith('fastapi', 'httpx', 'jwt', 'cryptography', 'flask');
if (!python) process.stdout.write('The Python packages are not installed here: the README is not played.\n');

/** `python3` is to be the one that has the packages, which need not be the first in the PATH. */
async function open() {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-python3-'));
  const program = python?.startsWith('/') ? python : programOf(python ?? '');
  symlinkSync(program ?? '', join(folder, 'python3'));
  const env = { PATH: [folder, process.env.PATH].join(delimiter), PYTHONDONTWRITEBYTECODE: '1' };
  return { env, close: async () => rmSync(folder, { recursive: true }) };
}

describe.skipIf(!python)('packages/python/README.md', () => {
  describeCommandsIn('packages/python/README.md', open);
});
