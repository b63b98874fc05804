/** The request as both frameworks have it. */
export type GuardedRequest = {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly ip?: string | undefined;
};
export type Refusal = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};

export function refusal(status: number, challenge?: string): Refusal {
  const headers = {
    'content-type': 'application/problem+json',
    'cache-control': 'no-store',
    ...(challenge !== undefined && { 'www-authenticate': challenge }),
  };
  return { status, headers, body: JSON.stringify({ type: 'about:blank', status }) };
}
