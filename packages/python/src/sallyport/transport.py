"""What both clients know about HTTP: which servers they trust, how they read answers, and when they try again."""

import json
import random
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from ipaddress import ip_address
from typing import Any, TypeVar

import httpx

from sallyport.answers import Challenge
from sallyport.calls import Call, Reply
from sallyport.problems import Problem, UnexpectedAnswer, Unreachable

T = TypeVar("T")

most_bytes = 1024 * 1024  # of an answer: a QR code is the largest part of one


def base_url_of(url: str, allow_http: bool) -> str:
    """The URL without a slash at its end. A token must not cross a network in the clear."""
    parsed = httpx.URL(url)
    if parsed.scheme not in ("http", "https") or not parsed.host:
        raise ValueError("Give a URL that begins with https://")
    if parsed.userinfo or parsed.query or parsed.fragment:
        raise ValueError("Give a URL without a user, a query and a fragment")
    if parsed.scheme == "http" and not allow_http and not _is_loopback(parsed.host):
        raise ValueError("Use https, or set allow_http=True if the network between is trusted")
    return url.rstrip("/")


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def tls_context(ca_file: str | None) -> ssl.SSLContext:
    """Certificates are always verified. `ca_file` adds an authority of your own."""
    context = ssl.create_default_context()
    if ca_file is not None:
        context.load_verify_locations(ca_file)
    return context


def http_options(timeout: float, ca_file: str | None) -> dict[str, Any]:
    """A redirect could lead a bearer token elsewhere, and so could a proxy or a .netrc of the environment."""
    return {
        "timeout": httpx.Timeout(timeout, connect=min(timeout, 3.0)),
        "verify": tls_context(ca_file),
        "follow_redirects": False,
        "trust_env": False,
        "headers": {"accept": "application/json, application/problem+json", "user-agent": "sallyport-python/0.1"},
    }


def headers_of(call: Call[T], more: Mapping[str, str]) -> dict[str, str]:
    headers = dict(more)
    if call.bearer is not None:
        headers["authorization"] = f"Bearer {call.bearer}"
    if call.mfa_token is not None:
        headers["x-mfa-token"] = call.mfa_token
    return headers


def reply_of(response: httpx.Response, content: bytes) -> Reply:
    received = datetime.now(UTC)
    try:
        body = json.loads(content) if content else None
    except ValueError:
        body = None
    given = retry_after_of(response.headers.get("retry-after"), received)
    return Reply(response.status_code, body if isinstance(body, dict) else None, received, given)


def retry_after_of(header: str | None, received: datetime) -> int | None:
    """Seconds, or a date (RFC 9110, section 10.2.3). None if there is nothing to go by."""
    if header is None:
        return None
    if header.strip().isdecimal():
        return int(header)
    try:
        at = parsedate_to_datetime(header)
    except ValueError:
        return None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return max(0, round((at - received).total_seconds()))


def unreachable_by(error: httpx.HTTPError) -> Unreachable:
    """Without the error itself: it holds the request, and so the tokens."""
    return Unreachable(type(error).__name__, not isinstance(error, (httpx.ConnectError, httpx.ConnectTimeout)))


def conclude(call: Call[T], reply: Reply) -> T:
    """The answer of a call, or an exception."""
    if 200 <= reply.status < 300 or _must_enrol(reply):
        try:
            return call.read(reply)
        except (KeyError, TypeError, ValueError):
            pass  # and below without a context: its frames hold the body
        raise UnexpectedAnswer(reply.status)
    if reply.status < 400 or (reply.body is None and reply.retry_after is None):
        raise UnexpectedAnswer(reply.status)
    raise problem_of(reply)


def problem_of(reply: Reply) -> Problem:
    body = reply.body or {}
    challenge = None
    if "temp_token" in body:
        try:
            challenge = Challenge.read({"sent": False, **body}, reply.received)
        except (KeyError, TypeError, ValueError):
            pass
    return Problem(reply.status, body, received=reply.received, retry_after=reply.retry_after, challenge=challenge)


def _must_enrol(reply: Reply) -> bool:
    body = reply.body or {}
    return reply.status == 403 and body.get("type") == "/problems/mfa-enrollment-required" and "enrollment_token" in body


@dataclass(frozen=True)
class Retries:
    """How often, and how long at most, a call waits by itself. Longer waits are for the user to decide."""

    times: int
    longest_wait: float

    def wait(self, call: Call[T], tried: int, outcome: "Reply | Unreachable") -> float | None:
        """Seconds until the next try. None if there is to be none."""
        if tried >= self.times:
            return None
        if isinstance(outcome, Unreachable):
            # The service may have used a code or a refresh token before the answer was lost.
            return None if outcome.was_sent and call.method != "GET" else 0.2 * 2**tried
        if outcome.status not in (429, 503) or not _is_only_load(outcome):
            return None
        given = (outcome.body or {}).get("retry_after", outcome.retry_after)
        if not isinstance(given, int) or given > self.longest_wait:
            return None  # without a time, waiting does not help
        return given + random.uniform(0, 0.25)  # so that not all come back at once


def _is_only_load(reply: Reply) -> bool:
    """Not a lock of the user, and not a code that could not be sent: another method is quicker there."""
    body = reply.body or {}
    return body.get("reason") in (None, "rate") and "temp_token" not in body
