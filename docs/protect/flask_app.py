"""An API with one route that asks for a second factor. It asks Sallyport about each request."""

import os
from functools import wraps

import requests
from flask import Flask, Response, g, jsonify, request

SALLYPORT = os.environ.get("SALLYPORT_URL", "http://127.0.0.1:3000")
RULE = {"area": "vendor", "scope": "data:read", "mfa": "required"}
ACCEPTED = ["urn:sallyport:acr:2r", "urn:sallyport:acr:2", "phr"]  # AAL2 of NIST SP 800-63B
WEAK = f'Bearer error="insufficient_user_authentication", acr_values="{" ".join(ACCEPTED)}"'  # RFC 9470


def second_factor(view):
    @wraps(view)
    def guarded(*args, **kwargs):
        answer = ask()
        if answer is None or answer.status_code not in (200, 400, 401, 403, 429):
            return refusal(503)
        if answer.status_code != 200:
            passed_on = ("WWW-Authenticate", "Retry-After")
            return refusal(answer.status_code, headers_of(answer, passed_on), answer.content)
        g.caller = {"subject": answer.headers["X-Auth-Subject"], "acr": answer.headers["X-Auth-Acr"]}
        if g.caller["acr"] not in ACCEPTED:
            return refusal(403, {"WWW-Authenticate": WEAK})
        response = app.make_response(view(*args, **kwargs))
        # The client used a recovery code.
        response.headers.update(headers_of(answer, ("X-MFA-Warning", "X-MFA-Backup-Codes-Remaining")))
        return response

    return guarded


def ask():
    """Sallyport uses up the code. Ask once, and keep no answer. None if Sallyport does not answer."""
    names = ("Authorization", "X-MFA-Token", "User-Agent")
    headers = {name: request.headers[name] for name in names if name in request.headers}
    headers["X-Forwarded-For"] = request.remote_addr or ""
    with requests.Session() as session:
        session.trust_env = False  # a .netrc could replace the client's Authorization
        try:
            url = f"{SALLYPORT}/auth/forward"
            return session.get(url, params=RULE, headers=headers, timeout=(2, 5), allow_redirects=False)
        except requests.RequestException:
            return None


def headers_of(answer, names):
    return {name: answer.headers[name] for name in names if name in answer.headers}


def refusal(status, headers=None, body=None):
    body = body or f'{{"type":"about:blank","status":{status}}}'
    return Response(body, status, headers, content_type="application/problem+json")


app = Flask("report")


@app.get("/api/report")
@second_factor
def report():
    return jsonify(g.caller)


if __name__ == "__main__":
    app.run(host="127.0.0.1", port=int(os.environ.get("PORT", "8000")), threaded=True)
