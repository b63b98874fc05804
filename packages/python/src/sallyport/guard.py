"""Decides whether a request may pass. It knows no framework: see sallyport.fastapi and sallyport.flask."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import httpx

from sallyport import refusals
from sallyport.forward import Forwarded, ask
from sallyport.keys import KeySet, KeysUnavailable, WouldBlock
from sallyport.refusals import Refusal
from sallyport.step_up import Acr
from sallyport.tokens import Claims, InvalidToken, verify_token
from sallyport.transport import base_url_of, http_options

Area = Literal["public", "admin", "vendor"]
areas = ("public", "admin", "vendor")

__all__ = ["Area", "Caller", "Given", "Guard", "Refusal", "Rule", "WouldBlock"]


@dataclass(frozen=True)
class Rule:
    """What a route asks for. See `require_mfa` of sallyport.fastapi and sallyport.flask."""

    area: str
    scopes: tuple[str, ...] = ()
    at_least: Acr = Acr.TEXT_MESSAGE
    max_age: int | None = None
    online: bool = False
    if_enrolled: bool = False

    def __post_init__(self) -> None:
        if self.area not in areas:
            raise ValueError(f"No user logs in to the area {self.area!r}: {', '.join(areas)}")
        if self.if_enrolled and self.max_age is not None:
            raise ValueError("if_enrolled leaves the rule to the policy of the area, which has no max_age")
        if self.max_age is not None and not 0 < self.max_age < 100_000:
            raise ValueError("max_age is a number of seconds from 1 to 99,999")

    @property
    def acr_values(self) -> str:
        return " ".join(self.at_least.or_stronger)


def rule_of(
    area: str,
    scope: str | Sequence[str] | None,
    at_least: Acr | str,
    max_age: int | None,
    online: bool,
    if_enrolled: bool,
) -> Rule:
    scopes = scope.split() if isinstance(scope, str) else tuple(scope or ())
    return Rule(area, tuple(scopes), Acr(at_least), max_age, online or if_enrolled, if_enrolled)


@dataclass(frozen=True)
class Given:
    """The headers of a request that count. A header that came twice is a list with commas."""

    authorization: str | None = field(default=None, repr=False)
    mfa_token: str | None = field(default=None, repr=False)
    user_agent: str | None = None
    address: str | None = None


@dataclass(frozen=True)
class Caller:
    """Who may pass. `username` is known if the service was asked. `notes` are headers for the answer."""

    subject: str
    acr: Acr
    mfa: bool
    scopes: tuple[str, ...]
    roles: tuple[str, ...]
    mfa_time: int | None = None
    username: str | None = None
    session_id: str | None = None
    notes: Mapping[str, str] = field(default_factory=dict)


class Guard:
    """One for an application: it keeps the keys of the service, and the connections to it."""

    def __init__(
        self,
        url: str,
        *,
        issuer: str | None = None,
        timeout: float = 5.0,
        ca_file: str | None = None,
        allow_http: bool = False,
        leeway: int = 5,
    ) -> None:
        if not 0 <= leeway <= 60:
            raise ValueError("leeway is at most a minute")
        self.url = base_url_of(url, allow_http)
        self.issuer = self.url if issuer is None else issuer
        self._leeway = leeway
        self._http = httpx.Client(**http_options(timeout, ca_file))
        self._keys = KeySet(f"{self.url}/.well-known/jwks.json", self._http)

    def __repr__(self) -> str:
        return f"Guard({self.url!r})"

    def close(self) -> None:
        self._http.close()

    def verify(self, token: str, area: Area, *, may_wait: bool = True) -> Claims:
        """The claims of an access token for this area. Raises Refusal."""
        refusal = refusals.unavailable()
        try:
            audience = f"{self.issuer}/areas/{area}"
            return verify_token(token, audience, self.issuer, self._keys, self._leeway, may_wait)
        except InvalidToken:
            refusal = refusals.invalid_token()
        except KeysUnavailable:
            pass
        raise refusal  # outside, so that it carries no frame with the token

    def check(self, rule: Rule, given: Given, *, may_wait: bool = True) -> Caller:
        """The caller, or Refusal. With `may_wait=False` it raises WouldBlock before it uses the network."""
        token = _bearer_in(given.authorization)
        _assert_one_value(given.mfa_token)
        claims = self.verify(token, rule.area, may_wait=may_wait)  # type: ignore[arg-type]
        if not set(rule.scopes) <= set(claims.scopes):
            raise refusals.insufficient_scope(rule.scopes)
        suffices = _suffices(rule, claims)
        if suffices and not rule.online:
            return _caller_of(claims)
        if not rule.online and given.mfa_token is None:
            raise refusals.step_up(rule.acr_values, rule.max_age)
        if not may_wait:
            raise WouldBlock
        forwarded = ask(self._http, f"{self.url}/auth/forward", _query_of(rule), _headers_of(given))
        return self._accepted(rule, claims, forwarded)

    def _accepted(self, rule: Rule, claims: Claims, forwarded: Forwarded) -> Caller:
        if forwarded.subject != claims.subject or forwarded.acr not in tuple(Acr):
            raise refusals.unavailable()
        acr = Acr(forwarded.acr)
        if not rule.if_enrolled and (not forwarded.mfa or acr not in rule.at_least.or_stronger):
            raise refusals.step_up(rule.acr_values, rule.max_age)
        return Caller(
            subject=claims.subject,
            acr=acr,
            mfa=forwarded.mfa,
            scopes=claims.scopes,
            roles=forwarded.roles,
            mfa_time=claims.mfa_time,
            username=forwarded.username,
            session_id=claims.session_id,
            notes=forwarded.notes,
        )


def _bearer_in(authorization: str | None) -> str:
    if authorization is None:
        raise refusals.authentication_required()
    scheme, _, token = authorization.strip().partition(" ")
    if "," in authorization:
        raise refusals.invalid_request("Authorization")
    if scheme.lower() != "bearer" or not token.strip():
        raise refusals.authentication_required()
    return token.strip()


def _assert_one_value(mfa_token: str | None) -> None:
    if mfa_token is not None and not all(one != "," and 32 <= ord(one) < 256 for one in mfa_token):
        raise refusals.invalid_request("X-MFA-Token")


def _suffices(rule: Rule, claims: Claims) -> bool:
    if rule.if_enrolled:
        return False
    if claims.acr not in rule.at_least.or_stronger or not claims.mfa or claims.mfa_time is None:
        return False
    return rule.max_age is None or -60 <= time.time() - claims.mfa_time <= rule.max_age


def _caller_of(claims: Claims) -> Caller:
    return Caller(
        subject=claims.subject,
        acr=claims.acr,
        mfa=claims.mfa,
        scopes=claims.scopes,
        roles=claims.roles,
        mfa_time=claims.mfa_time,
        session_id=claims.session_id,
    )


def _query_of(rule: Rule) -> dict[str, str]:
    query = {"area": rule.area, "mfa": "if_enrolled" if rule.if_enrolled else "required"}
    if rule.max_age is not None:
        query["max_age"] = str(rule.max_age)
    return {**query, "scope": " ".join(rule.scopes)} if rule.scopes else query


def _headers_of(given: Given) -> dict[bytes, bytes]:
    headers = {
        "authorization": given.authorization,
        "x-mfa-token": given.mfa_token,
        "user-agent": given.user_agent,
        "x-forwarded-for": given.address,
    }
    return {name.encode(): value.encode("latin-1", "replace") for name, value in headers.items() if value is not None}
