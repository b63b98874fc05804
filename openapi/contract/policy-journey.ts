import type { AdminSession } from './admin-session.ts';
import type { Inspector } from './inspector.ts';
import type { Answer } from './journey-client.ts';
import { operationById } from './read-document.ts';

/** Reads and tries the policy of every area, and writes it as it is. */
export async function areas(
  { contract, report }: Inspector,
  admin: AdminSession,
  throwaway: boolean,
): Promise<void> {
  const { parameters } = operationById(contract, 'readArea');
  const names = (parameters.find(({ name }) => name === 'area')?.schema.enum ?? []).map(String);
  const untouched: string[] = [];
  for (const area of names) {
    const before = await admin.act(`the policy of ${area}`, 'readArea', { params: { area } });
    await simulate(admin, area, before);
    await admin.act('its presets', 'readAreaPresets', { params: { area } });
    await admin.act('its versions', 'readAreaVersions', { params: { area }, query: 'limit=2' });
    if (before.changed_at === null && !throwaway) untouched.push(area);
    else await writeBack(admin, area, before);
  }
  if (untouched.length > 0)
    report.leaveOut(
      `writing the policy of ${untouched.join(', ')}: what nobody has written follows POLICY_PRESET, and once written does no more`,
    );
}

async function simulate({ act }: AdminSession, area: string, { policy, version }: Answer): Promise<void> {
  const params = { area };
  await act('whom it refuses', 'simulateArea', { params, body: policy, query: 'limit=1' });
  await act('whom a preset would refuse', 'simulateArea', { params, body: { preset: 'strict' } });
  const query = 'list=asked_more&limit=1';
  await act('whom a version would ask for more', 'simulateArea', {
    params,
    body: { restore: version },
    query,
  });
  const unknown = { restore: 999_999_999 };
  await act('a version that is not kept', 'simulateArea', { params, body: unknown }, 400, 'invalid-request');
}

/** A policy that is written ends what was tried beside it, so that this is put back too. */
async function writeBack({ act }: AdminSession, area: string, before: Answer): Promise<void> {
  const { policy, trial, version } = before;
  const params = { area };
  try {
    const body = { ...Object(policy), version };
    await act('write it as it is', 'changeArea', { params, body });
    await act('somebody was faster', 'changeArea', { params, body }, 409, 'conflict');
    await act('go back to it', 'changeArea', { params, body: { restore: version } });
  } finally {
    if (trial !== null)
      await act('try what was tried', 'changeArea', {
        params,
        body: { ...Object(trial), report_only: true },
      });
  }
}

/** Sets the rollout to its present value. Users who were asked before keep their time. */
export async function rollout({ act }: AdminSession): Promise<void> {
  const { phase, enforced } = await act('the rollout', 'readRollout');
  const roles = Object.keys(Object(enforced)).filter((name) => /^\w/.test(name));
  const body = { phase, ...(phase === 'gradual' && { roles }) };
  await act('whom that shuts out', 'simulateRollout', { body });
  await act('turn it to where it stands', 'changeRollout', { body });
  const contradictory = { phase: 'soft', roles: ['user'] };
  await act('roles without a phase', 'changeRollout', { body: contradictory }, 400, 'invalid-request');
}
