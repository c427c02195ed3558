"""A fake Scaleway as a process, with functions that read its objects and requests, inject faults and advance its clock.

The package contains the binary for one platform. It does not depend on Pulumi: `Fake.environment` directs every client
that reads Scaleway's environment variables to the fake.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sysconfig
import tempfile
import urllib.request
from pathlib import Path
from types import TracebackType
from typing import Any, Mapping

__all__ = ["ACCESS_KEY", "ORGANIZATION_ID", "OWNER_ID", "PROJECT_ID", "SECRET_KEY", "Fake", "binary"]

# The API key of `Fake.environment`. Both parts are invented.
ACCESS_KEY = "SCWXXXXXXXXXXXXXXXXX"
SECRET_KEY = "11111111-1111-4111-8111-111111111111"
# The default project, which always exists. As at Scaleway, it has the ID of its organization.
PROJECT_ID = "5ca1e3a7-fa4e-4000-8000-000000000001"
ORGANIZATION_ID = PROJECT_ID
# The IAM user that owns the organization. API keys that were not created through IAM belong to this user.
OWNER_ID = "5ca1e3a7-fa4e-4000-8000-0000000000aa"


def binary() -> Path:
    """The path of the binary: the one of this package, otherwise the one on PATH.

    Raises FileNotFoundError if there is neither.
    """
    name = "scaleway-fake.exe" if os.name == "nt" else "scaleway-fake"
    for directory in (sysconfig.get_path("scripts"), None):
        if found := shutil.which(name, path=directory):
            return Path(found)
    raise FileNotFoundError(f"{name} is not installed. Install the package scaleway-fake for this platform.")


class Fake:
    """A running fake on a free port of the loopback interface, as a context manager. Its state ends with it.

    settle: duration in seconds of transient statuses such as `creating` (default 0: they end at the first read).
    seed: the objects that exist at the start, and other settings; see "Seed data" in the guide.
    enforce_permissions: whether API keys created through IAM are limited to their policies (default False).
    log: a file for one JSON line per request, without secrets (default: none).

    Raises FileNotFoundError if no binary is installed, and RuntimeError if it does not start; its message is on stderr.
    """

    def __init__(
        self,
        *,
        settle: float = 0,
        seed: Mapping[str, Any] | None = None,
        enforce_permissions: bool = False,
        log: Path | None = None,
    ) -> None:
        command = [str(binary()), "--listen", "127.0.0.1:0", "--settle", str(settle)]
        if enforce_permissions:
            command.append("--enforce-permissions")
        if log is not None:
            command += ["--log", str(log)]
        with tempfile.TemporaryDirectory(prefix="scaleway-fake-") as directory:
            if seed is not None:
                path = Path(directory) / "seed.json"
                path.write_text(json.dumps(seed))
                command += ["--seed", str(path)]
            self._process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
            # The fake prints its URL after it has read the seed.
            assert self._process.stdout is not None
            self.url = self._process.stdout.readline().strip()
        if not self.url:
            self.stop()
            raise RuntimeError(f"scaleway-fake did not start: {' '.join(command)}")

    def __enter__(self) -> Fake:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()

    def stop(self) -> None:
        """Ends the process. A second call has no effect."""
        self._process.terminate()
        self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()

    @property
    def environment(self) -> dict[str, str]:
        """The environment variables that direct a program to this fake."""
        return {
            "SCW_API_URL": self.url,
            "EVALAP_SCALEWAY_PROBE_ENDPOINT": self.url,
            "SCW_ACCESS_KEY": ACCESS_KEY,
            "SCW_SECRET_KEY": SECRET_KEY,
            "SCW_DEFAULT_PROJECT_ID": PROJECT_ID,
            "SCW_DEFAULT_ORGANIZATION_ID": ORGANIZATION_ID,
        }

    def requests(self) -> list[dict[str, Any]]:
        """All requests so far: `t`, `method`, `path`, `status`, `operation`, `query` and `body` of each, with secrets.

        `status` is None if the connection was closed without a response.
        """
        return self._send("GET", "/_fake/requests")

    def objects(self, kind: str | None = None) -> list[dict[str, Any]]:
        """The existing objects, of one kind such as `vpc/vpc` or of all: `kind`, `locality`, `id` and `fields` of each."""
        return [found for found in self._send("GET", "/_fake/objects") if kind in (None, found["kind"])]

    def object(self, uuid: str) -> dict[str, Any]:
        """The fields of the object with this ID. Raises KeyError if it does not exist."""
        return self._find(uuid)["fields"]

    def change(self, uuid: str, **fields: Any) -> None:
        """Sets fields of an object outside of the API, to simulate drift. Raises KeyError if it does not exist."""
        self._send("PATCH", "/_fake/objects", {**self._address(uuid), "fields": fields})

    def remove(self, uuid: str) -> None:
        """Deletes an object outside of the API. Raises KeyError if it does not exist."""
        self._send("DELETE", "/_fake/objects", self._address(uuid))

    def fault(self, kind: str | Mapping[str, Any], **where: Any) -> None:
        """Injects a fault into the next request that matches.

        kind: for example `"drop_after"` or `{"status": {"code": 503}}`; see "Injecting faults" in the guide.
        where: `method`, `path` (`*` matches any characters), `skip` (default 0) and `times` (default 1).
        """
        self._send("POST", "/_fake/faults", {"kind": kind, **where})

    def clear_faults(self) -> None:
        """Removes all pending faults."""
        self._send("DELETE", "/_fake/faults")

    def advance(self, seconds: float) -> None:
        """Advances the clock."""
        self._send("POST", "/_fake/clock", {"advance": seconds})

    def settle(self, seconds: float) -> None:
        """Sets the duration of transient statuses in seconds."""
        self._send("POST", "/_fake/settle", {"seconds": seconds})

    def unstored(self) -> list[dict[str, Any]]:
        """The accepted request fields whose values no object contains: `operation`, `field` and `requests` of each."""
        return self._send("GET", "/_fake/unstored")

    def seed(self) -> dict[str, Any]:
        """All objects as a seed, with secrets: `Fake(seed=...)` starts with the same objects."""
        return self._send("GET", "/_fake/seed")

    def restore(self, seed: Mapping[str, Any]) -> None:
        """Replaces all objects by those of a seed, for example to return to the state before a test."""
        self._send("PUT", "/_fake/seed", seed)

    def _find(self, uuid: str) -> dict[str, Any]:
        for found in self.objects():
            if found["id"] == uuid:
                return found
        raise KeyError(uuid)

    def _address(self, uuid: str) -> dict[str, str]:
        found = self._find(uuid)
        return {name: found[name] for name in ("kind", "locality", "id")}

    def _send(self, method: str, path: str, body: Any = None) -> Any:
        """A request with the API key of this fake; the response as JSON, None if it has no body."""
        request = urllib.request.Request(
            self.url + path,
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json", "X-Auth-Token": SECRET_KEY},
        )
        with urllib.request.urlopen(request) as response:
            content = response.read()
        return json.loads(content) if content else None
