import { z } from 'zod';
import type { ListedKey } from '../../features/tokens/list-keys.ts';
import { time, withExamples } from '../../platform/http/fields.ts';

export const kid = z.string().regex(/^[\w-]{43}$/, 'The RFC 7638 thumbprint of a key');
const shownKid = 'cn-I_WNMClehiVp51i_0VpOENW1upEerA8sEam5hn-s';
const otherKid = 'NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs';

const keyBody = z
  .strictObject({
    kid,
    phase: z
      .enum(['waiting', 'signing', 'verifying', 'retired'])
      .describe('waiting: published, not signing yet; verifying: no longer signing'),
    created_at: time,
    signs_from: time,
    retires_at: time
      .nullable()
      .describe('When tokens that it signed are refused; null while it has no successor'),
  })
  .meta({ title: 'SigningKey' });

export const keysBody = withExamples(z.strictObject({ keys: z.array(keyBody) }), {
  keys: {
    keys: [
      {
        kid: shownKid,
        phase: 'waiting',
        created_at: '2026-02-03T09:30:00.000Z',
        signs_from: '2026-02-03T09:40:00.000Z',
        retires_at: null,
      },
      {
        kid: otherKid,
        phase: 'signing',
        created_at: '2025-11-05T09:30:00.000Z',
        signs_from: '2025-11-05T09:40:00.000Z',
        retires_at: '2026-02-04T09:41:00.000Z',
      },
    ],
  },
});

export const rotateBody = withExamples(
  z.strictObject({
    at_once: z.boolean().optional().describe('For a key that leaked: signs now, not in ten minutes'),
  }),
  { 'in peace': {}, 'in a hurry': { at_once: true } },
);

export const rotatedBody = withExamples(
  z.strictObject({
    kid,
    signs_from: time,
    made: z.boolean().describe('False if another rotation at the same moment made it'),
  }),
  { rotated: { kid: shownKid, signs_from: '2026-02-03T09:40:00.000Z', made: true } },
);

export const revokedBody = withExamples(z.strictObject({ signer: kid.describe('The key that signs now') }), {
  revoked: { signer: shownKid },
});

export function keyShown({ kid, phase, createdAt, signsFrom, retiresAt }: ListedKey) {
  return {
    kid,
    phase,
    created_at: createdAt.toISOString(),
    signs_from: signsFrom.toISOString(),
    retires_at: retiresAt?.toISOString() ?? null,
  };
}
