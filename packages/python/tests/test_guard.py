"""Both guards, each in its framework and over HTTP, against the service."""

import json
import threading
import time
import unittest
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from socket import socket
from typing import Any

import flask
import httpx
import uvicorn  # type: ignore[import]
from fastapi import Depends, FastAPI
from werkzeug.serving import make_server

import sallyport.fastapi
import sallyport.flask
from sallyport import Acr, Caller, Client, Guard, Session, StepUp, Tokens
from tests.world import User, act, issuer, new_user, password_tokens, running, stub_server, url, with_totp

Rules = dict[str, dict[str, Any]]
routes: Rules = {
    "/report": {"area": "vendor", "scope": "data:read"},
    "/online": {"area": "vendor", "scope": "data:read", "online": True},
    "/app": {"area": "vendor", "at_least": Acr.TWO_FACTOR},
    "/key": {"area": "vendor", "at_least": Acr.PHISHING_RESISTANT},
    "/fresh": {"area": "vendor", "max_age": 300},
    "/scope": {"area": "vendor", "scope": ["data:read", "data:write"]},
    "/enrolled": {"area": "vendor", "if_enrolled": True},
    "/public": {"area": "public"},
}


def shown(caller: Caller) -> dict[str, Any]:
    return {"subject": caller.subject, "acr": caller.acr, "mfa": caller.mfa, "username": caller.username}


@contextmanager
def flask_app(guard: Guard) -> Iterator[str]:
    app = flask.Flask("api")
    for path, rule in routes.items():
        view: Callable[[], Any] = lambda: shown(sallyport.flask.current_caller())
        app.add_url_rule(path, path, sallyport.flask.require_mfa(guard, **rule)(view))
    server = make_server("127.0.0.1", 0, app, threaded=True)
    server.daemon_threads = True  # type: ignore[attr-defined]
    with running(lambda: server.serve_forever(0.01), server.shutdown):  # looks that often whether it should stop
        yield f"http://127.0.0.1:{server.server_port}"
    server.server_close()


@contextmanager
def fastapi_app(guard: Guard, install: bool = True) -> Iterator[str]:
    app = FastAPI()
    if install:
        sallyport.fastapi.install(app)
    for path, rule in routes.items():
        guarded = sallyport.fastapi.require_mfa(guard, **rule)

        @app.get(path)
        async def view(caller: Caller = Depends(guarded)) -> Any:
            return shown(caller)

    listener = socket()
    listener.bind(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="error"))

    def serve() -> None:
        server.run([listener])

    with running(serve, lambda: setattr(server, "should_exit", True)):
        while not server.started:
            threading.Event().wait(0.01)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    listener.close()


class Guards:
    serve: Any

    def setUp(self) -> None:
        self.client = Client(url)
        self.http = httpx.Client(timeout=30)
        self.guard = Guard(url, issuer=issuer)
        serving = self.serve(self.guard)
        self.url = serving.__enter__()
        self.undo = [self.http.close, lambda: serving.__exit__(None, None, None), self.guard.close, self.client.close]

    def tearDown(self) -> None:
        for step in self.undo:
            step()

    def ask(self, path: str, token: str | None, *, mfa: str | None = None, at: str = "", more: Any = None) -> httpx.Response:
        headers = [("authorization", f"Bearer {token}")] if token is not None else []
        headers += [("x-mfa-token", mfa)] if mfa is not None else []
        return self.http.get(f"{at or self.url}{path}", headers=[*headers, *(more or [])])

    def vendor(self) -> tuple[User, str]:
        """Somebody with an app, and a token whose login asked no second factor."""
        user = with_totp(self.client, ["vendor"])
        return user, password_tokens(self.client, user, "vendor").access_token

    def strong(self, user: User) -> str:
        answer = self.client.login(user.username, user.password, area="vendor", mfa_token=user.code())
        assert isinstance(answer, Tokens)
        return answer.access_token

    def assert_refused(self, answer: httpx.Response, status: int, kind: str, challenge: str | None = None) -> Any:
        case: Any = self
        case.assertEqual(answer.status_code, status, answer.text)
        case.assertEqual(answer.headers["content-type"], "application/problem+json")
        case.assertEqual(answer.json()["type"], f"/problems/{kind}")
        case.assertEqual(answer.json()["status"], status)
        if challenge is not None:
            case.assertEqual(answer.headers["www-authenticate"], challenge)
        return answer.json()


