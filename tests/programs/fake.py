"""The fake Scaleway as a process: started, asked and told what shall go wrong.

It knows no Pulumi; what the fake serves is described in fake/src/admin.rs.
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

# Made up. The fake's default project has the id of its organization, as recorded of real ones.
ACCESS_KEY = "SCWXXXXXXXXXXXXXXXXX"
SECRET_KEY = "11111111-1111-4111-8111-111111111111"
PROJECT = "5ca1e3a7-fa4e-4000-8000-000000000001"
# The user who owns the account; keys that IAM does not know are theirs.
OWNER = "5ca1e3a7-fa4e-4000-8000-0000000000aa"


@dataclass(frozen=True)
class Call:
    """One request, as the fake's log tells it. `status` is None where the connection was cut."""

    t: float
    method: str
    path: str
    status: int | None


class Calls(list[Call]):
    """The requests of one phase, in the order they ended."""

    @property
    def polls(self) -> int:
        """How many of them asked again for what had been asked for in the same phase."""
        asked = Counter(call.path for call in self if call.method == "GET")
        return sum(times - 1 for times in asked.values())

    @property
    def waits(self) -> list[int]:
        """For each wait, how often it asked again: the same question, with nothing written there meanwhile."""
        waits: list[int] = []
        asked: dict[str, int] = {}
        for call in self:
            if call.method == "GET":
                asked[call.path] = asked.get(call.path, -1) + 1
            else:
                waits += [asked.pop(path) for path in list(asked) if call.path.startswith(path)]
        return [again for again in (*waits, *asked.values()) if again > 0]

    def __str__(self) -> str:
        return "\n".join(f"{call.t:8.2f} {call.method:6} {call.path} {call.status}" for call in self)

    @property
    def writes(self) -> "Calls":
        """Those that are meant to change something."""
        return Calls(call for call in self if call.method not in ("GET", "HEAD"))


class Fake:
    """A fake Scaleway on a free loopback port, for as long as the `with` lasts."""

    def __init__(
        self, directory: Path, settle: float = 0, seed: dict[str, Any] | None = None, enforce: bool = False
    ) -> None:
        self.log = directory / "fake.jsonl"
        command = ["scaleway-fake", "--listen", "127.0.0.1:0", "--settle", str(settle), "--log", str(self.log)]
        if enforce:
            command.append("--enforce-permissions")
        # Only this secret key and those made through IAM are accepted, so signatures of Object Storage are verified.
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
        """What tells a program to talk to this fake instead of Scaleway."""
        return {
            "SCW_API_URL": self.url,
            "EVALAP_SCALEWAY_PROBE_ENDPOINT": self.url,
            "SCW_ACCESS_KEY": ACCESS_KEY,
            "SCW_SECRET_KEY": SECRET_KEY,
            "SCW_DEFAULT_PROJECT_ID": PROJECT,
            "SCW_DEFAULT_ORGANIZATION_ID": PROJECT,
        }

    def new_calls(self) -> Calls:
        """The requests since this was last asked."""
        lines = self.log.read_text().splitlines()
        new, self._read = lines[self._read :], len(lines)
        return Calls(Call(**json.loads(line)) for line in new)

    def requests(self) -> list[dict[str, Any]]:
        """All requests so far, with `operation`, `query` and `body`."""
        return self._ask("GET", "/_fake/requests")

    def objects(self, kind: str | None = None) -> list[dict[str, Any]]:
        """What exists: `kind`, `locality`, `id` and `fields` of each object."""
        return [found for found in self._ask("GET", "/_fake/objects") if kind in (None, found["kind"])]

    def existing(self) -> set[tuple[str, str]]:
        """Kind and id of what exists, but for what Scaleway makes by itself or keeps for some days."""
        return {
            (found["kind"], found["id"])
            for found in self.objects()
            if not found["fields"].get("is_default")
            and not found["fields"].get("deletion_requested_at")
            and found["fields"].get("alert_manager_enabled") is not False
        }

    def object(self, uuid: str) -> dict[str, Any]:
        """The fields of the one object with this id."""
        (found,) = [found for found in self.objects() if found["id"] == uuid]
        return found["fields"]

    def change(self, uuid: str, **fields: Any) -> None:
        """Sets fields of an object behind everybody's back."""
        self._ask("PATCH", "/_fake/objects", {**self._address(uuid), "fields": fields})

    def remove(self, uuid: str) -> None:
        """Takes an object away behind everybody's back."""
        self._ask("DELETE", "/_fake/objects", self._address(uuid))

    def fault(self, kind: Any, **where: Any) -> None:
        """Lets something go wrong; see fake/src/faults.rs."""
        self._ask("POST", "/_fake/faults", {"kind": kind, **where})

    def no_faults(self) -> None:
        """Lets nothing go wrong any more."""
        self._ask("DELETE", "/_fake/faults")

    def advance(self, seconds: float) -> None:
        """Moves the fake's clock ahead."""
        self._ask("POST", "/_fake/clock", {"advance": seconds})

    def settle(self, seconds: float) -> None:
        """How long passing statuses last from now on."""
        self._ask("POST", "/_fake/settle", {"seconds": seconds})

    def ask(self, host: str, path: str = "/") -> tuple[int, dict[str, Any]]:
        """Status and body of what a container answers under this host name."""
        request = urllib.request.Request(self.url + path, headers={"Host": host})
        try:
            with urllib.request.urlopen(request) as answer:
                return answer.status, json.loads(answer.read())
        except urllib.error.HTTPError as error:
            return error.code, json.loads(error.read())

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """A call as any other user of the account would make it. Not told apart from the provider's in the log."""
        answer = self._ask(method, path, body)
        self.new_calls()
        return answer

    def _address(self, uuid: str) -> dict[str, str]:
        (found,) = [found for found in self.objects() if found["id"] == uuid]
        return {name: found[name] for name in ("kind", "locality", "id")}

    def _ask(self, method: str, path: str, body: Any = None) -> Any:
        request = urllib.request.Request(
            self.url + path,
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json", "X-Auth-Token": SECRET_KEY},
        )
        with urllib.request.urlopen(request) as answer:
            text = answer.read()
        return json.loads(text) if text else None
