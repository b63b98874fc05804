"""The problems that the package knows are those of the API."""

import json
import unittest
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

from sallyport import ProblemType, Reason

document = json.loads((Path(__file__).parents[3] / "openapi" / "openapi.json").read_text())


def problems_in(part: Any) -> Iterator[dict[str, Any]]:
    if isinstance(part, dict):
        properties: Any = part.get("properties")
        kind = properties.get("type") if isinstance(properties, dict) else None
        if isinstance(kind, dict) and str(kind.get("const", "")).startswith("/problems/"):
            yield dict(properties)
    for one in part.values() if isinstance(part, dict) else part if isinstance(part, list) else []:
        yield from problems_in(one)


class Description(unittest.TestCase):
    def test_types_and_reasons(self) -> None:
        problems = list(problems_in(document))
        types = {one["type"]["const"].removeprefix("/problems/") for one in problems}
        self.assertEqual(types, set(get_args(ProblemType)) - {"unknown"})
        reasons = {reason for one in problems for reason in one.get("reason", {}).get("enum", [])}
        self.assertEqual(reasons, set(get_args(Reason)))
