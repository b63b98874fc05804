"""The other end of test/support/python-world.ts: the service of this run, and what acts on it from outside."""

import json
import os
import threading
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from sallyport import Challenge, Client, Enrolled, Problem, Session, Tokens

url = os.environ["SALLYPORT_URL"]
issuer = os.environ["SALLYPORT_ISSUER"]
_straight = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def act(name: str, **given: object) -> Any:
    request = urllib.request.Request(f"{os.environ['SALLYPORT_CONTROL']}/{name}", json.dumps(given).encode())
    with _straight.open(request) as answer:
        done = json.load(answer)
    if isinstance(done, dict) and "error" in done:
        raise AssertionError(done["error"])
    return done


@dataclass
class User:
    id: str
    username: str
    password: str
    email: str
    phone: str
    secret: str = ""
    recovery_codes: tuple[str, ...] = ()

    def code(self, steps: int = 0) -> str:
        return str(act("code", secret=self.secret, steps=steps))

    def wrong_code(self) -> str:
        return str(act("wrong_code", secret=self.secret))


def new_user(roles: list[str] | None = None, at_duo: bool = False) -> User:
    return User(**act("user", roles=roles, atDuo=at_duo))


def password_tokens(client: Client, user: User, area: str = "public") -> Tokens:
    """The tokens of a login that asks for no second factor."""
    answer = client.login(user.username, user.password, area=area)
    assert isinstance(answer, Tokens), answer
    return answer


def challenged(client: Client, user: User, area: str = "public") -> Challenge:
    answer = client.login(user.username, user.password, area=area)
    assert isinstance(answer, Challenge), answer
    return answer


def with_totp(client: Client, roles: list[str] | None = None) -> User:
    """A user with an authenticator app, whose code of this half minute is still good."""
    user = new_user(roles)
    session = Session(client, password_tokens(client, user))
    enrolment = session.enroll("totp")
    user.secret = enrolment.secret or ""
    try:
        done = session.verify_enrollment(enrolment, str(act("earlier_code", secret=user.secret)))
    except Problem:  # the half minute ended between the two calls, and the code with it
        done = session.verify_enrollment(enrolment, str(act("earlier_code", secret=user.secret)))
    assert isinstance(done, Enrolled), done
    user.recovery_codes = done.recovery_codes
    return user


Scripted = tuple[int, dict[str, str], bytes]


class Stub:
    """A server that answers as it is told, and keeps what it was asked: for what the real one does not do on demand."""

    def __init__(self) -> None:
        self.answers: list[Scripted] = []
        self.otherwise: Scripted = (200, {}, b"{}")
        self.asked: list[tuple[str, str, dict[str, str]]] = []
        self.url = ""
        self.hold = threading.Event()  # a test that clears it holds the answers back
        self.hold.set()

    def tell(self, status: int, headers: dict[str, str] | None = None, body: object = None) -> None:
        self.answers.append((status, headers or {}, json.dumps(body).encode()))


@contextmanager
def stub_server() -> Iterator[Stub]:
    stub = Stub()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            self.rfile.read(int(self.headers.get("content-length") or 0))
            stub.asked.append((self.command, self.path, {name.lower(): value for name, value in self.headers.items()}))
            stub.hold.wait()
            status, headers, body = stub.answers.pop(0) if stub.answers else stub.otherwise
            self.send_response(status)
            for name, value in {"content-length": str(len(body)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = do_DELETE = answer

        def log_message(self, *_given: object) -> None:
            pass

    class Quiet(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_given: object) -> None:
            pass  # a client that has read enough hangs up

    server = Quiet(("127.0.0.1", 0), Handler)
    stub.url = f"http://127.0.0.1:{server.server_address[1]}"
    with running(lambda: server.serve_forever(0.01), server.shutdown):  # looks that often whether it should stop
        yield stub
    server.server_close()


@contextmanager
def running(serve: Callable[[], None], stop: Callable[[], None]) -> Iterator[None]:
    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop()
        thread.join()
