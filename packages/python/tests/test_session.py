"""The session: one refresh for many threads, and the round trip of a step-up."""

import threading
import unittest
from dataclasses import replace
from datetime import UTC, datetime

import httpx

from sallyport import Client, LoginRequired, Problem, Session, StepUp, Tokens
from sallyport.outcomes import Outcome, outcome_of_response
from tests.world import User, act, challenged, new_user, password_tokens, url, with_totp


class Refresh(unittest.TestCase):
    def setUp(self) -> None:
        self.client = Client(url)
        self.addCleanup(self.client.close)

    def test_ten_threads_fetch_one_new_token(self) -> None:
        kept: list[Tokens] = []
        tokens = password_tokens(self.client, new_user())
        session = Session(self.client, replace(tokens, expires_at=datetime.now(UTC)), on_tokens=kept.append)
        before = act("count", path="/auth/refresh")
        seen = self.at_once(session.access_token)
        self.assertEqual(len(set(seen)), 1)
        self.assertNotIn(tokens.access_token, seen)
        self.assertEqual(act("count", path="/auth/refresh") - before, 1)
        self.assertEqual([one.access_token for one in kept], seen[:1])

    def test_ten_threads_share_one_refusal(self) -> None:
        tokens = password_tokens(self.client, new_user())
        Session(self.client, tokens).logout()
        session = Session(self.client, replace(tokens, expires_at=datetime.now(UTC)))
        before = act("count", path="/auth/refresh")
        self.assertEqual(set(self.at_once(session.access_token)), {"LoginRequired"})
        self.assertEqual(act("count", path="/auth/refresh") - before, 1)
        with self.assertRaises(LoginRequired):
            session.me()

    def at_once(self, call: object) -> list[str]:
        barrier, seen = threading.Barrier(10), list[str]()

        def run() -> None:
            barrier.wait()
            try:
                seen.append(call())  # type: ignore[operator]
            except LoginRequired:
                seen.append("LoginRequired")

        threads = [threading.Thread(target=run) for _ in range(10)]
        for one in threads:
            one.start()
        for one in threads:
            one.join()
        return seen

    def test_a_token_that_the_service_refuses_is_renewed_once(self) -> None:
        user = new_user()
        tokens = password_tokens(self.client, user)
        session = Session(self.client, replace(tokens, access_token="a.b.c"))
        self.assertEqual(session.me()["user"]["username"], user.username)
        response = Session(self.client, replace(session.tokens, access_token="a.b.c")).request("GET", "/auth/me")
        self.assertEqual(response.status_code, 200)

    def test_a_session_that_was_ended(self) -> None:
        user = new_user()
        session = Session(self.client, password_tokens(self.client, user))
        act("disable", id=user.id)
        with self.assertRaises(LoginRequired) as caught:
            session.me()
        self.assertEqual(caught.exception.problem and caught.exception.problem.type, "invalid-token")

    def test_an_area_without_refresh_tokens(self) -> None:
        tokens = password_tokens(self.client, new_user(["vendor"]), "vendor")
        self.assertIsNone(tokens.refresh_token)
        session = Session(self.client, replace(tokens, expires_at=datetime.now(UTC)))
        with self.assertRaises(LoginRequired):
            session.access_token()

    def test_logout(self) -> None:
        session = Session(self.client, password_tokens(self.client, new_user()))
        session.logout()
        session.logout()
        with self.assertRaises(LoginRequired):
            session.me()

    def test_logout_with_a_token_that_is_over_ends_the_session_all_the_same(self) -> None:
        tokens = password_tokens(self.client, new_user())
        kept: list[Tokens] = []
        over = replace(tokens, access_token="a.b.c", expires_at=datetime.now(UTC))
        Session(self.client, over, on_tokens=kept.append).logout()
        with self.assertRaises(LoginRequired):
            Session(self.client, kept[0]).me()

    def test_the_bearer_goes_to_one_server(self) -> None:
        session = Session(self.client, password_tokens(self.client, new_user()))
        for path in ["https://elsewhere.example/", "//elsewhere.example/", "elsewhere", "/\\elsewhere.example"]:
            with self.subTest(path), self.assertRaises(ValueError):
                session.request("GET", path)


