"""What a session does about a refusal, the same for threads and for asyncio."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Generic, TypeVar

import httpx

from sallyport.answers import Tokens
from sallyport.problems import LoginRequired, Problem
from sallyport.step_up import Needed, needed_by, needed_by_headers

T = TypeVar("T")

margin = timedelta(seconds=30)  # a token that ends sooner is renewed before it is used


@dataclass(frozen=True)
class Outcome(Generic[T]):
    """`is_over`: the access token is not valid any more. `needed`: a step-up would help."""

    value: T = field(repr=False)
    is_over: bool = False
    needed: Needed | None = None


def outcome_of_problem(problem: Problem) -> Outcome[Problem]:
    return Outcome(problem, problem.status == 401 and problem.type == "invalid-token", needed_by(problem))


def outcome_of_response(response: httpx.Response) -> Outcome[httpx.Response]:
    challenges = response.headers.get_list("www-authenticate")
    is_over = response.status_code == 401 and any('error="invalid_token"' in one for one in challenges)
    return Outcome(response, is_over, needed_by_headers(response.status_code, challenges))


def is_due(tokens: Tokens) -> bool:
    return tokens.expires_at - datetime.now(UTC) < margin


def assert_live(tokens: Tokens) -> None:
    if tokens.expires_at <= datetime.now(UTC):
        raise LoginRequired()


def api_url(base: str, path: str) -> str:
    """The bearer goes to this one server. A path that names another host is refused."""
    if not path.startswith("/") or path.startswith("//") or "\\" in path:
        raise ValueError("Give a path that begins with one slash")
    return base + path
