import type { AreaName } from '../src/domain/policy/policy.ts';

/** A table of schema.ts: a device that is spared the second step. */
export type TrustedDevices = {
  id: string;
  userId: string;
  area: AreaName;
  acr: string;
  method: string;
  label: string | null;
  createdAt: Date;
  lastUsedAt: Date | null;
  expiresAt: Date;
  passwordChangedAt: Date;
  factorsChangedAt: Date | null;
  ip: string | null;
  userAgent: string | null;
};

/** And its tokens, those that were exchanged too. */
export type DeviceTokens = {
  tokenHash: string;
  deviceId: string;
  createdAt: Date;
  usedAt: Date | null;
  sessionId: string | null;
};
