"""Guards the routes of a Flask application with Sallyport.

    @app.get("/api/things")
    @guarded("vendor", scope="data:read", mfa="if_enrolled")
    def things():
        return {"for": g.caller.username}
"""

import os
import threading
from dataclasses import dataclass
from functools import wraps
from typing import Optional, Tuple

import requests
from flask import Response, g, request

SALLYPORT = os.environ.get("SALLYPORT_URL", "http://127.0.0.1:3000")
RETURNED_HEADERS = ("WWW-Authenticate", "Retry-After", "Content-Type", "Cache-Control")

sessions = threading.local()


@dataclass(frozen=True)
class Caller:
    subject: str
    username: str
    roles: Tuple[str, ...]
    scopes: Tuple[str, ...]
    mfa: bool
    acr: str


def guarded(area: str, scope: Optional[str] = None, mfa: Optional[str] = None):
    """A decorator below the route. It sets g.caller, or answers with Sallyport's refusal."""
    rule = {name: value for name, value in (("area", area), ("scope", scope), ("mfa", mfa)) if value is not None}

    def decorate(view):
        @wraps(view)
        def guarded_view(*args, **kwargs):
            refusal = ask(rule)
            return refusal if refusal is not None else view(*args, **kwargs)

        return guarded_view

    return decorate


def ask(rule: dict) -> Optional[Response]:
    # WSGI joins a header that came twice with a comma, and Sallyport refuses it.
    passed_on = {
        name: request.headers[name] for name in ("Authorization", "X-MFA-Token", "User-Agent") if name in request.headers
    }
    # Behind a gateway of your own, use werkzeug's ProxyFix. Otherwise this is the gateway's address.
    if request.remote_addr:
        passed_on["X-Forwarded-For"] = request.remote_addr
    try:
        answer = session().get(
            f"{SALLYPORT}/auth/forward", params=rule, headers=passed_on, timeout=(2, 5), allow_redirects=False
        )
    except requests.RequestException:
        return unavailable()
    if answer.status_code == 200:
        g.caller = caller_in(answer.headers)
        return None
    if answer.status_code in (400, 401, 403, 429, 503):
        headers = {name: answer.headers[name] for name in RETURNED_HEADERS if name in answer.headers}
        return Response(answer.content, status=answer.status_code, headers=headers)
    return unavailable()


def session() -> requests.Session:
    """One session for each thread. Without trust_env=False, a .netrc could replace the client's Authorization."""
    if not hasattr(sessions, "one"):
        sessions.one = requests.Session()
        sessions.one.trust_env = False
    return sessions.one


def caller_in(headers) -> Caller:
    return Caller(
        subject=headers["X-Auth-Subject"],
        username=headers["X-Auth-Username"],
        roles=tuple(filter(None, headers["X-Auth-Roles"].split(","))),
        scopes=tuple(headers["X-Auth-Scopes"].split()),
        mfa=headers["X-Auth-Mfa"] == "true",
        acr=headers["X-Auth-Acr"],
    )


def unavailable() -> Response:
    body = '{"type":"about:blank","title":"Service Unavailable","status":503}'
    return Response(body, status=503, content_type="application/problem+json", headers={"Retry-After": "2"})
