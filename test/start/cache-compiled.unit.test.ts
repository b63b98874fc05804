import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));

test.each([
  ['src/server.ts', 'src/service/serve.ts'],
  ['src/cli.ts', 'src/service/cli/commands.ts'],
])('%s keeps what Node compiles among the packages, and in no folder of other users', (entrance, loaded) => {
  const { stderr } = spawnSync(process.execPath, [entrance], {
    cwd: root,
    env: { PATH: process.env.PATH, PORT: 'none', NODE_DEBUG_NATIVE: 'COMPILE_CACHE' },
    encoding: 'utf8',
  });
  const folders = [...stderr.matchAll(/^\[compile cache\] resolved path (\S+)/gm)].map(([, path]) => path);
  expect(folders[0]).toMatch(new RegExp(`^${root}node_modules/.cache/compiled`));
  expect(stderr).toMatch(new RegExp(`^\\[compile cache\\].*${loaded}`, 'm'));
});
