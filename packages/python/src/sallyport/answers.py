"""The answers of the service. Tokens and codes are left out of `repr`, so that no log has them by accident."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Literal, NotRequired, TypedDict

Body = Mapping[str, Any]


def _after(received: datetime, seconds: int) -> datetime:
    return received + timedelta(seconds=seconds)


def _maybe_after(received: datetime, seconds: int | None) -> datetime | None:
    return None if seconds is None else _after(received, seconds)


def _maybe_time(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


@dataclass(frozen=True)
class Tokens:
    """The user is logged in."""

    access_token: str = field(repr=False)
    expires_at: datetime
    area: str
    refresh_token: str | None = field(default=None, repr=False)
    refresh_expires_at: datetime | None = None
    warning: str | None = None
    backup_codes_remaining: int | None = None
    new_recovery_code: str | None = field(default=None, repr=False)
    mfa_encouraged: bool = False
    mfa_grace_until: datetime | None = None
    trusted_device: str | None = field(default=None, repr=False)
    trusted_device_expires_at: datetime | None = None
    kind: Literal["tokens"] = "tokens"

    @classmethod
    def read(cls, body: Body, received: datetime) -> "Tokens":
        return cls(
            access_token=str(body["access_token"]),
            expires_at=_after(received, body["expires_in"]),
            area=str(body["area"]),
            refresh_token=body.get("refresh_token"),
            refresh_expires_at=_maybe_after(received, body.get("refresh_expires_in")),
            warning=body.get("warning"),
            backup_codes_remaining=body.get("backup_codes_remaining"),
            new_recovery_code=body.get("new_recovery_code"),
            mfa_encouraged=body.get("mfa_encouraged", False),
            mfa_grace_until=_maybe_time(body.get("mfa_grace_until")),
            trusted_device=body.get("trusted_device"),
            trusted_device_expires_at=_maybe_after(received, body.get("trusted_device_expires_in")),
        )


@dataclass(frozen=True)
class MethodOption:
    """A factor that the user may answer with. `hint` is masked."""

    method: str
    factor_id: str
    label: str
    hint: str | None = None
    restricted: bool = False

    @classmethod
    def read(cls, body: Body) -> "MethodOption":
        return cls(body["method"], body["factor_id"], body["label"], body.get("hint"), body.get("restricted", False))


@dataclass(frozen=True)
class Challenge:
    """The service asks for the second factor. `shown` is what the user must see, by method."""

    method: str | None
    temp_token: str = field(repr=False)
    expires_at: datetime
    methods: tuple[MethodOption, ...]
    shown: Body = field(default_factory=dict, repr=False)
    sent: bool = True
    resend_at: datetime | None = None
    locked_until: datetime | None = None
    trust_device_seconds: int | None = None  # None: this login cannot make the device trusted
    kind: Literal["challenge"] = "challenge"

    @classmethod
    def read(cls, body: Body, received: datetime) -> "Challenge":
        return cls(
            method=body.get("mfa_method"),
            temp_token=str(body["temp_token"]),
            expires_at=_after(received, body["expires_in"]),
            methods=tuple(MethodOption.read(one) for one in body["methods"]),
            shown=body.get("challenge", {}),
            sent=body.get("sent", True),
            resend_at=_maybe_after(received, body.get("resend_in")),
            locked_until=_maybe_after(received, body.get("retry_after")),
            trust_device_seconds=body.get("trust_device_seconds"),
        )

    def switched(self, body: Body, received: datetime) -> "Challenge":
        """The same login with the challenge of another factor, or with a new code. The temp token ends no later."""
        return replace(
            self,
            method=body["method"],
            expires_at=min(self.expires_at, _after(received, body["expires_in"])),
            shown=body.get("challenge", {}),
            sent=body.get("sent", True),
            resend_at=_maybe_after(received, body.get("resend_in")),
            locked_until=_maybe_after(received, body.get("retry_after")),
        )

    @property
    def sent_to(self) -> str | None:
        return self.shown.get("sent_to")

    @property
    def redirect_url(self) -> str | None:
        """Duo's prompt: send the browser there."""
        return self.shown.get("redirect_url")

    @property
    def verification_code(self) -> str | None:
        """A verified push: the user types these digits into the telephone."""
        return self.shown.get("verification_code")


