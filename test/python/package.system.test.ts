import { readdirSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { pythonWith } from '../support/example-app.ts';
import { programOf } from '../support/programs.ts';
import { pythonPackage, runPython, startPythonWorld } from '../support/python-world.ts';

const python = pythonWith('fastapi', 'httpx', 'uvicorn', 'jwt', 'cryptography', 'flask');
if (!python) process.stdout.write('The Python packages are not installed here: their tests are left out.\n');
const mypy = programOf('mypy');
if (!mypy) process.stdout.write('mypy is not installed here: it checks no types of packages/python.\n');

const files = readdirSync(`${pythonPackage}/tests`).filter((name) => /^test_\w+\.py$/.test(name));

afterEach(() => void vi.useRealTimers());

describe.skipIf(!python)('packages/python', () => {
  test.each(files)(
    '%s',
    async (file) => {
      const { env, close } = await startPythonWorld();
      try {
        const run = [
          '-W',
          'error::ResourceWarning',
          '-m',
          'unittest',
          '-v',
          `tests.${file.replace('.py', '')}`,
        ];
        const { code, complaints } = await runPython(python ?? '', run, env);
        expect(complaints).toMatch(/^Ran [1-9]\d* tests? in/m);
        expect(code, complaints).toBe(0);
      } finally {
        await close();
      }
    },
    600_000,
  );

  test('every module compiles', async () => {
    const compile =
      'import pathlib, sys; [compile(p.read_text(), p, "exec") for p in pathlib.Path(sys.argv[1]).rglob("*.py")]';
    expect(await runPython(python ?? '', ['-c', compile, pythonPackage])).toMatchObject({ code: 0 });
  });

  test.skipIf(!mypy)(
    'mypy --strict finds nothing',
    async () => {
      const cache = join(tmpdir(), `sallyport-mypy-${userInfo().uid}`); // without it each run reads all libraries again
      const given = [
        '--python-executable',
        python ?? '',
        '--cache-dir',
        cache,
        'src',
        'tests',
        'write_async.py',
      ];
      const { code, printed } = await runPython(mypy ?? '', given);
      expect(code, printed).toBe(0);
    },
    600_000,
  );
});
