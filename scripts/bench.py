"""Measures the release plugin, and prints each result with its limit. Started by scripts/bench."""

from __future__ import annotations

import datetime
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Iterator

import grpc
from google.protobuf import struct_pb2
from pulumi import automation
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests" / "programs"))

import evalap_scaleway as scaleway  # noqa: E402
from fake import Fake  # noqa: E402
from load import Repeated  # noqa: E402
from stack import Stack, example_stack  # noqa: E402
from test_sdk_import import MEBIBYTES, MILLISECONDS, cost_of_import  # noqa: E402

PLUGIN = "pulumi-resource-evalap-scaleway"
STARTS = 21
RESOURCES = 300
CONTAINERS = 10
SECRETS = 10
SETTLE = 3
MIB = 1 << 20

exceeded: list[str] = []


def main() -> None:
    if sys.argv[1:] == ["hashes"]:
        with tempfile.TemporaryDirectory(prefix="evalap-bench-") as directory:
            return measure_hashes(Path(directory))
    print(f"{datetime.datetime.now().astimezone():%Y-%m-%d %H:%M %Z}, {machine()}\n")
    print(f"{'':44} {'measured':>12} {'limit':>10} {'of the limit':>13}")
    measure_process()
    measure_import()
    with tempfile.TemporaryDirectory(prefix="evalap-bench-") as directory:
        measure_many(Path(directory))
    with tempfile.TemporaryDirectory(prefix="evalap-bench-") as directory:
        measure_hashes(Path(directory))
    with tempfile.TemporaryDirectory(prefix="evalap-bench-") as directory:
        measure_example(Path(directory))
    if exceeded:
        sys.exit(f"\nexceeded: {', '.join(exceeded)}")


def measure_process() -> None:
    """Size, start time, schema, and memory after Configure."""
    binary = Path(shutil.which(PLUGIN) or "")
    report("size of the plugin", binary.stat().st_size / MIB, "MiB", limit=20)
    report(f"from exec to the port line, median of {STARTS}", statistics.median(starts()) * 1000, "ms", limit=10)
    with plugin() as (_, stub):
        began = time.perf_counter()
        schema = stub.GetSchema(provider_pb2.GetSchemaRequest()).schema
        report("GetSchema", (time.perf_counter() - began) * 1000, "ms")
        report("size of the schema", len(schema) / MIB, "MiB")
    with plugin() as (process, stub):
        stub.Configure(configuration())
        report("memory after Configure", memory(process.pid, "VmRSS"), "MiB", limit=15)


def measure_import() -> None:
    """The cost of `import evalap_scaleway` in a program that imports Pulumi."""
    milliseconds, mebibytes = cost_of_import(runs=STARTS)
    report(f"CPU of the SDK's import, median of {STARTS}", milliseconds, "ms", limit=MILLISECONDS)
    report("memory of the SDK's import", mebibytes, "MiB", limit=MEBIBYTES)


