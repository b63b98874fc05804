/** The parts of the OpenAPI document that do not belong to one operation. */
export const info = {
  title: 'Sallyport',
  version: '0.1.0',
  description:
    'Logs users in, asks for a second factor, and issues JWTs that say how the user was authenticated. ' +
    'Every refusal is a problem (RFC 9457); its `type` says which. Unknown requests are refused in the ' +
    'same way: 404 for an unknown path, 405 with `Allow` for a method that a path does not support. ' +
    'HEAD works where GET works without a token. The document describes ' +
    'every method of the second factor. The answers of an instance list in `methods` which of them it offers.',
  license: { name: 'MIT', identifier: 'MIT' },
};

export const tags = [
  { name: 'Login', description: 'Password, refresh, logout, and a forgotten password.' },
  { name: 'Second factor', description: 'The challenge of a login or a step-up, and proofs for scripts.' },
  { name: 'Factors', description: 'The caller’s own second factors: enrol, confirm, rename, remove.' },
  { name: 'Sessions', description: 'The caller, the caller’s own sessions and password.' },
  {
    name: 'Recovery',
    description: 'A person who lost the second factor, and the colleagues who help.',
  },
  { name: 'Trusted devices', description: 'The caller’s own devices that skip the second step.' },
  { name: 'Guarded', description: 'Decisions for gateways, and a guarded route to test against.' },
  { name: 'Service accounts', description: 'Accounts of programs, their credentials, and OAuth 2.0.' },
  { name: 'Administration', description: 'Policies, the rollout, exemptions, adoption, text messages.' },
  { name: 'Users', description: 'Accounts of people, for administrators.' },
  {
    name: 'Approvals',
    description: 'Actions that a second person must approve, and the rules that say which.',
  },
  { name: 'Helpdesk', description: 'Help for users who cannot log in.' },
  { name: 'Security events', description: 'Events that others act on, and who receives them.' },
  { name: 'Audit', description: 'The record of events, and the proof that nobody changed it.' },
  { name: 'Keys', description: 'Keys that sign tokens, and the metadata of this server.' },
  { name: 'Operation', description: 'Health, for load balancers and monitors.' },
];

export const securitySchemes = {
  bearer: {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
    description:
      'An access token. The enrolment routes also take the enrolment token of a login that must enrol first.',
  },
  client: {
    type: 'http',
    scheme: 'basic',
    description:
      'A service account with `client_secret_basic` (RFC 6749 2.3.1). The other two ways use the form, without ' +
      'this header: `client_secret_post` by `client_id` and `client_secret`, `private_key_jwt` by `client_assertion` ' +
      'and `client_assertion_type` (RFC 7523).',
  },
} as const;

/** An access token, client authentication in the header or in the form, or nothing. */
export function securityOf(isOpen: boolean, path: string): Record<string, string[]>[] {
  if (path.startsWith('/oauth/')) return [{ client: [] }, {}];
  return isOpen ? [] : [{ bearer: [] }];
}

const refresh = {
  operationId: 'refresh',
  description: 'When the access token ends',
  requestBody: { refresh_token: '$response.body#/refresh_token' },
};

/** OpenAPI links: a client sends part of one answer to another operation. */
export const links = {
  AnswerChallenge: {
    operationId: 'verify',
    description: 'With the code as `mfa_token`, or with the `response` of a browser',
    requestBody: { temp_token: '$response.body#/temp_token' },
  },
  AskForAnother: {
    operationId: 'challenge',
    description: 'To send the code again, or to use another factor',
    requestBody: { temp_token: '$response.body#/temp_token' },
  },
  Refresh: refresh,
  ConfirmFactor: {
    operationId: 'verifyEnrollment',
    description: 'With the first code as `token`, or with the `response` of a browser',
    requestBody: { factor_id: '$response.body#/factor_id' },
  },
};

const followUps: Readonly<Record<string, readonly (keyof typeof links)[]>> = {
  logIn: ['AnswerChallenge', 'AskForAnother', 'Refresh'],
  stepUp: ['AnswerChallenge', 'AskForAnother'],
  verify: ['Refresh'],
  refresh: ['Refresh'],
  enroll: ['ConfirmFactor'],
  verifyEnrollment: ['Refresh'],
};

/** The links of a 200 answer. */
export function linksOf(operationId: string) {
  const names = followUps[operationId] ?? [];
  return Object.fromEntries(names.map((name) => [name, { $ref: `#/components/links/${name}` }]));
}
