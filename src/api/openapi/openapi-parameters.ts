import { shown } from '../../platform/http/fields.ts';

/** The description and example of each parameter, by name. A route may give its own instead. */
const known: Readonly<Record<string, readonly [description: string, example: string | number]>> = {
  'X-MFA-Token': ['A code or a proof', shown.code],
  'X-Sallyport-Client': ['Any value', 'portal'],
  id: ['Which one: the `id` of its list', shown.factorId],
  check_id: ['Which check: the `id` of the answer that started it', shown.factorId],
  credential_id: ['Which one: a `credential_id` of the account', shown.deviceId],
  kid: ['Which key: a `kid` of the list', 'cn-I_WNMClehiVp51i_0VpOENW1upEerA8sEam5hn-s'],
  area: ['Which area', 'vendor'],
  scope: ['What the token must hold, all of it', 'data:read'],
  mfa: ['Who must have passed the second step', 'if_enrolled'],
  max_age: ['The greatest age of the second step, in seconds', '300'],
  days: ['How many days back', 30],
  limit: ['How many at most', '100'],
  cursor: ['`next_cursor` of the page before', '4711'],
  after: ['Behind this seal', '4711'],
  type: ['Events of this type alone', 'mfa_failed'],
  outcome: ['Events with this outcome alone', 'refused'],
  severity: ['Events of this severity alone', 'warning'],
  user_id: ['Events about this user alone', shown.userId],
  actor_id: ['Events that this user caused', shown.userId],
  username: ['Events about a user of this name', shown.username],
  method: ['Events about this method alone', 'totp'],
  session_id: ['Events of this session alone', shown.sessionId],
  request_id: ['Events of this request alone', 'eb06275e-3bb1-4f5e-9a2c-7a1a7f4e5a10'],
  ip: ['Events from this address alone', '192.0.2.10'],
  from: ['This moment and later', shown.time],
  until: ['Before this moment', shown.ends],
  q: ['Any part of the name, the mail address or the telephone number', 'an'],
  role: ['Accounts with this role alone', 'vendor'],
  status: ['Accounts with this status alone', 'active'],
  locked: ['Codes are not looked at, a factor was disabled by wrong codes, or a network is blocked', 'true'],
  reported: ['Accounts that their owners locked by the link of a letter', 'true'],
  format: ['How the events are written', 'ndjson'],
  list: ['Which users to list', 'asked_more'],
  enrolled: ['Accounts with a second factor, or those without', 'true'],
};

type Parameter = { name: string; in: string; description?: string; example?: unknown };

/** Capitalizes the names of headers, and gives each parameter a description and an example. */
export function describeParameter(parameter: Parameter): void {
  if (parameter.in === 'header') parameter.name = inCapitals(parameter.name);
  const [description, example] = known[parameter.name] ?? [];
  if (description !== undefined) parameter.description ??= description;
  if (example !== undefined) parameter.example ??= example;
}

function inCapitals(header: string): string {
  return header === 'x-mfa-token' ? 'X-MFA-Token' : header.replace(/(?:^|-)./g, (part) => part.toUpperCase());
}
