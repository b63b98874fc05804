"""Sallyport for Python: log in with a second factor, keep a session, and guard your own routes."""

from sallyport.aio import AsyncClient
from sallyport.aio_session import AsyncSession
from sallyport.answers import (
    Challenge,
    Enrolled,
    Enrolment,
    MethodOption,
    MustEnrol,
    Pending,
    Proof,
    Tokens,
)
from sallyport.client import Client
from sallyport.guard import Caller, Guard, Refusal
from sallyport.problems import (
    FieldError,
    LoginRequired,
    Problem,
    ProblemType,
    Reason,
    SallyportError,
    UnexpectedAnswer,
    Unreachable,
)
from sallyport.session import Session
from sallyport.step_up import Acr, StepUp

__all__ = [
    "Acr",
    "AsyncClient",
    "AsyncSession",
    "Caller",
    "Challenge",
    "Client",
    "Enrolled",
    "Enrolment",
    "FieldError",
    "Guard",
    "LoginRequired",
    "MethodOption",
    "MustEnrol",
    "Pending",
    "Problem",
    "ProblemType",
    "Proof",
    "Reason",
    "Refusal",
    "SallyportError",
    "Session",
    "StepUp",
    "Tokens",
    "UnexpectedAnswer",
    "Unreachable",
]
