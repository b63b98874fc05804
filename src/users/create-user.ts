import { randomUUID } from 'node:crypto';
import { writeAudit } from '../audit/audit-store.ts';
import type { Deps } from '../deps.ts';
import type { Origin } from '../origin.ts';
import { conflict, invalidRequest } from '../problem.ts';
import { assertNewPassword } from './assert-new-password.ts';
import type { Role } from './core/roles.ts';
import { isMailAddress } from './mail-address.ts';
import { insertUser } from './user-store.ts';

export type UserInput = {
  readonly username: string;
  readonly email: string | null;
  readonly phone: string | null;
  readonly roles: readonly Role[];
  readonly password: string;
};

/** ASCII alone, so that no look-alike of a name is another name (GHSA-7rqj-j65f-68wh). */
const wellFormed = /^[a-z0-9][a-z0-9._@+-]{0,127}$/;

/** Throws 400 invalid-request, 422 password-rejected, or 409 conflict where the name is taken. Gives the new id. */
export async function createUser(
  deps: Pick<Deps, 'db' | 'hasher' | 'passwordRules'>,
  input: UserInput,
  origin: Origin,
): Promise<string> {
  const now = new Date();
  const username = input.username.toLowerCase();
  assertWellFormed({ ...input, username });
  assertNewPassword(deps, { ...input, username }, input.password);

  const passwordHash = await deps.hasher.hash(input.password);
  const id = randomUUID();
  const { email, phone, roles } = input;
  await deps.db.transaction().execute(async (tx) => {
    const made = await insertUser(tx, { id, username, email, phone, roles, passwordHash }, now);
    if (!made) throw conflict({ detail: `There is a user named ${username} already.` });
    const event = { type: 'user_created', outcome: 'success', userId: id, detail: { roles } } as const;
    await writeAudit(tx, event, origin, now);
  });
  return id;
}

function assertWellFormed({ username, email, phone, roles }: UserInput): void {
  const errors = [
    ...(wellFormed.test(username)
      ? []
      : [
          {
            pointer: '#/username',
            detail: 'Up to 128 letters a–z, digits and . _ @ + -, the first a letter or digit',
          },
        ]),
    ...(email === null || isMailAddress(email)
      ? []
      : [{ pointer: '#/email', detail: 'A mail address such as ann@example.com' }]),
    ...(phone === null || /^\+[1-9]\d{6,14}$/.test(phone)
      ? []
      : [{ pointer: '#/phone', detail: 'A number such as +15095550100' }]),
    ...(roles.length > 0 ? [] : [{ pointer: '#/roles', detail: 'At least one role' }]),
  ];
  if (errors.length > 0) throw invalidRequest({ errors });
}
