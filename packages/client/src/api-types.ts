// Made from openapi/openapi.json by `npm run client:types`. Do not edit.

export type AuditEvent = {
  /** Ascending; there may be gaps */
  seq: number;
  /** RFC 3339, UTC */
  at: string;
  type: string;
  /** Follows from the type alone */
  severity: 'info' | 'warning' | 'critical';
  outcome: 'success' | 'failure' | 'refused';
  user_id: string | null;
  /** The name at the time of the event */
  username: string | null;
  /** The current name; null if the user no longer exists */
  username_now: string | null;
  /** Who did it, if not the user */
  actor_id: string | null;
  /** The current name */
  actor_username: string | null;
  area: string | null;
  method: string | null;
  factor_id: string | null;
  session_id: string | null;
  request_id: string | null;
  ip: string | null;
  user_agent: string | null;
  /** Counts and reasons; never a secret */
  detail: unknown;
};

export type AuthenticationRequired = {
  type: '/problems/authentication-required';
  title: 'Authentication required';
  status: 401;
  detail: string;
  /** urn:uuid: and the request id, as in the log */
  instance: string;
};

/** Challenge */
export type Challenge = {
  mfa_required: true;
  mfa_method: string;
  /** Works only at /auth/mfa/challenge and /auth/mfa/verify */
  temp_token: string;
  /** Seconds */
  expires_in: number;
  message: 'MFA verification required';
  methods: (MethodOption)[];
  /** What the method shows: sent_to or options */
  challenge: {
    [name: string]: unknown;
  };
  /** How long `remember_device` makes this device trusted. Absent: this login cannot */
  trust_device_seconds?: number | undefined;
  /** It is too early to send a code: ask again after resend_in */
  sent?: false | undefined;
  /** Seconds until the next code may be sent; for methods that send codes */
  resend_in?: number | undefined;
  /** For a locked user: seconds until codes are accepted again */
  retry_after?: number | undefined;
};

export type ChallengeInvalid = {
  type: '/problems/challenge-invalid';
  title: 'The login is over, start again';
  status: 401;
  detail: string;
  /** urn:uuid: and the request id, as in the log */
  instance: string;
};

export type Conflict = {
  type: '/problems/conflict';
  title: 'This does not fit what is there now';
  status: 409;
  detail: string;
  /** urn:uuid: and the request id, as in the log */
  instance: string;
  reason?: 'name_taken' | 'no_address' | 'no_mail_server' | 'password_set' | 'disabled' | 'last_admin' | 'no_factor' | 'approval_required' | 'approval_pending' | 'approval_missing' | 'approval_over' | 'approval_waiting' | 'approval_stale' | 'too_few_people' | 'too_few_passkeys' | 'passkeys_off' | 'recovery_unproven' | 'recovery_waiting' | 'recovery_proven' | undefined;
};

export type ContentTooLarge = {
  type: 'about:blank';
  title: 'Payload Too Large';
  status: 413;
  detail: string;
  /** urn:uuid: and the request id, as in the log */
  instance: string;
};

export type DependencyUnavailable = {
  type: '/problems/dependency-unavailable';
  title: 'A service that this one needs does not answer';
  status: 503;
  detail: string;
  /** urn:uuid: and the request id, as in the log */
  instance: string;
  retry_after?: number | undefined;
  reason?: 'sms_blocked' | 'sms_rate_limited' | 'sms_unavailable' | 'sms_paused' | 'sms_country_not_allowed' | 'phone_invalid' | 'phone_not_sms_capable' | 'mail_unavailable' | undefined;
  temp_token?: string | undefined;
  expires_in?: number | undefined;
  methods?: (MethodOption)[] | undefined;
  /** How long `remember_device` makes this device trusted. Absent: this login cannot */
  trust_device_seconds?: number | undefined;
};

export type Factor = {
  factor_id: string;
  method: string;
  label: string;
  hint: string | null;
  default: boolean;
  /** RFC 3339, UTC */
  created_at: string;
  last_used_at: string | null;
  /** It can log in without a name and a password, where the area allows it */
  passkey?: true | undefined;
  /** The model of the authenticator, if the service knows it */
  authenticator?: string | undefined;
  /** Too many wrong codes in a row: enrol it anew */
  disabled?: true | undefined;
};

export type FactorExists = {
  type: '/problems/factor-exists';
  title: 'There is such a factor already';
  status: 409;
  detail: string;
  /** urn:uuid: and the request id, as in the log */
  instance: string;
};

export type Forbidden = {
  type: '/problems/forbidden';
  title: 'Not for this account';
  status: 403;
  detail: string;
  /** urn:uuid: and the request id, as in the log */
  instance: string;
  reason?: 'own_account' | 'higher_role' | 'own_request' | 'wrong_role' | 'same_person' | 'not_requester' | 'caller_check_required' | 'evidence_required' | 'caller_check_invalid' | undefined;
};

export type InsufficientScope = {
  type: '/problems/insufficient-scope';
  title: 'The token lacks a scope';
  status: 403;
  detail: string;
  /** urn:uuid: and the request id, as in the log */
  instance: string;
  scope: string;
};

export type InvalidClient = {
  error: 'invalid_client';
  error_description: string;
};

export type InvalidCredentials = {
  type: '/problems/invalid-credentials';
  title: 'Invalid credentials';
  status: 401;
  detail: string;
  /** urn:uuid: and the request id, as in the log */
  instance: string;
};

export type InvalidPassword = {
  type: '/problems/invalid-password';
  title: 'Invalid password';
  status: 401;
  detail: string;
  /** urn:uuid: and the request id, as in the log */
  instance: string;
};

export type InvalidRequest = {
  type: '/problems/invalid-request';
  title: 'The request is not as described';
  status: 400;
  detail: string;
  /** urn:uuid: and the request id, as in the log */
  instance: string;
  errors: ({
    pointer: string;
    detail: string;
    in?: string | undefined;
  })[];
  reason?: 'phone_invalid' | 'phone_not_sms_capable' | undefined;
};

export type InvalidToken = {
  type: '/problems/invalid-token';
  title: 'The token is not valid';
  status: 401;
  detail: string;
  /** urn:uuid: and the request id, as in the log */
  instance: string;
};

export type LastFactor = {
  type: '/problems/last-factor';
  title: 'The last factor stays while policy demands one';
  status: 409;
  detail: string;
  /** urn:uuid: and the request id, as in the log */
  instance: string;
};

export type LocksOut = {
  type: '/problems/locks-out';
  title: 'This would lock people out';
  status: 409;
  detail: string;
  /** urn:uuid: and the request id, as in the log */
  instance: string;
  /** How many users the change would shut out at once */
  shut_out?: number | undefined;
};

export type MethodNotAllowed = {
  type: '/problems/method-not-allowed';
  title: 'This method is not allowed here';
  status: 403;
  detail: string;
  /** urn:uuid: and the request id, as in the log */
  instance: string;
  /** At an enrolment: the methods that are allowed */
  methods?: (string)[] | undefined;
};

export type MethodOption = {
  method: string;
  factor_id: string;
  label: string;
  /** The address, number or device, masked */
  hint: string | null;
  /** NIST SP 800-63B 3.2.9: another method is safer */
  restricted?: true | undefined;
};

export type MfaEnrollmentRequired = {
  type: '/problems/mfa-enrollment-required';
  title: 'A second factor must be enrolled first';
  status: 403;
  detail: string;
  /** urn:uuid: and the request id, as in the log */
  instance: string;
  /** A bearer token for the enrolment routes, if a login ended with this problem */
  enrollment_token?: string | undefined;
  expires_in?: number | undefined;
  methods: (string)[];
  grace_ended_at?: string | null | undefined;
};

export type MfaTokenInvalid = {
  type: '/problems/mfa-token-invalid';
  title: 'Invalid MFA token';
  status: 403;
  detail: string;
  /** urn:uuid: and the request id, as in the log */
  instance: string;
  attempts_remaining?: number | undefined;
  /** If no attempts remain: seconds until codes are accepted again */
  retry_after?: number | undefined;
};

export type MfaTokenRequired = {
  type: '/problems/mfa-token-required';
  title: 'MFA token required';
  status: 403;
  detail: string;
  /** urn:uuid: and the request id, as in the log */
  instance: string;
  /** What to do */
  help: string;
  acr_values: string;
  max_age?: number | undefined;
};

export type MfaTokenUsed = {
  type: '/problems/mfa-token-used';
  title: 'This code was used before';
  status: 403;
  detail: string;
  /** urn:uuid: and the request id, as in the log */
  instance: string;
  proof_endpoint: string;
};

export type NotFound = {
  type: '/problems/not-found';
  title: 'Not found';
  status: 404;
  detail: string;
  /** urn:uuid: and the request id, as in the log */
  instance: string;
};

export type NotReady = {
  type: '/problems/not-ready';
  title: 'Not ready for requests';
  status: 503;
  detail: string;
  /** urn:uuid: and the request id, as in the log */
  instance: string;
  not_ready: ('database' | 'clock' | 'migrations' | 'keys' | 'draining')[];
  /** Seconds */
  retry_after: number;
};

export type OAuthError = {
  error: 'invalid_request' | 'invalid_client' | 'invalid_scope' | 'unauthorized_client' | 'unsupported_grant_type';
  error_description: string;
};

export type PasswordRejected = {
  type: '/problems/password-rejected';
  title: 'This password cannot be used';
  status: 422;
  detail: string;
  /** urn:uuid: and the request id, as in the log */
  instance: string;
  reason: 'too_short' | 'too_long' | 'blocklisted' | 'context_word' | 'reused' | 'composition';
};

/** The factor is pending until its first code. `method` determines the other fields. */
export type PendingEnrolment = PendingEnrolmentDuoUniversal | PendingEnrolmentDuoPush | PendingEnrolmentTotp | PendingEnrolmentSms | PendingEnrolmentEmail | PendingEnrolmentWebauthn;

/** Duo Mobile */
export type PendingEnrolmentDuoPush = {
  method: 'duo_push';
  factor_id: string;
  next_step: 'verify_enrollment';
  /** Seconds */
  expires_in: number;
  /** Seconds until the next code may be sent; for methods that send codes */
  resend_in?: number | undefined;
  /** Opens on the telephone; then confirm by a passcode of Duo Mobile */
  activation_url?: string | undefined;
  /** The same as a picture, at Duo */
  activation_barcode?: string | undefined;
  /** The same picture as a data URL, to be scanned by Duo Mobile */
  qr_code_png?: string | undefined;
  /** A push is on its way: poll. Else a passcode is asked for */
  push?: boolean | undefined;
  device?: string | null | undefined;
  /** To be typed into the telephone */
  verification_code?: string | undefined;
};

/** Duo */
export type PendingEnrolmentDuoUniversal = {
  method: 'duo_universal';
  factor_id: string;
  next_step: 'verify_enrollment';
  /** Seconds */
  expires_in: number;
  /** Seconds until the next code may be sent; for methods that send codes */
  resend_in?: number | undefined;
  /** Where the browser goes; it comes back with state and duo_code */
  redirect_url: string;
};

/** E-mail */
export type PendingEnrolmentEmail = {
  method: 'email';
  factor_id: string;
  next_step: 'verify_enrollment';
  /** Seconds */
  expires_in: number;
  /** Seconds until the next code may be sent; for methods that send codes */
  resend_in?: number | undefined;
  hint: string;
};

/** Text message */
export type PendingEnrolmentSms = {
  method: 'sms';
  factor_id: string;
  next_step: 'verify_enrollment';
  /** Seconds */
  expires_in: number;
  /** Seconds until the next code may be sent; for methods that send codes */
  resend_in?: number | undefined;
  hint: string;
  restricted: true;
  notice: string;
  alternatives: (string)[];
};

/** Authenticator app */
export type PendingEnrolmentTotp = {
  method: 'totp';
  factor_id: string;
  next_step: 'verify_enrollment';
  /** Seconds */
  expires_in: number;
  /** Seconds until the next code may be sent; for methods that send codes */
  resend_in?: number | undefined;
  /** Base32, for apps that take no picture */
  secret: string;
  /** otpauth:// */
  qr_code_uri: string;
  /** The same as a picture: a data URL */
  qr_code_png: string;
};

/** Security key or passkey */
export type PendingEnrolmentWebauthn = {
  method: 'webauthn';
  factor_id: string;
  next_step: 'verify_enrollment';
  /** Seconds */
  expires_in: number;
  /** Seconds until the next code may be sent; for methods that send codes */
  resend_in?: number | undefined;
  /** For PublicKeyCredential.parseCreationOptionsFromJSON */
  options: {
    [name: string]: unknown;
  };
};

export type Receiver = {
  id: string;
  name: string;
  delivery: 'push' | 'poll' | 'webhook';
  url: string | null;
  audience: string;
  client_id: string | null;
  events: ('session-revoked' | 'credential-change' | 'assurance-level-change' | 'account-disabled' | 'account-enabled' | 'roles-changed' | 'attack-detected' | 'service-account-changed' | 'signing-key-revoked')[];
  /** A receiver that is not enabled hears nothing */
  status: 'unverified' | 'enabled' | 'disabled';
  verified_at: string | null;
  /** RFC 3339, UTC */
  created_at: string;
  /** How many events it has taken */
  delivered: number;
  delivered_at: string | null;
  failed_at: string | null;
  /** Why the last delivery failed; null if it did not */
  trouble: string | null;
  /** Events that it has still to hear */
  waiting: number;
  oldest_waiting: string | null;
  /** Events that the service gave up after 24 hours */
  parked: number;
};

export type ServiceAccount = {
  /** Also the client_id */
  id: string;
  name: string;
  /** Who is responsible for it: a team, a vendor */
  owner: string;
  description: string | null;
  scopes: (string)[];
  networks: (string)[];
  enabled_from: string | null;
  /** Give every account of a third party an end */
  enabled_until: string | null;
  status: 'active' | 'disabled';
  /** RFC 3339, UTC */
  created_at: string;
  version: number;
  credentials: ({
    credential_id: string;
    kind: 'secret' | 'public_key';
    /** RFC 3339, UTC */
    created_at: string;
    /** RFC 3339, UTC */
    expires_at: string;
    /** For a public key: its RFC 7638 thumbprint */
    thumbprint: string | null;
    revoked_at: string | null;
    /** Exact to the minute */
    last_used_at: string | null;
  })[];
};

export type SigningKey = {
  kid: string;
  /** waiting: published, not signing yet; verifying: no longer signing */
  phase: 'waiting' | 'signing' | 'verifying' | 'retired';
  /** RFC 3339, UTC */
  created_at: string;
  /** RFC 3339, UTC */
  signs_from: string;
  /** When tokens that it signed are refused; null while it has no successor */
  retires_at: string | null;
};

/** Tokens */
export type Tokens = {
  /** JWT, RFC 9068 in shape; verify it by /.well-known/jwks.json */
  access_token: string;
  token_type: 'bearer';
  /** Seconds */
  expires_in: number;
  /** Absent if it is sent in a cookie */
  refresh_token?: string | undefined;
  /** Seconds until the session ends, however often it is refreshed */
  refresh_expires_in?: number | undefined;
  mfa_required: false;
  area: 'admin' | 'public' | 'vendor';
  warning?: string | undefined;
  backup_codes_remaining?: number | undefined;
  /** Replaces the recovery code that was used, if the policy of the area says so; shown once */
  new_recovery_code?: string | undefined;
  /** The rollout has begun and the user has no second factor */
  mfa_encouraged?: boolean | undefined;
  /** The user must have enrolled a second factor by then */
  mfa_grace_until?: string | undefined;
  /** Send it with the next login from this device; it works once */
  trusted_device?: string | undefined;
  /** Seconds until the device must pass the second step again, however often the token is exchanged */
  trusted_device_expires_in?: number | undefined;
};

export type TooManyAttempts = {
  type: '/problems/too-many-attempts';
  title: 'Too many attempts';
  status: 429;
  detail: string;
  /** urn:uuid: and the request id, as in the log */
  instance: string;
  /** Wrong passwords or passkeys, wrong codes, sends, or requests of an address */
  reason: 'password' | 'second_factor' | 'send' | 'rate';
  /** Seconds; also the Retry-After header */
  retry_after: number;
};

export type UnsupportedMediaType = {
  type: 'about:blank';
  title: 'Unsupported Media Type';
  status: 415;
  detail: string;
  /** urn:uuid: and the request id, as in the log */
  instance: string;
};

export type UriTooLong = {
  type: 'about:blank';
  title: 'URI Too Long';
  status: 414;
  detail: string;
  /** urn:uuid: and the request id, as in the log */
  instance: string;
};

export type WebauthnAssertion = {
  id: string;
  rawId: string;
  type: 'public-key';
  authenticatorAttachment?: 'platform' | 'cross-platform' | undefined;
  clientExtensionResults: {
    [name: string]: unknown;
  };
  response: {
    clientDataJSON: string;
    authenticatorData: string;
    signature: string;
    userHandle?: string | undefined;
  };
};

export type WebauthnRegistration = {
  id: string;
  rawId: string;
  type: 'public-key';
  authenticatorAttachment?: 'platform' | 'cross-platform' | undefined;
  clientExtensionResults: {
    [name: string]: unknown;
  };
  response: {
    clientDataJSON: string;
    attestationObject: string;
    authenticatorData?: string | undefined;
    transports?: (string)[] | undefined;
    publicKeyAlgorithm?: number | undefined;
    publicKey?: string | undefined;
  };
};

/** Every problem of the API, by the last part of its type. */
export interface Problems {
  'authentication-required': AuthenticationRequired;
  'challenge-invalid': ChallengeInvalid;
  'conflict': Conflict;
  'dependency-unavailable': DependencyUnavailable;
  'factor-exists': FactorExists;
  'forbidden': Forbidden;
  'insufficient-scope': InsufficientScope;
  'invalid-credentials': InvalidCredentials;
  'invalid-password': InvalidPassword;
  'invalid-request': InvalidRequest;
  'invalid-token': InvalidToken;
  'last-factor': LastFactor;
  'locks-out': LocksOut;
  'method-not-allowed': MethodNotAllowed;
  'mfa-enrollment-required': MfaEnrollmentRequired;
  'mfa-token-invalid': MfaTokenInvalid;
  'mfa-token-required': MfaTokenRequired;
  'mfa-token-used': MfaTokenUsed;
  'not-found': NotFound;
  'not-ready': NotReady;
  'password-rejected': PasswordRejected;
  'too-many-attempts': TooManyAttempts;
}

