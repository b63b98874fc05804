import { describe, expect, test } from 'vitest';
import { changeAccountStatus } from '../../src/features/user-admin/change-account-status.ts';
import { endUserSessions } from '../../src/features/user-admin/end-user-sessions.ts';
import { type DeviceOwner, withDevice } from '../support/devices.ts';
import { useWorld } from '../support/use-world.ts';
import { consoleContext, goodPassword } from '../support/world.ts';

const world = useWorld();

const rounds = 4;

/** What ends the trust while somebody logs in by it. */
const endings: Readonly<Record<string, (user: DeviceOwner) => Promise<unknown>>> = {
  'its owner distrusts it': ({ bearer }) =>
    world.call('DELETE', '/auth/trusted-devices', undefined, { bearer }),
  'the helpdesk logs its owner out': ({ id }) =>
    endUserSessions(world.deps, consoleContext(), { by: null, userId: id }),
  'the roles of its owner change': ({ id }) =>
    changeAccountStatus(world.deps, consoleContext(), id, { roles: ['vendor'] }),
  'the password is changed': ({ bearer }) => {
    const change = { current_password: goodPassword, new_password: 'nine folded maps' };
    return world.call('POST', '/auth/password', change, { bearer });
  },
  'the second step is switched off': ({ bearer }) =>
    world.call('POST', '/auth/mfa/disable', { password: goodPassword }, { bearer }),
};

describe('logins from a trusted device, and one that becomes trusted, while', () => {
  test.each(Object.keys(endings))('%s: none outlives it', async (what) => {
    for (let round = 0; round < rounds; round += 1) {
      const user = await withDevice(world);
      const { temp_token } = (await user.login()).body;
      const mfa_token = user.freshCode();
      const answers = await Promise.all([
        user.loginWithDevice(),
        world.call('POST', '/auth/mfa/verify', { temp_token, mfa_token, remember_device: true }),
        endings[what]?.(user),
        user.loginWithDevice(),
        user.login(),
      ]);
      const failed = answers.filter((answer) => (Object(answer).status ?? 0) >= 500);
      expect(failed).toEqual([]);

      const [first, verified, , second] = answers;
      const ended = what === 'its owner distrusts it' ? [first, second] : [first, second, verified];
      for (const opened of ended) {
        const { access_token: bearer } = Object(Object(opened).body);
        if (!bearer) continue;
        const { status } = await world.call('GET', '/auth/me', undefined, { bearer });
        expect({ what, round, status }).toEqual({ what, round, status: 401 });
      }
      if (what === 'its owner distrusts it') continue; // a device that was trusted just after it is another one
      const { trusted_device } = Object(Object(verified).body);
      const passwords = [goodPassword, 'nine folded maps'];
      for (const password of passwords) {
        const { body } = await user.login('public', { password, trusted_device });
        expect(Object(body)).not.toHaveProperty('trusted_device');
      }
    }
  });
});
