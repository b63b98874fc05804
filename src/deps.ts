import type { Db } from '../db/connect.ts';
import type { Policies } from './areas/core/policy.ts';
import type { SessionCache } from './login/session-cache.ts';
import type { Providers } from './mfa/providers.ts';
import type { PasswordRules } from './users/core/password-policy.ts';
import type { Hasher } from './users/password-hash.ts';
import type { Vault } from './vault.ts';

/** What the use cases work with. Each takes the part it needs, as its first argument. */
export type Deps = {
  readonly db: Db;
  readonly vault: Vault;
  readonly providers: Providers;
  readonly policies: Policies;
  readonly sessions: SessionCache;
  readonly hasher: Hasher;
  readonly passwordRules: PasswordRules;
};
