"""An API with one route that asks for a second factor. It verifies the access token itself."""

import os
from typing import Dict
from urllib.error import URLError

import httpx
import jwt
import uvicorn
from fastapi import Depends, FastAPI, Request
from fastapi.responses import JSONResponse, Response

SALLYPORT = os.environ.get("SALLYPORT_URL", "http://127.0.0.1:3000")
ISSUER = os.environ.get("SALLYPORT_ISSUER", SALLYPORT)  # ISSUER of the service
ACCEPTED = ["urn:sallyport:acr:2r", "urn:sallyport:acr:2", "phr"]  # AAL2 of NIST SP 800-63B
WEAK = f'Bearer error="insufficient_user_authentication", acr_values="{" ".join(ACCEPTED)}"'  # RFC 9470

keys = jwt.PyJWKClient(f"{SALLYPORT}/.well-known/jwks.json", lifespan=300)
client = httpx.Client(base_url=SALLYPORT, timeout=5.0, follow_redirects=False, trust_env=False)


class Refused(Exception):
    def __init__(self, response: Response):
        self.response = response


def refused(status: int, challenge: str = "") -> Refused:
    headers = {"www-authenticate": challenge} if challenge else {}
    body = {"type": "about:blank", "status": status}
    return Refused(JSONResponse(body, status, headers, media_type="application/problem+json"))


# FastAPI runs a plain function in a thread, so other requests do not wait for the keys.
def second_factor(request: Request) -> Dict[str, str]:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise refused(401, "Bearer")
    claims = claims_of(token)
    if "data:read" not in claims["scope"].split():
        raise refused(403, 'Bearer error="insufficient_scope", scope="data:read"')
    caller = {"subject": claims["sub"], "acr": claims["acr"]}
    if caller["acr"] not in ACCEPTED and "x-mfa-token" in request.headers:
        caller = ask(request)
    if caller["acr"] not in ACCEPTED:
        raise refused(403, WEAK)
    return caller


def claims_of(token: str) -> dict:
    """RFC 9068, section 4: signature, typ, issuer, audience and time."""
    try:
        if str(jwt.get_unverified_header(token).get("typ")).lower() not in ("at+jwt", "application/at+jwt"):
            raise jwt.InvalidTokenError("not an access token")
        return jwt.decode(
            token,
            keys.get_signing_key_from_jwt(token).key,
            algorithms=["ES256"],
            issuer=ISSUER,
            audience=f"{ISSUER}/areas/vendor",
            options={"require": ["iss", "aud", "sub", "exp", "acr", "scope"]},
        )
    except jwt.PyJWTError as error:
        if isinstance(error.__context__, URLError):  # the keys cannot be fetched
            raise refused(503)
        raise refused(401, 'Bearer error="invalid_token"')


def ask(request: Request) -> Dict[str, str]:
    """Only Sallyport can check X-MFA-Token. It uses up a code, so ask once."""
    names = ("authorization", "x-mfa-token", "user-agent")
    headers = {name: ", ".join(request.headers.getlist(name)) for name in names if name in request.headers}
    if request.client:
        headers["x-forwarded-for"] = request.client.host
    rule = {"area": "vendor", "scope": "data:read", "mfa": "required"}
    try:
        answer = client.get("/auth/forward", params=rule, headers=headers)
    except httpx.HTTPError:
        raise refused(503)
    if answer.status_code == 200:
        return {"subject": answer.headers["x-auth-subject"], "acr": answer.headers["x-auth-acr"]}
    if answer.status_code not in (400, 401, 403, 429):
        raise refused(503)
    passed_on = ("www-authenticate", "retry-after", "content-type")
    headers = {name: answer.headers[name] for name in passed_on if name in answer.headers}
    raise Refused(Response(answer.content, answer.status_code, headers))


app = FastAPI()


@app.exception_handler(Refused)
def refuse(_request: Request, error: Refused) -> Response:
    return error.response


@app.get("/api/report")
def report(caller: Dict[str, str] = Depends(second_factor)) -> Dict[str, str]:
    return caller


if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=int(os.environ.get("PORT", "8000")), log_level="warning")
