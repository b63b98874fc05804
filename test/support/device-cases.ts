import { wait } from './actor.ts';
import type { Case } from './audit-cases.ts';
import { devicesOf, verifyAndTrust, withDevice } from './devices.ts';

/** The audit events about trusted devices. A trusted device skips the second step. */
export const deviceCases: readonly Case[] = [
  {
    what: 'a device that becomes trusted',
    expected: [
      'authn_login_success success totp',
      'mfa_challenge success totp',
      'mfa_passed success totp',
      'trusted_device_added success',
    ],
    given: async (world) => {
      const { ann, freshCode } = await withDevice(world);
      return () => verifyAndTrust(world, ann, freshCode);
    },
  },
  {
    what: 'a login from a trusted device',
    expected: ['authn_login_success success password', 'mfa_waived success'],
    given: async (world) => (await withDevice(world)).loginWithDevice,
  },
  {
    what: 'a token of a device that is nobody’s',
    expected: ['mfa_challenge success totp'],
    given: async (world) => {
      const { loginWithDevice } = await withDevice(world);
      return () => loginWithDevice('x'.repeat(43));
    },
  },
  {
    what: 'a token of a device that comes twice',
    expected: ['trusted_device_reuse refused', 'mfa_challenge success totp'],
    given: async (world) => {
      const { loginWithDevice } = await withDevice(world);
      await loginWithDevice();
      wait(60);
      return loginWithDevice;
    },
  },
  {
    what: 'a device that its owner distrusts',
    expected: ['trusted_device_removed success'],
    given: async (world) => {
      const { bearer } = await withDevice(world);
      const [{ id }] = await devicesOf(world, bearer);
      return () => world.call('DELETE', `/auth/trusted-devices/${id}`, undefined, { bearer });
    },
  },
  {
    what: 'all devices that their owner distrusts',
    expected: ['trusted_device_removed success'],
    given: async (world) => {
      const { bearer } = await withDevice(world);
      return () => world.call('DELETE', '/auth/trusted-devices', undefined, { bearer });
    },
  },
];
