"""The keys of the service: how long they are kept, and how often they are asked for. The test moves the clock."""

import threading
import unittest

import httpx

from sallyport.keys import KeySet, KeysUnavailable, UnknownKey, WouldBlock, most_keys
from sallyport.transport import http_options
from tests.world import Scripted, stub_server, url


class Keys(unittest.TestCase):
    def setUp(self) -> None:
        server = stub_server()
        self.stub = server.__enter__()
        self.addCleanup(server.__exit__, None, None, None)
        self.http = httpx.Client(**http_options(5.0, None))
        self.addCleanup(self.http.close)
        self.document = self.http.get(f"{url}/.well-known/jwks.json").content
        self.key = self.http.get(f"{url}/.well-known/jwks.json").json()["keys"][0]
        self.kid = self.key["kid"]
        self.stub.otherwise = (200, {}, self.document)
        self.now = 1000.0
        self.keys = KeySet(f"{self.stub.url}/keys", self.http, lambda: self.now)

    def asked(self) -> int:
        return len(self.stub.asked)

    def test_keeps_them_for_five_minutes(self) -> None:
        for _ in range(3):
            self.keys.get(self.kid)
        self.now += 239
        self.keys.get(self.kid)
        self.assertEqual(self.asked(), 1)
        self.now += 62
        self.keys.get(self.kid)
        self.assertEqual(self.asked(), 2)

    def test_fetches_them_again_before_they_end(self) -> None:
        self.keys.get(self.kid)
        self.now += 241
        self.keys.get(self.kid)
        self.keys.get(self.kid)
        self.assertEqual(self.asked(), 2)

    def test_an_outage_of_a_minute_goes_unnoticed_and_a_longer_one_does_not(self) -> None:
        self.keys.get(self.kid)
        self.stub.otherwise = (503, {}, b"")
        self.now += 241
        self.keys.get(self.kid)
        self.now += 60
        with self.assertRaises(KeysUnavailable):
            self.keys.get(self.kid)

    def test_unknown_kids_make_no_storm(self) -> None:
        self.keys.get(self.kid)
        for at in range(500):
            with self.assertRaises(UnknownKey):
                self.keys.get(f"nobody-{at}")
        self.assertEqual(self.asked(), 1)
        self.now += 31
        for at in range(500):
            with self.assertRaises(UnknownKey):
                self.keys.get(f"nobody-{at}")
        self.assertEqual(self.asked(), 2)
        self.keys.get(self.kid)

    def test_a_failure_is_not_tried_again_at_once(self) -> None:
        self.stub.otherwise = (500, {}, b"")
        for _ in range(10):
            with self.assertRaises(KeysUnavailable):
                self.keys.get(self.kid)
        self.assertEqual(self.asked(), 1)
        self.now += 6
        self.stub.otherwise = (200, {}, self.document)
        self.keys.get(self.kid)

    def test_many_threads_fetch_them_once(self) -> None:
        barrier, found = threading.Barrier(10), list[object]()

        def run() -> None:
            barrier.wait()
            found.append(self.keys.get(self.kid))

        threads = [threading.Thread(target=run) for _ in range(10)]
        for one in threads:
            one.start()
        for one in threads:
            one.join()
        self.assertEqual((len(found), self.asked()), (10, 1))

    def test_does_not_wait_where_it_must_not(self) -> None:
        with self.assertRaises(WouldBlock):
            self.keys.get(self.kid, may_wait=False)
        self.assertEqual(self.asked(), 0)
        self.keys.get(self.kid)
        self.keys.get(self.kid, may_wait=False)
        with self.assertRaises(UnknownKey):
            self.keys.get("nobody", may_wait=False)

    def test_answers_that_are_no_keys(self) -> None:
        big = b'{"keys": [' + b" " * 100_000 + b"]}"
        other = self.stub.url + "/elsewhere"
        cases: list[Scripted] = [
            (200, {}, b"<html>"),
            (200, {}, b"[]"),
            (200, {}, b'{"keys": {}}'),
            (200, {}, b'{"keys": []}'),
            (200, {}, big),
            (302, {"location": other}, b""),
            (404, {}, self.document),
        ]
        for case in cases:
            self.stub.answers.append(case)
            keys = KeySet(f"{self.stub.url}/keys", self.http)
            with self.subTest(case[2][:20]), self.assertRaises(KeysUnavailable):
                keys.get(self.kid)
        self.assertNotIn("/elsewhere", [path for _, path, _ in self.stub.asked])

    def test_takes_keys_of_the_one_algorithm_alone_and_not_too_many(self) -> None:
        self.assertIn("x", self.key)
        others = [
            {"kty": "oct", "k": "c2VjcmV0", "kid": "oct", "alg": "HS256"},
            {**self.key, "kid": "rsa", "kty": "RSA"},
            {**self.key, "kid": "curve", "crv": "P-384"},
            {**self.key, "kid": "enc", "use": "enc"},
            {**self.key, "kid": "alg", "alg": "ES384"},
            {**self.key, "kid": "point", "x": "AA"},
            {**self.key, "kid": 7},
            "nonsense",
        ]
        self.stub.tell(200, {}, {"keys": [*others, self.key]})
        self.keys.get(self.kid)
        for name in ["oct", "rsa", "curve", "enc", "alg", "point"]:
            with self.subTest(name), self.assertRaises(UnknownKey):
                self.keys.get(name)
        many = [{**self.key, "kid": f"key-{at}"} for at in range(most_keys + 1)]
        self.stub.tell(200, {}, {"keys": many})
        self.now += 301
        self.keys.get(f"key-{most_keys - 1}")
        with self.assertRaises(UnknownKey):
            self.keys.get(f"key-{most_keys}")
