"""The client for asyncio. Written by write_async.py: do not edit."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from types import TracebackType
from typing import TypeVar

import httpx

from sallyport import calls
from sallyport.answers import (
    Challenge,
    EnrolAnswer,
    Enrolment,
    LoginAnswer,
    MustEnrol,
    Tokens,
    VerifyAnswer,
)
from sallyport.calls import Answer, Call, Reply
from sallyport.problems import LoginRequired, SallyportError, UnexpectedAnswer, Unreachable
from sallyport.transport import (
    Retries,
    base_url_of,
    conclude,
    headers_of,
    http_options,
    most_bytes,
    reply_of,
    unreachable_by,
)

T = TypeVar("T")


class AsyncClient:
    """The service at one URL. One client serves all tasks and all users."""

    def __init__(
        self,
        url: str,
        *,
        timeout: float = 10.0,
        ca_file: str | None = None,
        allow_http: bool = False,
        retries: int = 2,
        longest_wait: float = 5.0,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self.url = base_url_of(url, allow_http)
        self._allow_http = allow_http
        self._retries = Retries(retries, longest_wait)
        self._sleep = sleep
        self._headers: dict[str, str] = {}
        self._http = httpx.AsyncClient(**http_options(timeout, ca_file))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.url!r})"

    async def __aenter__(self) -> "AsyncClient":
        return self

    async def __aexit__(self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None) -> None:
        await self.close()

    async def close(self) -> None:
        await self._http.aclose()

    def on_behalf_of(self, address: str, user_agent: str | None = None) -> "AsyncClient":
        """The same client for one browser. Set TRUST_PROXY at the service, so that it believes the address."""
        other = object.__new__(AsyncClient)
        other.__dict__.update(self.__dict__)
        other._headers = {"x-forwarded-for": address} | ({"user-agent": user_agent} if user_agent else {})
        return other

    async def login(
        self,
        username: str,
        password: str,
        *,
        area: str = "public",
        mfa_token: str | None = None,
        trusted_device: str | None = None,
    ) -> LoginAnswer:
        return await self.send(calls.login(username, password, area, mfa_token, trusted_device))

    async def challenge(self, of: Challenge, *, method: str | None = None, factor_id: str | None = None) -> Challenge:
        """Sends the code again, or asks for another factor."""
        return await self.send(calls.challenge(of, method, factor_id))

    async def verify(
        self,
        of: Challenge,
        code: str | None = None,
        *,
        response: Answer | None = None,
        remember_device: bool = False,
        device_label: str | None = None,
    ) -> VerifyAnswer:
        """Answers by a code or by the response of a ceremony. Without both it asks how the push fares."""
        return await self.send(calls.verify(of, code, response, remember_device, device_label))

    async def wait_for_push(self, of: Challenge, *, remember_device: bool = False, device_label: str | None = None) -> Tokens:
        """Asks until the user has decided, as often as the service says."""
        while True:
            answer = await self.verify(of, remember_device=remember_device, device_label=device_label)
            if isinstance(answer, Tokens):
                return answer
            if datetime.now(UTC) > of.expires_at:
                raise SallyportError("Nobody answered the push in time")
            await self._sleep(answer.retry_after)

    async def enroll(
        self,
        by: MustEnrol,
        method: str,
        *,
        label: str | None = None,
        phone: str | None = None,
        email: str | None = None,
        device: str | None = None,
    ) -> Enrolment:
        setup = {"label": label, "phone": phone, "email": email, "device": device}
        return await self.send(calls.enroll(by.enrollment_token, method, setup))

    async def verify_enrollment(
        self, by: MustEnrol, of: Enrolment, code: str | None = None, *, response: Answer | None = None
    ) -> EnrolAnswer:
        return await self.send(calls.verify_enrollment(by.enrollment_token, of.factor_id, code, response))

    async def refresh(self, tokens: Tokens) -> Tokens:
        """Each refresh token works once. Prefer an `AsyncSession`, which refreshes once for all tasks."""
        if tokens.refresh_token is None:
            raise LoginRequired()
        return await self.send(calls.refresh(tokens.refresh_token))

    async def forgot_password(self, username: str) -> None:
        await self.send(calls.forgot_password(username))

    async def request_recovery(self, username: str) -> None:
        """Mails a link that begins a recovery on the pages. The answer is the same for every name."""
        await self.send(calls.request_recovery(username))

    async def reset_password(self, token: str, new_password: str, recovery_code: str | None = None) -> None:
        """An account without a password needs a recovery code too."""
        await self.send(calls.reset_password(token, new_password, recovery_code))

    async def send(self, call: Call[T]) -> T:
        """Sends one call of `sallyport.calls`, and tries again where that is safe."""
        tried = 0
        while True:
            outcome = await self._try(call)
            wait = self._retries.wait(call, tried, outcome)
            if wait is None:
                break
            await self._sleep(wait)
            tried += 1
        if isinstance(outcome, Unreachable):
            raise outcome
        return conclude(call, outcome)

    async def _try(self, call: Call[T]) -> Reply | Unreachable:
        headers = headers_of(call, self._headers)
        try:
            async with self._http.stream(call.method, self.url + call.path, json=call.body, headers=headers) as response:
                content = bytearray()
                async for part in response.aiter_bytes():
                    content += part
                    if len(content) > most_bytes:
                        raise UnexpectedAnswer(response.status_code)
                return reply_of(response, bytes(content))
        except httpx.HTTPError as error:
            return unreachable_by(error)
