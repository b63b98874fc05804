"""The session of one user: it keeps the tokens fresh, and steps up when a route asks for it."""

import threading
from collections.abc import Callable, Mapping
from typing import TypeVar

import httpx

from sallyport import calls
from sallyport.answers import (
    Challenge,
    EnrolAnswer,
    Enrolled,
    Enrolment,
    Factor,
    Me,
    MfaStatus,
    Proof,
    Tokens,
    TrustedDevice,
    VerifyAnswer,
)
from sallyport.calls import Answer, Call
from sallyport.client import Client
from sallyport.outcomes import Outcome, api_url, assert_live, is_due, outcome_of_problem, outcome_of_response
from sallyport.problems import LoginRequired, Problem, Unreachable
from sallyport.step_up import Needed, StepUp, StepUpHandler, better_factor
from sallyport.transport import base_url_of, unreachable_by

T = TypeVar("T")


class Session:
    """Threads may share it: however many need a new token at once, one of them fetches it.

    `api` is the server that `request` calls. `step_up` answers a challenge, or raises. `on_tokens` keeps each new pair.
    """

    def __init__(
        self,
        client: Client,
        tokens: Tokens,
        *,
        api: str | None = None,
        step_up: StepUpHandler | None = None,
        on_tokens: Callable[[Tokens], None] | None = None,
    ) -> None:
        self._client = client
        self._tokens = tokens
        self._api = client.url if api is None else base_url_of(api, client._allow_http)
        self._handler = step_up
        self._on_tokens = on_tokens
        self._changing = threading.Lock()  # one change of the tokens at a time
        self._asking = threading.Lock()  # one question to the user at a time
        self._renewals = 0
        self._elevations = 0
        self._failure: Exception | None = None
        self._is_over = False

    def __repr__(self) -> str:
        return f"Session({self._client.url!r}, area={self._tokens.area!r})"

    @property
    def tokens(self) -> Tokens:
        return self._tokens

    def access_token(self) -> str:
        """A token that is good for at least half a minute, where the area has refresh tokens."""
        return self._live_tokens().access_token

    def refresh(self) -> Tokens:
        return self._renew(self._tokens)

    def request(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        json: object = None,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        mfa_token: str | None = None,
    ) -> httpx.Response:
        """Calls the API with the bearer token. Renews the token on a 401, and steps up once if the API asks for it."""
        url = api_url(self._api, path)
        more = dict(headers or {}) | ({} if mfa_token is None else {"x-mfa-token": mfa_token})

        def attempt(token: str) -> Outcome[httpx.Response]:
            sent = {**more, "authorization": f"Bearer {token}"}
            try:
                response = self._client._http.request(
                    method, url, params=params, json=json, content=content, headers=sent
                )
            except httpx.HTTPError as error:
                failure: Unreachable = unreachable_by(error)
            else:
                return outcome_of_response(response)
            raise failure

        return self._run(attempt)

    def logout(self) -> None:
        """Ends the session at once. If it has ended already, that is fine."""
        try:
            self._call(calls.logout, may_elevate=False)
        except LoginRequired:
            pass
        except Problem as problem:
            if problem.type != "invalid-token":
                raise
        self._is_over = True

    def activity(self) -> None:
        self._call(calls.activity)

    def me(self) -> Me:
        return self._call(calls.me)

    def mfa_status(self) -> MfaStatus:
        return self._call(calls.mfa_status)

    def trusted_devices(self) -> list[TrustedDevice]:
        return self._call(calls.trusted_devices)

    def forget_device(self, device_id: str) -> None:
        self._call(lambda token: calls.forget_device(token, device_id))

    def forget_devices(self) -> None:
        self._call(lambda token: calls.forget_device(token, None))

    def proof(self, code: str) -> Proof:
        """Exchanges a code for a proof, so that a script needs one code for many requests."""
        return self._call(lambda token: calls.proof(token, code))

    def enroll(
        self,
        method: str,
        *,
        label: str | None = None,
        phone: str | None = None,
        email: str | None = None,
        device: str | None = None,
        mfa_token: str | None = None,
    ) -> Enrolment:
        setup = {"label": label, "phone": phone, "email": email, "device": device, "mfa_token": mfa_token}
        return self._call(lambda token: calls.enroll(token, method, setup))

    def verify_enrollment(
        self, of: Enrolment, code: str | None = None, *, response: Answer | None = None
    ) -> EnrolAnswer:
        """The session goes on with the tokens of the answer: the earlier ones end."""
        self._live_tokens()
        with self._changing:
            token = self._tokens.access_token
            answer = self._client.send(calls.verify_enrollment(token, of.factor_id, code, response))
            if isinstance(answer, Enrolled):
                self._keep(answer.tokens)
        return answer

    def rename_factor(
        self, factor_id: str, *, label: str | None = None, default: bool = False, mfa_token: str | None = None
    ) -> Factor:
        return self._call(lambda token: calls.rename_factor(token, factor_id, label, default, mfa_token))

    def remove_factor(self, factor_id: str, *, mfa_token: str | None = None) -> None:
        self._call(lambda token: calls.remove_factor(token, factor_id, mfa_token))

    def disable_mfa(self, password: str, *, mfa_token: str | None = None) -> None:
        self._call(lambda token: calls.disable_mfa(token, password, mfa_token))

    def regenerate_recovery_codes(self, password: str, *, mfa_token: str | None = None) -> tuple[str, ...]:
        return self._call(lambda token: calls.regenerate_recovery_codes(token, password, mfa_token))

    def change_password(self, current: str, new: str, *, mfa_token: str | None = None) -> None:
        self._call(lambda token: calls.change_password(token, current, new, mfa_token))

    def begin_step_up(self, *, method: str | None = None, factor_id: str | None = None) -> Challenge:
        """For a portal, whose user answers in a later request. A new step-up ends the one before."""
        return self._call(lambda token: calls.step_up(token, method, factor_id))

    def finish_step_up(
        self, of: Challenge, code: str | None = None, *, response: Answer | None = None
    ) -> VerifyAnswer:
        with self._changing:  # a refresh at the same time would use a token that the step-up ends
            answer = self._client.verify(of, code, response=response)
            if isinstance(answer, Tokens):
                self._elevations += 1
                self._keep(answer)
        return answer

    def _call(self, make: Callable[[str], Call[T]], may_elevate: bool = True) -> T:
        def attempt(token: str) -> Outcome[T | Problem]:
            try:
                answer = self._client.send(make(token))
                return Outcome[T | Problem](answer)
            except Problem as problem:
                seen = outcome_of_problem(problem)
                return Outcome(seen.value, seen.is_over, seen.needed)

        value = self._run(attempt, may_elevate)
        if isinstance(value, Problem):
            raise value
        return value

    def _run(self, attempt: Callable[[str], Outcome[T]], may_elevate: bool = True) -> T:
        handler = self._handler if may_elevate else None
        renewed = False
        while True:
            elevations = self._elevations
            tokens = self._live_tokens()
            outcome = attempt(tokens.access_token)
            if outcome.is_over and not renewed and self._is_renewable(tokens):
                renewed = True
                self._renew(tokens)
            elif outcome.needed is not None and handler is not None:
                self._elevate(handler, outcome.needed, elevations)
                handler = None  # once for each request
            else:
                return outcome.value

    def _is_renewable(self, used: Tokens) -> bool:
        """By a refresh, or because a step-up in another thread has replaced it meanwhile."""
        with self._changing:
            return used.refresh_token is not None or self._tokens is not used

    def _live_tokens(self) -> Tokens:
        tokens = self._tokens
        if self._is_over:
            raise LoginRequired()
        if not is_due(tokens):
            return tokens
        if tokens.refresh_token is not None:
            return self._renew(tokens)
        assert_live(tokens)
        return tokens

    def _renew(self, used: Tokens) -> Tokens:
        renewals = self._renewals
        with self._changing:
            if self._is_over:
                raise LoginRequired()
            if self._tokens is not used:
                return self._tokens  # another thread was faster
            if self._renewals != renewals and self._failure is not None:
                raise self._failure  # it was faster, and had no success
            self._failure = None
            try:
                self._keep(self._client.refresh(used))
            except Problem as problem:
                self._failure = problem
                if problem.type == "invalid-token":
                    self._is_over = True
                    self._failure = LoginRequired(problem)
            except Exception as error:
                self._failure = error
            self._renewals += 1  # at the end, so that those who came meanwhile share the outcome
            if self._failure is not None:
                raise self._failure
            return self._tokens

    def _elevate(self, handler: StepUpHandler, needed: Needed, elevations: int) -> None:
        with self._asking:
            if self._elevations != elevations:
                return  # the user has answered for another thread
            challenge = self._call(lambda token: calls.step_up(token, None, None), may_elevate=False)
            factor = better_factor(challenge, needed)
            if factor is not None:
                challenge = self._client.challenge(challenge, factor_id=factor)
            answer = handler(StepUp(challenge, needed.acr_values, needed.max_age))
            code, response = (answer, None) if isinstance(answer, str) else (None, answer)
            passed = self.finish_step_up(challenge, code, response=response)
            while not isinstance(passed, Tokens):  # a push: the service ends it after a minute
                self._client._sleep(passed.retry_after)
                passed = self.finish_step_up(challenge)

    def _keep(self, tokens: Tokens) -> None:
        self._tokens = tokens
        if self._on_tokens is not None:
            self._on_tokens(tokens)
