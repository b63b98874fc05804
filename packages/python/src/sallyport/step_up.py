"""The challenge of RFC 9470: a route wants a stronger or a fresher second factor."""

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sallyport.answers import Challenge
from sallyport.problems import Problem


class Acr(StrEnum):
    """The levels, from the weakest to the strongest."""

    PASSWORD = "urn:sallyport:acr:1"
    EMAIL = "urn:sallyport:acr:1plus"
    TEXT_MESSAGE = "urn:sallyport:acr:2r"  # NIST's AAL2 begins here
    TWO_FACTOR = "urn:sallyport:acr:2"
    PHISHING_RESISTANT = "phr"

    @property
    def or_stronger(self) -> tuple["Acr", ...]:
        ordered: list[Acr] = list(Acr.__members__.values())
        return tuple(ordered[ordered.index(self) :])


@dataclass(frozen=True)
class Needed:
    acr_values: tuple[str, ...]
    max_age: int | None


@dataclass(frozen=True)
class StepUp:
    """What a handler answers: the challenge, and what the route asks for."""

    challenge: Challenge
    acr_values: tuple[str, ...]
    max_age: int | None


# A code, the response of a ceremony such as Duo's, or None to wait for a push.
StepUpAnswer = str | Mapping[str, object] | None
StepUpHandler = Callable[[StepUp], StepUpAnswer]
AsyncStepUpHandler = Callable[[StepUp], Awaitable[StepUpAnswer]]

_parameter = re.compile(r'([A-Za-z_]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))')


def needed_by_headers(status: int, challenges: Sequence[str]) -> Needed | None:
    """What `WWW-Authenticate` asks for. None if a step-up does not help."""
    if status not in (401, 403):
        return None
    for text in challenges:
        _, bearer, parameters = text.rpartition("Bearer ")
        found = {name.lower(): quoted or plain for name, quoted, plain in _parameter.findall(parameters)}
        if bearer and found.get("error") == "insufficient_user_authentication":
            age = found.get("max_age", "")
            return Needed(tuple(found.get("acr_values", "").split()), int(age) if age.isdecimal() else None)
    return None


def needed_by(problem: Problem) -> Needed | None:
    if problem.type != "mfa-token-required":
        return None
    return Needed(problem.acr_values, problem.max_age)


_acr_of_method = {
    "email": Acr.EMAIL,
    "sms": Acr.TEXT_MESSAGE,
    "totp": Acr.TWO_FACTOR,
    "recovery_code": Acr.TWO_FACTOR,
    "duo_push": Acr.TWO_FACTOR,  # if it is a verified push or a passcode
    "duo_universal": Acr.TWO_FACTOR,
    "webauthn": Acr.PHISHING_RESISTANT,
}


def better_factor(challenge: Challenge, needed: Needed) -> str | None:
    """The factor to ask for instead, if the one of the challenge is too weak for the route."""
    if not needed.acr_values or challenge.method is None or _suffices(challenge.method, needed):
        return None
    options = (one for one in challenge.methods if one.method != "recovery_code")
    return next((one.factor_id for one in options if _suffices(one.method, needed)), None)


def _suffices(method: str, needed: Needed) -> bool:
    return _acr_of_method.get(method) in needed.acr_values
