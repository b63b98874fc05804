import { assertionType, type PresentedClient } from '../../domain/service-accounts/client.ts';
import { invalidClient, invalidOAuthRequest } from '../../domain/service-accounts/oauth-problems.ts';

type ClientForm = {
  readonly client_id?: string | undefined;
  readonly client_secret?: string | undefined;
  readonly client_assertion?: string | undefined;
  readonly client_assertion_type?: string | undefined;
};

/**
 * The client authentication of a request, from the header or the form. Null if there is none: a `client_id` alone does
 * not authenticate. Throws 400 invalid_request for more than one method (RFC 6749 2.3) or contradictory parameters.
 * Throws 401 invalid_client if the header or the type of the assertion is not supported.
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

/**
 * Basic credentials (RFC 7617 2), each part form-encoded first (RFC 6749 2.3.1). If a part cannot be decoded, both are
 * empty, and the authentication fails like that of an unknown client.
 */
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
