"""Verifies an access token by its signature (RFC 9068, section 4), without a call for each request."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

import jwt

from sallyport.keys import KeySet, UnknownKey
from sallyport.step_up import Acr

longest_token = 8 * 1024
_compact = re.compile(r"[\w-]+\.[\w-]+\.[\w-]+", re.ASCII)
_required = ["iss", "aud", "sub", "exp", "iat", "acr", "scope"]


class InvalidToken(Exception):
    """It is no valid access token for this area. The message says why, without a part of the token."""


@dataclass(frozen=True)
class Claims:
    subject: str
    acr: Acr
    mfa: bool
    mfa_time: int | None
    scopes: tuple[str, ...]
    roles: tuple[str, ...]
    session_id: str | None


def verify_token(token: str, audience: str, issuer: str, keys: KeySet, leeway: int, may_wait: bool = True) -> Claims:
    """Raises InvalidToken, and what `KeySet.get` raises if the keys are not to be had."""
    header = _header_of(token)
    try:
        key = keys.get(header["kid"], may_wait)
    except UnknownKey:
        key = None
    if key is None:
        raise InvalidToken("no key of the service signed it")
    claims, fault = _decoded(token, key, audience, issuer, leeway)
    if claims is None:
        raise InvalidToken(fault)
    return _claims_of(claims, audience)


def _header_of(token: str) -> Mapping[str, Any]:
    """Compared before a key is looked up, so that no stray token makes this program fetch keys."""
    if len(token) > longest_token or not _compact.fullmatch(token):
        raise InvalidToken("it is not a JWT")
    try:
        header: Mapping[str, Any] | None = jwt.get_unverified_header(token)
    except jwt.PyJWTError:
        header = None
    if header is None:
        raise InvalidToken("its header cannot be read")
    if header.get("alg") != "ES256":
        raise InvalidToken("it is not signed by ES256")
    if str(header.get("typ")).lower() not in ("at+jwt", "application/at+jwt"):
        raise InvalidToken("it is not an access token")
    if "crit" in header or not isinstance(header.get("kid"), str):
        raise InvalidToken("its header is not one of the service")
    return header


def _decoded(token: str, key: Any, audience: str, issuer: str, leeway: int) -> tuple[Mapping[str, Any] | None, str]:
    try:
        options = {"require": _required}
        claims = jwt.decode(
            token, key, algorithms=["ES256"], audience=audience, issuer=issuer, leeway=leeway, options=cast(Any, options)
        )
        return claims, ""
    except jwt.PyJWTError as error:
        return None, type(error).__name__


def _claims_of(claims: Mapping[str, Any], audience: str) -> Claims:
    subject, scope, roles, mfa_time = (claims.get(name) for name in ("sub", "scope", "roles", "mfa_time"))
    if claims["aud"] != audience:
        raise InvalidToken("it is for more than one area")
    if not isinstance(subject, str) or not subject or not isinstance(scope, str):
        raise InvalidToken("a claim has another form")
    if claims["acr"] not in tuple(Acr):
        raise InvalidToken("its level is not one of a user")
    return Claims(
        subject=subject,
        acr=Acr(claims["acr"]),
        mfa=claims.get("mfa") is True,
        mfa_time=mfa_time if isinstance(mfa_time, int) and not isinstance(mfa_time, bool) else None,
        scopes=tuple(scope.split()),
        roles=tuple(one for one in roles if isinstance(one, str)) if isinstance(roles, list) else (),
        session_id=claims.get("sid") if isinstance(claims.get("sid"), str) else None,
    )
