import { sql } from 'kysely';
import type { Db } from '../../../db/connect.ts';
import type { AreaName } from '../../domain/policy/policy.ts';
import type { FactorRow } from '../mfa/factor-store.ts';
import {
  type LimitedKey,
  type ReservationRefused,
  refusedReservation,
  reserveAttempt,
} from '../throttling/password-throttle-store.ts';

/** Keeps the hash of a challenge that belongs to nobody yet, with the area that it opens. */
export async function insertPasskeyChallenge(
  db: Db,
  challenge: { readonly challengeHash: string; readonly area: AreaName; readonly expiresAt: Date },
  now: Date,
): Promise<void> {
  await db
    .insertInto('passkeyChallenges')
    .values({ ...challenge, createdAt: now })
    .execute();
}

type PasskeyUser = {
  readonly id: string;
  readonly username: string;
  readonly email: string | null;
  readonly language: string | null;
  readonly roles: readonly string[];
  readonly active: boolean;
  readonly securityVersion: number;
};

/** A passkey with its owner. `others`: all confirmed factors of the owner, for the addresses of notices. */
export type FoundPasskey = {
  readonly id: string;
  readonly userId: string;
  readonly label: string;
  readonly dataSealed: string;
  readonly version: number;
  readonly user: PasskeyUser;
  readonly others: readonly FactorRow[];
};

export type ReservedPasskey =
  | ReservationRefused
  | {
      readonly admitted: true;
      /** The area of the challenge. Null if the challenge is unknown, over or used. */
      readonly area: AreaName | null;
      readonly passkey: FoundPasskey | null;
      readonly wrongBefore: number;
    };

type PasskeyRow = {
  readonly admitted: boolean;
  readonly admittedHere: boolean;
  readonly wrongBefore: number;
  readonly area: AreaName | null;
  readonly userId: string | null;
  readonly passkey: FoundPasskey | null;
};

/**
 * Uses the challenge up, reserves an attempt at this credential, and finds the credential with its owner. One round trip,
 * and the same one for a credential that nobody has. The statement deletes the challenge even if the throttle refuses.
 */
export async function reservePasskey(
  db: Db,
  {
    challengeHash,
    method,
    uniqueId,
    throttle,
  }: {
    readonly challengeHash: string;
    readonly method: string;
    readonly uniqueId: string;
    readonly throttle: LimitedKey;
  },
  now: Date,
): Promise<ReservedPasskey> {
  const { rows } = await sql<PasskeyRow>`
    with taken as (
      delete from passkey_challenges where challenge_hash = ${challengeHash} returning area, expires_at
    ), ${reserveAttempt(throttle, now)}
    select exists (select from overall) as admitted, exists (select from here) as admitted_here,
      coalesce((select wrong_before from here), 0) as wrong_before,
      (select area from taken where expires_at > ${now}) as area, u.id as user_id,
      case when p.id is not null then json_build_object('id', p.id, 'userId', p.user_id, 'label', p.label,
        'dataSealed', p.data_sealed, 'version', p.version, 'user', json_build_object('id', u.id, 'username', u.username,
          'email', u.email, 'language', u.language, 'roles', u.roles, 'active', u.status = 'active', 'securityVersion', u.security_version),
        'others', (
          select json_agg(json_build_object('id', f.id, 'userId', f.user_id, 'method', f.method, 'label', f.label,
            'hint', f.hint, 'dataSealed', f.data_sealed, 'isDefault', f.is_default, 'isBackup', f.is_backup,
            'disabled', f.disabled_at is not null, 'version', f.version))
          from factors f where f.user_id = p.user_id and f.confirmed_at is not null)) end as passkey
    from (select 1) one
    left join factors p on p.method = ${method} and p.unique_id = ${uniqueId} and p.confirmed_at is not null
      and p.disabled_at is null and (p.expires_at is null or p.expires_at > ${now})
    left join users u on u.id = p.user_id`.execute(db);
  const row = rows[0];
  if (!row) throw new Error('A select without a table gave no row');
  const { admitted, admittedHere, userId, ...found } = row;
  if (!admitted) return { ...(await refusedReservation(db, throttle, admittedHere, now)), userId };
  return { admitted, ...found };
}
