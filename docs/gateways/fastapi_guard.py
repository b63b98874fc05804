"""Guards the routes of a FastAPI application with Sallyport.

    app = FastAPI()
    install(app)

    @app.get("/api/things")
    async def things(caller: Caller = Depends(guard("vendor", scope="data:read", mfa="if_enrolled"))):
        return {"for": caller.username}
"""

import os
from dataclasses import dataclass
from typing import Optional, Tuple

import httpx
from fastapi import FastAPI, Request, Response

SALLYPORT = os.environ.get("SALLYPORT_URL", "http://127.0.0.1:3000")
RETURNED_HEADERS = ("www-authenticate", "retry-after", "content-type", "cache-control")

# One client for all requests. It must not follow redirects, and trust_env=False keeps proxies and .netrc out of it.
client = httpx.AsyncClient(base_url=SALLYPORT, timeout=5.0, follow_redirects=False, trust_env=False)


@dataclass(frozen=True)
class Caller:
    subject: str
    username: str
    roles: Tuple[str, ...]
    scopes: Tuple[str, ...]
    mfa: bool
    acr: str


class Refused(Exception):
    def __init__(self, status: int, headers: dict, body: bytes):
        self.status, self.headers, self.body = status, headers, body


def guard(area: str, scope: Optional[str] = None, mfa: Optional[str] = None):
    """A dependency. It returns the caller, or raises Sallyport's refusal."""
    rule = {name: value for name, value in (("area", area), ("scope", scope), ("mfa", mfa)) if value is not None}

    async def ask(request: Request) -> Caller:
        # A header that came twice is sent as a list, and Sallyport refuses it. Do not choose one of the two here.
        passed_on = {
            name: ", ".join(request.headers.getlist(name))
            for name in ("authorization", "x-mfa-token", "user-agent")
            if name in request.headers
        }
        # Behind a gateway of your own, run uvicorn with --proxy-headers. Otherwise this is the gateway's address.
        if request.client:
            passed_on["x-forwarded-for"] = request.client.host
        try:
            answer = await client.get("/auth/forward", params=rule, headers=passed_on)
        except httpx.HTTPError:
            raise unavailable()
        if answer.status_code == 200:
            return caller_in(answer.headers)
        if answer.status_code in (400, 401, 403, 429, 503):
            headers = {name: answer.headers[name] for name in RETURNED_HEADERS if name in answer.headers}
            raise Refused(answer.status_code, headers, answer.content)
        raise unavailable()

    return ask


def install(app: FastAPI) -> None:
    """Lets refusals reach the client with their status, WWW-Authenticate and problem."""

    @app.exception_handler(Refused)
    async def refuse(_request: Request, refused: Refused) -> Response:
        return Response(refused.body, status_code=refused.status, headers=refused.headers)


def caller_in(headers) -> Caller:
    return Caller(
        subject=headers["x-auth-subject"],
        username=headers["x-auth-username"],
        roles=tuple(filter(None, headers["x-auth-roles"].split(","))),
        scopes=tuple(headers["x-auth-scopes"].split()),
        mfa=headers["x-auth-mfa"] == "true",
        acr=headers["x-auth-acr"],
    )


def unavailable() -> Refused:
    body = b'{"type":"about:blank","title":"Service Unavailable","status":503}'
    return Refused(503, {"content-type": "application/problem+json", "retry-after": "2"}, body)
