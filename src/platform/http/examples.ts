import type { z } from 'zod';

/**
 * A schema with what is sent in its shape, by name. The compiler holds each example against the schema here, a test the
 * whole of the document that shows them: see openapi.ts.
 */
export function withExamples<Schema extends z.ZodType>(
  schema: Schema,
  examples: Readonly<Record<string, z.input<Schema>>>,
): Schema {
  return schema.meta({ 'x-shown': examples });
}

/** Values that several examples hold. */
export const shown = {
  username: 'ann',
  password: 'seven wet umbrellas',
  code: '492039',
  secret: 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP',
  phoneHint: '+1•••••••••00',
  recoveryCode: 'K4QH-2WZT-M6RB-XN3J-7CVE-Y5PD',
  jwt: 'eyJhbGciOiJFUzI1NiIsInR5cCI6ImF0K2p3dCJ9.eyJzdWIiOiIwZDZmIn0.c2lnbmF0dXJl',
  opaque: 'ODFhZTc4NTQtMmY0Zi00YzE3LThkNjItNjk1YjFmMGQ',
  userId: '0d6f3a52-94c1-4a8e-b7d0-52c6f1e83b19',
  factorId: '6f1b2c3d-8a47-4e0b-9c55-1d2e3f4a5b6c',
  sessionId: 'b3c9e0f4-5a6d-4b71-8e92-7f60d1c2a3b4',
  deviceId: '7a2e9d14-0c5b-4f3e-9a86-3d1f5b7c9e20',
  time: '2026-02-03T09:30:00.000Z',
  ends: '2026-02-03T21:30:00.000Z',
  monthLater: '2026-03-05T09:30:00.000Z',
} as const;
