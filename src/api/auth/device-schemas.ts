import { z } from 'zod';
import type { GivenDevice } from '../../domain/devices/device-trust.ts';
import { id, shown, time, withExamples } from '../../platform/http/fields.ts';

/** The fields beside the tokens if the device is trusted. */
export const deviceShape = {
  trusted_device: z
    .string()
    .optional()
    .describe('Send it with the next login from this device; it works once'),
  trusted_device_expires_in: z
    .number()
    .int()
    .optional()
    .describe(
      'Seconds until the device must pass the second step again, however often the token is exchanged',
    ),
};

export function devicePart({ token, expiresAt }: GivenDevice, now: Date) {
  return {
    trusted_device: token,
    trusted_device_expires_in: Math.floor((expiresAt.getTime() - now.getTime()) / 1000),
  };
}

const deviceBody = z.strictObject({
  id,
  label: z.string().nullable(),
  created_at: time,
  last_used_at: time.nullable().describe('When it last replaced the second step'),
  expires_at: time,
  ip: z.string().nullable().describe('Where it was used last'),
  user_agent: z.string().nullable(),
});

export const devicesBody = withExamples(z.strictObject({ devices: z.array(deviceBody) }), {
  devices: {
    devices: [
      {
        id: shown.deviceId,
        label: 'Laptop',
        created_at: shown.time,
        last_used_at: null,
        expires_at: shown.monthLater,
        ip: '192.0.2.1',
        user_agent: 'Mozilla/5.0',
      },
    ],
  },
});