export interface Operations {
  /** Log in with username and password */
  'POST /auth/login': {
    id: 'logIn';
    input: {
      body: {
        username: string;
        password: string;
        area?: 'admin' | 'public' | 'vendor' | undefined;
        /** Logs in with password and code in one request; a failure does not say which was wrong */
        mfa_token?: string | undefined;
        /** Replaces the second step if the area allows it */
        trusted_device?: string | undefined;
        /** Where the refresh token is sent: in the answer, or in a cookie that scripts cannot read */
        refresh_in?: 'body' | 'cookie' | undefined;
      };
    };
    answer: Tokens | Challenge;
  };
  /** Exchange a refresh token for new tokens */
  'POST /auth/refresh': {
    id: 'refresh';
    input: {
      headers?: {
        'X-Sallyport-Client'?: string | undefined;
      };
      body?: {
        refresh_token?: string | undefined;
      } | null;
    };
    answer: Tokens;
  };
  /** End this session */
  'POST /auth/logout': {
    id: 'logOut';
    input: {
      headers?: {
        'X-Sallyport-Client'?: string | undefined;
      };
    };
    answer: undefined;
  };
  /** Begin a login by a passkey alone */
  'POST /auth/passkey/options': {
    id: 'passkeyOptions';
    input: {
      body: {
        area?: 'admin' | 'public' | 'vendor' | undefined;
      };
    };
    answer: {
      /** For PublicKeyCredential.parseRequestOptionsFromJSON; it names no credential */
      options: {
        [name: string]: unknown;
      };
      /** Seconds */
      expires_in: number;
    };
  };
  /** Log in with a passkey alone */
  'POST /auth/passkey/verify': {
    id: 'passkeyVerify';
    input: {
      body: {
        response: WebauthnAssertion;
        /** Where the refresh token is sent: in the answer, or in a cookie that scripts cannot read */
        refresh_in?: 'body' | 'cookie' | undefined;
      };
    };
    answer: Tokens;
  };
  /** Show the user, the session and the state of the second factor */
  'GET /auth/me': {
    id: 'me';
    input: {};
    answer: {
      user: {
        id: string;
        username: string;
        roles: (string)[];
        /** Masked */
        email: string | null;
        /** Masked */
        phone: string | null;
        /** The language of mails and text messages (ISO 639-1) */
        language: 'en' | 'es' | null;
        /** RFC 3339, UTC */
        created_at: string;
        last_login: string | null;
      };
      /** A summary of /auth/mfa/status */
      mfa: {
        enabled: boolean;
        method: string | null;
        enrolled_at: string | null;
        backup_codes_remaining: number;
        required: boolean;
        encouraged: boolean;
      };
      session: {
        id: string;
        /** RFC 3339, UTC */
        auth_time: string;
        /** RFC 3339, UTC */
        expires_at: string;
        /** Opened with a recovery code */
        recovered: boolean;
      };
      area: 'admin' | 'public' | 'vendor';
      scope: string;
      /** The current level of the session */
      level: {
        acr: string;
        amr: (string)[];
        /** The second step was completed */
        mfa: boolean;
        mfa_time: string | null;
      };
    };
  };
  /** Choose the language of your mails and text messages */
  'PATCH /auth/me': {
    id: 'changeMe';
    input: {
      body: {
        /** The language of mails and text messages (ISO 639-1) */
        language: 'en' | 'es' | null;
      };
    };
    answer: undefined;
  };
  /** List your own live sessions */
  'GET /auth/sessions': {
    id: 'listSessions';
    input: {};
    answer: {
      sessions: ({
        id: string;
        area: 'admin' | 'public' | 'vendor';
        acr: string;
        amr: (string)[];
        /** RFC 3339, UTC */
        created_at: string;
        /** RFC 3339, UTC */
        last_active_at: string;
        /** RFC 3339, UTC */
        expires_at: string;
        ip: string | null;
        user_agent: string | null;
        current: boolean;
      })[];
    };
  };
  /** End one of your own sessions */
  'DELETE /auth/sessions/{id}': {
    id: 'endSession';
    input: {
      params: {
        id: string;
      };
      headers?: {
        'X-MFA-Token'?: string | undefined;
      };
    };
    answer: undefined;
  };
  /** Report that the user is active */
  'POST /auth/sessions/activity': {
    id: 'noteActivity';
    input: {};
    answer: undefined;
  };
  /** Change the password */
  'POST /auth/password': {
    id: 'changePassword';
    input: {
      headers?: {
        'X-MFA-Token'?: string | undefined;
      };
      body: {
        current_password: string;
        new_password: string;
        mfa_token?: string | undefined;
      };
    };
    answer: undefined;
  };
  /** Remove the password, and log in by passkeys from now on */
  'DELETE /auth/password': {
    id: 'removePassword';
    input: {};
    answer: undefined;
  };
  /** List what happened to your own account, newest first */
  'GET /auth/activity': {
    id: 'listActivity';
    input: {
      query?: {
        limit?: string | number | undefined;
        cursor?: string | number | undefined;
      };
    };
    answer: {
      entries: ({
        /** RFC 3339, UTC */
        at: string;
        /** An event type of the audit */
        type: 'authn_login_success' | 'authn_login_fail' | 'authn_login_lock' | 'authn_password_change' | 'authn_password_change_fail' | 'authn_token_reuse' | 'excess_rate_limit_exceeded' | 'mfa_failed' | 'mfa_attack_reported' | 'mfa_send_failed' | 'otp_replayed' | 'mfa_factor_added' | 'mfa_factor_changed' | 'mfa_factor_removed' | 'mfa_factor_disabled' | 'mfa_disabled' | 'mfa_recovery_code_used' | 'mfa_recovery_codes_regenerated' | 'trusted_device_added' | 'trusted_device_removed' | 'trusted_device_reuse' | 'session_ended' | 'user_created' | 'user_invited' | 'user_imported' | 'user_changed' | 'user_disabled' | 'user_enabled' | 'user_roles_changed' | 'user_unlocked' | 'password_reset_requested' | 'password_reset' | 'password_removed' | 'mfa_reset' | 'mfa_bypass_codes_issued' | 'mfa_bypass_code_used' | 'caller_check_started' | 'caller_check_passed' | 'caller_check_failed' | 'grace_started' | 'exemption_made' | 'exemption_ended' | 'approval_asked' | 'approval_granted' | 'approval_refused' | 'approval_cancelled' | 'approval_stopped' | 'approval_used' | 'account_reported' | 'recovery_requested' | 'recovery_begun' | 'recovery_shown' | 'recovery_failed' | 'recovery_approved' | 'recovery_ready' | 'recovery_stopped' | 'account_recovered' | 'recovery_colleagues_changed' | 'recovery_colleague_confirmed';
        /** success, failure or refused */
        outcome: string;
        area: string | null;
        method: string | null;
        /** The address that the request came from */
        ip: string | null;
        user_agent: string | null;
        /** Somebody else did it on your account */
        by_helpdesk: boolean;
      })[];
      next_cursor: string | null;
    };
  };
  /** List your own trusted devices */
  'GET /auth/trusted-devices': {
    id: 'listTrustedDevices';
    input: {};
    answer: {
      devices: ({
        id: string;
        label: string | null;
        /** RFC 3339, UTC */
        created_at: string;
        /** When it last replaced the second step */
        last_used_at: string | null;
        /** RFC 3339, UTC */
        expires_at: string;
        /** Where it was used last */
        ip: string | null;
        user_agent: string | null;
      })[];
    };
  };
  /** Remove all of your own trusted devices */
  'DELETE /auth/trusted-devices': {
    id: 'distrustDevices';
    input: {};
    answer: undefined;
  };
  /** Remove one of your own trusted devices */
  'DELETE /auth/trusted-devices/{id}': {
    id: 'distrustDevice';
    input: {
      params: {
        id: string;
      };
    };
    answer: undefined;
  };
  /** Read the rules for a new password */
  'GET /auth/password/rules': {
    id: 'readPasswordRules';
    input: {};
    answer: {
      /** In code points */
      min_length: number;
      /** In code points */
      max_length: number;
      /** At least one letter and at least one digit */
      letters_and_digits: boolean;
      /** How many of the last passwords cannot be used again */
      history: number;
    };
  };
  /** Request a mail with a link to set a new password */
  'POST /auth/password/forgot': {
    id: 'forgotPassword';
    input: {
      body: {
        username: string;
      };
    };
    answer: Record<string, never>;
  };
  /** Read whose account the token from a mail is for */
  'POST /auth/password/link': {
    id: 'readPasswordLink';
    input: {
      body: {
        token: string;
      };
    };
    answer: {
      username: string;
      /** helpdesk: the helpdesk has cancelled the password */
      purpose: 'invitation' | 'forgotten' | 'helpdesk';
      /** The owner had given the password up: the link needs a recovery code too */
      passwordless?: true | undefined;
      rules: {
        /** In code points */
        min_length: number;
        /** In code points */
        max_length: number;
        /** At least one letter and at least one digit */
        letters_and_digits: boolean;
        /** How many of the last passwords cannot be used again */
        history: number;
      };
    };
  };
  /** Set a new password with the token from a mail */
  'POST /auth/password/reset': {
    id: 'resetPassword';
    input: {
      body: {
        token: string;
        new_password: string;
        /** Of the page. It becomes the language of the user’s mails */
        language?: 'en' | 'es' | undefined;
        /** Required if the owner had given the password up */
        recovery_code?: string | undefined;
      };
    };
    answer: undefined;
  };
  /** Have a code or a push sent, to show the helpdesk who is calling */
  'POST /auth/caller-checks/challenge': {
    id: 'askCaller';
    input: {
      body: {
        /** The number that the helpdesk read to the caller */
        number: string;
        method: 'email' | 'sms' | 'duo_push';
      };
    };
    answer: {
      /** For a push: what to type into the telephone */
      verification_code: string | null;
    };
  };
  /** Show the helpdesk who is calling, by a factor */
  'POST /auth/caller-checks/answer': {
    id: 'answerCallerCheck';
    input: {
      body: {
        /** The number that the helpdesk read to the caller */
        number: string;
        /** A code of the app, a sent code, or a recovery code */
        mfa_token?: string | undefined;
      };
    };
    answer: {
      status: 'passed';
    } | {
      status: 'pending';
      /** Seconds */
      retry_after: number;
    };
  };
  /** Read what the link “it was not me” of a letter would do */
  'POST /auth/not-me/link': {
    id: 'readNotMeLink';
    input: {
      body: {
        token: string;
      };
    };
    answer: {
      username: string;
      /** account: every session ends and the account is locked. approval: one request is stopped. recovery: one recovery is stopped */
      stops: 'account' | 'approval' | 'recovery';
      /** What the request asks for; null if it is no request */
      action: 'mfa_reset' | 'bypass_code' | 'password_reset' | 'exemption' | 'admin_role' | 'rollout_end' | 'policy_change' | 'rules_weaker' | null;
    };
  };
  /** Report by the link of a letter that it was not you */
  'POST /auth/not-me': {
    id: 'reportNotMe';
    input: {
      body: {
        token: string;
      };
    };
    answer: undefined;
  };
  /** Say that the second factor is lost */
  'POST /auth/recovery': {
    id: 'requestRecovery';
    input: {
      body: {
        username: string;
      };
    };
    answer: Record<string, never>;
  };
  /** Begin a recovery by the link of a mail */
  'POST /auth/recovery/begin': {
    id: 'beginRecovery';
    input: {
      body: {
        token: string;
      };
    };
    answer: {
      /** Shown once. The person needs it for every further step */
      continue_code: string;
      username: string;
      /** open: proofs are missing. waiting: proven. ready: the new factor can be enrolled */
      state: 'open' | 'waiting' | 'ready';
      /** What was shown */
      shown: ('recovery_code' | 'address' | 'device' | 'colleague')[];
      /** What this account can still show. Two different kinds are needed */
      ways: ('recovery_code' | 'address' | 'device' | 'colleague')[];
      addresses: ({
        factor_id: string;
        method: string;
        hint: string | null;
      })[];
      colleagues_asked: boolean;
      /** One of the two kinds must be a colleague */
      needs_colleague: boolean;
      wait_hours: number;
      /** Null: proofs are missing */
      ready_at: string | null;
      /** RFC 3339, UTC */
      expires_at: string;
    };
  };
  /** Read how a recovery stands */
  'POST /auth/recovery/state': {
    id: 'readRecovery';
    input: {
      body: {
        /** The code that /auth/recovery/begin gave to the person */
        continue_code: string;
      };
    };
    answer: {
      username: string;
      /** open: proofs are missing. waiting: proven. ready: the new factor can be enrolled */
      state: 'open' | 'waiting' | 'ready';
      /** What was shown */
      shown: ('recovery_code' | 'address' | 'device' | 'colleague')[];
      /** What this account can still show. Two different kinds are needed */
      ways: ('recovery_code' | 'address' | 'device' | 'colleague')[];
      addresses: ({
        factor_id: string;
        method: string;
        hint: string | null;
      })[];
      colleagues_asked: boolean;
      /** One of the two kinds must be a colleague */
      needs_colleague: boolean;
      wait_hours: number;
      /** Null: proofs are missing */
      ready_at: string | null;
      /** RFC 3339, UTC */
      expires_at: string;
    };
  };
  /** Have a code sent to a second address, or ask the colleagues */
  'POST /auth/recovery/ask': {
    id: 'askInRecovery';
    input: {
      body: {
        /** The code that /auth/recovery/begin gave to the person */
        continue_code: string;
        factor_id: string;
      } | {
        /** The code that /auth/recovery/begin gave to the person */
        continue_code: string;
        colleagues: true;
      };
    };
    answer: {
      /** Null: nothing can be sent again */
      resend_in: number | null;
    };
  };
  /** Show one of the two proofs */
  'POST /auth/recovery/show': {
    id: 'showInRecovery';
    input: {
      body: {
        /** The code that /auth/recovery/begin gave to the person */
        continue_code: string;
        recovery_code: string;
      } | {
        /** The code that /auth/recovery/begin gave to the person */
        continue_code: string;
        address_code: string;
      } | {
        /** The code that /auth/recovery/begin gave to the person */
        continue_code: string;
        colleague_code: string;
      } | {
        /** The code that /auth/recovery/begin gave to the person */
        continue_code: string;
        trusted_device: string;
        password: string;
      };
    };
    answer: {
      username: string;
      /** open: proofs are missing. waiting: proven. ready: the new factor can be enrolled */
      state: 'open' | 'waiting' | 'ready';
      /** What was shown */
      shown: ('recovery_code' | 'address' | 'device' | 'colleague')[];
      /** What this account can still show. Two different kinds are needed */
      ways: ('recovery_code' | 'address' | 'device' | 'colleague')[];
      addresses: ({
        factor_id: string;
        method: string;
        hint: string | null;
      })[];
      colleagues_asked: boolean;
      /** One of the two kinds must be a colleague */
      needs_colleague: boolean;
      wait_hours: number;
      /** Null: proofs are missing */
      ready_at: string | null;
      /** RFC 3339, UTC */
      expires_at: string;
      /** Send it with the next login from this device; it works once */
      trusted_device?: string | undefined;
      /** Seconds until the device must pass the second step again, however often the token is exchanged */
      trusted_device_expires_in?: number | undefined;
    };
  };
  /** After the wait, get a token that can enrol a new factor */
  'POST /auth/recovery/finish': {
    id: 'finishRecovery';
    input: {
      body: {
        /** The code that /auth/recovery/begin gave to the person */
        continue_code: string;
      };
    };
    answer: {
      /** A bearer token for /auth/mfa/enroll, and for nothing else */
      enrollment_token: string;
      /** Seconds */
      expires_in: number;
      methods: (string)[];
    };
  };
  /** Confirm the new factor, which replaces the lost ones */
  'POST /auth/recovery/confirm': {
    id: 'confirmRecovery';
    input: {
      body: {
        /** The code that /auth/recovery/begin gave to the person */
        continue_code: string;
        /** By default the newest pending factor */
        factor_id?: string | undefined;
        token?: string | undefined;
        response?: {
          state: string;
          duo_code: string;
        } | WebauthnRegistration | WebauthnAssertion | undefined;
      };
    };
    answer: {
      success: true;
      factor_id: string;
      passkey?: true | undefined;
      /** Shown once. They replace the earlier ones */
      recovery_codes: (string)[];
      /** The account had no password and the new factor is no passkey: set one by /auth/password/forgot */
      password_needed?: true | undefined;
    } | {
      status: 'pending';
      /** Seconds */
      retry_after: number;
    };
  };
  /** Read your colleagues, and what they ask of you */
  'GET /auth/recovery/colleagues': {
    id: 'readColleagues';
    input: {};
    answer: {
      colleagues: ({
        username: string;
        /** False: not confirmed, or there is no such account */
        confirmed: boolean;
        /** RFC 3339, UTC */
        named_at: string;
      })[];
      named_by: ({
        user_id: string;
        username: string;
        confirmed: boolean;
      })[];
      requests: ({
        id: string;
        username: string;
        approved: boolean;
        ip: string;
        user_agent: string | null;
        /** RFC 3339, UTC */
        begun_at: string;
        /** RFC 3339, UTC */
        expires_at: string;
      })[];
      /** Those of the own account that go on */
      recoveries: ({
        id: string;
        state: 'open' | 'waiting';
        shown: ('recovery_code' | 'address' | 'device' | 'colleague')[];
        ready_at: string | null;
        ip: string;
        user_agent: string | null;
        /** RFC 3339, UTC */
        begun_at: string;
        /** RFC 3339, UTC */
        expires_at: string;
      })[];
    };
  };
  /** Name up to three colleagues who may approve a recovery */
  'PUT /auth/recovery/colleagues': {
    id: 'nameColleagues';
    input: {
      headers?: {
        'X-MFA-Token'?: string | undefined;
      };
      body: {
        /** Usernames */
        colleagues: (string)[];
      };
    };
    answer: {
      colleagues: ({
        username: string;
        /** False: not confirmed, or there is no such account */
        confirmed: boolean;
        /** RFC 3339, UTC */
        named_at: string;
      })[];
      named_by: ({
        user_id: string;
        username: string;
        confirmed: boolean;
      })[];
      requests: ({
        id: string;
        username: string;
        approved: boolean;
        ip: string;
        user_agent: string | null;
        /** RFC 3339, UTC */
        begun_at: string;
        /** RFC 3339, UTC */
        expires_at: string;
      })[];
      /** Those of the own account that go on */
      recoveries: ({
        id: string;
        state: 'open' | 'waiting';
        shown: ('recovery_code' | 'address' | 'device' | 'colleague')[];
        ready_at: string | null;
        ip: string;
        user_agent: string | null;
        /** RFC 3339, UTC */
        begun_at: string;
        /** RFC 3339, UTC */
        expires_at: string;
      })[];
    };
  };
  /** Agree to be the colleague of a user who has named you, or do not */
  'POST /auth/recovery/named-by/{id}': {
    id: 'answerNaming';
    input: {
      params: {
        id: string;
      };
      headers?: {
        'X-MFA-Token'?: string | undefined;
      };
      body: {
        agrees: boolean;
      };
    };
    answer: undefined;
  };
  /** Approve the recovery of a person who has named you */
  'POST /auth/recovery/requests/{id}/approve': {
    id: 'approveRecovery';
    input: {
      params: {
        id: string;
      };
      headers?: {
        'X-MFA-Token'?: string | undefined;
      };
    };
    answer: {
      /** Shown once. Read it to the person, and to nobody else */
      colleague_code: string;
      /** RFC 3339, UTC */
      expires_at: string;
    };
  };
  /** Stop the recovery of a person who has named you */
  'POST /auth/recovery/requests/{id}/refuse': {
    id: 'refuseRecovery';
    input: {
      params: {
        id: string;
      };
      headers?: {
        'X-MFA-Token'?: string | undefined;
      };
    };
    answer: undefined;
  };
  /** Stop a recovery of your own account */
  'POST /auth/recovery/own/{id}/stop': {
    id: 'stopRecovery';
    input: {
      params: {
        id: string;
      };
    };
    answer: undefined;
  };
  /** Open one administrator by recovery shares */
  'POST /auth/break-glass': {
    id: 'openByShares';
    input: {
      body: {
        shares: (string)[];
        username: string;
      };
    };
    answer: {
      username: string;
      /** Sets the password, once: see `POST /auth/password/reset` */
      token: string;
      /** RFC 3339, UTC */
      expires_at: string;
    };
  };
  /** Answer the challenge of a login or a step-up */
  'POST /auth/mfa/verify': {
    id: 'verify';
    input: {
      body: {
        temp_token: string;
        /** A code of the factor asked for, or a recovery code */
        mfa_token?: string | undefined;
        response?: {
          state: string;
          duo_code: string;
        } | WebauthnRegistration | WebauthnAssertion | undefined;
        /** Where the refresh token is sent: in the answer, or in a cookie that scripts cannot read */
        refresh_in?: 'body' | 'cookie' | undefined;
        /** Trust this device, if the area allows it */
        remember_device?: boolean | undefined;
        /** The name that its owner gives it */
        device_label?: string | undefined;
      };
    };
    answer: Tokens | {
      status: 'pending';
      /** Seconds */
      retry_after: number;
    };
  };
  /** Send the code again, or ask for another factor */
  'POST /auth/mfa/challenge': {
    id: 'challenge';
    input: {
      body: {
        temp_token: string;
        method?: string | undefined;
        factor_id?: string | undefined;
      };
    };
    answer: {
      method: string;
      factor_id: string;
      hint: string | null;
      /** Seconds */
      expires_in: number;
      challenge: {
        [name: string]: unknown;
      };
      /** Seconds until the next code may be sent; for methods that send codes */
      resend_in?: number | undefined;
      /** For a locked user: seconds until codes are accepted again */
      retry_after?: number | undefined;
    };
  };
  /** Start a step-up of this session */
  'POST /auth/mfa/step-up': {
    id: 'stepUp';
    input: {
      body: {
        method?: string | undefined;
        factor_id?: string | undefined;
      };
    };
    answer: Challenge;
  };
  /** Exchange one code for a proof */
  'POST /auth/mfa/proof': {
    id: 'prove';
    input: {
      body: {
        mfa_token: string;
      };
    };
    answer: {
      mfa_proof: string;
      /** Seconds */
      expires_in: number;
    };
  };
  /** Start the enrolment of a factor */
  'POST /auth/mfa/enroll': {
    id: 'enroll';
    input: {
      headers?: {
        'X-MFA-Token'?: string | undefined;
      };
      body: {
        method: string;
        label?: string | undefined;
        mfa_token?: string | undefined;
        device?: string | undefined;
        phone?: string | undefined;
        email?: string | undefined;
        passkey?: boolean | undefined;
      };
    };
    answer: PendingEnrolment;
  };
  /** Confirm a pending factor with its first code */
  'POST /auth/mfa/verify-enrollment': {
    id: 'verifyEnrollment';
    input: {
      body: {
        /** By default the newest pending factor */
        factor_id?: string | undefined;
        token?: string | undefined;
        response?: {
          state: string;
          duo_code: string;
        } | WebauthnRegistration | WebauthnAssertion | undefined;
        /** Where the refresh token is sent: in the answer, or in a cookie that scripts cannot read */
        refresh_in?: 'body' | 'cookie' | undefined;
      };
    };
    answer: {
      success: true;
      factor_id: string;
      /** Shown once */
      recovery_codes?: (string)[] | undefined;
      /** The new credential can log in without a name and a password */
      passkey?: true | undefined;
      message: string;
      /** JWT, RFC 9068 in shape; verify it by /.well-known/jwks.json */
      access_token: string;
      token_type: 'bearer';
      /** Seconds */
      expires_in: number;
      /** Absent if it is sent in a cookie */
      refresh_token?: string | undefined;
      /** Seconds until the session ends, however often it is refreshed */
      refresh_expires_in?: number | undefined;
      mfa_required: false;
      area: 'admin' | 'public' | 'vendor';
      warning?: string | undefined;
      backup_codes_remaining?: number | undefined;
      /** Replaces the recovery code that was used, if the policy of the area says so; shown once */
      new_recovery_code?: string | undefined;
      /** The rollout has begun and the user has no second factor */
      mfa_encouraged?: boolean | undefined;
      /** The user must have enrolled a second factor by then */
      mfa_grace_until?: string | undefined;
      /** Send it with the next login from this device; it works once */
      trusted_device?: string | undefined;
      /** Seconds until the device must pass the second step again, however often the token is exchanged */
      trusted_device_expires_in?: number | undefined;
    } | {
      status: 'pending';
      /** Seconds */
      retry_after: number;
    };
  };
  /** List your own second factors */
  'GET /auth/mfa/status': {
    id: 'mfaStatus';
    input: {};
    answer: {
      enabled: boolean;
      method: string | null;
      enrolled_at: string | null;
      backup_codes_remaining: number;
      factors: (Factor)[];
      /** For PublicKeyCredential.signalAllAcceptedCredentials and the like */
      passkeys?: {
        rp_id: string;
        /** The handle of the user; null without a credential */
        user_id: string | null;
        username: string;
        credentials: ({
          factor_id: string;
          credential_id: string;
        })[];
      } | undefined;
      /** The rollout has begun and the user has no second factor */
      mfa_encouraged?: true | undefined;
      /** The owner has given the password up */
      passwordless?: true | undefined;
      /** The passkeys and recovery codes are enough to go without a password */
      may_go_passwordless?: true | undefined;
      policy: {
        required: boolean;
        phase: 'soft' | 'gradual' | 'full';
        grace_until: string | null;
        allowed_methods: (string)[];
        /** A passkey may replace the password in this area */
        passkey_login: boolean;
      };
    };
  };
  /** Rename a factor, or make it the default */
  'PATCH /auth/mfa/factors/{id}': {
    id: 'changeFactor';
    input: {
      params: {
        id: string;
      };
      headers?: {
        'X-MFA-Token'?: string | undefined;
      };
      body: {
        label?: string | undefined;
        default?: true | undefined;
        mfa_token?: string | undefined;
      };
    };
    answer: Factor;
  };
  /** Remove a factor */
  'DELETE /auth/mfa/factors/{id}': {
    id: 'removeFactor';
    input: {
      params: {
        id: string;
      };
      headers?: {
        'X-MFA-Token'?: string | undefined;
      };
    };
    answer: undefined;
  };
  /** Switch two-factor login off */
  'POST /auth/mfa/disable': {
    id: 'disableMfa';
    input: {
      headers?: {
        'X-MFA-Token'?: string | undefined;
      };
      body: {
        /** Required, unless the account has no password */
        password?: string | undefined;
        mfa_token?: string | undefined;
      };
    };
    answer: {
      success: true;
    };
  };
  /** Replace the recovery codes */
  'POST /auth/mfa/recovery-codes/regenerate': {
    id: 'regenerateCodes';
    input: {
      headers?: {
        'X-MFA-Token'?: string | undefined;
      };
      body: {
        /** Required, unless the account has no password */
        password?: string | undefined;
        mfa_token?: string | undefined;
      };
    };
    answer: {
      codes: (string)[];
      message: string;
    };
  };
  /** List every second factor that you have or had, newest first */
  'GET /auth/mfa/factor-history': {
    id: 'ownFactorHistory';
    input: {
      query?: {
        limit?: string | number | undefined;
        cursor?: string | number | undefined;
      };
    };
    answer: {
      factors: ({
        factor_id: string;
        method: string;
        /** Null: deleted after AUDIT_KEEP_MONTHS */
        label: string | null;
        hint: string | null;
        /** Recovery or bypass codes, which are no factor by themselves */
        backup: boolean;
        /** RFC 3339, UTC */
        bound_at: string;
        last_used_at: string | null;
        removed: {
          /** RFC 3339, UTC */
          at: string;
          /** removed, switched_off: by the owner · reset: by the helpdesk · replaced: by new ones of its kind · expired: a bypass code */
          cause: 'removed' | 'switched_off' | 'reset' | 'replaced' | 'expired';
        } | null;
      })[];
      next_cursor: string | null;
    };
  };
  /** Give feedback on the second factor, once a calendar month */
  'POST /auth/mfa/feedback': {
    id: 'giveFeedback';
    input: {
      body: {
        /** 1, bad, to 5, good */
        rating: number;
        comment?: string | undefined;
      };
    };
    answer: undefined;
  };
  /** Read the adoption figures of the second factor, day by day */
  'GET /admin/adoption': {
    id: 'readAdoption';
    input: {
      query?: {
        days?: number | undefined;
      };
      headers?: {
        'X-MFA-Token'?: string | undefined;
      };
    };
    answer: {
      /** Active accounts */
      users: number;
      /** Those of them who have a second factor: confirmed, not disabled, no recovery codes */
      enrolled: number;
      by_role: ({
        role: string;
        users: number;
        enrolled: number;
      })[];
      by_method: ({
        method: string;
        users: number;
      })[];
      days: ({
        /** UTC */
        day: string;
        /** Sessions opened */
        logins: number;
        verifications: {
          passed: number;
          failed: number;
        };
        /** Null if nothing was verified */
        success_rate: number | null;
        recovery_codes_used: number;
        bypass_codes_used: number;
        lockouts: number;
        /** New factors */
        enrolled: number;
        /** What a report-only policy would have refused */
        would_refuse: number;
      })[];
      grace: {
        /** Users who must enrol and still have time */
        in_grace: number;
        /** Users who must enrol and whose time has passed; none in the phase soft */
        ended: number;
      };
      /** The success criteria of the rollout, each with its target */
      scorecard: {
        phase: 'soft' | 'gradual' | 'full';
        /** When the phase began */
        since: string;
        /** Of all active users, within 30 days of the beginning of the phase */
        enrolled: {
          target: number;
          /** Null if there is no figure yet */
          value: number | null;
          /** Null if it is too early to tell */
          met: boolean | null;
          by_day: ({
            /** UTC */
            day: string;
            users: number;
            enrolled: number;
            share: number | null;
          })[];
        };
        /** Milliseconds within which 95 of 100 verifications were answered, rounded up */
        verification_p95_ms: {
          target: number;
          /** Null if there is no figure yet */
          value: number | null;
          /** Null if it is too early to tell */
          met: boolean | null;
        };
        /** Among verifications without a typing error: the share without a failed send or check */
        success_rate: {
          target: number;
          /** Null if there is no figure yet */
          value: number | null;
          /** Null if it is too early to tell */
          met: boolean | null;
        };
        /** Of all active users, those whom the helpdesk helped with a second factor */
        needed_helpdesk: {
          target: number;
          /** Null if there is no figure yet */
          value: number | null;
          /** Null if it is too early to tell */
          met: boolean | null;
          people: number;
          tickets: number;
        };
        /** Attacks that users reported, and stolen device tokens */
        takeovers_reported: {
          target: number;
          /** Null if there is no figure yet */
          value: number | null;
          /** Null if it is too early to tell */
          met: boolean | null;
        };
        /** The mean rating, 1 to 5 */
        feedback: {
          target: number;
          /** Null if there is no figure yet */
          value: number | null;
          /** Null if it is too early to tell */
          met: boolean | null;
          ratings: number;
        };
      };
    };
  };
  /** Read the feedback on the second factor, newest first */
  'GET /admin/feedback': {
    id: 'readFeedback';
    input: {
      query?: {
        days?: number | undefined;
        limit?: string | number | undefined;
      };
      headers?: {
        'X-MFA-Token'?: string | undefined;
      };
    };
    answer: {
      feedback: ({
        /** RFC 3339, UTC */
        at: string;
        /** 1, bad, to 5, good */
        rating: number;
        comment: string | null;
      })[];
    };
  };
  /** Read the figures of text messages of today */
  'GET /admin/sms': {
    id: 'readSms';
    input: {
      headers?: {
        'X-MFA-Token'?: string | undefined;
      };
    };
    answer: {
      /** UTC */
      day: string;
      limits: {
        /** ISO 3166 codes; null allows every country */
        countries: (string)[] | null;
        per_day: number;
        per_country_per_day: number;
        per_prefix_per_day: number;
        /** 0 switches the breaker off */
        least_conversion_percent: number;
      };
      total: {
        /** Today, in UTC */
        sent: number;
        /** Texts among these whose code was entered */
        answered: number;
        /** Texts among these that the carrier refused */
        failed: number;
        /** Texts among these to numbers that were not proven; the breaker watches them */
        new_sent: number;
        new_answered: number;
        left: number;
        /** open: texts to new numbers are paused; half_open: a few are tried */
        breaker: 'closed' | 'open' | 'half_open';
      };
      /** Notices of dangers by text. They take from the budgets too; the other counts are of codes alone */
      notices: {
        spent: number;
        left: number;
      };
      countries: ({
        country: string;
        allowed: boolean;
        /** Today, in UTC */
        sent: number;
        /** Texts among these whose code was entered */
        answered: number;
        /** Texts among these that the carrier refused */
        failed: number;
        /** Texts among these to numbers that were not proven; the breaker watches them */
        new_sent: number;
        new_answered: number;
        left: number;
        /** open: texts to new numbers are paused; half_open: a few are tried */
        breaker: 'closed' | 'open' | 'half_open';
        /** While the breaker is open */
        resumes_at: string | null;
      })[];
      /** Number prefixes (without the last four digits): the ten with the most texts */
      prefixes: ({
        prefix: string;
        spent: number;
        left: number;
      })[];
    };
  };
  /** Read which carriers are set up, and which mails wait */
  'GET /admin/carriers': {
    id: 'readCarriers';
    input: {};
    answer: {
      mail: {
        /** False: mails wait until SMTP_URL is set */
        configured: boolean;
        waiting: number;
        /** Mails that the mail server has refused at least once */
        failing: number;
        /** When the oldest of them was written */
        oldest: string | null;
      };
      /** The methods that a user can enrol here */
      methods: (string)[];
    };
  };
  /** Send a test mail to your own address */
  'POST /admin/carriers/test-mail': {
    id: 'sendTestMail';
    input: {
      headers?: {
        'X-MFA-Token'?: string | undefined;
      };
    };
    answer: {
      /** Masked */
      to: string;
    };
  };
  /** Download the evidence for an auditor */
  'GET /admin/evidence': {
    id: 'readEvidence';
    input: {
      headers?: {
        'X-MFA-Token'?: string | undefined;
      };
    };
    answer: string;
  };
  /** Read the policy of an area */
  'GET /admin/areas/{area}': {
    id: 'readArea';
    input: {
      params: {
        area: 'admin' | 'public' | 'vendor' | 'service';
      };
    };
    answer: {
      area: 'admin' | 'public' | 'vendor' | 'service';
      policy: {
        mfa: 'required' | 'if_enrolled' | 'optional' | 'none';
        /** The lowest level that is accepted as the second step here */
        min_acr: 'urn:sallyport:acr:1plus' | 'urn:sallyport:acr:2r' | 'urn:sallyport:acr:2' | 'phr';
        allowed_methods: 'all' | (string)[];
        access_seconds: number;
        /** Null: sessions do not go idle */
        idle_seconds: number | null;
        absolute_seconds: number;
        audit: 'medium' | 'high';
        /** How long a trusted device replaces the second step */
        trusted_device_days: number | null;
        /** Whether a provider may let a user in without asking for a factor */
        provider_bypass: boolean;
        /** What logs in while a deciding provider is down: nothing, another factor, or the password alone */
        provider_outage: 'closed' | 'fallback' | 'open';
        /** How long a refresh token that was just exchanged is answered once more */
        refresh_grace_seconds: number;
        /** Whether X-MFA-Token takes a recovery code */
        recovery_code_at_guard: boolean;
        /** Whether a login or a step-up with a recovery code gives a new one in its place */
        new_recovery_code: boolean;
        /** What a login begins with: a password, a passkey alone, or either of them */
        first_factor: 'password' | 'passkey' | 'either';
        /** What keeps a session from going idle: each guarded request, or reports that the user is active */
        activity: 'requests' | 'explicit';
        /** How users recover their own account after the loss of a factor. Null: only by the helpdesk */
        account_recovery: {
          /** What a person may show. Two different kinds are needed */
          from: ('recovery_code' | 'address' | 'device' | 'colleague')[];
          /** How long a proven recovery waits; at least 24 in the area admin */
          wait_hours: number;
        } | null;
      };
      /** The report-only policy */
      trial: {
        mfa: 'required' | 'if_enrolled' | 'optional' | 'none';
        /** The lowest level that is accepted as the second step here */
        min_acr: 'urn:sallyport:acr:1plus' | 'urn:sallyport:acr:2r' | 'urn:sallyport:acr:2' | 'phr';
        allowed_methods: 'all' | (string)[];
        access_seconds: number;
        /** Null: sessions do not go idle */
        idle_seconds: number | null;
        absolute_seconds: number;
        audit: 'medium' | 'high';
        /** How long a trusted device replaces the second step */
        trusted_device_days: number | null;
        /** Whether a provider may let a user in without asking for a factor */
        provider_bypass: boolean;
        /** What logs in while a deciding provider is down: nothing, another factor, or the password alone */
        provider_outage: 'closed' | 'fallback' | 'open';
        /** How long a refresh token that was just exchanged is answered once more */
        refresh_grace_seconds: number;
        /** Whether X-MFA-Token takes a recovery code */
        recovery_code_at_guard: boolean;
        /** Whether a login or a step-up with a recovery code gives a new one in its place */
        new_recovery_code: boolean;
        /** What a login begins with: a password, a passkey alone, or either of them */
        first_factor: 'password' | 'passkey' | 'either';
        /** What keeps a session from going idle: each guarded request, or reports that the user is active */
        activity: 'requests' | 'explicit';
        /** How users recover their own account after the loss of a factor. Null: only by the helpdesk */
        account_recovery: {
          /** What a person may show. Two different kinds are needed */
          from: ('recovery_code' | 'address' | 'device' | 'colleague')[];
          /** How long a proven recovery waits; at least 24 in the area admin */
          wait_hours: number;
        } | null;
      } | null;
      version: number;
      /** Null: the area follows POLICY_PRESET */
      changed_at: string | null;
      /** Null: changed from the terminal, or never changed */
      changed_by: string | null;
      /** The current name; null if the user no longer exists */
      changed_by_username: string | null;
    };
  };
  /** Change the policy of an area, or its report-only policy */
  'PUT /admin/areas/{area}': {
    id: 'changeArea';
    input: {
      params: {
        area: 'admin' | 'public' | 'vendor' | 'service';
      };
      headers?: {
        'X-MFA-Token'?: string | undefined;
      };
      body: {
        preset: 'standard' | 'strict' | 'pci' | 'cjis' | 'nydfs';
        /** Report only: what it would refuse is recorded in the audit and let through */
        report_only?: boolean | undefined;
        /** The version that was read; 409 if it has changed since */
        version?: number | undefined;
        /** `newly_refused` of the simulation; 409 if the number has changed since */
        confirm_shut_out?: number | undefined;
        /** Required where a second person must approve the change */
        reason?: string | undefined;
        ticket?: string | undefined;
      } | {
        /** An earlier version: the policy that was in force then */
        restore: number;
        /** Report only: what it would refuse is recorded in the audit and let through */
        report_only?: boolean | undefined;
        /** The version that was read; 409 if it has changed since */
        version?: number | undefined;
        /** `newly_refused` of the simulation; 409 if the number has changed since */
        confirm_shut_out?: number | undefined;
        /** Required where a second person must approve the change */
        reason?: string | undefined;
        ticket?: string | undefined;
      } | {
        mfa: 'required' | 'if_enrolled' | 'optional' | 'none';
        /** The lowest level that is accepted as the second step here */
        min_acr: 'urn:sallyport:acr:1plus' | 'urn:sallyport:acr:2r' | 'urn:sallyport:acr:2' | 'phr';
        allowed_methods: 'all' | (string)[];
        access_seconds: number;
        /** Null: sessions do not go idle */
        idle_seconds: number | null;
        absolute_seconds: number;
        audit: 'medium' | 'high';
        /** How long a trusted device replaces the second step */
        trusted_device_days?: number | null | undefined;
        /** Whether a provider may let a user in without asking for a factor */
        provider_bypass?: boolean | undefined;
        /** What logs in while a deciding provider is down: nothing, another factor, or the password alone */
        provider_outage?: 'closed' | 'fallback' | 'open' | undefined;
        /** How long a refresh token that was just exchanged is answered once more */
        refresh_grace_seconds?: number | undefined;
        /** Whether X-MFA-Token takes a recovery code */
        recovery_code_at_guard?: boolean | undefined;
        /** Whether a login or a step-up with a recovery code gives a new one in its place */
        new_recovery_code?: boolean | undefined;
        /** What a login begins with: a password, a passkey alone, or either of them */
        first_factor?: 'password' | 'passkey' | 'either' | undefined;
        /** What keeps a session from going idle: each guarded request, or reports that the user is active */
        activity?: 'requests' | 'explicit' | undefined;
        /** How users recover their own account after the loss of a factor. Null: only by the helpdesk */
        account_recovery?: {
          /** What a person may show. Two different kinds are needed */
          from: ('recovery_code' | 'address' | 'device' | 'colleague')[];
          /** How long a proven recovery waits; at least 24 in the area admin */
          wait_hours: number;
        } | null | undefined;
        /** Report only: what it would refuse is recorded in the audit and let through */
        report_only?: boolean | undefined;
        /** The version that was read; 409 if it has changed since */
        version?: number | undefined;
        /** `newly_refused` of the simulation; 409 if the number has changed since */
        confirm_shut_out?: number | undefined;
        /** Required where a second person must approve the change */
        reason?: string | undefined;
        ticket?: string | undefined;
      };
    };
    answer: {
      area: 'admin' | 'public' | 'vendor' | 'service';
      policy: {
        mfa: 'required' | 'if_enrolled' | 'optional' | 'none';
        /** The lowest level that is accepted as the second step here */
        min_acr: 'urn:sallyport:acr:1plus' | 'urn:sallyport:acr:2r' | 'urn:sallyport:acr:2' | 'phr';
        allowed_methods: 'all' | (string)[];
        access_seconds: number;
        /** Null: sessions do not go idle */
        idle_seconds: number | null;
        absolute_seconds: number;
        audit: 'medium' | 'high';
        /** How long a trusted device replaces the second step */
        trusted_device_days: number | null;
        /** Whether a provider may let a user in without asking for a factor */
        provider_bypass: boolean;
        /** What logs in while a deciding provider is down: nothing, another factor, or the password alone */
        provider_outage: 'closed' | 'fallback' | 'open';
        /** How long a refresh token that was just exchanged is answered once more */
        refresh_grace_seconds: number;
        /** Whether X-MFA-Token takes a recovery code */
        recovery_code_at_guard: boolean;
        /** Whether a login or a step-up with a recovery code gives a new one in its place */
        new_recovery_code: boolean;
        /** What a login begins with: a password, a passkey alone, or either of them */
        first_factor: 'password' | 'passkey' | 'either';
        /** What keeps a session from going idle: each guarded request, or reports that the user is active */
        activity: 'requests' | 'explicit';
        /** How users recover their own account after the loss of a factor. Null: only by the helpdesk */
        account_recovery: {
          /** What a person may show. Two different kinds are needed */
          from: ('recovery_code' | 'address' | 'device' | 'colleague')[];
          /** How long a proven recovery waits; at least 24 in the area admin */
          wait_hours: number;
        } | null;
      };
      /** The report-only policy */
      trial: {
        mfa: 'required' | 'if_enrolled' | 'optional' | 'none';
        /** The lowest level that is accepted as the second step here */
        min_acr: 'urn:sallyport:acr:1plus' | 'urn:sallyport:acr:2r' | 'urn:sallyport:acr:2' | 'phr';
        allowed_methods: 'all' | (string)[];
        access_seconds: number;
        /** Null: sessions do not go idle */
        idle_seconds: number | null;
        absolute_seconds: number;
        audit: 'medium' | 'high';
        /** How long a trusted device replaces the second step */
        trusted_device_days: number | null;
        /** Whether a provider may let a user in without asking for a factor */
        provider_bypass: boolean;
        /** What logs in while a deciding provider is down: nothing, another factor, or the password alone */
        provider_outage: 'closed' | 'fallback' | 'open';
        /** How long a refresh token that was just exchanged is answered once more */
        refresh_grace_seconds: number;
        /** Whether X-MFA-Token takes a recovery code */
        recovery_code_at_guard: boolean;
        /** Whether a login or a step-up with a recovery code gives a new one in its place */
        new_recovery_code: boolean;
        /** What a login begins with: a password, a passkey alone, or either of them */
        first_factor: 'password' | 'passkey' | 'either';
        /** What keeps a session from going idle: each guarded request, or reports that the user is active */
        activity: 'requests' | 'explicit';
        /** How users recover their own account after the loss of a factor. Null: only by the helpdesk */
        account_recovery: {
          /** What a person may show. Two different kinds are needed */
          from: ('recovery_code' | 'address' | 'device' | 'colleague')[];
          /** How long a proven recovery waits; at least 24 in the area admin */
          wait_hours: number;
        } | null;
      } | null;
      version: number;
      /** Null: the area follows POLICY_PRESET */
      changed_at: string | null;
      /** Null: changed from the terminal, or never changed */
      changed_by: string | null;
      /** The current name; null if the user no longer exists */
      changed_by_username: string | null;
    } | {
      id: string;
      action: 'mfa_reset' | 'bypass_code' | 'password_reset' | 'exemption' | 'admin_role' | 'rollout_end' | 'policy_change' | 'rules_weaker';
      /** The person concerned. Null: the action concerns a policy */
      user_id: string | null;
      username: string | null;
      reason: string;
      ticket: string | null;
      /** What will be done, beside the action itself */
      details: {
        [name: string]: unknown;
      };
      requested_by: string;
      requested_by_username: string | null;
      /** RFC 3339, UTC */
      requested_at: string;
      /** How long it waits after the approval */
      wait_hours: number;
      state: 'open' | 'approved' | 'refused' | 'cancelled' | 'stopped' | 'used' | 'expired';
      decided_by: string | null;
      decided_by_username: string | null;
      decided_at: string | null;
      /** From then on the requester can carry it out */
      ready_at: string | null;
      /** RFC 3339, UTC */
      expires_at: string;
    };
  };
  /** Simulate a policy of an area */
  'POST /admin/areas/{area}/simulate': {
    id: 'simulateArea';
    input: {
      params: {
        area: 'admin' | 'public' | 'vendor' | 'service';
      };
      query?: {
        list?: 'refused' | 'asked_more' | undefined;
        cursor?: string | number | undefined;
        limit?: string | number | undefined;
      };
      body: {
        preset: 'standard' | 'strict' | 'pci' | 'cjis' | 'nydfs';
      } | {
        /** An earlier version: the policy that was in force then */
        restore: number;
      } | {
        mfa: 'required' | 'if_enrolled' | 'optional' | 'none';
        /** The lowest level that is accepted as the second step here */
        min_acr: 'urn:sallyport:acr:1plus' | 'urn:sallyport:acr:2r' | 'urn:sallyport:acr:2' | 'phr';
        allowed_methods: 'all' | (string)[];
        access_seconds: number;
        /** Null: sessions do not go idle */
        idle_seconds: number | null;
        absolute_seconds: number;
        audit: 'medium' | 'high';
        /** How long a trusted device replaces the second step */
        trusted_device_days?: number | null | undefined;
        /** Whether a provider may let a user in without asking for a factor */
        provider_bypass?: boolean | undefined;
        /** What logs in while a deciding provider is down: nothing, another factor, or the password alone */
        provider_outage?: 'closed' | 'fallback' | 'open' | undefined;
        /** How long a refresh token that was just exchanged is answered once more */
        refresh_grace_seconds?: number | undefined;
        /** Whether X-MFA-Token takes a recovery code */
        recovery_code_at_guard?: boolean | undefined;
        /** Whether a login or a step-up with a recovery code gives a new one in its place */
        new_recovery_code?: boolean | undefined;
        /** What a login begins with: a password, a passkey alone, or either of them */
        first_factor?: 'password' | 'passkey' | 'either' | undefined;
        /** What keeps a session from going idle: each guarded request, or reports that the user is active */
        activity?: 'requests' | 'explicit' | undefined;
        /** How users recover their own account after the loss of a factor. Null: only by the helpdesk */
        account_recovery?: {
          /** What a person may show. Two different kinds are needed */
          from: ('recovery_code' | 'address' | 'device' | 'colleague')[];
          /** How long a proven recovery waits; at least 24 in the area admin */
          wait_hours: number;
        } | null | undefined;
      };
    };
    answer: {
      counts: {
        /** Active users whose roles give access to the area */
        members: number;
        refused: number;
        /** Users among these whom the current policy lets in */
        newly_refused: number;
        /** Users who can log in under both policies, and need more under this one: see `reason` */
        asked_more: number;
      };
      users: ({
        id: string;
        username: string;
        /** Why the user is refused: the first four. What is asked more: a factor, another one of the factors, or a factor on a trusted device */
        reason: 'must_enrol' | 'no_factor_counts' | 'no_passkey' | 'no_password' | 'factor' | 'other_factor' | 'trusted_device';
        newly: boolean;
      })[];
      next_cursor: string | null;
    };
  };
  /** List every version of the policy of an area, newest first */
  'GET /admin/areas/{area}/versions': {
    id: 'readAreaVersions';
    input: {
      params: {
        area: 'admin' | 'public' | 'vendor' | 'service';
      };
      query?: {
        limit?: string | number | undefined;
        cursor?: string | number | undefined;
      };
    };
    answer: {
      versions: ({
        version: number;
        /** Null: the area follows POLICY_PRESET */
        changed_at: string | null;
        /** Null: changed from the terminal, or never changed */
        changed_by: string | null;
        /** The current name; null if the user no longer exists */
        changed_by_username: string | null;
        /** The earlier version that this change went back to */
        restored: number | null;
        /** The policy in force. Null if it cannot be read */
        policy: {
          mfa: 'required' | 'if_enrolled' | 'optional' | 'none';
          /** The lowest level that is accepted as the second step here */
          min_acr: 'urn:sallyport:acr:1plus' | 'urn:sallyport:acr:2r' | 'urn:sallyport:acr:2' | 'phr';
          allowed_methods: 'all' | (string)[];
          access_seconds: number;
          /** Null: sessions do not go idle */
          idle_seconds: number | null;
          absolute_seconds: number;
          audit: 'medium' | 'high';
          /** How long a trusted device replaces the second step */
          trusted_device_days: number | null;
          /** Whether a provider may let a user in without asking for a factor */
          provider_bypass: boolean;
          /** What logs in while a deciding provider is down: nothing, another factor, or the password alone */
          provider_outage: 'closed' | 'fallback' | 'open';
          /** How long a refresh token that was just exchanged is answered once more */
          refresh_grace_seconds: number;
          /** Whether X-MFA-Token takes a recovery code */
          recovery_code_at_guard: boolean;
          /** Whether a login or a step-up with a recovery code gives a new one in its place */
          new_recovery_code: boolean;
          /** What a login begins with: a password, a passkey alone, or either of them */
          first_factor: 'password' | 'passkey' | 'either';
          /** What keeps a session from going idle: each guarded request, or reports that the user is active */
          activity: 'requests' | 'explicit';
          /** How users recover their own account after the loss of a factor. Null: only by the helpdesk */
          account_recovery: {
            /** What a person may show. Two different kinds are needed */
            from: ('recovery_code' | 'address' | 'device' | 'colleague')[];
            /** How long a proven recovery waits; at least 24 in the area admin */
            wait_hours: number;
          } | null;
        } | null;
        /** The report-only policy */
        trial: {
          mfa: 'required' | 'if_enrolled' | 'optional' | 'none';
          /** The lowest level that is accepted as the second step here */
          min_acr: 'urn:sallyport:acr:1plus' | 'urn:sallyport:acr:2r' | 'urn:sallyport:acr:2' | 'phr';
          allowed_methods: 'all' | (string)[];
          access_seconds: number;
          /** Null: sessions do not go idle */
          idle_seconds: number | null;
          absolute_seconds: number;
          audit: 'medium' | 'high';
          /** How long a trusted device replaces the second step */
          trusted_device_days: number | null;
          /** Whether a provider may let a user in without asking for a factor */
          provider_bypass: boolean;
          /** What logs in while a deciding provider is down: nothing, another factor, or the password alone */
          provider_outage: 'closed' | 'fallback' | 'open';
          /** How long a refresh token that was just exchanged is answered once more */
          refresh_grace_seconds: number;
          /** Whether X-MFA-Token takes a recovery code */
          recovery_code_at_guard: boolean;
          /** Whether a login or a step-up with a recovery code gives a new one in its place */
          new_recovery_code: boolean;
          /** What a login begins with: a password, a passkey alone, or either of them */
          first_factor: 'password' | 'passkey' | 'either';
          /** What keeps a session from going idle: each guarded request, or reports that the user is active */
          activity: 'requests' | 'explicit';
          /** How users recover their own account after the loss of a factor. Null: only by the helpdesk */
          account_recovery: {
            /** What a person may show. Two different kinds are needed */
            from: ('recovery_code' | 'address' | 'device' | 'colleague')[];
            /** How long a proven recovery waits; at least 24 in the area admin */
            wait_hours: number;
          } | null;
        } | null;
        /** The policy in force before. Null if it is not kept */
        before: {
          mfa: 'required' | 'if_enrolled' | 'optional' | 'none';
          /** The lowest level that is accepted as the second step here */
          min_acr: 'urn:sallyport:acr:1plus' | 'urn:sallyport:acr:2r' | 'urn:sallyport:acr:2' | 'phr';
          allowed_methods: 'all' | (string)[];
          access_seconds: number;
          /** Null: sessions do not go idle */
          idle_seconds: number | null;
          absolute_seconds: number;
          audit: 'medium' | 'high';
          /** How long a trusted device replaces the second step */
          trusted_device_days: number | null;
          /** Whether a provider may let a user in without asking for a factor */
          provider_bypass: boolean;
          /** What logs in while a deciding provider is down: nothing, another factor, or the password alone */
          provider_outage: 'closed' | 'fallback' | 'open';
          /** How long a refresh token that was just exchanged is answered once more */
          refresh_grace_seconds: number;
          /** Whether X-MFA-Token takes a recovery code */
          recovery_code_at_guard: boolean;
          /** Whether a login or a step-up with a recovery code gives a new one in its place */
          new_recovery_code: boolean;
          /** What a login begins with: a password, a passkey alone, or either of them */
          first_factor: 'password' | 'passkey' | 'either';
          /** What keeps a session from going idle: each guarded request, or reports that the user is active */
          activity: 'requests' | 'explicit';
          /** How users recover their own account after the loss of a factor. Null: only by the helpdesk */
          account_recovery: {
            /** What a person may show. Two different kinds are needed */
            from: ('recovery_code' | 'address' | 'device' | 'colleague')[];
            /** How long a proven recovery waits; at least 24 in the area admin */
            wait_hours: number;
          } | null;
        } | null;
      })[];
      next_cursor: string | null;
    };
  };
  /** Read what each preset says about an area */
  'GET /admin/areas/{area}/presets': {
    id: 'readAreaPresets';
    input: {
      params: {
        area: 'admin' | 'public' | 'vendor' | 'service';
      };
    };
    answer: {
      /** POLICY_PRESET: what an area follows until somebody changes it */
      preset: 'standard' | 'strict' | 'pci' | 'cjis' | 'nydfs';
      presets: {
        standard: {
          mfa: 'required' | 'if_enrolled' | 'optional' | 'none';
          /** The lowest level that is accepted as the second step here */
          min_acr: 'urn:sallyport:acr:1plus' | 'urn:sallyport:acr:2r' | 'urn:sallyport:acr:2' | 'phr';
          allowed_methods: 'all' | (string)[];
          access_seconds: number;
          /** Null: sessions do not go idle */
          idle_seconds: number | null;
          absolute_seconds: number;
          audit: 'medium' | 'high';
          /** How long a trusted device replaces the second step */
          trusted_device_days: number | null;
          /** Whether a provider may let a user in without asking for a factor */
          provider_bypass: boolean;
          /** What logs in while a deciding provider is down: nothing, another factor, or the password alone */
          provider_outage: 'closed' | 'fallback' | 'open';
          /** How long a refresh token that was just exchanged is answered once more */
          refresh_grace_seconds: number;
          /** Whether X-MFA-Token takes a recovery code */
          recovery_code_at_guard: boolean;
          /** Whether a login or a step-up with a recovery code gives a new one in its place */
          new_recovery_code: boolean;
          /** What a login begins with: a password, a passkey alone, or either of them */
          first_factor: 'password' | 'passkey' | 'either';
          /** What keeps a session from going idle: each guarded request, or reports that the user is active */
          activity: 'requests' | 'explicit';
          /** How users recover their own account after the loss of a factor. Null: only by the helpdesk */
          account_recovery: {
            /** What a person may show. Two different kinds are needed */
            from: ('recovery_code' | 'address' | 'device' | 'colleague')[];
            /** How long a proven recovery waits; at least 24 in the area admin */
            wait_hours: number;
          } | null;
        };
        strict: {
          mfa: 'required' | 'if_enrolled' | 'optional' | 'none';
          /** The lowest level that is accepted as the second step here */
          min_acr: 'urn:sallyport:acr:1plus' | 'urn:sallyport:acr:2r' | 'urn:sallyport:acr:2' | 'phr';
          allowed_methods: 'all' | (string)[];
          access_seconds: number;
          /** Null: sessions do not go idle */
          idle_seconds: number | null;
          absolute_seconds: number;
          audit: 'medium' | 'high';
          /** How long a trusted device replaces the second step */
          trusted_device_days: number | null;
          /** Whether a provider may let a user in without asking for a factor */
          provider_bypass: boolean;
          /** What logs in while a deciding provider is down: nothing, another factor, or the password alone */
          provider_outage: 'closed' | 'fallback' | 'open';
          /** How long a refresh token that was just exchanged is answered once more */
          refresh_grace_seconds: number;
          /** Whether X-MFA-Token takes a recovery code */
          recovery_code_at_guard: boolean;
          /** Whether a login or a step-up with a recovery code gives a new one in its place */
          new_recovery_code: boolean;
          /** What a login begins with: a password, a passkey alone, or either of them */
          first_factor: 'password' | 'passkey' | 'either';
          /** What keeps a session from going idle: each guarded request, or reports that the user is active */
          activity: 'requests' | 'explicit';
          /** How users recover their own account after the loss of a factor. Null: only by the helpdesk */
          account_recovery: {
            /** What a person may show. Two different kinds are needed */
            from: ('recovery_code' | 'address' | 'device' | 'colleague')[];
            /** How long a proven recovery waits; at least 24 in the area admin */
            wait_hours: number;
          } | null;
        };
        pci: {
          mfa: 'required' | 'if_enrolled' | 'optional' | 'none';
          /** The lowest level that is accepted as the second step here */
          min_acr: 'urn:sallyport:acr:1plus' | 'urn:sallyport:acr:2r' | 'urn:sallyport:acr:2' | 'phr';
          allowed_methods: 'all' | (string)[];
          access_seconds: number;
          /** Null: sessions do not go idle */
          idle_seconds: number | null;
          absolute_seconds: number;
          audit: 'medium' | 'high';
          /** How long a trusted device replaces the second step */
          trusted_device_days: number | null;
          /** Whether a provider may let a user in without asking for a factor */
          provider_bypass: boolean;
          /** What logs in while a deciding provider is down: nothing, another factor, or the password alone */
          provider_outage: 'closed' | 'fallback' | 'open';
          /** How long a refresh token that was just exchanged is answered once more */
          refresh_grace_seconds: number;
          /** Whether X-MFA-Token takes a recovery code */
          recovery_code_at_guard: boolean;
          /** Whether a login or a step-up with a recovery code gives a new one in its place */
          new_recovery_code: boolean;
          /** What a login begins with: a password, a passkey alone, or either of them */
          first_factor: 'password' | 'passkey' | 'either';
          /** What keeps a session from going idle: each guarded request, or reports that the user is active */
          activity: 'requests' | 'explicit';
          /** How users recover their own account after the loss of a factor. Null: only by the helpdesk */
          account_recovery: {
            /** What a person may show. Two different kinds are needed */
            from: ('recovery_code' | 'address' | 'device' | 'colleague')[];
            /** How long a proven recovery waits; at least 24 in the area admin */
            wait_hours: number;
          } | null;
        };
        cjis: {
          mfa: 'required' | 'if_enrolled' | 'optional' | 'none';
          /** The lowest level that is accepted as the second step here */
          min_acr: 'urn:sallyport:acr:1plus' | 'urn:sallyport:acr:2r' | 'urn:sallyport:acr:2' | 'phr';
          allowed_methods: 'all' | (string)[];
          access_seconds: number;
          /** Null: sessions do not go idle */
          idle_seconds: number | null;
          absolute_seconds: number;
          audit: 'medium' | 'high';
          /** How long a trusted device replaces the second step */
          trusted_device_days: number | null;
          /** Whether a provider may let a user in without asking for a factor */
          provider_bypass: boolean;
          /** What logs in while a deciding provider is down: nothing, another factor, or the password alone */
          provider_outage: 'closed' | 'fallback' | 'open';
          /** How long a refresh token that was just exchanged is answered once more */
          refresh_grace_seconds: number;
          /** Whether X-MFA-Token takes a recovery code */
          recovery_code_at_guard: boolean;
          /** Whether a login or a step-up with a recovery code gives a new one in its place */
          new_recovery_code: boolean;
          /** What a login begins with: a password, a passkey alone, or either of them */
          first_factor: 'password' | 'passkey' | 'either';
          /** What keeps a session from going idle: each guarded request, or reports that the user is active */
          activity: 'requests' | 'explicit';
          /** How users recover their own account after the loss of a factor. Null: only by the helpdesk */
          account_recovery: {
            /** What a person may show. Two different kinds are needed */
            from: ('recovery_code' | 'address' | 'device' | 'colleague')[];
            /** How long a proven recovery waits; at least 24 in the area admin */
            wait_hours: number;
          } | null;
        };
        nydfs: {
          mfa: 'required' | 'if_enrolled' | 'optional' | 'none';
          /** The lowest level that is accepted as the second step here */
          min_acr: 'urn:sallyport:acr:1plus' | 'urn:sallyport:acr:2r' | 'urn:sallyport:acr:2' | 'phr';
          allowed_methods: 'all' | (string)[];
          access_seconds: number;
          /** Null: sessions do not go idle */
          idle_seconds: number | null;
          absolute_seconds: number;
          audit: 'medium' | 'high';
          /** How long a trusted device replaces the second step */
          trusted_device_days: number | null;
          /** Whether a provider may let a user in without asking for a factor */
          provider_bypass: boolean;
          /** What logs in while a deciding provider is down: nothing, another factor, or the password alone */
          provider_outage: 'closed' | 'fallback' | 'open';
          /** How long a refresh token that was just exchanged is answered once more */
          refresh_grace_seconds: number;
          /** Whether X-MFA-Token takes a recovery code */
          recovery_code_at_guard: boolean;
          /** Whether a login or a step-up with a recovery code gives a new one in its place */
          new_recovery_code: boolean;
          /** What a login begins with: a password, a passkey alone, or either of them */
          first_factor: 'password' | 'passkey' | 'either';
          /** What keeps a session from going idle: each guarded request, or reports that the user is active */
          activity: 'requests' | 'explicit';
          /** How users recover their own account after the loss of a factor. Null: only by the helpdesk */
          account_recovery: {
            /** What a person may show. Two different kinds are needed */
            from: ('recovery_code' | 'address' | 'device' | 'colleague')[];
            /** How long a proven recovery waits; at least 24 in the area admin */
            wait_hours: number;
          } | null;
        };
      };
      /** The methods that are configured here: names for `allowed_methods` */
      methods: (string)[];
    };
  };
  /** List audit events, newest first */
  'GET /admin/audit': {
    id: 'listAudit';
    input: {
      query?: {
        limit?: string | number | undefined;
        cursor?: string | number | undefined;
        type?: 'authn_login_success' | 'authn_login_fail' | 'authn_login_lock' | 'authn_password_change' | 'authn_password_change_fail' | 'authn_token_reuse' | 'authz_fail' | 'area_access' | 'excess_rate_limit_exceeded' | 'mfa_challenge' | 'mfa_passed' | 'mfa_failed' | 'mfa_waived' | 'mfa_attack_reported' | 'mfa_send_failed' | 'mfa_check_failed' | 'sms_paused' | 'sms_resumed' | 'otp_replayed' | 'mfa_enroll_started' | 'mfa_factor_added' | 'mfa_factor_changed' | 'mfa_factor_removed' | 'mfa_factor_disabled' | 'mfa_disabled' | 'mfa_recovery_code_used' | 'mfa_recovery_codes_regenerated' | 'mfa_proof_issued' | 'trusted_device_added' | 'trusted_device_removed' | 'trusted_device_reuse' | 'session_refreshed' | 'session_ended' | 'user_created' | 'user_invited' | 'user_imported' | 'user_changed' | 'user_disabled' | 'user_enabled' | 'user_roles_changed' | 'user_unlocked' | 'password_reset_requested' | 'password_reset' | 'password_removed' | 'mfa_reset' | 'mfa_bypass_codes_issued' | 'mfa_bypass_code_used' | 'caller_check_started' | 'caller_check_passed' | 'caller_check_failed' | 'policy_changed' | 'policy_tried' | 'policy_would_refuse' | 'rollout_changed' | 'rollout_reminded' | 'test_mail_sent' | 'grace_started' | 'exemption_made' | 'exemption_ended' | 'service_account_created' | 'service_account_changed' | 'service_account_disabled' | 'service_credential_added' | 'service_credential_revoked' | 'service_token_issued' | 'service_token_refused' | 'token_revoked' | 'signing_keys_rotated' | 'signing_key_retired' | 'signing_key_revoked' | 'vault_resealed' | 'approval_asked' | 'approval_granted' | 'approval_refused' | 'approval_cancelled' | 'approval_stopped' | 'approval_used' | 'approval_rules_changed' | 'account_reported' | 'recovery_requested' | 'recovery_begun' | 'recovery_shown' | 'recovery_failed' | 'recovery_approved' | 'recovery_ready' | 'recovery_stopped' | 'account_recovered' | 'recovery_colleagues_changed' | 'recovery_colleague_confirmed' | 'break_glass_made' | 'break_glass_used' | 'receiver_created' | 'receiver_changed' | 'receiver_removed' | 'audit_read' | 'audit_exported' | 'audit_verified' | 'audit_cut' | undefined;
        outcome?: 'success' | 'failure' | 'refused' | undefined;
        user_id?: string | number | undefined;
        username?: string | number | undefined;
        severity?: 'info' | 'warning' | 'critical' | undefined;
        actor_id?: string | number | undefined;
        area?: 'admin' | 'public' | 'vendor' | 'service' | undefined;
        method?: string | number | undefined;
        session_id?: string | number | undefined;
        request_id?: string | number | undefined;
        ip?: string | number | undefined;
        from?: string | number | undefined;
        until?: string | number | undefined;
      };
      headers?: {
        'X-MFA-Token'?: string | undefined;
      };
    };
    answer: {
      events: (AuditEvent)[];
      next_cursor: string | null;
    };
  };
  /** Verify that nobody changed the audit */
  'GET /admin/audit/verify': {
    id: 'verifyAudit';
    input: {
      query?: {
        after?: string | number | undefined;
      };
      headers?: {
        'X-MFA-Token'?: string | undefined;
      };
    };
    answer: {
      holds: boolean;
      /** The first record that differs from what was sealed */
      fault: {
        kind: 'changed' | 'removed' | 'reordered' | 'inserted' | 'unsigned' | 'replaced' | 'lost' | 'unsealed';
        seal: number | null;
        /** The event; null if it is the seal itself */
        seq: number | null;
        detail: string;
      } | null;
      seals: {
        first: number | null;
        last: number;
      };
      /** Events that were compared with their seals */
      events: number;
      /** So new that no seal covers them */
      unsealed: number;
      /** Checkpoints that the seals were compared with */
      checkpoints: number;
      /** Send it as `after` to check the next part. Null at the end */
      next_after: number | null;
    };
  };
  /** Export the audit as NDJSON or CSV */
  'GET /admin/audit/export': {
    id: 'exportAudit';
    input: {
      query?: {
        after?: string | number | undefined;
        format?: 'ndjson' | 'csv' | undefined;
      };
      headers?: {
        'X-MFA-Token'?: string | undefined;
      };
    };
    answer: string;
  };
  /** Read who must enrol, and since when */
  'GET /admin/rollout': {
    id: 'readRollout';
    input: {};
    answer: {
      phase: 'soft' | 'gradual' | 'full';
      /** For each role, `*` (everyone) or `#sensitive` (routes): since when */
      enforced: {
        [name: string]: string;
      };
      grace_days: number;
      changed_at: string | null;
      /** Null: changed from the terminal, or never changed */
      changed_by: string | null;
      /** The current name; null if the user no longer exists */
      changed_by_username: string | null;
    };
  };
  /** Change the phase of the rollout */
  'PUT /admin/rollout': {
    id: 'changeRollout';
    input: {
      headers?: {
        'X-MFA-Token'?: string | undefined;
      };
      body: {
        phase: 'soft' | 'gradual' | 'full';
        /** For `gradual`: the roles that must enrol now */
        roles?: ('admin' | 'helpdesk' | 'auditor' | 'user' | 'vendor')[] | undefined;
        /** For grace periods that start from now on */
        grace_days?: number | undefined;
        /** How many users this shuts out at once, as a simulation counts them. Required if there are any */
        confirm_shut_out?: number | undefined;
        /** Required where a second person must approve the change */
        reason?: string | undefined;
        ticket?: string | undefined;
      };
    };
    answer: {
      phase: 'soft' | 'gradual' | 'full';
      /** For each role, `*` (everyone) or `#sensitive` (routes): since when */
      enforced: {
        [name: string]: string;
      };
      grace_days: number;
      changed_at: string | null;
      /** Null: changed from the terminal, or never changed */
      changed_by: string | null;
      /** The current name; null if the user no longer exists */
      changed_by_username: string | null;
    } | {
      id: string;
      action: 'mfa_reset' | 'bypass_code' | 'password_reset' | 'exemption' | 'admin_role' | 'rollout_end' | 'policy_change' | 'rules_weaker';
      /** The person concerned. Null: the action concerns a policy */
      user_id: string | null;
      username: string | null;
      reason: string;
      ticket: string | null;
      /** What will be done, beside the action itself */
      details: {
        [name: string]: unknown;
      };
      requested_by: string;
      requested_by_username: string | null;
      /** RFC 3339, UTC */
      requested_at: string;
      /** How long it waits after the approval */
      wait_hours: number;
      state: 'open' | 'approved' | 'refused' | 'cancelled' | 'stopped' | 'used' | 'expired';
      decided_by: string | null;
      decided_by_username: string | null;
      decided_at: string | null;
      /** From then on the requester can carry it out */
      ready_at: string | null;
      /** RFC 3339, UTC */
      expires_at: string;
    };
  };
  /** Simulate a change of the rollout */
  'POST /admin/rollout/simulate': {
    id: 'simulateRollout';
    input: {
      query?: {
        list?: 'refused' | 'asked_more' | undefined;
        cursor?: string | number | undefined;
        limit?: string | number | undefined;
      };
      body: {
        phase: 'soft' | 'gradual' | 'full';
        /** For `gradual`: the roles that must enrol now */
        roles?: ('admin' | 'helpdesk' | 'auditor' | 'user' | 'vendor')[] | undefined;
        /** For grace periods that start from now on */
        grace_days?: number | undefined;
      };
    };
    answer: {
      counts: {
        /** Active users without a second factor, of areas with `if_enrolled` */
        without_factor: number;
        /** Users who could only enrol from the moment of the change */
        shut_out_now: number;
        /** Users among these who can log in today: the number for `confirm_shut_out` */
        newly_shut_out_now: number;
        /** Users who could only enrol after their grace period or exemption */
        shut_out_later: number;
      };
      /** Users who are shut out later, by day (UTC) */
      days: ({
        day: string;
        users: number;
      })[];
      /** Users who are refused at sensitive routes, whether or not they can log in */
      sensitive_routes: {
        refused_now: number;
        refused_later: number;
      };
      users: ({
        id: string;
        username: string;
        /** From then on the user could only enrol, if the change were made now */
        shut_out_at: string;
        /** Shut out earlier than by the current rollout, or only by this one */
        newly: boolean;
      })[];
      next_cursor: string | null;
    };
  };
  /** Remind users who must enrol and have no second factor */
  'POST /admin/rollout/reminders': {
    id: 'remindUnenrolled';
    input: {
      headers?: {
        'X-MFA-Token'?: string | undefined;
      };
    };
    answer: {
      /** Users who get a mail now */
      reminded: number;
      /** There are more users to remind */
      more: boolean;
    };
  };
  /** List the exemptions in force, the next to end first */
  'GET /admin/exemptions': {
    id: 'listExemptions';
    input: {};
    answer: {
      exemptions: ({
        id: string;
        user_id: string;
        username: string;
        owner_id: string;
        /** Null if the user no longer exists */
        owner_username: string | null;
        reason: string;
        /** Who approved it in writing */
        approved_by: string | null;
        /** RFC 3339, UTC */
        created_at: string;
        /** RFC 3339, UTC */
        ends_at: string;
      })[];
    };
  };
  /** Exempt a user from the rollout for a while */
  'POST /admin/exemptions': {
    id: 'exemptUser';
    input: {
      headers?: {
        'X-MFA-Token'?: string | undefined;
      };
      body: {
        user_id: string;
        reason: string;
        /** RFC 3339, UTC */
        ends_at: string;
        /** Who approved it in writing, and where. Required with the preset `nydfs`: the CISO */
        approved_by?: string | undefined;
      };
    };
    answer: {
      id: string;
      user_id: string;
      username: string;
      owner_id: string;
      /** Null if the user no longer exists */
      owner_username: string | null;
      reason: string;
      /** Who approved it in writing */
      approved_by: string | null;
      /** RFC 3339, UTC */
      created_at: string;
      /** RFC 3339, UTC */
      ends_at: string;
    } | {
      id: string;
      action: 'mfa_reset' | 'bypass_code' | 'password_reset' | 'exemption' | 'admin_role' | 'rollout_end' | 'policy_change' | 'rules_weaker';
      /** The person concerned. Null: the action concerns a policy */
      user_id: string | null;
      username: string | null;
      reason: string;
      ticket: string | null;
      /** What will be done, beside the action itself */
      details: {
        [name: string]: unknown;
      };
      requested_by: string;
      requested_by_username: string | null;
      /** RFC 3339, UTC */
      requested_at: string;
      /** How long it waits after the approval */
      wait_hours: number;
      state: 'open' | 'approved' | 'refused' | 'cancelled' | 'stopped' | 'used' | 'expired';
      decided_by: string | null;
      decided_by_username: string | null;
      decided_at: string | null;
      /** From then on the requester can carry it out */
      ready_at: string | null;
      /** RFC 3339, UTC */
      expires_at: string;
    };
  };
  /** End an exemption before its time */
  'DELETE /admin/exemptions/{id}': {
    id: 'endExemption';
    input: {
      params: {
        id: string;
      };
      headers?: {
        'X-MFA-Token'?: string | undefined;
      };
    };
    answer: undefined;
  };
  /** Decide whether a gateway may pass a request on */
  'GET /auth/forward': {
    id: 'forward';
    input: {
      query: {
        area: 'admin' | 'public' | 'vendor' | 'service';
        scope?: string | number | undefined;
        mfa?: 'required' | 'if_enrolled' | undefined;
        max_age?: string | number | undefined;
      };
      headers?: {
        'X-MFA-Token'?: string | undefined;
      };
    };
    answer: undefined;
  };
  /** Invite a user */
  'POST /admin/users': {
    id: 'inviteUser';
    input: {
      headers?: {
        'X-MFA-Token'?: string | undefined;
      };
      body: {
        username: string;
        email: string;
        phone?: string | undefined;
        roles: ('admin' | 'helpdesk' | 'auditor' | 'user' | 'vendor')[];
        /** The language of mails and text messages (ISO 639-1) */
        language?: 'en' | 'es' | undefined;
      };
    };
    answer: {
      id: string;
      /** Only if the mail cannot be sent */
      warning?: string | undefined;
    };
  };
  /** List users by name */
  'GET /admin/users': {
    id: 'listUsers';
    input: {
      query?: {
        limit?: string | number | undefined;
        cursor?: string | number | undefined;
        q?: string | number | undefined;
        role?: 'admin' | 'helpdesk' | 'auditor' | 'user' | 'vendor' | undefined;
        status?: 'active' | 'disabled' | undefined;
        enrolled?: 'true' | 'false' | undefined;
        reported?: 'true' | 'false' | undefined;
        locked?: 'true' | 'false' | undefined;
      };
      headers?: {
        'X-MFA-Token'?: string | undefined;
      };
    };
    answer: {
      users: ({
        id: string;
        username: string;
        email: string | null;
        phone: string | null;
        /** The language of mails and text messages (ISO 639-1) */
        language: 'en' | 'es' | null;
        roles: (string)[];
        status: 'active' | 'disabled';
        /** Has a second factor */
        enrolled: boolean;
        /** The helpdesk has reset the second factor: the next login can only enrol */
        must_enrol: boolean;
        /** False: the user was invited or reset, and has not used the link yet */
        password_set: boolean;
        /** RFC 3339, UTC */
        created_at: string;
        /** Null: never, as far as is known */
        last_login: string | null;
        /** When the owner locked the account by the link of a letter. An unlock enables it */
        reported_at: string | null;
      })[];
      next_cursor: string | null;
    };
  };
  /** Invite up to 200 users at once */
  'POST /admin/invitations': {
    id: 'inviteUsers';
    input: {
      headers?: {
        'X-MFA-Token'?: string | undefined;
      };
      body: {
        users: ({
          username: string;
          email: string;
          phone?: string | undefined;
          roles: ('admin' | 'helpdesk' | 'auditor' | 'user' | 'vendor')[];
          /** One of en, es. The language of mails and text messages (ISO 639-1) */
          language?: string | undefined;
        })[];
        /** True: only looks for faults */
        dry_run?: boolean | undefined;
      };
    };
    answer: {
      /** All of the users, or 0 */
      invited: number;
      faults: ({
        /** The position in `users`, from 0 */
        index: number;
        /** The field: a JSON pointer (RFC 6901) */
        pointer: string;
        detail: string;
        /** What is wrong, for words of your own */
        reason: 'username_shape' | 'email_shape' | 'phone_shape' | 'language_unknown' | 'roles_shape' | 'twice' | 'name_taken';
      })[];
      /** Only if the mails cannot be sent */
      warning?: string | undefined;
    };
  };
  /** Read one user: factors, locks, sessions */
  'GET /admin/users/{id}': {
    id: 'readUser';
    input: {
      params: {
        id: string;
      };
      headers?: {
        'X-MFA-Token'?: string | undefined;
      };
    };
    answer: {
      id: string;
      username: string;
      email: string | null;
      phone: string | null;
      /** The language of mails and text messages (ISO 639-1) */
      language: 'en' | 'es' | null;
      roles: (string)[];
      status: 'active' | 'disabled';
      /** Has a second factor */
      enrolled: boolean;
      /** The helpdesk has reset the second factor: the next login can only enrol */
      must_enrol: boolean;
      /** False: the user was invited or reset, and has not used the link yet */
      password_set: boolean;
      /** RFC 3339, UTC */
      created_at: string;
      /** Null: never, as far as is known */
      last_login: string | null;
      /** When the owner locked the account by the link of a letter. An unlock enables it */
      reported_at: string | null;
      /** The owner has removed the password: logins are by passkeys */
      passwordless: boolean;
      /** When it was set, or when the owner removed it */
      password_changed_at: string;
      factors: ({
        factor_id: string;
        method: string;
        label: string;
        /** RFC 3339, UTC */
        created_at: string;
        last_used_at: string | null;
        expires_at: string | null;
        /** After too many wrong codes */
        disabled: boolean;
      })[];
      second_factor: {
        attempts_remaining: number;
        wrong_in_a_row: number;
        /** Seconds until a code is accepted again */
        retry_after: number | null;
      };
      passwords: {
        /** In the last 15 minutes, from all networks */
        wrong: number;
        blocked_networks: number;
      };
      /** At most 100 are counted */
      live_sessions: number;
      /** Recoveries by the owner that go on */
      recoveries: ({
        id: string;
        state: 'open' | 'waiting';
        shown: ('recovery_code' | 'address' | 'device' | 'colleague')[];
        ready_at: string | null;
        ip: string;
        user_agent: string | null;
        /** RFC 3339, UTC */
        begun_at: string;
        /** RFC 3339, UTC */
        expires_at: string;
      })[];
      /** HELP_REQUIRES: what a reset, a bypass code and a new password need to know of the caller */
      help_requires: 'none' | 'caller_check' | 'caller_check_or_two_evidences';
    };
  };
  /** Change the roles, addresses or status of a user */
  'PATCH /admin/users/{id}': {
    id: 'changeUser';
    input: {
      params: {
        id: string;
      };
      headers?: {
        'X-MFA-Token'?: string | undefined;
      };
      body: {
        roles?: ('admin' | 'helpdesk' | 'auditor' | 'user' | 'vendor')[] | undefined;
        email?: string | undefined;
        phone?: string | undefined;
        /** The language of mails and text messages (ISO 639-1) */
        language?: 'en' | 'es' | null | undefined;
        status?: 'active' | 'disabled' | undefined;
        /** Required where a second person must approve the change */
        reason?: string | undefined;
        ticket?: string | undefined;
      };
    };
    answer: {
      id: string;
      username: string;
      email: string | null;
      phone: string | null;
      /** The language of mails and text messages (ISO 639-1) */
      language: 'en' | 'es' | null;
      roles: (string)[];
      status: 'active' | 'disabled';
      /** Has a second factor */
      enrolled: boolean;
      /** The helpdesk has reset the second factor: the next login can only enrol */
      must_enrol: boolean;
      /** False: the user was invited or reset, and has not used the link yet */
      password_set: boolean;
      /** RFC 3339, UTC */
      created_at: string;
      /** Null: never, as far as is known */
      last_login: string | null;
      /** When the owner locked the account by the link of a letter. An unlock enables it */
      reported_at: string | null;
      /** The owner has removed the password: logins are by passkeys */
      passwordless: boolean;
      /** When it was set, or when the owner removed it */
      password_changed_at: string;
      factors: ({
        factor_id: string;
        method: string;
        label: string;
        /** RFC 3339, UTC */
        created_at: string;
        last_used_at: string | null;
        expires_at: string | null;
        /** After too many wrong codes */
        disabled: boolean;
      })[];
      second_factor: {
        attempts_remaining: number;
        wrong_in_a_row: number;
        /** Seconds until a code is accepted again */
        retry_after: number | null;
      };
      passwords: {
        /** In the last 15 minutes, from all networks */
        wrong: number;
        blocked_networks: number;
      };
      /** At most 100 are counted */
      live_sessions: number;
      /** Recoveries by the owner that go on */
      recoveries: ({
        id: string;
        state: 'open' | 'waiting';
        shown: ('recovery_code' | 'address' | 'device' | 'colleague')[];
        ready_at: string | null;
        ip: string;
        user_agent: string | null;
        /** RFC 3339, UTC */
        begun_at: string;
        /** RFC 3339, UTC */
        expires_at: string;
      })[];
      /** HELP_REQUIRES: what a reset, a bypass code and a new password need to know of the caller */
      help_requires: 'none' | 'caller_check' | 'caller_check_or_two_evidences';
    } | {
      id: string;
      action: 'mfa_reset' | 'bypass_code' | 'password_reset' | 'exemption' | 'admin_role' | 'rollout_end' | 'policy_change' | 'rules_weaker';
      /** The person concerned. Null: the action concerns a policy */
      user_id: string | null;
      username: string | null;
      reason: string;
      ticket: string | null;
      /** What will be done, beside the action itself */
      details: {
        [name: string]: unknown;
      };
      requested_by: string;
      requested_by_username: string | null;
      /** RFC 3339, UTC */
      requested_at: string;
      /** How long it waits after the approval */
      wait_hours: number;
      state: 'open' | 'approved' | 'refused' | 'cancelled' | 'stopped' | 'used' | 'expired';
      decided_by: string | null;
      decided_by_username: string | null;
      decided_at: string | null;
      /** From then on the requester can carry it out */
      ready_at: string | null;
      /** RFC 3339, UTC */
      expires_at: string;
    };
  };
  /** Cancel the password and mail a link to set a new one */
  'POST /admin/users/{id}/password-reset': {
    id: 'withdrawPassword';
    input: {
      params: {
        id: string;
      };
      headers?: {
        'X-MFA-Token'?: string | undefined;
      };
      body: {
        /** Why, and how you checked who asked. It is kept in the audit: no secrets */
        reason: string;
        ticket?: string | undefined;
        /** The id of a check that the caller passed. It is used up */
        caller_check?: string | undefined;
        /** How you know the person without a check. HELP_REQUIRES says what is needed */
        evidence?: ('callback_to_known_number' | 'manager_confirmed' | 'in_person_id')[] | undefined;
      };
    };
    answer: {
      id: string;
      action: 'mfa_reset' | 'bypass_code' | 'password_reset' | 'exemption' | 'admin_role' | 'rollout_end' | 'policy_change' | 'rules_weaker';
      /** The person concerned. Null: the action concerns a policy */
      user_id: string | null;
      username: string | null;
      reason: string;
      ticket: string | null;
      /** What will be done, beside the action itself */
      details: {
        [name: string]: unknown;
      };
      requested_by: string;
      requested_by_username: string | null;
      /** RFC 3339, UTC */
      requested_at: string;
      /** How long it waits after the approval */
      wait_hours: number;
      state: 'open' | 'approved' | 'refused' | 'cancelled' | 'stopped' | 'used' | 'expired';
      decided_by: string | null;
      decided_by_username: string | null;
      decided_at: string | null;
      /** From then on the requester can carry it out */
      ready_at: string | null;
      /** RFC 3339, UTC */
      expires_at: string;
    } | undefined;
  };
  /** Mail the invitation again */
  'POST /admin/users/{id}/invitation': {
    id: 'resendInvitation';
    input: {
      params: {
        id: string;
      };
      headers?: {
        'X-MFA-Token'?: string | undefined;
      };
      body: {
        /** Why, and how you checked who asked. It is kept in the audit: no secrets */
        reason: string;
        ticket?: string | undefined;
      };
    };
    answer: undefined;
  };
  /** Remove every second factor */
  'POST /admin/users/{id}/mfa/reset': {
    id: 'resetMfa';
    input: {
      params: {
        id: string;
      };
      headers?: {
        'X-MFA-Token'?: string | undefined;
      };
      body: {
        /** Why, and how you checked who asked. It is kept in the audit: no secrets */
        reason: string;
        ticket?: string | undefined;
        /** The id of a check that the caller passed. It is used up */
        caller_check?: string | undefined;
        /** How you know the person without a check. HELP_REQUIRES says what is needed */
        evidence?: ('callback_to_known_number' | 'manager_confirmed' | 'in_person_id')[] | undefined;
      };
    };
    answer: {
      id: string;
      action: 'mfa_reset' | 'bypass_code' | 'password_reset' | 'exemption' | 'admin_role' | 'rollout_end' | 'policy_change' | 'rules_weaker';
      /** The person concerned. Null: the action concerns a policy */
      user_id: string | null;
      username: string | null;
      reason: string;
      ticket: string | null;
      /** What will be done, beside the action itself */
      details: {
        [name: string]: unknown;
      };
      requested_by: string;
      requested_by_username: string | null;
      /** RFC 3339, UTC */
      requested_at: string;
      /** How long it waits after the approval */
      wait_hours: number;
      state: 'open' | 'approved' | 'refused' | 'cancelled' | 'stopped' | 'used' | 'expired';
      decided_by: string | null;
      decided_by_username: string | null;
      decided_at: string | null;
      /** From then on the requester can carry it out */
      ready_at: string | null;
      /** RFC 3339, UTC */
      expires_at: string;
    } | undefined;
  };
  /** Issue a bypass code in place of the second factor */
  'POST /admin/users/{id}/bypass-codes': {
    id: 'issueBypassCode';
    input: {
      params: {
        id: string;
      };
      headers?: {
        'X-MFA-Token'?: string | undefined;
      };
      body: {
        /** Why, and how you checked who asked. It is kept in the audit: no secrets */
        reason: string;
        ticket?: string | undefined;
        /** The id of a check that the caller passed. It is used up */
        caller_check?: string | undefined;
        /** How you know the person without a check. HELP_REQUIRES says what is needed */
        evidence?: ('callback_to_known_number' | 'manager_confirmed' | 'in_person_id')[] | undefined;
        uses?: number | undefined;
        /** Seconds */
        expires_in?: number | undefined;
      };
    };
    answer: {
      /** Shown once */
      code: string;
      uses: number;
      /** RFC 3339, UTC */
      expires_at: string;
    } | {
      id: string;
      action: 'mfa_reset' | 'bypass_code' | 'password_reset' | 'exemption' | 'admin_role' | 'rollout_end' | 'policy_change' | 'rules_weaker';
      /** The person concerned. Null: the action concerns a policy */
      user_id: string | null;
      username: string | null;
      reason: string;
      ticket: string | null;
      /** What will be done, beside the action itself */
      details: {
        [name: string]: unknown;
      };
      requested_by: string;
      requested_by_username: string | null;
      /** RFC 3339, UTC */
      requested_at: string;
      /** How long it waits after the approval */
      wait_hours: number;
      state: 'open' | 'approved' | 'refused' | 'cancelled' | 'stopped' | 'used' | 'expired';
      decided_by: string | null;
      decided_by_username: string | null;
      decided_at: string | null;
      /** From then on the requester can carry it out */
      ready_at: string | null;
      /** RFC 3339, UTC */
      expires_at: string;
    };
  };
  /** Unlock a user after wrong passwords or codes */
  'POST /admin/users/{id}/unlock': {
    id: 'unlockUser';
    input: {
      params: {
        id: string;
      };
      headers?: {
        'X-MFA-Token'?: string | undefined;
      };
      body: {
        /** Why, and how you checked who asked. It is kept in the audit: no secrets */
        reason: string;
        ticket?: string | undefined;
      };
    };
    answer: undefined;
  };
  /** Log a user out everywhere */
  'DELETE /admin/users/{id}/sessions': {
    id: 'endUserSessions';
    input: {
      params: {
        id: string;
      };
      headers?: {
        'X-MFA-Token'?: string | undefined;
      };
      body: {
        /** Why, and how you checked who asked. It is kept in the audit: no secrets */
        reason: string;
        ticket?: string | undefined;
      };
    };
    answer: undefined;
  };
  /** Stop every recovery of the account */
  'POST /admin/users/{id}/recoveries/stop': {
    id: 'stopRecoveries';
    input: {
      params: {
        id: string;
      };
      headers?: {
        'X-MFA-Token'?: string | undefined;
      };
      body: {
        /** Why, and how you checked who asked. It is kept in the audit: no secrets */
        reason: string;
        ticket?: string | undefined;
      };
    };
    answer: undefined;
  };
  /** Start a check of who is calling */
  'POST /admin/users/{id}/caller-checks': {
    id: 'startCallerCheck';
    input: {
      params: {
        id: string;
      };
      headers?: {
        'X-MFA-Token'?: string | undefined;
      };
      body: {
        /** Why, and how you checked who asked. It is kept in the audit: no secrets */
        reason: string;
        ticket?: string | undefined;
      };
    };
    answer: {
      id: string;
      /** Shown once. The helpdesk reads it to the caller, who types it at /verify-caller */
      number: string;
      /** Until then the check can be answered and used */
      expires_at: string;
    };
  };
  /** List your own checks of who is calling about an account */
  'GET /admin/users/{id}/caller-checks': {
    id: 'readCallerChecks';
    input: {
      params: {
        id: string;
      };
      headers?: {
        'X-MFA-Token'?: string | undefined;
      };
    };
    answer: {
      checks: ({
        id: string;
        /** failed: three wrong answers, or the owner refused a push. used: it was the evidence of an action */
        state: 'pending' | 'passed' | 'failed' | 'expired' | 'used';
        /** The method that the caller used; null before a pass */
        method: string | null;
        /** When it passed or failed */
        answered_at: string | null;
        /** Whether the answer came from the network of the helpdesk member who asked */
        from_asker: boolean | null;
        /** RFC 3339, UTC */
        expires_at: string;
        used_for: 'mfa_reset' | 'bypass_code' | 'password_reset' | null;
      })[];
    };
  };
  /** Read how a check of who is calling stands */
  'GET /admin/users/{id}/caller-checks/{check_id}': {
    id: 'readCallerCheck';
    input: {
      params: {
        id: string;
        check_id: string;
      };
      headers?: {
        'X-MFA-Token'?: string | undefined;
      };
    };
    answer: {
      id: string;
      /** failed: three wrong answers, or the owner refused a push. used: it was the evidence of an action */
      state: 'pending' | 'passed' | 'failed' | 'expired' | 'used';
      /** The method that the caller used; null before a pass */
      method: string | null;
      /** When it passed or failed */
      answered_at: string | null;
      /** Whether the answer came from the network of the helpdesk member who asked */
      from_asker: boolean | null;
      /** RFC 3339, UTC */
      expires_at: string;
      used_for: 'mfa_reset' | 'bypass_code' | 'password_reset' | null;
    };
  };
  /** List requests that a second person must approve */
  'GET /admin/approvals': {
    id: 'listApprovals';
    input: {
      headers?: {
        'X-MFA-Token'?: string | undefined;
      };
    };
    answer: {
      approvals: ({
        id: string;
        action: 'mfa_reset' | 'bypass_code' | 'password_reset' | 'exemption' | 'admin_role' | 'rollout_end' | 'policy_change' | 'rules_weaker';
        /** The person concerned. Null: the action concerns a policy */
        user_id: string | null;
        username: string | null;
        reason: string;
        ticket: string | null;
        /** What will be done, beside the action itself */
        details: {
          [name: string]: unknown;
        };
        requested_by: string;
        requested_by_username: string | null;
        /** RFC 3339, UTC */
        requested_at: string;
        /** How long it waits after the approval */
        wait_hours: number;
        state: 'open' | 'approved' | 'refused' | 'cancelled' | 'stopped' | 'used' | 'expired';
        decided_by: string | null;
        decided_by_username: string | null;
        decided_at: string | null;
        /** From then on the requester can carry it out */
        ready_at: string | null;
        /** RFC 3339, UTC */
        expires_at: string;
      })[];
    };
  };
  /** Read one request */
  'GET /admin/approvals/{id}': {
    id: 'readApproval';
    input: {
      params: {
        id: string;
      };
      headers?: {
        'X-MFA-Token'?: string | undefined;
      };
    };
    answer: {
      id: string;
      action: 'mfa_reset' | 'bypass_code' | 'password_reset' | 'exemption' | 'admin_role' | 'rollout_end' | 'policy_change' | 'rules_weaker';
      /** The person concerned. Null: the action concerns a policy */
      user_id: string | null;
      username: string | null;
      reason: string;
      ticket: string | null;
      /** What will be done, beside the action itself */
      details: {
        [name: string]: unknown;
      };
      requested_by: string;
      requested_by_username: string | null;
      /** RFC 3339, UTC */
      requested_at: string;
      /** How long it waits after the approval */
      wait_hours: number;
      state: 'open' | 'approved' | 'refused' | 'cancelled' | 'stopped' | 'used' | 'expired';
      decided_by: string | null;
      decided_by_username: string | null;
      decided_at: string | null;
      /** From then on the requester can carry it out */
      ready_at: string | null;
      /** RFC 3339, UTC */
      expires_at: string;
    };
  };
  /** Approve the request of another person */
  'POST /admin/approvals/{id}/approve': {
    id: 'approveRequest';
    input: {
      params: {
        id: string;
      };
      headers?: {
        'X-MFA-Token'?: string | undefined;
      };
    };
    answer: {
      id: string;
      action: 'mfa_reset' | 'bypass_code' | 'password_reset' | 'exemption' | 'admin_role' | 'rollout_end' | 'policy_change' | 'rules_weaker';
      /** The person concerned. Null: the action concerns a policy */
      user_id: string | null;
      username: string | null;
      reason: string;
      ticket: string | null;
      /** What will be done, beside the action itself */
      details: {
        [name: string]: unknown;
      };
      requested_by: string;
      requested_by_username: string | null;
      /** RFC 3339, UTC */
      requested_at: string;
      /** How long it waits after the approval */
      wait_hours: number;
      state: 'open' | 'approved' | 'refused' | 'cancelled' | 'stopped' | 'used' | 'expired';
      decided_by: string | null;
      decided_by_username: string | null;
      decided_at: string | null;
      /** From then on the requester can carry it out */
      ready_at: string | null;
      /** RFC 3339, UTC */
      expires_at: string;
    };
  };
  /** Refuse the request of another person */
  'POST /admin/approvals/{id}/refuse': {
    id: 'refuseRequest';
    input: {
      params: {
        id: string;
      };
      headers?: {
        'X-MFA-Token'?: string | undefined;
      };
    };
    answer: {
      id: string;
      action: 'mfa_reset' | 'bypass_code' | 'password_reset' | 'exemption' | 'admin_role' | 'rollout_end' | 'policy_change' | 'rules_weaker';
      /** The person concerned. Null: the action concerns a policy */
      user_id: string | null;
      username: string | null;
      reason: string;
      ticket: string | null;
      /** What will be done, beside the action itself */
      details: {
        [name: string]: unknown;
      };
      requested_by: string;
      requested_by_username: string | null;
      /** RFC 3339, UTC */
      requested_at: string;
      /** How long it waits after the approval */
      wait_hours: number;
      state: 'open' | 'approved' | 'refused' | 'cancelled' | 'stopped' | 'used' | 'expired';
      decided_by: string | null;
      decided_by_username: string | null;
      decided_at: string | null;
      /** From then on the requester can carry it out */
      ready_at: string | null;
      /** RFC 3339, UTC */
      expires_at: string;
    };
  };
  /** Take your own request back */
  'POST /admin/approvals/{id}/cancel': {
    id: 'cancelRequest';
    input: {
      params: {
        id: string;
      };
      headers?: {
        'X-MFA-Token'?: string | undefined;
      };
    };
    answer: {
      id: string;
      action: 'mfa_reset' | 'bypass_code' | 'password_reset' | 'exemption' | 'admin_role' | 'rollout_end' | 'policy_change' | 'rules_weaker';
      /** The person concerned. Null: the action concerns a policy */
      user_id: string | null;
      username: string | null;
      reason: string;
      ticket: string | null;
      /** What will be done, beside the action itself */
      details: {
        [name: string]: unknown;
      };
      requested_by: string;
      requested_by_username: string | null;
      /** RFC 3339, UTC */
      requested_at: string;
      /** How long it waits after the approval */
      wait_hours: number;
      state: 'open' | 'approved' | 'refused' | 'cancelled' | 'stopped' | 'used' | 'expired';
      decided_by: string | null;
      decided_by_username: string | null;
      decided_at: string | null;
      /** From then on the requester can carry it out */
      ready_at: string | null;
      /** RFC 3339, UTC */
      expires_at: string;
    };
  };
  /** Carry out your own request after its approval */
  'POST /admin/approvals/{id}/execute': {
    id: 'executeRequest';
    input: {
      params: {
        id: string;
      };
      headers?: {
        'X-MFA-Token'?: string | undefined;
      };
      body?: {
        /** The id of a check that the caller passed. It is used up */
        caller_check?: string | undefined;
        /** How you know the person without a check. HELP_REQUIRES says what is needed */
        evidence?: ('callback_to_known_number' | 'manager_confirmed' | 'in_person_id')[] | undefined;
      } | null;
    };
    answer: {
      /** The bypass code, if the action makes one. Shown once */
      bypass: {
        /** Shown once */
        code: string;
        uses: number;
        /** RFC 3339, UTC */
        expires_at: string;
      } | null;
    };
  };
  /** Read which actions need a second person */
  'GET /admin/approval-rules': {
    id: 'readApprovalRules';
    input: {
      headers?: {
        'X-MFA-Token'?: string | undefined;
      };
    };
    answer: {
      rules: {
        mfa_reset: {
          mode: 'none' | 'second_person' | 'second_person_and_wait';
          /** Hours after the approval. Only the mode `second_person_and_wait` waits */
          wait_hours: number;
        };
        bypass_code: {
          mode: 'none' | 'second_person' | 'second_person_and_wait';
          /** Hours after the approval. Only the mode `second_person_and_wait` waits */
          wait_hours: number;
        };
        password_reset: {
          mode: 'none' | 'second_person' | 'second_person_and_wait';
          /** Hours after the approval. Only the mode `second_person_and_wait` waits */
          wait_hours: number;
        };
        exemption: {
          mode: 'none' | 'second_person' | 'second_person_and_wait';
          /** Hours after the approval. Only the mode `second_person_and_wait` waits */
          wait_hours: number;
        };
        admin_role: {
          mode: 'none' | 'second_person' | 'second_person_and_wait';
          /** Hours after the approval. Only the mode `second_person_and_wait` waits */
          wait_hours: number;
        };
        rollout_end: {
          mode: 'none' | 'second_person' | 'second_person_and_wait';
          /** Hours after the approval. Only the mode `second_person_and_wait` waits */
          wait_hours: number;
        };
        policy_change: {
          mode: 'none' | 'second_person' | 'second_person_and_wait';
          /** Hours after the approval. Only the mode `second_person_and_wait` waits */
          wait_hours: number;
        };
      };
      /** Active administrators who have logged in or set a password */
      administrators: number;
      /** These, and the helpdesk */
      helpers: number;
      /** What this installation cannot have with its people */
      warnings: (string)[];
    };
  };
  /** Change which actions need a second person */
  'PUT /admin/approval-rules': {
    id: 'changeApprovalRules';
    input: {
      headers?: {
        'X-MFA-Token'?: string | undefined;
      };
      body: {
        rules: {
          mfa_reset: {
            mode: 'none' | 'second_person' | 'second_person_and_wait';
            /** Hours after the approval. Only the mode `second_person_and_wait` waits */
            wait_hours: number;
          };
          bypass_code: {
            mode: 'none' | 'second_person' | 'second_person_and_wait';
            /** Hours after the approval. Only the mode `second_person_and_wait` waits */
            wait_hours: number;
          };
          password_reset: {
            mode: 'none' | 'second_person' | 'second_person_and_wait';
            /** Hours after the approval. Only the mode `second_person_and_wait` waits */
            wait_hours: number;
          };
          exemption: {
            mode: 'none' | 'second_person' | 'second_person_and_wait';
            /** Hours after the approval. Only the mode `second_person_and_wait` waits */
            wait_hours: number;
          };
          admin_role: {
            mode: 'none' | 'second_person' | 'second_person_and_wait';
            /** Hours after the approval. Only the mode `second_person_and_wait` waits */
            wait_hours: number;
          };
          rollout_end: {
            mode: 'none' | 'second_person' | 'second_person_and_wait';
            /** Hours after the approval. Only the mode `second_person_and_wait` waits */
            wait_hours: number;
          };
          policy_change: {
            mode: 'none' | 'second_person' | 'second_person_and_wait';
            /** Hours after the approval. Only the mode `second_person_and_wait` waits */
            wait_hours: number;
          };
        };
        /** Required where a second person must approve the change */
        reason?: string | undefined;
        ticket?: string | undefined;
      };
    };
    answer: {
      rules: {
        mfa_reset: {
          mode: 'none' | 'second_person' | 'second_person_and_wait';
          /** Hours after the approval. Only the mode `second_person_and_wait` waits */
          wait_hours: number;
        };
        bypass_code: {
          mode: 'none' | 'second_person' | 'second_person_and_wait';
          /** Hours after the approval. Only the mode `second_person_and_wait` waits */
          wait_hours: number;
        };
        password_reset: {
          mode: 'none' | 'second_person' | 'second_person_and_wait';
          /** Hours after the approval. Only the mode `second_person_and_wait` waits */
          wait_hours: number;
        };
        exemption: {
          mode: 'none' | 'second_person' | 'second_person_and_wait';
          /** Hours after the approval. Only the mode `second_person_and_wait` waits */
          wait_hours: number;
        };
        admin_role: {
          mode: 'none' | 'second_person' | 'second_person_and_wait';
          /** Hours after the approval. Only the mode `second_person_and_wait` waits */
          wait_hours: number;
        };
        rollout_end: {
          mode: 'none' | 'second_person' | 'second_person_and_wait';
          /** Hours after the approval. Only the mode `second_person_and_wait` waits */
          wait_hours: number;
        };
        policy_change: {
          mode: 'none' | 'second_person' | 'second_person_and_wait';
          /** Hours after the approval. Only the mode `second_person_and_wait` waits */
          wait_hours: number;
        };
      };
      /** Active administrators who have logged in or set a password */
      administrators: number;
      /** These, and the helpdesk */
      helpers: number;
      /** What this installation cannot have with its people */
      warnings: (string)[];
    } | {
      id: string;
      action: 'mfa_reset' | 'bypass_code' | 'password_reset' | 'exemption' | 'admin_role' | 'rollout_end' | 'policy_change' | 'rules_weaker';
      /** The person concerned. Null: the action concerns a policy */
      user_id: string | null;
      username: string | null;
      reason: string;
      ticket: string | null;
      /** What will be done, beside the action itself */
      details: {
        [name: string]: unknown;
      };
      requested_by: string;
      requested_by_username: string | null;
      /** RFC 3339, UTC */
      requested_at: string;
      /** How long it waits after the approval */
      wait_hours: number;
      state: 'open' | 'approved' | 'refused' | 'cancelled' | 'stopped' | 'used' | 'expired';
      decided_by: string | null;
      decided_by_username: string | null;
      decided_at: string | null;
      /** From then on the requester can carry it out */
      ready_at: string | null;
      /** RFC 3339, UTC */
      expires_at: string;
    };
  };
  /** Read what happened to an account, in sentences, newest first */
  'GET /admin/users/{id}/timeline': {
    id: 'readTimeline';
    input: {
      params: {
        id: string;
      };
      query?: {
        limit?: string | number | undefined;
        cursor?: string | number | undefined;
      };
      headers?: {
        'X-MFA-Token'?: string | undefined;
      };
    };
    answer: {
      entries: ({
        /** RFC 3339, UTC */
        at: string;
        kind: 'send' | 'letter' | 'login' | 'failure' | 'lock' | 'change' | 'help';
        /** One or two sentences for people; the text may change */
        says: string;
        /** The type of the audit event, for words of your own; null: a mail */
        type: string | null;
        method: string | null;
        /** Why a code was not sent, for words of your own; null: not known, or something else */
        reason: 'send' | 'second_factor' | 'sms_paused' | 'sms_country_not_allowed' | 'phone_invalid' | 'phone_not_sms_capable' | 'sms_blocked' | 'sms_rate_limited' | 'sms_unavailable' | 'mail_unavailable' | null;
        /** The address that the request came from */
        ip: string | null;
        /** Who did it, if not the user */
        by: string | null;
      })[];
      next_cursor: string | null;
    };
  };
  /** List every second factor that an account has or had, newest first */
  'GET /admin/users/{id}/factor-history': {
    id: 'readFactorHistory';
    input: {
      params: {
        id: string;
      };
      query?: {
        limit?: string | number | undefined;
        cursor?: string | number | undefined;
      };
      headers?: {
        'X-MFA-Token'?: string | undefined;
      };
    };
    answer: {
      factors: ({
        factor_id: string;
        method: string;
        /** Null: deleted after AUDIT_KEEP_MONTHS */
        label: string | null;
        hint: string | null;
        /** Recovery or bypass codes, which are no factor by themselves */
        backup: boolean;
        /** RFC 3339, UTC */
        bound_at: string;
        last_used_at: string | null;
        removed: {
          /** RFC 3339, UTC */
          at: string;
          /** removed, switched_off: by the owner · reset: by the helpdesk · replaced: by new ones of its kind · expired: a bypass code */
          cause: 'removed' | 'switched_off' | 'reset' | 'replaced' | 'expired';
          /** Who did it, if not the user; also null for the terminal */
          by: string | null;
        } | null;
      })[];
      next_cursor: string | null;
    };
  };
  /** Test an integration against a guarded route */
  'GET /api/sensitive-data': {
    id: 'getSensitiveData';
    input: {
      headers?: {
        'X-MFA-Token'?: string | undefined;
      };
    };
    answer: {
      data: 'sensitive';
    };
  };
  /** Get a token for a service account */
  'POST /oauth/token': {
    id: 'grantToken';
    input: {
      body: {
        /** client_credentials */
        grant_type: string;
        /** Some of the scopes of the account; by default all of them */
        scope?: string | undefined;
        client_id?: string | undefined;
        /** client_secret_post */
        client_secret?: string | undefined;
        /** private_key_jwt: a JWT signed by the client (RFC 7523) */
        client_assertion?: string | undefined;
        client_assertion_type?: string | undefined;
      };
    };
    answer: {
      access_token: string;
      token_type: 'Bearer';
      /** Seconds */
      expires_in: number;
      scope: string;
    };
  };
  /** Introspect a token */
  'POST /oauth/introspect': {
    id: 'introspectToken';
    input: {
      body: {
        /** A token of any type */
        token: string;
        /** Not needed: the token shows its type */
        token_type_hint?: string | undefined;
        client_id?: string | undefined;
        /** client_secret_post */
        client_secret?: string | undefined;
        /** private_key_jwt: a JWT signed by the client (RFC 7523) */
        client_assertion?: string | undefined;
        client_assertion_type?: string | undefined;
      };
    };
    answer: {
      active: true;
      token_type: 'Bearer' | 'refresh_token';
      iss: string;
      sub: string;
      aud: string;
      client_id: string;
      username: string;
      scope?: string | undefined;
      exp: number;
      iat?: number | undefined;
      nbf?: number | undefined;
      jti?: string | undefined;
      area: 'admin' | 'public' | 'vendor' | 'service';
      acr: string;
      /** Only in tokens of users */
      amr?: (string)[] | undefined;
      mfa: boolean;
      /** Only in tokens of users */
      auth_time?: number | undefined;
    } | {
      active: false;
    };
  };
  /** Revoke a token */
  'POST /oauth/revoke': {
    id: 'revokeToken';
    input: {
      body: {
        /** A token of any type */
        token: string;
        /** Not needed: the token shows its type */
        token_type_hint?: string | undefined;
        client_id?: string | undefined;
        /** client_secret_post */
        client_secret?: string | undefined;
        /** private_key_jwt: a JWT signed by the client (RFC 7523) */
        client_assertion?: string | undefined;
        client_assertion_type?: string | undefined;
      };
    };
    answer: undefined;
  };
  /** Make a service account */
  'POST /admin/service-accounts': {
    id: 'createServiceAccount';
    input: {
      headers?: {
        'X-MFA-Token'?: string | undefined;
      };
      body: {
        name: string;
        /** Who is responsible for it: a team, a vendor */
        owner: string;
        description?: string | null | undefined;
        scopes: (string)[];
        /** Networks that it may call from; empty allows all */
        networks?: (string)[] | undefined;
        enabled_from?: string | null | undefined;
        /** Give every account of a third party an end */
        enabled_until?: string | null | undefined;
      };
    };
    answer: ServiceAccount;
  };
  /** List service accounts by name */
  'GET /admin/service-accounts': {
    id: 'listServiceAccounts';
    input: {
      query?: {
        cursor?: string | number | undefined;
        limit?: string | number | undefined;
      };
      headers?: {
        'X-MFA-Token'?: string | undefined;
      };
    };
    answer: {
      service_accounts: (ServiceAccount)[];
      next_cursor: string | null;
    };
  };
  /** Read one service account, with its credentials */
  'GET /admin/service-accounts/{id}': {
    id: 'showServiceAccount';
    input: {
      params: {
        id: string;
      };
      headers?: {
        'X-MFA-Token'?: string | undefined;
      };
    };
    answer: ServiceAccount;
  };
  /** Change the scopes, networks, validity period or status of a service account */
  'PATCH /admin/service-accounts/{id}': {
    id: 'changeServiceAccount';
    input: {
      params: {
        id: string;
      };
      headers?: {
        'X-MFA-Token'?: string | undefined;
      };
      body: {
        /** Who is responsible for it: a team, a vendor */
        owner?: string | undefined;
        description?: string | null | undefined;
        scopes?: (string)[] | undefined;
        /** Networks that it may call from; empty allows all */
        networks?: (string)[] | undefined;
        enabled_from?: string | null | undefined;
        /** Give every account of a third party an end */
        enabled_until?: string | null | undefined;
        status?: 'active' | 'disabled' | undefined;
        /** Change it only if nobody has changed it since this version was read */
        version?: number | undefined;
      };
    };
    answer: ServiceAccount;
  };
  /** Add a credential: a secret or a public key */
  'POST /admin/service-accounts/{id}/credentials': {
    id: 'addCredential';
    input: {
      params: {
        id: string;
      };
      headers?: {
        'X-MFA-Token'?: string | undefined;
      };
      body: {
        kind: 'secret' | 'public_key';
        /** RFC 7517: EC P-256 (ES256), OKP Ed25519 (Ed25519, EdDSA), RSA of 2048 to 4096 bits (PS256, RS256) */
        public_jwk?: {
          [name: string]: unknown;
        } | undefined;
        /** Seconds; by default 90 days */
        expires_in?: number | undefined;
      };
    };
    answer: {
      credential_id: string;
      kind: 'secret' | 'public_key';
      /** RFC 3339, UTC */
      created_at: string;
      /** RFC 3339, UTC */
      expires_at: string;
      client_id: string;
      /** Shown this once */
      client_secret?: string | undefined;
      thumbprint?: string | undefined;
    };
  };
  /** Revoke a credential, and the tokens that were fetched with it */
  'DELETE /admin/service-accounts/{id}/credentials/{credential_id}': {
    id: 'revokeCredential';
    input: {
      params: {
        id: string;
        credential_id: string;
      };
      headers?: {
        'X-MFA-Token'?: string | undefined;
      };
    };
    answer: undefined;
  };
  /** Make a receiver of security events, and verify it */
  'POST /admin/receivers': {
    id: 'createReceiver';
    input: {
      headers?: {
        'X-MFA-Token'?: string | undefined;
      };
      body: {
        name: string;
        /** push (RFC 8935), poll (RFC 8936) or webhook (Standard Webhooks) */
        delivery: 'push' | 'poll' | 'webhook';
        /** What it hears of; by default everything */
        events?: ('session-revoked' | 'credential-change' | 'assurance-level-change' | 'account-disabled' | 'account-enabled' | 'roles-changed' | 'attack-detected' | 'service-account-changed' | 'signing-key-revoked')[] | undefined;
        /** https://…; http and internal addresses only for origins of EVENT_INTERNAL_ORIGINS */
        url?: string | undefined;
        /** `aud` of the tokens; by default the address, or the address to poll */
        audience?: string | undefined;
        /** The `Authorization` header of a push. It is never shown again */
        authorization?: string | undefined;
        /** For `poll`: the service account that fetches the events */
        client_id?: string | undefined;
      };
    };
    answer: {
      id: string;
      name: string;
      delivery: 'push' | 'poll' | 'webhook';
      url: string | null;
      audience: string;
      client_id: string | null;
      events: ('session-revoked' | 'credential-change' | 'assurance-level-change' | 'account-disabled' | 'account-enabled' | 'roles-changed' | 'attack-detected' | 'service-account-changed' | 'signing-key-revoked')[];
      /** A receiver that is not enabled hears nothing */
      status: 'unverified' | 'enabled' | 'disabled';
      verified_at: string | null;
      /** RFC 3339, UTC */
      created_at: string;
      /** How many events it has taken */
      delivered: number;
      delivered_at: string | null;
      failed_at: string | null;
      /** Why the last delivery failed; null if it did not */
      trouble: string | null;
      /** Events that it has still to hear */
      waiting: number;
      oldest_waiting: string | null;
      /** Events that the service gave up after 24 hours */
      parked: number;
      /** The key of a webhook. Shown this once */
      secret?: string | undefined;
    };
  };
  /** List the receivers of security events by name */
  'GET /admin/receivers': {
    id: 'listReceivers';
    input: {
      headers?: {
        'X-MFA-Token'?: string | undefined;
      };
    };
    answer: {
      receivers: (Receiver)[];
    };
  };
  /** Read one receiver of security events */
  'GET /admin/receivers/{id}': {
    id: 'showReceiver';
    input: {
      params: {
        id: string;
      };
      headers?: {
        'X-MFA-Token'?: string | undefined;
      };
    };
    answer: Receiver;
  };
  /** Change what a receiver hears, or whether it hears */
  'PATCH /admin/receivers/{id}': {
    id: 'changeReceiver';
    input: {
      params: {
        id: string;
      };
      headers?: {
        'X-MFA-Token'?: string | undefined;
      };
      body: {
        events?: ('session-revoked' | 'credential-change' | 'assurance-level-change' | 'account-disabled' | 'account-enabled' | 'roles-changed' | 'attack-detected' | 'service-account-changed' | 'signing-key-revoked')[] | undefined;
        status?: 'enabled' | 'disabled' | undefined;
        /** `aud` of the tokens; by default the address, or the address to poll */
        audience?: string | undefined;
        /** The `Authorization` header of a push. It is never shown again */
        authorization?: string | undefined;
      };
    };
    answer: Receiver;
  };
  /** Remove a receiver, and the events that wait for it */
  'DELETE /admin/receivers/{id}': {
    id: 'removeReceiver';
    input: {
      params: {
        id: string;
      };
      headers?: {
        'X-MFA-Token'?: string | undefined;
      };
    };
    answer: undefined;
  };
  /** Send a receiver the verification event again */
  'POST /admin/receivers/{id}/verify': {
    id: 'verifyReceiver';
    input: {
      params: {
        id: string;
      };
      headers?: {
        'X-MFA-Token'?: string | undefined;
      };
    };
    answer: Receiver;
  };
  /** Give a webhook a new secret */
  'POST /admin/receivers/{id}/secret': {
    id: 'changeReceiverSecret';
    input: {
      params: {
        id: string;
      };
      headers?: {
        'X-MFA-Token'?: string | undefined;
      };
    };
    answer: {
      /** Shown this once */
      secret: string;
      /** Until then the earlier secret signs too */
      earlier_until: string;
    };
  };
  /** List the events that a receiver has not taken in 24 hours, oldest first */
  'GET /admin/receivers/{id}/parked': {
    id: 'listParkedEvents';
    input: {
      params: {
        id: string;
      };
      query?: {
        limit?: string | number | undefined;
        cursor?: string | number | undefined;
      };
      headers?: {
        'X-MFA-Token'?: string | undefined;
      };
    };
    answer: {
      events: ({
        /** `jti`, or `webhook-id` */
        id: string;
        event: string;
        /** The user or the service account; zeros if it is about neither */
        subject: string;
        /** RFC 3339, UTC */
        occurred_at: string;
        /** RFC 3339, UTC */
        parked_at: string;
        attempts: number;
        trouble: string | null;
      })[];
      next_cursor: string | null;
    };
  };
  /** Send the parked events of a receiver again */
  'POST /admin/receivers/{id}/parked/retry': {
    id: 'retryParkedEvents';
    input: {
      params: {
        id: string;
      };
      headers?: {
        'X-MFA-Token'?: string | undefined;
      };
    };
    answer: {
      /** How many events wait again */
      released: number;
    };
  };
  /** Fetch security events, and acknowledge those that were taken */
  'POST /events/poll/{id}': {
    id: 'pollEvents';
    input: {
      params: {
        id: string;
      };
      body: {
        /** At most 100 come at once */
        maxEvents?: number | undefined;
        /** By default the answer waits up to five seconds for an event */
        returnImmediately?: boolean | undefined;
        /** `jti` of each event that was taken */
        ack?: (string)[] | undefined;
        /** By `jti`: events that are refused. The service parks them */
        setErrs?: {
          [name: string]: {
            err: string;
            description?: string | undefined;
          };
        } | undefined;
      };
    };
    answer: {
      /** Security event tokens, by `jti` */
      sets: {
        [name: string]: string;
      };
      moreAvailable?: boolean | undefined;
    };
  };
  /** List the signing keys, newest first */
  'GET /admin/keys': {
    id: 'listKeys';
    input: {};
    answer: {
      keys: (SigningKey)[];
    };
  };
  /** Make the next signing key */
  'POST /admin/keys/rotate': {
    id: 'rotateKeys';
    input: {
      headers?: {
        'X-MFA-Token'?: string | undefined;
      };
      body: {
        /** For a key that leaked: signs now, not in ten minutes */
        at_once?: boolean | undefined;
      };
    };
    answer: {
      kid: string;
      /** RFC 3339, UTC */
      signs_from: string;
      /** False if another rotation at the same moment made it */
      made: boolean;
    };
  };
  /** Revoke a signing key at once, and every token that it signed */
  'DELETE /admin/keys/{kid}': {
    id: 'revokeKey';
    input: {
      params: {
        kid: string;
      };
      headers?: {
        'X-MFA-Token'?: string | undefined;
      };
    };
    answer: {
      /** The key that signs now */
      signer: string;
    };
  };
  /** Read the public keys that verify tokens */
  'GET /.well-known/jwks.json': {
    id: 'jwks';
    input: {};
    answer: {
      keys: ({
        kty: 'EC';
        crv: 'P-256';
        x: string;
        y: string;
        /** RFC 7638 thumbprint */
        kid: string;
        use: 'sig';
        alg: 'ES256';
      })[];
    };
  };
  /** Read the metadata of the authorization server */
  'GET /.well-known/oauth-authorization-server': {
    id: 'metadata';
    input: {};
    answer: {
      issuer: string;
      jwks_uri: string;
      token_endpoint: string;
      token_endpoint_auth_methods_supported: (string)[];
      token_endpoint_auth_signing_alg_values_supported: (string)[];
      introspection_endpoint: string;
      introspection_endpoint_auth_methods_supported: (string)[];
      introspection_endpoint_auth_signing_alg_values_supported: (string)[];
      revocation_endpoint: string;
      revocation_endpoint_auth_methods_supported: (string)[];
      revocation_endpoint_auth_signing_alg_values_supported: (string)[];
      response_types_supported: (string)[];
      grant_types_supported: (string)[];
      acr_values_supported: (string)[];
      service_documentation: string;
    };
  };
  /** Read the metadata of the transmitter of security events */
  'GET /.well-known/ssf-configuration': {
    id: 'ssfConfiguration';
    input: {};
    answer: {
      spec_version: string;
      issuer: string;
      jwks_uri: string;
      delivery_methods_supported: (string)[];
      default_subjects: 'ALL';
      events_supported: (string)[];
      service_documentation: string;
    };
  };
  /** Liveness: the process runs */
  'GET /health/live': {
    id: 'live';
    input: {};
    answer: {
      status: 'ok';
    };
  };
  /** Readiness: the database takes writes and is migrated, its clock agrees, and the keys can be decrypted */
  'GET /health/ready': {
    id: 'ready';
    input: {};
    answer: {
      status: 'ok';
      /** What does not work although the instance is ready */
      warnings?: ('mail_missing' | 'mail_failing')[] | undefined;
    };
  };
}

/** The operations that take no access token. */
export const openOperations: readonly string[] = [
  'POST /auth/login',
  'POST /auth/refresh',
  'POST /auth/passkey/options',
  'POST /auth/passkey/verify',
  'GET /auth/password/rules',
  'POST /auth/password/forgot',
  'POST /auth/password/link',
  'POST /auth/password/reset',
  'POST /auth/caller-checks/challenge',
  'POST /auth/caller-checks/answer',
  'POST /auth/not-me/link',
  'POST /auth/not-me',
  'POST /auth/recovery',
  'POST /auth/recovery/begin',
  'POST /auth/recovery/state',
  'POST /auth/recovery/ask',
  'POST /auth/recovery/show',
  'POST /auth/recovery/finish',
  'POST /auth/recovery/confirm',
  'POST /auth/break-glass',
  'POST /auth/mfa/verify',
  'POST /auth/mfa/challenge',
  'POST /oauth/token',
  'POST /oauth/introspect',
  'POST /oauth/revoke',
  'GET /.well-known/jwks.json',
  'GET /.well-known/oauth-authorization-server',
  'GET /.well-known/ssf-configuration',
  'GET /health/live',
  'GET /health/ready',
];
