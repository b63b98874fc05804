"""The session of one user for asyncio. Written by write_async.py: do not edit."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
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
from sallyport.aio import AsyncClient
from sallyport.outcomes import Outcome, api_url, assert_live, is_due, outcome_of_problem, outcome_of_response
from sallyport.problems import LoginRequired, Problem, Unreachable
from sallyport.step_up import Needed, StepUp, AsyncStepUpHandler, better_factor
from sallyport.transport import base_url_of, unreachable_by

T = TypeVar("T")


class AsyncSession:
    """Tasks may share it: however many need a new token at once, one of them fetches it.

    `api` is the server that `request` calls. `step_up` answers a challenge, or raises. `on_tokens` keeps each new pair.
    """

    def __init__(
        self,
        client: AsyncClient,
        tokens: Tokens,
        *,
        api: str | None = None,
        step_up: AsyncStepUpHandler | None = None,
        on_tokens: Callable[[Tokens], None] | None = None,
    ) -> None:
        self._client = client
        self._tokens = tokens
        self._api = client.url if api is None else base_url_of(api, client._allow_http)
        self._handler = step_up
        self._on_tokens = on_tokens
        self._changing = asyncio.Lock()  # one change of the tokens at a time
        self._asking = asyncio.Lock()  # one question to the user at a time
        self._renewals = 0
        self._elevations = 0
        self._failure: Exception | None = None
        self._is_over = False

    def __repr__(self) -> str:
        return f"AsyncSession({self._client.url!r}, area={self._tokens.area!r})"

    @property
    def tokens(self) -> Tokens:
        return self._tokens

    async def access_token(self) -> str:
        """A token that is good for at least half a minute, where the area has refresh tokens."""
        return (await self._live_tokens()).access_token

    async def refresh(self) -> Tokens:
        return await asyncio.shield(self._renew(self._tokens))

    async def request(
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

        async def attempt(token: str) -> Outcome[httpx.Response]:
            sent = {**more, "authorization": f"Bearer {token}"}
            try:
                response = await self._client._http.request(
                    method, url, params=params, json=json, content=content, headers=sent
                )
            except httpx.HTTPError as error:
                failure: Unreachable = unreachable_by(error)
            else:
                return outcome_of_response(response)
            raise failure

        return await self._run(attempt)

    async def logout(self) -> None:
        """Ends the session at once. If it has ended already, that is fine."""
        try:
            await self._call(calls.logout, may_elevate=False)
        except LoginRequired:
            pass
        except Problem as problem:
            if problem.type != "invalid-token":
                raise
        self._is_over = True

    async def activity(self) -> None:
        await self._call(calls.activity)

    async def me(self) -> Me:
        return await self._call(calls.me)

    async def mfa_status(self) -> MfaStatus:
        return await self._call(calls.mfa_status)

    async def trusted_devices(self) -> list[TrustedDevice]:
        return await self._call(calls.trusted_devices)

    async def forget_device(self, device_id: str) -> None:
        await self._call(lambda token: calls.forget_device(token, device_id))

    async def forget_devices(self) -> None:
        await self._call(lambda token: calls.forget_device(token, None))

    async def proof(self, code: str) -> Proof:
        """Exchanges a code for a proof, so that a script needs one code for many requests."""
        return await self._call(lambda token: calls.proof(token, code))

    async def enroll(
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
        return await self._call(lambda token: calls.enroll(token, method, setup))

    async def verify_enrollment(
        self, of: Enrolment, code: str | None = None, *, response: Answer | None = None
    ) -> EnrolAnswer:
        """The session goes on with the tokens of the answer: the earlier ones end."""
        await self._live_tokens()
        async with self._changing:
            token = self._tokens.access_token
            answer = await self._client.send(calls.verify_enrollment(token, of.factor_id, code, response))
            if isinstance(answer, Enrolled):
                self._keep(answer.tokens)
        return answer

    async def rename_factor(
        self, factor_id: str, *, label: str | None = None, default: bool = False, mfa_token: str | None = None
    ) -> Factor:
        return await self._call(lambda token: calls.rename_factor(token, factor_id, label, default, mfa_token))

    async def remove_factor(self, factor_id: str, *, mfa_token: str | None = None) -> None:
        await self._call(lambda token: calls.remove_factor(token, factor_id, mfa_token))

    async def disable_mfa(self, password: str, *, mfa_token: str | None = None) -> None:
        await self._call(lambda token: calls.disable_mfa(token, password, mfa_token))

    async def regenerate_recovery_codes(self, password: str, *, mfa_token: str | None = None) -> tuple[str, ...]:
        return await self._call(lambda token: calls.regenerate_recovery_codes(token, password, mfa_token))

    async def change_password(self, current: str, new: str, *, mfa_token: str | None = None) -> None:
        await self._call(lambda token: calls.change_password(token, current, new, mfa_token))

    async def begin_step_up(self, *, method: str | None = None, factor_id: str | None = None) -> Challenge:
        """For a portal, whose user answers in a later request. A new step-up ends the one before."""
        return await self._call(lambda token: calls.step_up(token, method, factor_id))

    async def finish_step_up(
        self, of: Challenge, code: str | None = None, *, response: Answer | None = None
    ) -> VerifyAnswer:
        async with self._changing:  # a refresh at the same time would use a token that the step-up ends
            answer = await self._client.verify(of, code, response=response)
            if isinstance(answer, Tokens):
                self._elevations += 1
                self._keep(answer)
        return answer

    async def _call(self, make: Callable[[str], Call[T]], may_elevate: bool = True) -> T:
        async def attempt(token: str) -> Outcome[T | Problem]:
            try:
                answer = await self._client.send(make(token))
                return Outcome[T | Problem](answer)
            except Problem as problem:
                seen = outcome_of_problem(problem)
                return Outcome(seen.value, seen.is_over, seen.needed)

        value = await self._run(attempt, may_elevate)
        if isinstance(value, Problem):
            raise value
        return value

    async def _run(self, attempt: Callable[[str], Awaitable[Outcome[T]]], may_elevate: bool = True) -> T:
        handler = self._handler if may_elevate else None
        renewed = False
        while True:
            elevations = self._elevations
            tokens = await self._live_tokens()
            outcome = await attempt(tokens.access_token)
            if outcome.is_over and not renewed and await self._is_renewable(tokens):
                renewed = True
                await asyncio.shield(self._renew(tokens))
            elif outcome.needed is not None and handler is not None:
                await self._elevate(handler, outcome.needed, elevations)
                handler = None  # once for each request
            else:
                return outcome.value

    async def _is_renewable(self, used: Tokens) -> bool:
        """By a refresh, or because a step-up in another task has replaced it meanwhile."""
        async with self._changing:
            return used.refresh_token is not None or self._tokens is not used

    async def _live_tokens(self) -> Tokens:
        tokens = self._tokens
        if self._is_over:
            raise LoginRequired()
        if not is_due(tokens):
            return tokens
        if tokens.refresh_token is not None:
            return await asyncio.shield(self._renew(tokens))
        assert_live(tokens)
        return tokens

    async def _renew(self, used: Tokens) -> Tokens:
        renewals = self._renewals
        async with self._changing:
            if self._is_over:
                raise LoginRequired()
            if self._tokens is not used:
                return self._tokens  # another task was faster
            if self._renewals != renewals and self._failure is not None:
                raise self._failure  # it was faster, and had no success
            self._failure = None
            try:
                self._keep(await self._client.refresh(used))
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

    async def _elevate(self, handler: AsyncStepUpHandler, needed: Needed, elevations: int) -> None:
        async with self._asking:
            if self._elevations != elevations:
                return  # the user has answered for another task
            challenge = await self._call(lambda token: calls.step_up(token, None, None), may_elevate=False)
            factor = better_factor(challenge, needed)
            if factor is not None:
                challenge = await self._client.challenge(challenge, factor_id=factor)
            answer = await handler(StepUp(challenge, needed.acr_values, needed.max_age))
            code, response = (answer, None) if isinstance(answer, str) else (None, answer)
            passed = await self.finish_step_up(challenge, code, response=response)
            while not isinstance(passed, Tokens):  # a push: the service ends it after a minute
                await self._client._sleep(passed.retry_after)
                passed = await self.finish_step_up(challenge)

    def _keep(self, tokens: Tokens) -> None:
        self._tokens = tokens
        if self._on_tokens is not None:
            self._on_tokens(tokens)
