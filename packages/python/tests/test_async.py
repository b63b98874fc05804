"""The asyncio client against the service. Its text comes from the other one, whose tests hold for it as well."""

import asyncio
import unittest
from dataclasses import replace
from datetime import UTC, datetime

from sallyport import AsyncClient, AsyncSession, Challenge, Client, StepUp, Tokens
from tests.world import User, act, new_user, url, with_totp
from write_async import twins


class Async(unittest.IsolatedAsyncioTestCase):
    async def asyncSetUp(self) -> None:
        self.client = AsyncClient(url)
        self.addAsyncCleanup(self.client.close)

    def user_with_totp(self) -> User:
        with Client(url) as client:
            return with_totp(client, ["vendor"])

    async def tokens(self, user: User, area: str = "public") -> Tokens:
        answer = await self.client.login(user.username, user.password, area=area)
        assert isinstance(answer, Tokens)
        return answer

    async def test_logs_in(self) -> None:
        user = self.user_with_totp()
        challenge = await self.client.login(user.username, user.password)
        assert isinstance(challenge, Challenge)
        tokens = await self.client.verify(challenge, user.code())
        assert isinstance(tokens, Tokens)
        session = AsyncSession(self.client, tokens)
        self.assertEqual((await session.me())["level"]["acr"], "urn:sallyport:acr:2")
        await session.logout()

    async def test_ten_tasks_fetch_one_new_token(self) -> None:
        tokens = await self.tokens(new_user())
        session = AsyncSession(self.client, replace(tokens, expires_at=datetime.now(UTC)))
        before = act("count", path="/auth/refresh")
        seen = await asyncio.gather(*(session.access_token() for _ in range(10)))
        self.assertEqual(len(set(seen)), 1)
        self.assertEqual(act("count", path="/auth/refresh") - before, 1)

    async def test_a_task_that_is_cancelled_loses_no_tokens(self) -> None:
        tokens = await self.tokens(new_user())
        session = AsyncSession(self.client, replace(tokens, expires_at=datetime.now(UTC)))
        before = act("count", path="/auth/refresh")
        task = asyncio.create_task(session.access_token())
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        task.cancel()
        with self.assertRaises(asyncio.CancelledError):
            await task
        self.assertNotEqual(await session.access_token(), tokens.access_token)
        self.assertEqual(act("count", path="/auth/refresh") - before, 1)

    async def test_steps_up(self) -> None:
        user = self.user_with_totp()

        async def answer(_: StepUp) -> str:
            return user.code()

        session = AsyncSession(self.client, await self.tokens(user, "vendor"), step_up=answer)
        answers = await asyncio.gather(*(session.request("GET", "/api/sensitive-data") for _ in range(5)))
        self.assertEqual([one.json() for one in answers], [{"data": "sensitive"}] * 5)


class Twins(unittest.TestCase):
    def test_are_what_write_async_makes(self) -> None:
        for path, text in twins().items():
            self.assertEqual(path.read_text(), text, f"Run write_async.py: {path.name} is behind")