class StepUps(unittest.TestCase):
    def setUp(self) -> None:
        self.client = Client(url)
        self.addCleanup(self.client.close)

    def weak_session(self, user: User, **given: object) -> Session:
        return Session(self.client, password_tokens(self.client, user, "vendor"), **given)  # type: ignore[arg-type]

    def factor_of(self, session: Session) -> str:
        return session.mfa_status()["factors"][0]["factor_id"]

    def test_the_whole_round_trip(self) -> None:
        user = with_totp(self.client, ["vendor"])
        asked: list[StepUp] = []

        def answer(step_up: StepUp) -> str:
            asked.append(step_up)
            return user.code()

        session = self.weak_session(user, step_up=answer)
        factor = session.rename_factor(self.factor_of(session), label="New telephone")
        self.assertEqual(factor["label"], "New telephone")
        self.assertEqual(len(asked), 1)
        self.assertEqual((asked[0].challenge.method, asked[0].max_age), ("totp", 300))
        self.assertIn("phr", asked[0].acr_values)
        self.assertEqual(session.me()["level"]["acr"], "urn:sallyport:acr:2")

    def test_a_response_of_an_api_counts_as_well(self) -> None:
        user = with_totp(self.client, ["vendor"])
        session = self.weak_session(user, step_up=lambda _: user.code())
        self.assertEqual(session.request("GET", "/api/sensitive-data").json(), {"data": "sensitive"})

    def test_without_a_handler_the_caller_sees_the_refusal(self) -> None:
        user = with_totp(self.client, ["vendor"])
        session = self.weak_session(user)
        self.assertEqual(session.request("GET", "/api/sensitive-data").status_code, 403)
        with self.assertRaises(Problem) as caught:
            session.rename_factor(self.factor_of(session), label="New telephone")
        self.assertEqual((caught.exception.type, caught.exception.max_age), ("mfa-token-required", 300))

    def test_a_wrong_code_ends_the_round_trip(self) -> None:
        user = with_totp(self.client, ["vendor"])
        session = self.weak_session(user, step_up=lambda _: user.wrong_code())
        with self.assertRaises(Problem) as caught:
            session.request("GET", "/api/sensitive-data")
        self.assertEqual((caught.exception.type, caught.exception.attempts_remaining), ("mfa-token-invalid", 2))

    def test_ten_threads_ask_the_user_once(self) -> None:
        user = with_totp(self.client, ["vendor"])
        asked: list[StepUp] = []

        def answer(step_up: StepUp) -> str:
            asked.append(step_up)
            return user.code()

        session = self.weak_session(user, step_up=answer)
        refresh = Refresh()
        statuses = refresh.at_once(lambda: str(session.request("GET", "/api/sensitive-data").status_code))
        self.assertEqual(statuses, ["200"] * 10)
        self.assertEqual(len(asked), 1)

    def test_a_token_that_a_step_up_replaced_on_the_way_is_not_the_end(self) -> None:
        user = with_totp(self.client, ["vendor"])
        session = self.weak_session(user)
        challenges = [session.begin_step_up()]

        def attempt(token: str) -> Outcome[httpx.Response]:
            if challenges:
                session.finish_step_up(challenges.pop(), user.code())
            answer = httpx.get(f"{url}/api/sensitive-data", headers={"authorization": f"Bearer {token}"}, timeout=30)
            return outcome_of_response(answer)

        self.assertEqual(session._run(attempt).status_code, 200)

    def test_a_portal_steps_up_in_two_requests(self) -> None:
        user = with_totp(self.client)
        signed_in = self.client.login(user.username, user.password, mfa_token=user.code())
        assert isinstance(signed_in, Tokens)
        session = Session(self.client, signed_in)
        challenge = session.begin_step_up()
        done = session.finish_step_up(challenge, user.code(1))
        self.assertIs(session.tokens, done)
        self.assertEqual(session.me()["user"]["username"], user.username)

    def test_a_code_beside_the_token(self) -> None:
        user = with_totp(self.client, ["vendor"])
        session = self.weak_session(user)
        answer = session.request("GET", "/api/sensitive-data", mfa_token=user.code())
        self.assertEqual(answer.status_code, 200)
        proof = session.proof(user.code(1))
        for _ in range(2):
            answer = session.request("GET", "/api/sensitive-data", mfa_token=proof.mfa_proof)
            self.assertEqual(answer.status_code, 200)
        self.assertNotIn(proof.mfa_proof, repr(proof))

    def test_manages_factors_and_password(self) -> None:
        user = with_totp(self.client)
        tokens = self.client.verify(challenged(self.client, user), user.code())
        assert isinstance(tokens, Tokens)
        session = Session(self.client, tokens)
        self.assertEqual(len(session.regenerate_recovery_codes(user.password)), 10)
        session.activity()
        session.change_password(user.password, "nine folded maps")
        session.remove_factor(self.factor_of(session))
        self.assertFalse(session.mfa_status()["enabled"])
        self.assertEqual(session.me()["level"]["mfa"], False)
        self.client.forgot_password(user.username)
        with self.assertRaises(Problem) as caught:
            self.client.reset_password("A" * 43, "ten folded maps")
        self.assertEqual(caught.exception.type, "invalid-token")
