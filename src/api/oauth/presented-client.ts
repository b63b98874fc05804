import { assertionType, type PresentedClient } from '../../domain/service-accounts/client.ts';
import { invalidClient, invalidOAuthRequest } from '../../domain/service-accounts/oauth-problems.ts';

type ClientForm = {
  readonly client_id?: string | undefined;
  readonly client_secret?: string | undefined;
  readonly client_assertion?: string | undefined;
  readonly client_assertion_type?: string | undefined;
};

/**
 * How a client says who it is, in the header or in the form. Null where it does not; a `client_id` alone says nothing.
 * Throws 400 invalid_request where it says so twice (RFC 6749 2.3).
 */
export function presentedClient(authorization: string | undefined, form: ClientForm): PresentedClient | null {
  const { client_id: clientId, client_secret: secret, client_assertion: assertion } = form;
  const ways = [authorization, secret, assertion].filter((way) => way !== undefined);
  if (ways.length > 1) throw invalidOAuthRequest('More than one client authentication');
  if (authorization !== undefined) {
    const basic = basicOf(authorization);
    if (clientId !== undefined && clientId !== basic.clientId)
      throw invalidOAuthRequest('Two values of client_id');
    return basic;
  }
  if (assertion !== undefined) {
    if (form.client_assertion_type !== assertionType) throw invalidClient();
    return { clientId, assertion };
  }
  if (secret === undefined) return null;
  if (clientId === undefined) throw invalidOAuthRequest('client_id: missing');
  return { clientId, secret };
}

/** RFC 7617 2, and each part encoded as in a form before: RFC 6749 2.3.1. What cannot be read is nobody. */
function basicOf(authorization: string) {
  const [, encoded] = /^basic +([\w+/-]+=*)$/i.exec(authorization) ?? [];
  if (encoded === undefined) throw invalidClient();
  const text = Buffer.from(encoded, 'base64').toString();
  const colon = text.indexOf(':');
  try {
    return { clientId: decoded(text.slice(0, colon)), secret: decoded(text.slice(colon + 1)) };
  } catch {
    return { clientId: '', secret: '' };
  }
}

function decoded(part: string): string {
  return decodeURIComponent(part.replaceAll('+', ' '));
}
