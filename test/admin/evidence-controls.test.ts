import { strFromU8, unzipSync } from 'fflate';
import { describe, expect, test } from 'vitest';
import { gatherEvidence } from '../../src/features/compliance/gather-evidence.ts';
import { exemptUser } from '../../src/features/policy/exempt-user.ts';
import { policyOf, type Staff, staff } from '../support/staff.ts';
import { useRestoredWorld } from '../support/use-world.ts';
import { consoleContext, type World } from '../support/world.ts';

type Measured = {
  readonly preset: string;
  readonly followedBy: readonly string[];
  readonly controls: readonly {
    readonly id: string;
    readonly state: string;
    readonly findings: readonly { readonly where: string; readonly found: string; readonly isMet: boolean }[];
  }[];
};

async function controlsOf(world: World, preset: string): Promise<{ measured: Measured; page: string }> {
  const given = { run: null, contract: null, checkpoints: null };
  const { files } = await gatherEvidence(world.deps, given);
  const { regulations } = JSON.parse(files.get('controls.json') ?? '{}') as { regulations: Measured[] };
  const measured = regulations.find((one) => one.preset === preset);
  if (!measured) throw new Error(`No controls of ${preset}`);
  return { measured, page: files.get('controls.md') ?? '' };
}

const shortOf = ({ controls }: Measured) =>
  controls.filter(({ state }) => state === 'not met').map(({ id }) => id);

const setArea = async (by: Staff, area: string, change: Record<string, unknown>) =>
  expect((await by.put(`/admin/areas/${area}`, await policyOf(by, area, change))).status).toBe(200);

describe('the evidence of an installation with the preset cjis', () => {
  const world = useRestoredWorld('the policies are for everybody', { preset: 'cjis' });

  test('no setting falls short, and it says what the operator must do', async () => {
    const { measured, page } = await controlsOf(world, 'cjis');
    expect(measured.followedBy).toEqual(['POLICY_PRESET']);
    expect(shortOf(measured)).toEqual([]);
    expect(page).toContain('Followed by POLICY_PRESET. No setting falls short.');
    expect(page).toMatch(/\| AC-8 \| not by this service \| .* \| Show the notification before `\/login`/);
    const fips = measured.controls.find(({ id }) => id === 'IA-5 j(3), j(6), j(7)');
    expect(fips?.state).toBe('not by this service');
  });

  test('a policy that was changed below the preset is not met, and names the area', async () => {
    const ada = await staff(world);
    await setArea(ada, 'public', { mfa: 'if_enrolled', idle_seconds: 3600 });
    const { measured, page } = await controlsOf(world, 'cjis');
    expect(shortOf(measured)).toEqual(['AC-11', 'IA-2(1), IA-2(2)', 'IA-5 j(11)']);
    expect(measured.controls.find(({ id }) => id === 'AC-11')?.findings).toEqual([
      { where: 'admin', found: '15 minutes', isMet: true },
      { where: 'public', found: '60 minutes', isMet: false },
      { where: 'vendor', found: '30 minutes', isMet: true },
    ]);
    expect(page).toContain('Settings fall short of: AC-11; IA-2(1), IA-2(2); IA-5 j(11).');
    expect(page).toContain('NOT MET: public: 60 minutes');
  });

  test('a policy that is only tried changes nothing', async () => {
    const ada = await staff(world);
    await setArea(ada, 'public', { mfa: 'if_enrolled', report_only: true });
    expect(shortOf((await controlsOf(world, 'cjis')).measured)).toEqual([]);
  });
});

describe('the evidence of an installation with another preset', () => {
  const world = useRestoredWorld('the policies are for everybody');

  test('an area that was set to the preset follows it, also after it was changed', async () => {
    const ada = await staff(world);
    expect((await controlsOf(world, 'cjis')).measured.followedBy).toEqual([]);
    expect((await controlsOf(world, 'cjis')).page).toContain('No area follows this preset.');
    await ada.put('/admin/areas/public', { preset: 'cjis' });
    await setArea(ada, 'public', { idle_seconds: 3600 });
    const { measured } = await controlsOf(world, 'cjis');
    expect(measured.followedBy).toEqual(['public']);
    expect(shortOf(measured)).toContain('AC-11');
  });
});

describe('the evidence of an installation with the preset nydfs', () => {
  const world = useRestoredWorld('the policies are for everybody', { preset: 'nydfs' });

  test('RO-5 an exemption needs its approver, and an auditor reads the same', async () => {
    const [ada, auditor, ann] = [await staff(world), await staff(world, 'auditor'), await world.user()];
    const endsAt = new Date(Date.now() + 86_400_000);
    const input = { userId: ann.id, reason: 'x', endsAt, approvedBy: 'J. Roe | CISO' };
    await exemptUser(world.deps, consoleContext(), ada.id, input);
    expect(shortOf((await controlsOf(world, 'nydfs')).measured)).toEqual([]);
    expect((await controlsOf(world, 'nydfs')).page).toContain('approved by J. Roe   CISO, until');
    await world.database.db.updateTable('exemptions').set({ approvedBy: null }).execute();
    expect(shortOf((await controlsOf(world, 'nydfs')).measured)).toEqual(['500.12(b)']);
    const { rawPayload } = await world.app.inject({
      url: '/admin/evidence',
      headers: { authorization: `Bearer ${auditor.bearer}` },
    });
    const page = strFromU8(unzipSync(rawPayload)['controls.md'] ?? new Uint8Array());
    expect(page).toContain(`NOT MET: exemption of ${ann.username}: approved by nobody`);
  });
});
