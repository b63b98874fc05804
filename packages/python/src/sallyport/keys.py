"""The public keys of the service, kept for five minutes at most."""

import json
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx
import jwt

kept_seconds = 300.0
early_seconds = 240.0  # from then on one caller fetches them again, and an outage of a minute goes unnoticed
apart_seconds = 30.0  # for an unknown kid: anybody can make one up
pause_seconds = 5.0  # after a failure
most_keys = 20
most_bytes = 64 * 1024


class UnknownKey(Exception):
    """No key of the service has this kid."""


class KeysUnavailable(Exception):
    """The keys cannot be fetched, so no token can be checked."""


class WouldBlock(Exception):
    """The answer needs the network, and the caller must not wait."""


@dataclass
class _Kept:
    keys: Mapping[str, Any] = field(default_factory=dict)
    read_at: float = float("-inf")


class KeySet:
    """Threads share it. Readers of a key that is there do not wait for a thread that fetches."""

    def __init__(self, url: str, http: httpx.Client, clock: Callable[[], float] = time.monotonic) -> None:
        self._url = url
        self._http = http
        self._clock = clock
        self._kept = _Kept()
        self._failed_at = float("-inf")
        self._fetching = threading.Lock()

    def get(self, kid: str, may_wait: bool = True) -> Any:
        kept = self._kept
        age = self._clock() - kept.read_at
        if kid in kept.keys and age < kept_seconds:
            if age >= early_seconds and may_wait and self._fetching.acquire(blocking=False):
                try:
                    kept = self._fetch()
                except KeysUnavailable:
                    pass  # those that are there are good for another minute
                finally:
                    self._fetching.release()
            return self._known(kid, kept)
        if age < apart_seconds:
            raise UnknownKey
        if not may_wait:
            raise WouldBlock
        with self._fetching:
            if self._kept is kept:
                self._fetch()
            return self._known(kid, self._kept)

    def _known(self, kid: str, kept: _Kept) -> Any:
        if kid not in kept.keys:
            raise UnknownKey
        return kept.keys[kid]

    def _fetch(self) -> _Kept:
        if self._clock() - self._failed_at < pause_seconds:
            raise KeysUnavailable
        keys = self._read()
        if not keys:
            self._failed_at = self._clock()
            raise KeysUnavailable
        self._kept = _Kept(keys, self._clock())
        return self._kept

    def _read(self) -> dict[str, Any]:
        try:
            with self._http.stream("GET", self._url) as response:
                content = bytearray()
                for part in response.iter_bytes():
                    content += part
                    if len(content) > most_bytes:
                        return {}
                if response.status_code != 200:
                    return {}
                return _keys_in(json.loads(content))
        except (httpx.HTTPError, ValueError):
            return {}


def _keys_in(document: object) -> dict[str, Any]:
    given = document.get("keys") if isinstance(document, dict) else None
    usable = [one for one in given if _is_usable(one)] if isinstance(given, list) else []
    keys = {}
    for one in usable[:most_keys]:
        try:
            keys[one["kid"]] = jwt.PyJWK(one, algorithm="ES256").key
        except jwt.PyJWTError:
            pass  # another key may be right
    return keys


def _is_usable(one: object) -> bool:
    if not isinstance(one, dict):
        return False
    fits = one.get("kty") == "EC" and one.get("crv") == "P-256"
    return fits and one.get("use", "sig") == "sig" and one.get("alg", "ES256") == "ES256" and isinstance(one.get("kid"), str)
