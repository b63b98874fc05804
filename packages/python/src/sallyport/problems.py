"""What can go wrong, as exceptions that a program can tell apart."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal, cast, get_args

if TYPE_CHECKING:
    from sallyport.answers import Challenge

ProblemType = Literal[
    "authentication-required",
    "challenge-invalid",
    "conflict",
    "dependency-unavailable",
    "factor-exists",
    "forbidden",
    "insufficient-scope",
    "invalid-credentials",
    "invalid-password",
    "invalid-request",
    "invalid-token",
    "last-factor",
    "locks-out",
    "method-not-allowed",
    "mfa-enrollment-required",
    "mfa-token-invalid",
    "mfa-token-required",
    "mfa-token-used",
    "not-found",
    "not-ready",
    "password-rejected",
    "too-many-attempts",
    "unknown",  # of a newer service, or of a gateway: `uri` has what came
]

Reason = Literal[
    # too-many-attempts
    "password",
    "second_factor",
    "send",
    "rate",
    # password-rejected
    "too_short",
    "too_long",
    "blocklisted",
    "context_word",
    "reused",
    "composition",
    # dependency-unavailable
    "sms_blocked",
    "sms_rate_limited",
    "sms_unavailable",
    "sms_paused",
    "sms_country_not_allowed",
    "mail_unavailable",
    # invalid-request
    "phone_invalid",
    "phone_not_sms_capable",
    # conflict
    "name_taken",
    "no_address",
    "no_mail_server",
    "password_set",
    "disabled",
    "last_admin",
    "no_factor",
    "passkeys_off",
    "too_few_passkeys",
    "recovery_unproven",
    "recovery_waiting",
    "recovery_proven",
    "approval_required",
    "approval_pending",
    "approval_missing",
    "approval_over",
    "approval_waiting",
    "approval_stale",
    "too_few_people",
    # forbidden
    "own_account",
    "higher_role",
    "caller_check_required",
    "evidence_required",
    "caller_check_invalid",
    "own_request",
    "wrong_role",
    "same_person",
    "not_requester",
]

_secret = {"enrollment_token", "temp_token"}  # these must not stand where exceptions are printed


class SallyportError(Exception):
    """The base of every exception of this package."""


class Unreachable(SallyportError):
    """The service did not answer. `was_sent` is false if it cannot have received the request."""

    def __init__(self, cause: str, was_sent: bool) -> None:
        super().__init__(f"Sallyport did not answer: {cause}")
        self.was_sent = was_sent


class UnexpectedAnswer(SallyportError):
    """The answer is not one of this API, such as a redirect or the page of a proxy."""

    def __init__(self, status: int) -> None:
        super().__init__(f"Sallyport answered {status} with a body that is not of its API")
        self.status = status


class LoginRequired(SallyportError):
    """The session is over, so the user must log in again."""

    def __init__(self, problem: "Problem | None" = None) -> None:
        super().__init__("The session is over: log in again")
        self.problem = problem


@dataclass(frozen=True)
class FieldError:
    """A part of the request that is not as described."""

    pointer: str
    detail: str


class Problem(SallyportError):
    """A refusal of the service (RFC 9457). Decide by `type` and `reason`, and log `instance`."""

    def __init__(
        self,
        status: int,
        body: Mapping[str, object],
        *,
        received: datetime,
        retry_after: int | None = None,
        challenge: "Challenge | None" = None,
    ) -> None:
        self.status = status
        self.uri = _text(body.get("type")) or "about:blank"
        name, reason = self.uri.removeprefix("/problems/"), body.get("reason")
        self.type = cast(ProblemType, name if name in get_args(ProblemType) else "unknown")
        self.reason = cast(Reason, reason) if reason in get_args(Reason) else None
        self.title = _text(body.get("title")) or ""
        self.detail = _text(body.get("detail")) or ""
        self.instance = _text(body.get("instance"))
        given = _number(body.get("retry_after"))
        self.retry_after = retry_after if given is None else given
        self.retry_at = None if self.retry_after is None else received + timedelta(seconds=self.retry_after)
        self.attempts_remaining = _number(body.get("attempts_remaining"))
        self.acr_values = tuple((_text(body.get("acr_values")) or "").split())
        self.max_age = _number(body.get("max_age"))
        self.methods = _methods(body.get("methods"))
        self.errors = _errors(body.get("errors"))
        self.challenge = challenge
        """At a login whose code could not be sent: the challenge, for another method."""
        self.extensions = {name: value for name, value in body.items() if name not in _secret}
        super().__init__(status, self.type, self.reason)

    def __str__(self) -> str:
        reason = f" ({self.reason})" if self.reason else ""
        return f"{self.status} {self.type}{reason}: {self.detail or self.title} [{self.instance}]"


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _number(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _methods(value: object) -> tuple[str, ...]:
    names = value if isinstance(value, list) else []
    named = (one.get("method") if isinstance(one, dict) else one for one in names)
    return tuple(name for name in named if isinstance(name, str))


def _errors(value: object) -> tuple[FieldError, ...]:
    faults = value if isinstance(value, list) else []
    return tuple(
        FieldError(str(one.get("pointer", "")), str(one.get("detail", ""))) for one in faults if isinstance(one, dict)
    )
