"""Every way to log in, against the service. Its clock stands still until a test moves it."""

import unittest
from datetime import UTC, datetime, timedelta

from sallyport import Challenge, Client, Enrolled, MustEnrol, Pending, Problem, Session, Tokens
from tests.world import act, challenged, new_user, password_tokens, url, with_totp


class Login(unittest.TestCase):
    def setUp(self) -> None:
        act("wait", seconds=0)
        self.waits: list[float] = []
        self.client = Client(url, sleep=self.waits.append)
        self.addCleanup(self.client.close)

    def assert_level(self, tokens: object, acr: str) -> None:
        self.assertIsInstance(tokens, Tokens)
        assert isinstance(tokens, Tokens)
        self.assertEqual(Session(self.client, tokens).me()["level"]["acr"], acr)

    def refused(self, call: object, *given: object, **named: object) -> Problem:
        with self.assertRaises(Problem) as caught:
            call(*given, **named)  # type: ignore[operator]
        return caught.exception

    def test_password_alone(self) -> None:
        user = new_user()
        answer = password_tokens(self.client, user)
        self.assertEqual(answer.kind, "tokens")
        self.assertAlmostEqual(answer.expires_at, datetime.now(UTC) + timedelta(seconds=900), delta=timedelta(minutes=1))
        self.assertEqual(Session(self.client, answer).me()["user"]["username"], user.username)

    def test_wrong_password(self) -> None:
        problem = self.refused(self.client.login, new_user().username, "not the password")
        self.assertEqual((problem.status, problem.type, problem.reason), (401, "invalid-credentials", None))
        self.assertRegex(problem.instance or "", "^urn:uuid:")

    def test_totp_with_a_wrong_code_and_a_used_one(self) -> None:
        user = with_totp(self.client)
        challenge = challenged(self.client, user)
        self.assertEqual((challenge.kind, challenge.method, challenge.sent), ("challenge", "totp", True))
        self.assertEqual(challenge.trust_device_seconds, 30 * 86_400)
        self.assertEqual([one.method for one in challenge.methods], ["totp", "recovery_code"])
        wrong = self.refused(self.client.verify, challenge, user.wrong_code())
        self.assertEqual((wrong.type, wrong.attempts_remaining), ("mfa-token-invalid", 2))
        self.assert_level(self.client.verify(challenge, user.code()), "urn:sallyport:acr:2")
        self.assertEqual(self.refused(self.client.verify, challenge, user.code()).type, "challenge-invalid")
        used = self.refused(self.client.verify, challenged(self.client, user), user.code())
        self.assertEqual(used.type, "mfa-token-used")

    def test_password_and_code_at_once(self) -> None:
        user = with_totp(self.client)
        self.assert_level(self.client.login(user.username, user.password, mfa_token=user.code()), "urn:sallyport:acr:2")

    def test_text_message(self) -> None:
        user = new_user()
        session = Session(self.client, password_tokens(self.client, user))
        enrolment = session.enroll("sms", phone=user.phone)
        self.assertIsNotNone(enrolment.resend_at)
        done = session.verify_enrollment(enrolment, act("sent", to=user.phone))
        assert isinstance(done, Enrolled)
        self.assertEqual(len(done.recovery_codes), 10)
        early = challenged(self.client, user)
        self.assertFalse(early.sent)
        self.assertLessEqual(early.resend_at or datetime.max, datetime.now(UTC) + timedelta(seconds=30))
        act("wait", seconds=31)
        challenge = self.client.challenge(early)
        self.assertTrue(challenge.sent)
        self.assertRegex(challenge.sent_to or "", "•")
        self.assertIsNotNone(challenge.resend_at)
        again = self.refused(self.client.challenge, challenge)
        self.assertEqual((again.status, again.type, again.reason), (429, "too-many-attempts", "send"))
        self.assertIsNotNone(again.retry_at)
        self.assertEqual(self.waits, [])  # the user decides about such waits
        self.assert_level(self.client.verify(challenge, act("sent", to=user.phone)), "urn:sallyport:acr:2r")

    def test_email(self) -> None:
        user = new_user()
        session = Session(self.client, password_tokens(self.client, user))
        session.verify_enrollment(session.enroll("email"), act("sent", to=user.email))
        act("wait", seconds=31)
        challenge = challenged(self.client, user)
        self.assertTrue(challenge.sent)
        self.assert_level(self.client.verify(challenge, act("sent", to=user.email)), "urn:sallyport:acr:1plus")

    def test_recovery_code(self) -> None:
        user = with_totp(self.client)
        answer = self.client.verify(challenged(self.client, user), user.recovery_codes[0])
        assert isinstance(answer, Tokens)
        self.assertEqual(answer.backup_codes_remaining, 9)
        self.assertIn("regenerate", answer.warning or "")

    def enrol_push(self) -> tuple[object, Session]:
        user = new_user(at_duo=True)
        session = Session(self.client, password_tokens(self.client, user))
        enrolment = session.enroll("duo_push")
        self.assertRegex(enrolment.verification_code or "", r"^\d+$")
        self.assertIsInstance(session.verify_enrollment(enrolment), Pending)
        act("decide", result="allow", status="allow")
        self.assertIsInstance(session.verify_enrollment(enrolment), Enrolled)
        act("wait", seconds=301)
        return user, session

    def test_duo_push(self) -> None:
        user, _ = self.enrol_push()
        challenge = challenged(self.client, user)  # type: ignore[arg-type]
        self.assertRegex(challenge.verification_code or "", r"^\d+$")
        self.assertEqual(self.client.verify(challenge), Pending(2))

        def approve(seconds: float) -> None:
            self.waits.append(seconds)
            act("decide", result="allow", status="allow")

        patient = Client(url, sleep=approve)
        self.addCleanup(patient.close)
        self.assert_level(patient.wait_for_push(challenge), "urn:sallyport:acr:2")
        self.assertEqual(self.waits, [2])

    def test_duo_push_that_is_denied(self) -> None:
        user, _ = self.enrol_push()
        challenge = challenged(self.client, user)  # type: ignore[arg-type]
        act("decide", result="deny", status="deny")
        self.assertEqual(self.refused(self.client.wait_for_push, challenge).type, "mfa-token-invalid")

    def test_duo_prompt(self) -> None:
        user = new_user()
        session = Session(self.client, password_tokens(self.client, user))
        enrolment = session.enroll("duo_universal")
        session.verify_enrollment(enrolment, response=act("visit", url=enrolment.redirect_url))
        challenge = challenged(self.client, user)
        self.assertEqual(challenge.method, "duo_universal")
        response = act("visit", url=challenge.redirect_url)
        self.assert_level(self.client.verify(challenge, response=response), "urn:sallyport:acr:2")

    def test_must_enrol(self) -> None:
        user = new_user(["admin"])
        answer = self.client.login(user.username, user.password, area="admin")
        assert isinstance(answer, MustEnrol)
        self.assertEqual(answer.kind, "must_enrol")
        self.assertIn("totp", answer.methods)
        enrolment = self.client.enroll(answer, "totp", label="Telephone")
        code = act("earlier_code", secret=enrolment.secret)
        done = self.client.verify_enrollment(answer, enrolment, code)
        assert isinstance(done, Enrolled)
        self.assertEqual(done.tokens.area, "admin")
        self.assert_level(done.tokens, "urn:sallyport:acr:2")

    def test_an_area_that_the_account_does_not_open(self) -> None:
        user = new_user()
        problem = self.refused(self.client.login, user.username, user.password, area="admin")
        self.assertEqual((problem.status, problem.type), (403, "forbidden"))

    def test_lock(self) -> None:
        user = with_totp(self.client)
        challenge = challenged(self.client, user)
        remaining = [self.refused(self.client.verify, challenge, user.wrong_code()) for _ in range(3)]
        self.assertEqual([one.attempts_remaining for one in remaining], [2, 1, 0])
        self.assertIsNotNone(remaining[-1].retry_at)
        locked = challenged(self.client, user)
        self.assertGreater(locked.locked_until or datetime.min.replace(tzinfo=UTC), datetime.now(UTC))
        problem = self.refused(self.client.verify, locked, user.code())
        self.assertEqual((problem.status, problem.type, problem.reason), (429, "too-many-attempts", "second_factor"))
        self.assertGreater(problem.retry_after or 0, 60)
        self.assertEqual(self.waits, [])

    def test_passwords_that_are_locked(self) -> None:
        user = new_user()
        for _ in range(10):
            self.refused(self.client.login, user.username, "not the password")
        problem = self.refused(self.client.login, user.username, user.password)
        self.assertEqual((problem.status, problem.reason), (429, "password"))
        # Another network is not locked, so the service believed the address of the browser.
        elsewhere = self.client.on_behalf_of("198.51.100.7", "Firefox")
        answer = elsewhere.login(user.username, user.password)
        assert isinstance(answer, Tokens)

    def test_a_trusted_device(self) -> None:
        user = with_totp(self.client)
        first = self.client.verify(challenged(self.client, user), user.code(), remember_device=True, device_label="Laptop")
        assert isinstance(first, Tokens)
        self.assertIsNotNone(first.trusted_device_expires_at)
        spared = self.client.login(user.username, user.password, trusted_device=first.trusted_device)
        assert isinstance(spared, Tokens)
        self.assertNotEqual(spared.trusted_device, first.trusted_device)
        self.assert_level(spared, "urn:sallyport:acr:1")
        session = Session(self.client, spared)
        self.assertEqual([one["label"] for one in session.trusted_devices()], ["Laptop"])
        session.forget_devices()
        answer = self.client.login(user.username, user.password, trusted_device=spared.trusted_device)
        self.assertIsInstance(answer, Challenge)

    def test_what_cannot_be_sent_yet(self) -> None:
        problem = self.refused(self.client.login, new_user().username, "x" * 2000)
        self.assertEqual((problem.status, problem.type), (400, "invalid-request"))
        self.assertEqual([one.pointer for one in problem.errors], ["#/password"])

    def test_no_secret_in_what_is_printed(self) -> None:
        user = with_totp(self.client)
        challenge = challenged(self.client, user)
        tokens = self.client.verify(challenge, user.code())
        assert isinstance(tokens, Tokens)
        must = self.client.login(*self._admin(), area="admin")
        assert isinstance(must, MustEnrol)
        enrolment = self.client.enroll(must, "totp")
        wrong = self.refused(self.client.login, user.username, "not the password")
        session = Session(self.client, tokens)
        printed = repr([challenge, tokens, must, enrolment, wrong, str(wrong), session, self.client, wrong.__dict__])
        secrets = [challenge.temp_token, tokens.access_token, tokens.refresh_token, must.enrollment_token]
        for secret in [*secrets, enrolment.secret, "not the password", *user.recovery_codes]:
            self.assertNotIn(secret, printed)

    def _admin(self) -> tuple[str, str]:
        user = new_user(["admin"])
        return user.username, user.password