weak = 'Bearer error="insufficient_user_authentication", acr_values="urn:sallyport:acr:2r urn:sallyport:acr:2 phr"'


class Checks(Guards):
    def test_the_right_token(self) -> None:
        case: Any = self
        user, _ = self.vendor()
        token = self.strong(user)
        for path in ["/report", "/online", "/app", "/fresh", "/enrolled"]:
            answer = self.ask(path, token)
            case.assertEqual(answer.status_code, 200, answer.text)
            name = user.username if path in ("/online", "/enrolled") else None
            said = {"subject": user.id, "acr": "urn:sallyport:acr:2", "mfa": True, "username": name}
            case.assertEqual(answer.json(), said)

    def test_no_token(self) -> None:
        for more in [None, [("authorization", "Basic dmVyYTp2ZXJh")], [("authorization", "Bearer")]]:
            self.assert_refused(self.ask("/report", None, more=more), 401, "authentication-required", "Bearer")

    def test_without_a_second_factor(self) -> None:
        case: Any = self
        _, token = self.vendor()
        body = self.assert_refused(self.ask("/report", token), 403, "mfa-token-required", weak)
        case.assertEqual(body["acr_values"].split()[0], "urn:sallyport:acr:2r")
        aged = self.ask("/fresh", token)
        self.assert_refused(aged, 403, "mfa-token-required", f'{weak}, max_age="300"')
        online = self.ask("/online", token)
        case.assertIn("insufficient_user_authentication", online.headers["www-authenticate"])
        self.assert_refused(online, 403, "mfa-token-required")
        self.assert_refused(self.ask("/enrolled", token), 403, "mfa-token-required")

    def test_a_level_that_is_too_low(self) -> None:
        user, _ = self.vendor()
        self.assert_refused(self.ask("/key", self.strong(user)), 403, "mfa-token-required")

    def test_a_second_factor_that_is_too_old(self) -> None:
        case: Any = self
        user, _ = self.vendor()
        token = self.strong(user)
        now = int(time.time())
        old = act("token", token=token, claims={"mfa_time": now - 301})
        self.assert_refused(self.ask("/fresh", old), 403, "mfa-token-required", f'{weak}, max_age="300"')
        answer = self.ask("/fresh", old, mfa=user.code(1))
        case.assertEqual(answer.status_code, 200, answer.text)
        later = act("token", token=token, claims={"mfa_time": now + 3600})
        self.assert_refused(self.ask("/fresh", later), 403, "mfa-token-required")

    def test_claims_that_do_not_fit_each_other(self) -> None:
        user, _ = self.vendor()
        token = self.strong(user)
        cases: list[dict[str, Any]] = [{"claims": {"mfa": False}}, {"claims": {"mfa": "true"}}, {"without": ["mfa_time"]}]
        for given in cases:
            self.assert_refused(self.ask("/report", act("token", token=token, **given)), 403, "mfa-token-required", weak)

    def test_a_scope_that_is_missing(self) -> None:
        user, _ = self.vendor()
        challenge = 'Bearer error="insufficient_scope", scope="data:read data:write"'
        self.assert_refused(self.ask("/scope", self.strong(user)), 403, "insufficient-scope", challenge)

    def test_tokens_that_are_not_valid(self) -> None:
        user, _ = self.vendor()
        token = self.strong(user)
        now = int(time.time())
        over = {"iat": now - 900, "nbf": now - 900, "exp": now - 60}
        head, body, signature = token.split(".")
        answer = self.client.login(user.username, user.password)
        bad = {
            "expired": act("token", token=token, claims=over),
            "not yet": act("token", token=token, claims={"nbf": now + 300}),
            "another issuer": act("token", token=token, claims={"iss": "https://login.example.org"}),
            "another area": act("token", token=token, claims={"aud": f"{issuer}/areas/public"}),
            "several areas": act("token", token=token, claims={"aud": [f"{issuer}/areas/vendor", "x"]}),
            "a proof": Session(self.client, Tokens(token, answer.expires_at, "vendor")).proof(user.code(1)).mfa_proof,
            "another typ": act("token", token=token, header={"typ": "JWT"}),
            "a kid of nobody": act("token", token=token, header={"kid": "x" * 43}),
            "a level of nobody": act("token", token=token, claims={"acr": "urn:sallyport:acr:9"}),
            "a program": act("token", token=token, claims={"acr": "urn:sallyport:acr:svc"}),
            "no end": act("token", token=token, without=["exp"]),
            "no subject": act("token", token=token, claims={"sub": ""}),
            "no level": act("token", token=token, without=["acr"]),
            "a signature cut short": token[:-4],
            "no signature": f"{head}.{body}.",
            "too long": f"{head}.{body * 40}.{signature}",
            "nonsense": "a.b.c",
        }
        for what, one in bad.items():
            for path in ["/report", "/online", "/enrolled"]:
                with self.subTest(f"{what} {path}"):  # type: ignore[attr-defined]
                    self.assert_refused(self.ask(path, one), 401, "invalid-token", 'Bearer error="invalid_token"')
        self.assert_refused(self.ask("/public", token), 401, "invalid-token")

    def test_a_session_that_has_ended(self) -> None:
        case: Any = self
        user, _ = self.vendor()
        token = self.strong(user)
        case.assertEqual(self.ask("/online", token).status_code, 200)
        act("disable", id=user.id)
        self.assert_refused(self.ask("/online", token), 401, "invalid-token", 'Bearer error="invalid_token"')
        case.assertEqual(self.ask("/report", token).status_code, 200)  # until it ends: that is what `online` is for

    def test_a_code_beside_the_token(self) -> None:
        case: Any = self
        user, token = self.vendor()
        wrong = self.assert_refused(self.ask("/report", token, mfa=user.wrong_code()), 403, "mfa-token-invalid")
        case.assertEqual(wrong["attempts_remaining"], 2)
        code = user.code()
        case.assertEqual(self.ask("/report", token, mfa=code).status_code, 200)
        self.assert_refused(self.ask("/report", token, mfa=code), 403, "mfa-token-used")
        case.assertEqual(self.ask("/fresh", token, mfa=user.code(1)).status_code, 200)

    def test_a_proof_beside_the_token(self) -> None:
        case: Any = self
        user, token = self.vendor()
        proof = Session(self.client, password_tokens(self.client, user, "vendor")).proof(user.code())
        self.assert_refused(self.ask("/report", token, mfa=proof.mfa_proof), 403, "mfa-token-invalid")
        own = password_tokens(self.client, user, "vendor")
        proof = Session(self.client, own).proof(user.code(1))
        for path in ["/report", "/online", "/enrolled", "/fresh"]:
            case.assertEqual(self.ask(path, own.access_token, mfa=proof.mfa_proof).status_code, 200)

    def test_a_recovery_code_brings_a_warning(self) -> None:
        case: Any = self
        user, token = self.vendor()
        answer = self.ask("/report", token, mfa=user.recovery_codes[0])
        case.assertEqual(answer.status_code, 200, answer.text)
        case.assertEqual(answer.headers["x-mfa-backup-codes-remaining"], "9")
        case.assertIn("regenerate", answer.headers["x-mfa-warning"])

    def test_a_header_that_comes_twice(self) -> None:
        user, token = self.vendor()
        twice = [("authorization", f"Bearer {token}")]
        self.assert_refused(self.ask("/report", self.strong(user), more=twice), 400, "invalid-request")
        self.assert_refused(self.ask("/report", token, mfa="123456, 654321"), 400, "invalid-request")
        self.assert_refused(self.ask("/report", self.strong(with_totp(self.client, ["vendor"])), mfa="1, 2"), 400, "invalid-request")
        self.assert_refused(self.ask("/report", token, mfa="123456", more=[("x-mfa-token", "1")]), 400, "invalid-request")

    def test_a_user_without_a_factor(self) -> None:
        case: Any = self
        token = password_tokens(self.client, new_user(["vendor"]), "vendor").access_token
        case.assertEqual(self.ask("/enrolled", token).json()["mfa"], False)
        self.assert_refused(self.ask("/online", token), 403, "mfa-enrollment-required")

    def test_a_lock_says_when_to_come_again(self) -> None:
        case: Any = self
        user, token = self.vendor()
        for _ in range(3):
            self.ask("/report", token, mfa=user.wrong_code())
        answer = self.ask("/report", token, mfa=user.code())
        body = self.assert_refused(answer, 429, "too-many-attempts")
        case.assertEqual(body["reason"], "second_factor")
        case.assertGreater(int(answer.headers["retry-after"]), 60)

    def test_the_client_steps_up_for_it(self) -> None:
        case: Any = self
        user, _ = self.vendor()
        asked: list[StepUp] = []

        def answer(step_up: StepUp) -> str:
            asked.append(step_up)
            return user.code()

        tokens = password_tokens(self.client, user, "vendor")
        session = Session(self.client, tokens, api=self.url, step_up=answer)
        case.assertEqual(session.request("GET", "/fresh").json()["acr"], "urn:sallyport:acr:2")
        case.assertEqual([one.max_age for one in asked], [300])

    def test_503_where_the_service_is_away(self) -> None:
        case: Any = self
        user, token = self.vendor()
        strong = self.strong(user)
        guard = Guard("http://127.0.0.1:1", issuer=issuer)
        with self.serve(guard) as orphan:
            for path in ["/report", "/online", "/enrolled"]:
                answer = self.ask(path, strong, at=orphan)
                self.assert_refused(answer, 503, "dependency-unavailable")
                case.assertEqual(answer.headers["retry-after"], "5")
        guard.close()

    def test_503_where_the_service_answers_otherwise(self) -> None:
        keys = httpx.get(f"{url}/.well-known/jwks.json").content
        user, token = self.vendor()
        with stub_server() as stub:
            guard = Guard(stub.url, issuer=issuer)
            with self.serve(guard) as served:
                stub.answers.append((200, {}, keys))
                as_if = {"x-auth-subject": user.id, "x-auth-username": "x", "x-auth-roles": "", "x-auth-scopes": "", "x-auth-mfa": "true"}
                others = {"x-auth-subject": "somebody", "x-auth-acr": "phr"}
                cases: list[tuple[int, dict[str, str]]] = [
                    (500, {}),
                    (302, {"location": f"{url}/auth/me"}),
                    (404, {}),
                    (200, {}),
                    (200, as_if),
                    (200, {**as_if, "x-auth-acr": "urn:sallyport:acr:svc"}),
                    (200, {**as_if, **others}),
                    (403, {}),
                ]
                for status, headers in cases:
                    body = b"[]" if status == 403 else b"{}"
                    stub.answers.append((status, headers, body))
                    answer = self.ask("/report", token, mfa="123456", at=served)
                    self.assert_refused(answer, 503, "dependency-unavailable")
                stub.answers.append((200, {**as_if, "x-auth-acr": "urn:sallyport:acr:1plus"}, b""))
                self.assert_refused(self.ask("/report", token, mfa="123456", at=served), 403, "mfa-token-required")
                stub.answers.append((200, {**as_if, "x-auth-acr": "phr", "x-auth-mfa": "false"}, b""))
                self.assert_refused(self.ask("/report", token, mfa="123456", at=served), 403, "mfa-token-required")
            guard.close()