def measure_many(directory: Path) -> None:
    """An up and a refresh of many resources without a transient status: duration, requests, and peak memory of the plugin."""

    def program() -> None:
        for number in range(RESOURCES // 2):
            scaleway.registry.Namespace(f"images-{number}")
            scaleway.secrets.Secret(f"secret-{number}")

    with Fake(directory) as fake:
        stack = Stack(directory, program, fake, project="many")
        peak, run = peak_of(stack.up)
        report(f"peak memory in an up of {RESOURCES} resources", peak, "MiB", limit=15)
        report(f"up of {RESOURCES} resources", run.seconds, "s")
        report("requests per resource", len(run.calls) / RESOURCES, "")
        run = stack.refresh()
        report(f"refresh of {RESOURCES} resources", run.seconds, "s")
        report("requests per resource in a refresh", len(run.calls) / RESOURCES, "")


def measure_hashes(directory: Path) -> None:
    """Refreshes of containers with secret variables, whose hashes have the recorded cost: CPU and peak memory of the plugin."""
    variables = {f"KEY_{number}": f"value-{number}" for number in range(SECRETS)}

    def program() -> None:
        namespace = scaleway.containers.Namespace("namespace")
        for number in range(CONTAINERS):
            scaleway.containers.Container(
                f"web-{number}",
                namespace_id=namespace.id,
                image="rg.fr-par.scw.cloud/tests/web:1",
                secret_environment_variables=dict(variables),
            )

    with Fake(directory) as fake:
        stack = Stack(directory, program, fake, project="hashes")
        stack.up()
        what = f"refresh of {CONTAINERS} containers, {SECRETS} secrets each"
        for state in ("", ", without hashes in the state"):
            if state:
                forget_hashes(stack)
            with Sampled() as sampled:
                assert stack.refresh().changed == {}
            report(f"CPU of a {what}{state}", sampled.seconds, "s")
            report("peak memory of it", sampled.mebibytes, "MiB")


def forget_hashes(stack: Stack) -> None:
    """Makes the state one that an earlier version has written, with none of the returned hashes."""
    state = stack.automation.export_stack()
    for resource in state.deployment["resources"]:
        resource.get("outputs", {}).pop("__hashes", None)
    stack.automation.import_stack(automation.Deployment(state.version, state.deployment))


class Sampled(Repeated):
    """The CPU seconds and the peak memory of the plugin that the CLI starts, until shortly before it ends."""

    def __init__(self) -> None:
        super().__init__()
        self.seconds = self.mebibytes = 0.0

    def once(self) -> None:
        for pid in pids():
            try:
                fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue  # It ended in between.
            ticks = int(fields[11]) + int(fields[12])
            self.seconds = max(self.seconds, ticks / os.sysconf("SC_CLK_TCK"))
            self.mebibytes = max(self.mebibytes, memory(pid, "VmHWM"))


def measure_example(directory: Path) -> None:
    """The commands for examples/evalap-python, with transient statuses."""
    with Fake(directory, settle=SETTLE) as fake:
        empty = Stack(directory, lambda: None, fake, project="empty").up()
        stack = example_stack(directory, fake)
        print(f"\nexamples/evalap-python; transient statuses last {SETTLE} s, an empty program takes {empty.seconds:.1f} s")
        print(f"{'':12} {'seconds':>8} {'of empty':>9} {'requests':>9} {'polls':>6}")
        for name in ("preview", "up", "up", "refresh", "destroy"):
            run = getattr(stack, name)()
            ratio = run.seconds / empty.seconds
            print(f"{name:12} {run.seconds:8.1f} {ratio:8.1f}x {len(run.calls):9} {run.calls.polls:6}")


def starts() -> list[float]:
    """Seconds from exec until the port is read, for several processes one after the other."""
    seconds = []
    for _ in range(STARTS):
        began = time.perf_counter()
        process = subprocess.Popen([PLUGIN], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        assert process.stdout is not None
        assert process.stdout.readline().strip().isdigit()
        seconds.append(time.perf_counter() - began)
        process.kill()
        process.wait()
    return seconds


@contextmanager
def plugin() -> Iterator[tuple[subprocess.Popen[bytes], Any]]:
    """The plugin without the Pulumi engine, and its gRPC stub."""
    process = subprocess.Popen([PLUGIN], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    assert process.stdout is not None
    port = int(process.stdout.readline())
    options = [("grpc.max_receive_message_length", 400 * MIB)]
    with grpc.insecure_channel(f"127.0.0.1:{port}", options=options) as channel:
        yield process, provider_pb2_grpc.ResourceProviderStub(channel)
    process.kill()
    process.wait()


def configuration() -> provider_pb2.ConfigureRequest:
    """The request of the Pulumi engine for a stack with test credentials and no other settings."""
    arguments = struct_pb2.Struct()
    arguments.update({"accessKey": "SCWXXXXXXXXXXXXXXXXX", "secretKey": "11111111-1111-4111-8111-111111111111"})
    return provider_pb2.ConfigureRequest(args=arguments, acceptSecrets=True, acceptResources=True)


def peak_of(command: Any) -> tuple[float, Any]:
    """The peak memory in MiB of the plugin that a command starts, and the result of the command."""
    peak = 0.0
    over = threading.Event()

    def watch() -> None:
        nonlocal peak
        while not over.wait(0.02):
            for pid in pids():
                peak = max(peak, memory(pid, "VmHWM"))

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        result = command()
    finally:
        over.set()
        watcher.join()
    return peak, result


def pids() -> list[int]:
    """The plugin processes that are descendants of this process."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if PLUGIN in os.readlink(entry / "exe") and descends(int(entry.name)):
                found.append(int(entry.name))
        except OSError:
            continue  # The process ended in between.
    return found


def descends(pid: int) -> bool:
    """Whether a process is a descendant of this process."""
    while pid > 1:
        if pid == os.getpid():
            return True
        pid = int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    return False


def memory(pid: int, line: str) -> float:
    """A line of the status of a process, in MiB: `VmRSS` is the current memory, `VmHWM` the peak memory."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    found = [part for part in status.splitlines() if part.startswith(f"{line}:")]
    return int(found[0].split()[1]) / 1024 if found else 0


def report(what: str, measured: float, unit: str, limit: float | None = None) -> None:
    """Prints a result, with its limit if it has one."""
    line = f"{what:44} {measured:8.2f} {unit:3}"
    if limit is None:
        print(line)
        return
    print(f"{line} {limit:6.0f} {unit:3} {measured / limit:12.0%}{'' if measured <= limit else '  exceeded'}")
    if measured > limit:
        exceeded.append(what)


def machine() -> str:
    """The processor, cores and memory of this machine."""
    model = platform.processor() or platform.machine()
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            model = line.split(":", 1)[1].strip()
            break
    gigabytes = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    return f"{model}, {os.cpu_count()} cores, {gigabytes:.0f} GB, {platform.system()} {platform.release()}"


if __name__ == "__main__":
    main()
