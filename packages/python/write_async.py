"""Writes the asyncio twins of the client and the session from their text: python3 packages/python/write_async.py.

The two differ in `await` and in a few names. So one text is written by hand, and a test finds a twin that is behind.
"""

import re
from pathlib import Path

package = Path(__file__).parent / "src" / "sallyport"

plain = {"__init__", "__repr__", "on_behalf_of", "tokens", "_keep"}  # they wait for nothing
awaited = [r"self\._client\.(?:send|verify|challenge|refresh|_sleep)", r"self\._client\._http\.request"]
awaited += [r"self\.(?:send|verify|_sleep|_try|_call|_run|_elevate|_is_renewable|_live_tokens|finish_step_up|close)", r"self\._http\.close"]
awaited += [r"(?<=outcome = )attempt", r"(?<=answer = )handler"]

words = {
    "with self.": "async with self.",
    "for part in response.iter_bytes": "async for part in response.aiter_bytes",
    "__enter__": "__aenter__",
    "__exit__": "__aexit__",
    "httpx.Client": "httpx.AsyncClient",
    "self._http.close": "self._http.aclose",
    "threading": "asyncio",
    "StepUpHandler": "AsyncStepUpHandler",
    "Callable[[float], None] = time.sleep": "Callable[[float], Awaitable[None]] = asyncio.sleep",
    "attempt: Callable[[str], Outcome[T]]": "attempt: Callable[[str], Awaitable[Outcome[T]]]",
    "import time\n": "import asyncio\n",
    "import Callable": "import Awaitable, Callable",
    "another thread": "another task",
    "all threads": "all tasks",
    "Threads may": "Tasks may",
}


def asynchronous(text: str, summary: str) -> str:
    text = re.sub(r'\A""".*?"""', lambda _: f'"""{summary} {note}"""', text, count=1, flags=re.S)
    text = re.sub(r"^( +)def (\w+)\(", lambda found: found[0] if found[2] in plain else f"{found[1]}async def {found[2]}(", text, flags=re.M)
    for call in awaited:
        text = re.sub(rf"{call}\(", r"await \g<0>", text)
    text = text.replace("await self._live_tokens().", "(await self._live_tokens()).")
    # A task that is cancelled must not lose the tokens of an answer that is under way.
    text = re.sub(r"self\._renew\(([\w.]+)\)", r"await asyncio.shield(self._renew(\1))", text)
    for sync, other in words.items():
        text = text.replace(sync, other)
    text = text.replace("from sallyport.client import Client", "from sallyport.aio import AsyncClient")
    return re.sub(r"(?<![\w.`])(a )?(Client|Session)\b(?!`? for)", lambda found: f"{'an ' if found[1] else ''}Async{found[2]}", text).replace(
        "a `Session`", "an `AsyncSession`"
    )


note = "Written by write_async.py: do not edit."


def twins() -> dict[Path, str]:
    client = asynchronous((package / "client.py").read_text(), "The client for asyncio.")
    session = asynchronous((package / "session.py").read_text(), "The session of one user for asyncio.")
    return {package / "aio.py": client, package / "aio_session.py": session}


if __name__ == "__main__":
    for path, text in twins().items():
        path.write_text(text)