class Flask(Checks, unittest.TestCase):
    serve = staticmethod(flask_app)

    def test_the_caller_is_known_behind_a_guard_alone(self) -> None:
        with flask.Flask("api").app_context(), self.assertRaises(AttributeError):
            sallyport.flask.current_caller()


class FastApi(Checks, unittest.TestCase):
    serve = staticmethod(fastapi_app)

    def test_refuses_without_install_too(self) -> None:
        with fastapi_app(self.guard, install=False) as bare:
            answer = self.ask("/report", None, at=bare)
            self.assertEqual((answer.status_code, answer.headers["www-authenticate"]), (401, "Bearer"))
            self.assertEqual(json.loads(answer.text)["detail"], "Send an access token")


class RuleFaults(unittest.TestCase):
    def test_a_rule_that_cannot_be_meant(self) -> None:
        guard = Guard(url)
        self.addCleanup(guard.close)
        for rule in [
            {"area": "service"},
            {"area": "vendors"},
            {"area": "vendor", "max_age": 0},
            {"area": "vendor", "max_age": 100_000},
            {"area": "vendor", "max_age": 300, "if_enrolled": True},
            {"area": "vendor", "at_least": "urn:sallyport:acr:9"},
        ]:
            for framework in [sallyport.flask, sallyport.fastapi]:
                with self.subTest(str(rule)), self.assertRaises(ValueError):
                    framework.require_mfa(guard, **rule)
        for leeway in [-1, 61]:
            with self.assertRaises(ValueError):
                Guard(url, leeway=leeway)
