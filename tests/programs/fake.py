"""The fake Scaleway of a test, with the requests of each phase and the objects that a destroy must delete.

It does not depend on Pulumi; fake/python has the functions that are offered to users too.
"""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import scaleway_fake
from scaleway_fake import ACCESS_KEY, PROJECT_ID, SECRET_KEY

__all__ = ["ACCESS_KEY", "OWNER", "PROJECT", "SECRET_KEY", "Call", "Calls", "Fake"]

PROJECT = PROJECT_ID
OWNER = scaleway_fake.OWNER_ID


@dataclass(frozen=True)
class Call:
    """One request of the fake's log. `status` is None if the connection was closed."""

    t: float
    method: str
    path: str
    status: int | None


class Calls(list[Call]):
    """The requests of one phase, in the order of their responses."""

    @property
    def polls(self) -> int:
        """The number of repeated GET requests in this phase."""
        requested = Counter(call.path for call in self if call.method == "GET")
        return sum(times - 1 for times in requested.values())

    @property
    def waits(self) -> list[int]:
        """The number of polls of each wait: repeated GET requests of a path without a write to it between them."""
        waits: list[int] = []
        requested: dict[str, int] = {}
        for call in self:
            if call.method == "GET":
                requested[call.path] = requested.get(call.path, -1) + 1
            else:
                waits += [requested.pop(path) for path in list(requested) if call.path.startswith(path)]
        return [again for again in (*waits, *requested.values()) if again > 0]

    def __str__(self) -> str:
        return "\n".join(f"{call.t:8.2f} {call.method:6} {call.path} {call.status}" for call in self)

    @property
    def writes(self) -> "Calls":
        """Requests that change something: not GET or HEAD, and not a check of a signature or of partitions."""
        changing = (call for call in self if call.method not in ("GET", "HEAD"))
        return Calls(call for call in changing if not call.path.endswith(("/verify", "/validate")))


class Fake(scaleway_fake.Fake):
    """A fake with a log of requests in a directory."""

    def __init__(
        self, directory: Path, settle: float = 0, seed: dict[str, Any] | None = None, enforce: bool = False
    ) -> None:
        self.log = directory / "fake.jsonl"
        self._read = 0
        # Only this secret key and those created through IAM are accepted, so signatures of Object Storage are verified.
        seed = {"keys": [SECRET_KEY], **(seed or {})}
        super().__init__(settle=settle, seed=seed, enforce_permissions=enforce, log=self.log)

    def new_calls(self) -> Calls:
        """The requests since the last call of this function."""
        lines = self.log.read_text().splitlines()
        new, self._read = lines[self._read :], len(lines)
        return Calls(Call(**json.loads(line)) for line in new)

    def existing(self) -> set[tuple[str, str]]:
        """Kind and ID of existing objects, except those that Scaleway creates itself or keeps for some days."""
        return {
            (found["kind"], found["id"])
            for found in self.objects()
            if not found["fields"].get("is_default")
            and not found["fields"].get("deletion_requested_at")
            and not found["fields"].get("revoked_at")
            and found["fields"].get("alert_manager_enabled") is not False
        }

    def request_container(self, host: str, path: str = "/") -> tuple[int, dict[str, Any]]:
        """Status and body of the response of the container with this host name."""
        request = urllib.request.Request(self.url + path, headers={"Host": host})
        try:
            with urllib.request.urlopen(request) as response:
                return response.status, json.loads(response.read())
        except urllib.error.HTTPError as error:
            return error.code, json.loads(error.read())

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """A request of another user of the account. The log does not distinguish it from those of the provider."""
        response = self._send(method, path, body)
        self.new_calls()
        return response
