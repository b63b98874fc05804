import { mkdir, readdir, rm } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { changeRollout } from '../src/features/policy/change-rollout.ts';
import { internalClient } from '../src/lib/client-info.ts';
import { begin, moveClock, today } from './screenshots/clock.ts';
import { fillCounty } from './screenshots/county-data.ts';
import { cast } from './screenshots/people.ts';
import { pictures } from './screenshots/pictures.ts';
import { addPerson, enrolApp, fileOf, keepPicture, type Name, openStage } from './screenshots/stage.ts';

/**
 * Takes the pictures of the documents: `npm run screenshots`. It opens the real service with an invented county, and
 * looks at its pages with Chromium. The clock stands still. Only keys, codes and the number of the QR picture are other
 * ones in each run, because the service draws them at random.
 */
const { out, only } = parseArgs({
  options: { out: { type: 'string', default: 'docs/pictures' }, only: { type: 'string' } },
}).values;

const stage = await openStage();
try {
  const { deps } = stage.service;
  const ids = new Map<Name, string>();
  for (const name of Object.keys(cast) as Name[]) ids.set(name, await addPerson(stage, name));
  await fillCounty(deps.db);
  moveClock(begin);
  const change = {
    phase: 'gradual',
    roles: ['admin', 'helpdesk', 'auditor'],
    graceSeconds: 14 * 86_400,
  } as const;
  const ctx = { client: internalClient('console'), now: new Date() };
  await changeRollout(deps, ctx, ids.get('dana') ?? null, change);
  for (const name of ['dana', 'omar', 'priya', 'grace', 'walter'] as const) await enrolApp(stage, name);
  moveClock(today);

  await mkdir(out, { recursive: true });
  const wanted = new Set(pictures.map(({ name }) => `${name}.webp`));
  for (const file of await readdir(out))
    if (!wanted.has(file)) await rm(fileOf(out, file.replace(/\.webp$/, '')));
  for (const picture of pictures) {
    const { name, show } = picture;
    const page = await show(stage);
    if (!only || only === name) await keepPicture(page, fileOf(out, name), picture);
    process.stdout.write(`${name}\n`);
  }
} finally {
  await stage.close();
}
