"""An API with one route that asks for a second factor. It asks Sallyport about each request."""

import os

from flask import Flask
from sallyport import Acr, Guard
from sallyport.flask import current_caller, require_mfa

SALLYPORT = os.environ.get("SALLYPORT_URL", "http://127.0.0.1:3000")
ISSUER = os.environ.get("SALLYPORT_ISSUER", SALLYPORT)  # ISSUER of the service

guard = Guard(SALLYPORT, issuer=ISSUER)  # one for the application: it keeps the keys
app = Flask("report")


@app.get("/api/report")
@require_mfa(guard, area="vendor", scope="data:read", at_least=Acr.TEXT_MESSAGE, online=True)  # AAL2
def report():
    caller = current_caller()
    return {"subject": caller.subject, "acr": caller.acr}


if __name__ == "__main__":
    app.run(host="127.0.0.1", port=int(os.environ.get("PORT", "8000")), threaded=True)
