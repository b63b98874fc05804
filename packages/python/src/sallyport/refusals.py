"""The refusals of a guard, in the form of the service itself (RFC 9457, RFC 6750, RFC 9470)."""

import json
from collections.abc import Mapping, Sequence

json_type = "application/problem+json"


class Refusal(Exception):
    """What the client gets in the place of the answer."""

    def __init__(self, status: int, body: Mapping[str, object], headers: Mapping[str, str] | None = None) -> None:
        super().__init__(status, body.get("type"))
        self.status = status
        self.body = body
        self.headers = {**(headers or {}), "cache-control": "no-store"}

    @property
    def content(self) -> bytes:
        return json.dumps(self.body, ensure_ascii=False).encode()


def _refusal(status: int, name: str, title: str, challenge: str | None, **more: object) -> Refusal:
    body = {"type": f"/problems/{name}", "title": title, "status": status, "detail": title, **more}
    return Refusal(status, body, {} if challenge is None else {"www-authenticate": challenge})


def authentication_required() -> Refusal:
    return _refusal(401, "authentication-required", "Send an access token", "Bearer")


def invalid_token() -> Refusal:
    return _refusal(401, "invalid-token", "The token is not valid", 'Bearer error="invalid_token"')


def invalid_request(header: str) -> Refusal:
    fault = {"pointer": header, "detail": "Send it once, with one value", "in": "header"}
    return _refusal(400, "invalid-request", "The request is not as described", None, errors=[fault])


def insufficient_scope(scopes: Sequence[str]) -> Refusal:
    scope = " ".join(scopes)
    challenge = f'Bearer error="insufficient_scope", scope="{scope}"'
    return _refusal(403, "insufficient-scope", "The scope is missing", challenge, scope=scope)


def step_up(acr_values: str, max_age: int | None) -> Refusal:
    challenge = f'Bearer error="insufficient_user_authentication", acr_values="{acr_values}"'
    more: dict[str, object] = {"acr_values": acr_values}
    if max_age is not None:
        challenge += f', max_age="{max_age}"'
        more["max_age"] = max_age
    return _refusal(403, "mfa-token-required", "MFA token required", challenge, **more)


def unavailable() -> Refusal:
    refusal = _refusal(503, "dependency-unavailable", "Sallyport does not answer", None, retry_after=5)
    refusal.headers["retry-after"] = "5"
    return refusal
