"""What goes wrong on the way: waits, redirects, certificates, lost answers. The server answers as the test says."""

import json
import os
import threading
import traceback
import unittest
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

from sallyport import Client, Problem, Session, Tokens, UnexpectedAnswer, Unreachable
from tests.world import new_user, stub_server, url

good: dict[str, Any] = {"access_token": "secret-access", "token_type": "bearer", "expires_in": 900, "mfa_required": False, "area": "public"}
busy: dict[str, Any] = {"type": "/problems/too-many-attempts", "status": 429, "title": "Too many", "reason": "rate"}
away: dict[str, Any] = {"type": "/problems/dependency-unavailable", "status": 503, "title": "Away"}


class CountingLock:
    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.waited = 0

    def __enter__(self) -> None:
        self.waited += 1
        self.lock.acquire()

    def __exit__(self, *_given: object) -> None:
        self.lock.release()


class Transport(unittest.TestCase):
    def setUp(self) -> None:
        server = stub_server()
        self.stub = server.__enter__()
        self.addCleanup(server.__exit__, None, None, None)
        self.waits: list[float] = []
        self.client = Client(self.stub.url, sleep=self.waits.append)
        self.addCleanup(self.client.close)

    def log_in(self) -> object:
        return self.client.login("ann", "secret-password")

    def test_waits_as_long_as_it_is_told(self) -> None:
        later = format_datetime(datetime.now(UTC) + timedelta(seconds=4), usegmt=True)
        for header in ["2", later]:
            with self.subTest(header):
                self.waits.clear()
                self.stub.tell(503, {"retry-after": header}, away)
                self.stub.tell(200, {}, good)
                self.assertIsInstance(self.log_in(), Tokens)
                self.assertEqual(len(self.waits), 1)
                self.assertGreaterEqual(self.waits[0], 2)

    def test_gives_up_after_three_tries(self) -> None:
        for _ in range(3):
            self.stub.tell(429, {}, {**busy, "retry_after": 1})
        with self.assertRaises(Problem) as caught:
            self.log_in()
        self.assertEqual((caught.exception.reason, caught.exception.retry_after), ("rate", 1))
        self.assertEqual(len(self.waits), 2)

    def test_leaves_these_waits_to_the_user(self) -> None:
        cases: dict[str, tuple[int, dict[str, Any]]] = {
            "too long": (429, {**busy, "retry_after": 60}),
            "a lock": (429, {**busy, "reason": "second_factor", "retry_after": 1}),
            "a password": (429, {**busy, "reason": "password", "retry_after": 1}),
            "no time": (503, away),
            "another method": (503, {**away, "retry_after": 1, "temp_token": "t", "expires_in": 300, "methods": []}),
        }
        for what, (status, body) in cases.items():
            with self.subTest(what), self.assertRaises(Problem):
                self.stub.tell(status, {}, body)
                self.log_in()
        self.assertEqual(self.waits, [])

    def test_a_code_that_could_not_be_sent_leaves_a_challenge(self) -> None:
        option = {"method": "totp", "factor_id": "f", "label": "App", "hint": None}
        self.stub.tell(503, {}, {**away, "temp_token": "secret-temp", "expires_in": 300, "methods": [option]})
        with self.assertRaises(Problem) as caught:
            self.log_in()
        challenge = caught.exception.challenge
        assert challenge is not None
        self.assertEqual((challenge.temp_token, challenge.sent, challenge.method), ("secret-temp", False, None))
        self.assertNotIn("secret", repr(caught.exception.__dict__) + str(caught.exception))

    def test_never_follows_a_redirect(self) -> None:
        session = Session(self.client, Tokens("secret-access", datetime.now(UTC) + timedelta(hours=1), "public"))
        for status in [301, 302, 307, 308]:
            self.stub.tell(status, {"location": f"{self.stub.url}/elsewhere"}, {})
            with self.assertRaises(UnexpectedAnswer):
                session.me()
            self.stub.tell(status, {"location": f"{self.stub.url}/elsewhere"}, {})
            self.assertEqual(session.request("GET", "/auth/me").status_code, status)
        self.assertEqual({path for _, path, _ in self.stub.asked}, {"/auth/me"})

    def test_answers_of_another_form(self) -> None:
        cases: list[tuple[int, object]] = [(200, {}), (200, [good]), (200, {**good, "expires_in": "soon"}), (500, None)]
        for status, body in cases:
            self.stub.tell(status, {}, body)
            with self.subTest(body), self.assertRaises((UnexpectedAnswer, Problem)) as caught:
                self.log_in()
            self.assertIsNone(caught.exception.__context__)
        self.stub.tell(200, {}, {**good, "more": "x" * 2_000_000})
        with self.assertRaises(UnexpectedAnswer):
            self.log_in()

    def test_a_problem_that_is_not_known(self) -> None:
        self.stub.tell(418, {}, {"type": "/problems/teapot", "reason": "short_and_stout"})
        with self.assertRaises(Problem) as caught:
            self.log_in()
        self.assertEqual((caught.exception.type, caught.exception.reason), ("unknown", None))
        self.assertEqual(caught.exception.uri, "/problems/teapot")
        self.assertEqual(caught.exception.extensions["reason"], "short_and_stout")

    def test_nobody_there(self) -> None:
        waits: list[float] = []
        with Client("http://127.0.0.1:1", sleep=waits.append) as client, self.assertRaises(Unreachable) as caught:
            client.login("ann", "secret-password")
        self.assertFalse(caught.exception.was_sent)
        self.assertIsNone(caught.exception.__context__)
        self.assertEqual(len(waits), 2)  # nobody has received it, so it is safe to send it again
        shown = "".join(traceback.format_exception(caught.exception))
        self.assertNotIn("secret-password", shown)

    def test_a_lost_answer_is_not_asked_for_again(self) -> None:
        self.stub.answers.append((200, {"content-length": "100000", "connection": "close"}, b"{"))
        with self.assertRaises(Unreachable) as caught:
            self.log_in()
        self.assertTrue(caught.exception.was_sent)
        self.assertEqual((len(self.stub.asked), self.waits), (1, []))

    def test_threads_that_wait_for_a_refresh_share_its_failure(self) -> None:
        tokens = Tokens("secret-access", datetime.now(UTC), "public", refresh_token="secret-refresh")
        session = Session(self.client, tokens)
        lock = session._changing = CountingLock()  # type: ignore[assignment]
        self.stub.hold.clear()
        self.stub.otherwise = (503, {}, json.dumps(away).encode())
        failures = list[str]()

        def run() -> None:
            try:
                session.access_token()
            except Problem as problem:
                failures.append(problem.type)

        threads = [threading.Thread(target=run) for _ in range(10)]
        for one in threads:
            one.start()
        while lock.waited < 10:
            threading.Event().wait(0.01)
        self.stub.hold.set()
        for one in threads:
            one.join()
        self.assertEqual(failures, ["dependency-unavailable"] * 10)
        self.assertEqual(len(self.stub.asked), 1)

    def test_only_a_certificate_of_a_known_authority_counts(self) -> None:
        with Client(os.environ["SALLYPORT_TLS"], retries=0) as client, self.assertRaises(Unreachable):
            client.login("ann", "secret-password")
        with Client(os.environ["SALLYPORT_TLS"], ca_file=os.environ["SALLYPORT_TLS_CA"]) as client:
            with self.assertRaises((Problem, UnexpectedAnswer)):
                client.login("ann", "secret-password")

    def test_a_url_that_would_show_tokens(self) -> None:
        for bad in ["http://login.example.gov", "ftp://127.0.0.1", "https://u:p@login.example.gov", "https://x.gov/?a=b", "x"]:
            with self.subTest(bad), self.assertRaises(ValueError):
                Client(bad)
        for fine in ["https://login.example.gov/", "http://localhost:3000", "http://[::1]:3000", "http://127.0.0.1"]:
            Client(fine).close()
        Client("http://sallyport:3000", allow_http=True).close()

    def test_proxies_of_the_environment_get_nothing(self) -> None:
        os.environ["HTTP_PROXY"] = os.environ["http_proxy"] = self.stub.url
        self.addCleanup(os.environ.pop, "HTTP_PROXY")
        self.addCleanup(os.environ.pop, "http_proxy")
        user = new_user()
        with Client(url) as client:
            self.assertIsInstance(client.login(user.username, user.password), Tokens)
        self.assertEqual(self.stub.asked, [])
