"""Asks the service about one request. The question uses up a code, so it is asked once and its answer is not kept."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

import httpx

from sallyport.refusals import Refusal, unavailable

most_bytes = 64 * 1024
passed_on = ("www-authenticate", "retry-after", "content-type")
noted = ("x-mfa-warning", "x-mfa-backup-codes-remaining")  # a recovery code was spent


@dataclass(frozen=True)
class Forwarded:
    subject: str
    username: str
    roles: tuple[str, ...]
    mfa: bool
    acr: str
    notes: Mapping[str, str] = field(default_factory=dict)


def ask(http: httpx.Client, url: str, query: Mapping[str, str], headers: Mapping[bytes, bytes]) -> Forwarded:
    """Raises the refusal of the service, or 503 if it does not answer as it should."""
    refusal = unavailable()
    try:
        with http.stream("GET", url, params=dict(query), headers=headers) as response:
            if response.status_code == 200:
                return _forwarded(response.headers)
            if response.status_code in (400, 401, 403, 409, 429):
                refusal = _refusal_of(response) or refusal
    except (httpx.HTTPError, KeyError, ValueError):
        pass
    raise refusal  # outside, so that it carries no request with the token


def _forwarded(headers: httpx.Headers) -> Forwarded:
    return Forwarded(
        subject=headers["x-auth-subject"],
        username=headers["x-auth-username"],
        roles=tuple(filter(None, headers["x-auth-roles"].split(","))),
        mfa=headers["x-auth-mfa"] == "true",
        acr=headers["x-auth-acr"],
        notes={name: headers[name] for name in noted if name in headers},
    )


def _refusal_of(response: httpx.Response) -> Refusal | None:
    content = bytearray()
    for part in response.iter_bytes():
        content += part
        if len(content) > most_bytes:
            return None
    body = json.loads(content)
    if not isinstance(body, dict):
        return None
    headers = {name: response.headers[name] for name in passed_on if name in response.headers}
    return Refusal(response.status_code, body, headers)
