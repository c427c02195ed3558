"""The fake Scaleway as a process, with functions that read its state and inject faults.

It does not depend on Pulumi; fake/src/admin.rs documents the endpoints.
"""

from __future__ import annotations

import json
import subprocess
import urllib.error
import urllib.request
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

# Invented. The default project of the fake has the ID of its organization, as in recordings.
ACCESS_KEY = "SCWXXXXXXXXXXXXXXXXX"
SECRET_KEY = "11111111-1111-4111-8111-111111111111"
PROJECT = "5ca1e3a7-fa4e-4000-8000-000000000001"
# The owner of the account; API keys that IAM does not contain belong to this user.
OWNER = "5ca1e3a7-fa4e-4000-8000-0000000000aa"


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
        """Requests that are not GET or HEAD."""
        return Calls(call for call in self if call.method not in ("GET", "HEAD"))


class Fake:
    """A fake Scaleway on a free loopback port, as a context manager."""

    def __init__(
        self, directory: Path, settle: float = 0, seed: dict[str, Any] | None = None, enforce: bool = False
    ) -> None:
        self.log = directory / "fake.jsonl"
        command = ["scaleway-fake", "--listen", "127.0.0.1:0", "--settle", str(settle), "--log", str(self.log)]
        if enforce:
            command.append("--enforce-permissions")
        # Only this secret key and those created through IAM are accepted, so signatures of Object Storage are verified.
        (directory / "seed.json").write_text(json.dumps({"keys": [SECRET_KEY], **(seed or {})}))
        command += ["--seed", str(directory / "seed.json")]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        self.url = self._process.stdout.readline().strip()
        if not self.url:
            raise RuntimeError(f"the fake did not start: {' '.join(command)}")
        self._read = 0

    def __enter__(self) -> "Fake":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._process.terminate()
        self._process.wait()

    @property
    def environment(self) -> dict[str, str]:
        """The environment variables of a program that uses this fake instead of Scaleway."""
        return {
            "SCW_API_URL": self.url,
            "EVALAP_SCALEWAY_PROBE_ENDPOINT": self.url,
            "SCW_ACCESS_KEY": ACCESS_KEY,
            "SCW_SECRET_KEY": SECRET_KEY,
            "SCW_DEFAULT_PROJECT_ID": PROJECT,
            "SCW_DEFAULT_ORGANIZATION_ID": PROJECT,
        }

    def new_calls(self) -> Calls:
        """The requests since the last call of this function."""
        lines = self.log.read_text().splitlines()
        new, self._read = lines[self._read :], len(lines)
        return Calls(Call(**json.loads(line)) for line in new)

    def requests(self) -> list[dict[str, Any]]:
        """All requests so far, with `operation`, `query` and `body`."""
        return self._send("GET", "/_fake/requests")

    def objects(self, kind: str | None = None) -> list[dict[str, Any]]:
        """The existing objects: `kind`, `locality`, `id` and `fields` of each."""
        return [found for found in self._send("GET", "/_fake/objects") if kind in (None, found["kind"])]

    def existing(self) -> set[tuple[str, str]]:
        """Kind and ID of existing objects, except those that Scaleway creates itself or keeps for some days."""
        return {
            (found["kind"], found["id"])
            for found in self.objects()
            if not found["fields"].get("is_default")
            and not found["fields"].get("deletion_requested_at")
            and found["fields"].get("alert_manager_enabled") is not False
        }

    def object(self, uuid: str) -> dict[str, Any]:
        """The fields of the object with this ID."""
        (found,) = [found for found in self.objects() if found["id"] == uuid]
        return found["fields"]

    def change(self, uuid: str, **fields: Any) -> None:
        """Sets fields of an object outside of Pulumi."""
        self._send("PATCH", "/_fake/objects", {**self._address(uuid), "fields": fields})

    def remove(self, uuid: str) -> None:
        """Deletes an object outside of Pulumi."""
        self._send("DELETE", "/_fake/objects", self._address(uuid))

    def fault(self, kind: Any, **where: Any) -> None:
        """Injects a fault; see fake/src/faults.rs."""
        self._send("POST", "/_fake/faults", {"kind": kind, **where})

    def clear_faults(self) -> None:
        """Removes all faults."""
        self._send("DELETE", "/_fake/faults")

    def advance(self, seconds: float) -> None:
        """Advances the clock of the fake."""
        self._send("POST", "/_fake/clock", {"advance": seconds})

    def settle(self, seconds: float) -> None:
        """Sets the duration of transient statuses."""
        self._send("POST", "/_fake/settle", {"seconds": seconds})

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

    def _address(self, uuid: str) -> dict[str, str]:
        (found,) = [found for found in self.objects() if found["id"] == uuid]
        return {name: found[name] for name in ("kind", "locality", "id")}

    def _send(self, method: str, path: str, body: Any = None) -> Any:
        request = urllib.request.Request(
            self.url + path,
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json", "X-Auth-Token": SECRET_KEY},
        )
        with urllib.request.urlopen(request) as response:
            text = response.read()
        return json.loads(text) if text else None
