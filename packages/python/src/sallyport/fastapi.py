"""Guards the routes of a FastAPI application.

    guard = Guard("https://login.example.gov")
    app = FastAPI()
    install(app)

    @app.get("/api/report")
    def report(caller: Caller = Depends(require_mfa(guard, area="vendor", scope="data:read"))) -> dict[str, str]:
        return {"for": caller.subject}
"""

from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Any

import anyio
import anyio.to_thread
from fastapi import FastAPI, HTTPException, Request, Response

from sallyport.guard import Area, Caller, Given, Guard, WouldBlock, rule_of
from sallyport.refusals import Refusal, json_type
from sallyport.step_up import Acr

most_threads = 40  # of their own, so that a service that hangs does not hold up other routes


class Refused(HTTPException):
    """Without `install` the client gets the status and the headers, and with it the whole problem."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.status, str(refusal.body.get("detail", "")), dict(refusal.headers))
        self.refusal = refusal


def require_mfa(
    guard: Guard,
    *,
    area: Area,
    scope: str | Sequence[str] | None = None,
    at_least: Acr = Acr.TEXT_MESSAGE,
    max_age: int | None = None,
    online: bool = False,
    if_enrolled: bool = False,
) -> Callable[[Request, Response], Awaitable[Caller]]:
    """A dependency that gives the caller, or refuses.

    `at_least` is the weakest level that passes, and `max_age` the greatest age of the second factor in seconds.
    `online` asks the service about each request, so that a session that has ended is refused at once.
    `if_enrolled` asks as well, and lets users pass who have no second factor and need none.
    """
    rule = rule_of(area, scope, at_least, max_age, online, if_enrolled)
    limiters: list[anyio.CapacityLimiter] = []

    async def caller_of(request: Request, response: Response) -> Caller:
        given = _given_in(request)
        refused: Refused
        try:
            try:
                caller = guard.check(rule, given, may_wait=False)
            except WouldBlock:
                if not limiters:
                    limiters.append(anyio.CapacityLimiter(most_threads))  # it needs a running loop
                caller = await anyio.to_thread.run_sync(partial(guard.check, rule, given), limiter=limiters[0])
        except Refusal as refusal:
            refused = Refused(refusal)
        else:
            response.headers.update(dict(caller.notes))
            return caller
        raise refused

    return caller_of


def install(app: FastAPI) -> None:
    """Lets refusals reach the client as problems (RFC 9457)."""

    async def answer(_request: Request, error: Any) -> Response:
        refusal: Refusal = error.refusal
        headers = {name: value for name, value in refusal.headers.items() if name != "content-type"}
        return Response(refusal.content, refusal.status, headers, media_type=json_type)

    app.add_exception_handler(Refused, answer)


def _given_in(request: Request) -> Given:
    """Behind a proxy of your own, run uvicorn with --proxy-headers, or the address is that of the proxy."""

    def all_of(name: str) -> str | None:
        values = request.headers.getlist(name)
        return ", ".join(values) if values else None

    address = request.client.host if request.client else None
    return Given(all_of("authorization"), all_of("x-mfa-token"), request.headers.get("user-agent"), address)