@dataclass(frozen=True)
class MustEnrol:
    """The area demands a second factor, and the user has none. The token is good for the enrolment alone."""

    enrollment_token: str = field(repr=False)
    expires_at: datetime
    methods: tuple[str, ...]
    grace_ended_at: datetime | None = None
    kind: Literal["must_enrol"] = "must_enrol"

    @classmethod
    def read(cls, body: Body, received: datetime) -> "MustEnrol":
        return cls(
            enrollment_token=str(body["enrollment_token"]),
            expires_at=_after(received, body.get("expires_in", 0)),
            methods=tuple(body.get("methods", ())),
            grace_ended_at=_maybe_time(body.get("grace_ended_at")),
        )


@dataclass(frozen=True)
class Pending:
    """The user has not decided about the push yet. Ask again after `retry_after` seconds."""

    retry_after: int
    kind: Literal["pending"] = "pending"


@dataclass(frozen=True)
class Enrolment:
    """A factor that waits for its first code. `shown` is what the user must see, by method."""

    method: str
    factor_id: str
    expires_at: datetime
    resend_at: datetime | None
    shown: Body = field(repr=False)
    kind: Literal["enrolment"] = "enrolment"

    @classmethod
    def read(cls, body: Body, received: datetime) -> "Enrolment":
        return cls(
            method=body["method"],
            factor_id=body["factor_id"],
            expires_at=_after(received, body["expires_in"]),
            resend_at=_maybe_after(received, body.get("resend_in")),
            shown=body,
        )

    @property
    def secret(self) -> str | None:
        return self.shown.get("secret")

    @property
    def qr_code_png(self) -> str | None:
        return self.shown.get("qr_code_png")

    @property
    def redirect_url(self) -> str | None:
        return self.shown.get("redirect_url")

    @property
    def verification_code(self) -> str | None:
        return self.shown.get("verification_code")


@dataclass(frozen=True)
class Enrolled:
    """The factor counts from now on. Show `recovery_codes` once; they come with the first factor."""

    factor_id: str
    tokens: Tokens
    message: str
    recovery_codes: tuple[str, ...] = field(default=(), repr=False)
    kind: Literal["enrolled"] = "enrolled"

    @classmethod
    def read(cls, body: Body, received: datetime) -> "Enrolled":
        codes = tuple(body.get("recovery_codes", ()))
        return cls(body["factor_id"], Tokens.read(body, received), body["message"], codes)


@dataclass(frozen=True)
class Proof:
    """It stands for a code that was used. Send it as `X-MFA-Token`."""

    mfa_proof: str = field(repr=False)
    expires_at: datetime
    kind: Literal["proof"] = "proof"

    @classmethod
    def read(cls, body: Body, received: datetime) -> "Proof":
        return cls(str(body["mfa_proof"]), _after(received, body["expires_in"]))


LoginAnswer = Tokens | Challenge | MustEnrol
VerifyAnswer = Tokens | Pending
EnrolAnswer = Enrolled | Pending


class Level(TypedDict):
    acr: str
    amr: list[str]
    mfa: bool
    mfa_time: str | None


class Me(TypedDict):
    user: dict[str, Any]
    mfa: dict[str, Any]
    session: dict[str, Any]
    area: str
    scope: str
    level: Level


class Factor(TypedDict):
    factor_id: str
    method: str
    label: str
    hint: str | None
    default: bool
    created_at: str
    last_used_at: str | None
    passkey: NotRequired[bool]
    authenticator: NotRequired[str]


class MfaStatus(TypedDict):
    enabled: bool
    method: str | None
    enrolled_at: str | None
    backup_codes_remaining: int
    factors: list[Factor]
    policy: dict[str, Any]
    passkeys: NotRequired[dict[str, Any]]
    passwordless: NotRequired[bool]
    may_go_passwordless: NotRequired[bool]


class TrustedDevice(TypedDict):
    id: str
    label: str | None
    created_at: str
    last_used_at: str | None
    expires_at: str
    ip: str | None
    user_agent: str | None
