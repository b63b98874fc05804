"""Verifies an access token of Sallyport. Needs the package PyJWT 2.6 or newer, with cryptography (pip install "pyjwt[crypto]")."""

import os
import sys
import threading
import time

import jwt

ISSUER = os.environ.get("SALLYPORT_ISSUER", "http://127.0.0.1:3000")  # exactly the ISSUER of the service
KEYS_URL = os.environ.get("SALLYPORT_KEYS", f"{ISSUER}/.well-known/jwks.json")


class Keys:
    """Keeps the keys for five minutes. Reads them again for an unknown kid, at most every 30 seconds."""

    def __init__(self):
        self._client = jwt.PyJWKClient(KEYS_URL, cache_jwk_set=False)
        self._keys, self._read_at, self._lock = {}, -300.0, threading.Lock()

    def get(self, kid):
        with self._lock:
            age = time.monotonic() - self._read_at
            if age >= 300 or (kid not in self._keys and age >= 30):
                self._keys = {one.key_id: one.key for one in self._client.get_signing_keys()}
                self._read_at = time.monotonic()
            if kid not in self._keys:
                raise jwt.InvalidTokenError("no key of Sallyport signed it")
            return self._keys[kid]


keys = Keys()


def verify_token(token, area, scope):
    """Returns the claims of a token that is for this area and has this scope. Raises jwt.PyJWTError for any other token."""
    header = jwt.get_unverified_header(token)
    if header.get("typ") != "at+jwt":
        raise jwt.InvalidTokenError("it is not an access token")
    claims = jwt.decode(
        token,
        keys.get(header.get("kid")),
        algorithms=["ES256"],
        issuer=ISSUER,
        audience=f"{ISSUER}/areas/{area}",
        options={"require": ["exp", "iss", "aud", "sub", "scope", "acr"]},
    )
    if scope not in claims["scope"].split():
        raise jwt.InvalidTokenError(f"the scope {scope} is missing")
    return claims


# Reads a token from standard input and prints its subject: python3 verify_token.py vendor data:read <token.txt
if __name__ == "__main__":
    try:
        print(verify_token(sys.stdin.read().strip(), sys.argv[1], sys.argv[2])["sub"])
    except jwt.PyJWTError as error:
        sys.exit(f"Refused: {error}")
