const secretNames = [
  ...[
    'password',
    'current_password',
    'new_password',
    'access_token',
    'refresh_token',
    'temp_token',
    'mfa_token',
    'trusted_device',
  ],
  ...[
    'token',
    'mfa_proof',
    'enrollment_token',
    'secret',
    'qr_code_uri',
    'qr_code_png',
    'recovery_codes',
    'codes',
    'code',
    'client_secret',
    'client_assertion',
  ],
];
const mask = '•••';

/** Remembers what must not be printed, and takes it out of what is. Nonsense that was made up stays readable. */
export function createSecrets() {
  const known = new Set<string>();

  function learn(value: unknown): void {
    if (typeof value === 'string' && value.length > 3)
      known.add(value).add(JSON.stringify(value).slice(1, -1));
    if (Array.isArray(value)) for (const one of value) learn(one);
  }

  /** Looks for secrets in an answer, by the names that the service gives them. */
  function learnFrom(json: unknown): void {
    if (typeof json !== 'object' || json === null) return;
    for (const [name, value] of Object.entries(json)) {
      if (secretNames.includes(name)) learn(value);
      learnFrom(value);
    }
  }

  /** Also masks text that looks like a token, in case its name is unknown. */
  function masked(text: string): string {
    const longestFirst = [...known].sort((one, other) => other.length - one.length);
    const without = longestFirst.reduce((rest, secret) => rest.replaceAll(secret, mask), text);
    return without.replace(
      /[\w-]{10,}\.[\w-]{10,}\.[\w-]{10,}|[\w-]{40,}|([A-Z2-7]{4}-){5}[A-Z2-7]{4}/g,
      mask,
    );
  }

  return { learn, learnFrom, masked };
}

export type Secrets = ReturnType<typeof createSecrets>;
