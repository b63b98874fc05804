"""Each call of the API as a value: what to send, and how to read the answer. No I/O, so both clients share it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, TypeVar, cast
from urllib.parse import quote

from sallyport.answers import (
    Challenge,
    EnrolAnswer,
    Enrolled,
    Enrolment,
    Factor,
    LoginAnswer,
    Me,
    MfaStatus,
    MustEnrol,
    Pending,
    Proof,
    Tokens,
    TrustedDevice,
    VerifyAnswer,
)

T = TypeVar("T")
Answer = Mapping[str, object]


@dataclass(frozen=True)
class Reply:
    """An answer, once its body has been read. `retry_after` is that of the header."""

    status: int
    body: Mapping[str, Any] | None = field(repr=False)
    received: datetime
    retry_after: int | None = None


@dataclass(frozen=True)
class Call(Generic[T]):
    method: str
    path: str
    read: Callable[[Reply], T]
    body: Mapping[str, object] | None = field(default=None, repr=False)
    bearer: str | None = field(default=None, repr=False)
    mfa_token: str | None = field(default=None, repr=False)


def login(username: str, password: str, area: str, mfa_token: str | None, trusted_device: str | None) -> Call[LoginAnswer]:
    given = {"username": username, "password": password, "area": area}
    return Call("POST", "/auth/login", _login, _with(given, mfa_token=mfa_token, trusted_device=trusted_device))


def challenge(of: Challenge, method: str | None, factor_id: str | None) -> Call[Challenge]:
    body = _with({"temp_token": of.temp_token}, method=method, factor_id=factor_id)
    return Call("POST", "/auth/mfa/challenge", lambda reply: of.switched(_body(reply), reply.received), body)


def verify(
    of: Challenge, code: str | None, response: Answer | None, remember_device: bool, device_label: str | None
) -> Call[VerifyAnswer]:
    body = _with({"temp_token": of.temp_token}, mfa_token=code, response=response, device_label=device_label)
    if remember_device:
        body["remember_device"] = True
    return Call("POST", "/auth/mfa/verify", _verified, body)


def refresh(refresh_token: str) -> Call[Tokens]:
    return Call("POST", "/auth/refresh", _tokens, {"refresh_token": refresh_token})


def forgot_password(username: str) -> Call[None]:
    return Call("POST", "/auth/password/forgot", _nothing, {"username": username})


def request_recovery(username: str) -> Call[None]:
    return Call("POST", "/auth/recovery", _nothing, {"username": username})


def reset_password(token: str, new_password: str, recovery_code: str | None = None) -> Call[None]:
    body = {"token": token, "new_password": new_password}
    more = {} if recovery_code is None else {"recovery_code": recovery_code}
    return Call("POST", "/auth/password/reset", _nothing, body | more)


def logout(bearer: str) -> Call[None]:
    return Call("POST", "/auth/logout", _nothing, bearer=bearer)


def activity(bearer: str) -> Call[None]:
    return Call("POST", "/auth/sessions/activity", _nothing, bearer=bearer)


def me(bearer: str) -> Call[Me]:
    return Call("GET", "/auth/me", lambda reply: cast(Me, _body(reply)), bearer=bearer)


def mfa_status(bearer: str) -> Call[MfaStatus]:
    return Call("GET", "/auth/mfa/status", lambda reply: cast(MfaStatus, _body(reply)), bearer=bearer)


def trusted_devices(bearer: str) -> Call[list[TrustedDevice]]:
    return Call("GET", "/auth/trusted-devices", lambda reply: cast(list[TrustedDevice], _body(reply)["devices"]), bearer=bearer)


def forget_device(bearer: str, device_id: str | None) -> Call[None]:
    path = "/auth/trusted-devices" if device_id is None else f"/auth/trusted-devices/{quote(device_id, safe='')}"
    return Call("DELETE", path, _nothing, bearer=bearer)


def step_up(bearer: str, method: str | None, factor_id: str | None) -> Call[Challenge]:
    return Call("POST", "/auth/mfa/step-up", _challenge, _with({}, method=method, factor_id=factor_id), bearer)


def proof(bearer: str, code: str) -> Call[Proof]:
    return Call("POST", "/auth/mfa/proof", lambda reply: Proof.read(_body(reply), reply.received), {"mfa_token": code}, bearer)


def enroll(bearer: str, method: str, setup: Mapping[str, str | None]) -> Call[Enrolment]:
    body = _with({"method": method}, **setup)
    return Call("POST", "/auth/mfa/enroll", lambda reply: Enrolment.read(_body(reply), reply.received), body, bearer)


def verify_enrollment(
    bearer: str, factor_id: str | None, code: str | None, response: Answer | None
) -> Call[EnrolAnswer]:
    body = _with({}, factor_id=factor_id, token=code, response=response)
    return Call("POST", "/auth/mfa/verify-enrollment", _enrolled, body, bearer)


def rename_factor(bearer: str, factor_id: str, label: str | None, default: bool, code: str | None) -> Call[Factor]:
    body = _with({}, label=label)
    if default:
        body["default"] = True
    path = f"/auth/mfa/factors/{quote(factor_id, safe='')}"
    return Call("PATCH", path, lambda reply: cast(Factor, _body(reply)), body, bearer, code)


def remove_factor(bearer: str, factor_id: str, code: str | None) -> Call[None]:
    return Call("DELETE", f"/auth/mfa/factors/{quote(factor_id, safe='')}", _nothing, None, bearer, code)


def disable_mfa(bearer: str, password: str, code: str | None) -> Call[None]:
    return Call("POST", "/auth/mfa/disable", _nothing, _with({"password": password}, mfa_token=code), bearer)


def regenerate_recovery_codes(bearer: str, password: str, code: str | None) -> Call[tuple[str, ...]]:
    body = _with({"password": password}, mfa_token=code)
    path = "/auth/mfa/recovery-codes/regenerate"
    return Call("POST", path, lambda reply: tuple(_body(reply)["codes"]), body, bearer)


def change_password(bearer: str, current: str, new: str, code: str | None) -> Call[None]:
    body = _with({"current_password": current, "new_password": new}, mfa_token=code)
    return Call("POST", "/auth/password", _nothing, body, bearer)


def _with(given: Mapping[str, object], **optional: object) -> dict[str, object]:
    return {**given, **{name: value for name, value in optional.items() if value is not None}}


def _body(reply: Reply) -> Mapping[str, Any]:
    if reply.body is None:
        raise KeyError("body")
    return reply.body


def _login(reply: Reply) -> LoginAnswer:
    body = _body(reply)
    if reply.status == 403:
        return MustEnrol.read(body, reply.received)
    return _challenge(reply) if body["mfa_required"] else _tokens(reply)


def _challenge(reply: Reply) -> Challenge:
    return Challenge.read(_body(reply), reply.received)


def _tokens(reply: Reply) -> Tokens:
    return Tokens.read(_body(reply), reply.received)


def _verified(reply: Reply) -> VerifyAnswer:
    return _pending(reply) if reply.status == 202 else _tokens(reply)


def _enrolled(reply: Reply) -> EnrolAnswer:
    return _pending(reply) if reply.status == 202 else Enrolled.read(_body(reply), reply.received)


def _pending(reply: Reply) -> Pending:
    return Pending(int(_body(reply)["retry_after"]))


def _nothing(_reply: Reply) -> None:
    return None
