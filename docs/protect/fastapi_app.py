"""An API with one route that asks for a second factor. It verifies the access token itself."""

import os

import uvicorn
from fastapi import Depends, FastAPI
from sallyport import Acr, Caller, Guard
from sallyport.fastapi import install, require_mfa

SALLYPORT = os.environ.get("SALLYPORT_URL", "http://127.0.0.1:3000")
ISSUER = os.environ.get("SALLYPORT_ISSUER", SALLYPORT)  # ISSUER of the service

guard = Guard(SALLYPORT, issuer=ISSUER)  # one for the application: it keeps the keys
second_factor = require_mfa(guard, area="vendor", scope="data:read", at_least=Acr.TEXT_MESSAGE)  # AAL2
app = FastAPI()
install(app)  # refusals reach the client as problems


@app.get("/api/report")
def report(caller: Caller = Depends(second_factor)) -> dict[str, str]:
    return {"subject": caller.subject, "acr": caller.acr}


if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=int(os.environ.get("PORT", "8000")), log_level="warning")
