import { beforeEach, describe, expect, test } from 'vitest';
import { runGracePeriods } from '../../src/features/policy/grace-period-job.ts';
import { wait } from '../support/actor.ts';
import { mailsTo } from '../support/second-factor.ts';
import { type Staff, staff } from '../support/staff.ts';
import { turnRollout } from '../support/turn-rollout.ts';
import { useRestoredWorld } from '../support/use-world.ts';

const world = useRestoredWorld('they turn the rollout, which counts for everybody');
let root: Staff;
beforeEach(async () => {
  root = await staff(world);
});

const remind = (by = root) => by.post('/admin/rollout/reminders', {});
const reminders = async (...emails: readonly (string | null)[]) =>
  (await mailsTo(world, ...emails)).filter(({ subject }) => subject.includes('needs a second factor')).length;

test('both reminders are in the language of the user', async () => {
  const ann = await world.user();
  await root.act('PATCH', `/admin/users/${ann.id}`, { language: 'es' });
  await turnRollout(root, { phase: 'full' });
  await runGracePeriods(world.deps, new Date());
  await remind();
  const mails = await mailsTo(world, ann.email);
  expect(mails).toHaveLength(2);
  for (const { subject, text } of mails) {
    expect(subject).toBe('Su cuenta necesitará pronto un segundo factor');
    expect(text).toMatch(/Qué: Tiene plazo hasta el \d+ de [a-z]+ de \d+ a las .* UTC\n/);
    expect(text).toContain('Desde: el propio servicio');
  }
});

describe('POST /admin/rollout/reminders', () => {
  test('RO-3 mails users who must enrol, once a day at most, and nobody who has enrolled', async () => {
    const ann = await world.user();
    const bob = await world.user();
    await bob.enrolTotp();
    await turnRollout(root, { phase: 'full' });
    await runGracePeriods(world.deps, new Date());
    await reminders(ann.email); // the service's own
    expect((await remind()).body).toEqual({ reminded: 1, more: false });
    expect((await remind()).body).toEqual({ reminded: 0, more: false });
    expect(await reminders(ann.email, bob.email)).toBe(1);
    wait(86_400);
    const { body } = await root.loginWithTotp(root.secret, 'admin');
    const later = await world.call('POST', '/admin/rollout/reminders', {}, { bearer: body.access_token });
    expect(later.body).toEqual({ reminded: 1, more: false });
  });

  test('is not for the helpdesk', async () => {
    expect((await remind(await staff(world, 'helpdesk'))).body.type).toBe('/problems/insufficient-scope');
  });
});
