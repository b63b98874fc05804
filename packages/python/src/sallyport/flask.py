"""Guards the routes of a Flask application.

    guard = Guard("https://login.example.gov")

    @app.get("/api/report")
    @require_mfa(guard, area="vendor", scope="data:read")
    def report():
        return {"for": current_caller().subject}
"""

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any, TypeVar, cast

from flask import Response, current_app, g, request

from sallyport.guard import Area, Caller, Given, Guard, rule_of
from sallyport.refusals import Refusal, json_type
from sallyport.step_up import Acr

View = TypeVar("View", bound=Callable[..., Any])


def require_mfa(
    guard: Guard,
    *,
    area: Area,
    scope: str | Sequence[str] | None = None,
    at_least: Acr = Acr.TEXT_MESSAGE,
    max_age: int | None = None,
    online: bool = False,
    if_enrolled: bool = False,
) -> Callable[[View], View]:
    """A decorator below the route. The view finds the caller by `current_caller()`.

    `at_least` is the weakest level that passes, and `max_age` the greatest age of the second factor in seconds.
    `online` asks the service about each request, so that a session that has ended is refused at once.
    `if_enrolled` asks as well, and lets users pass who have no second factor and need none.
    """
    rule = rule_of(area, scope, at_least, max_age, online, if_enrolled)

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Response:
            try:
                caller = guard.check(rule, _given())
            except Refusal as refusal:
                headers = {name: value for name, value in refusal.headers.items() if name != "content-type"}
                return Response(refusal.content, refusal.status, headers, content_type=json_type)
            g.sallyport_caller = caller
            response = current_app.make_response(current_app.ensure_sync(view)(*args, **kwargs))
            response.headers.update(dict(caller.notes))
            return response

        return cast(View, guarded)

    return decorate


def current_caller() -> Caller:
    """Whom the guard of this route let in. Raises on a route without a guard."""
    return cast(Caller, g.sallyport_caller)


def _given() -> Given:
    """WSGI joins a header that came twice. Behind a proxy of your own, use werkzeug's ProxyFix."""
    headers = request.headers
    return Given(headers.get("Authorization"), headers.get("X-MFA-Token"), headers.get("User-Agent"), request.remote_addr)
