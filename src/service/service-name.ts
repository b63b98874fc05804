/** The name of the service in authenticator apps and messages. */
export function serviceName(issuer: string): string {
  const { hostname } = new URL(issuer);
  const loopback = hostname === 'localhost' || hostname.startsWith('127.') || hostname === '[::1]';
  return loopback ? 'Sallyport' : hostname;
}
