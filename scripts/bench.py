"""Measures the release plugin from outside, each figure beside its bar. Started by scripts/bench."""

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
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests" / "programs"))

import evalap_scaleway as scaleway  # noqa: E402
from fake import Fake  # noqa: E402
from stack import Stack, example_stack  # noqa: E402
from test_sdk_import import MEBIBYTES, MILLISECONDS, cost_of_import  # noqa: E402

PLUGIN = "pulumi-resource-evalap-scaleway"
STARTS = 21
RESOURCES = 300
SETTLE = 3
MIB = 1 << 20

missed: list[str] = []


def main() -> None:
    print(f"{datetime.datetime.now().astimezone():%Y-%m-%d %H:%M %Z}, {machine()}\n")
    print(f"{'':44} {'measured':>12} {'bar':>10} {'of the bar':>11}")
    measure_process()
    measure_import()
    with tempfile.TemporaryDirectory(prefix="evalap-bench-") as directory:
        measure_many(Path(directory))
    with tempfile.TemporaryDirectory(prefix="evalap-bench-") as directory:
        measure_example(Path(directory))
    if missed:
        sys.exit(f"\nmissed: {', '.join(missed)}")


def measure_process() -> None:
    """Size, start, the schema, and memory after Configure."""
    binary = Path(shutil.which(PLUGIN) or "")
    report("size of the plugin", binary.stat().st_size / MIB, "MiB", bar=15)
    report(f"from exec to the port line, median of {STARTS}", statistics.median(starts()) * 1000, "ms", bar=10)
    with plugin() as (_, stub):
        began = time.perf_counter()
        schema = stub.GetSchema(provider_pb2.GetSchemaRequest()).schema
        report("GetSchema", (time.perf_counter() - began) * 1000, "ms")
        report("size of the schema", len(schema) / MIB, "MiB")
    with plugin() as (process, stub):
        stub.Configure(configuration())
        report("memory after Configure", memory(process.pid, "VmRSS"), "MiB", bar=15)


def measure_import() -> None:
    """What `import evalap_scaleway` costs a program that imports Pulumi anyway."""
    milliseconds, mebibytes = cost_of_import(runs=STARTS)
    report(f"CPU of the SDK's import, median of {STARTS}", milliseconds, "ms", bar=MILLISECONDS)
    report("memory of the SDK's import", mebibytes, "MiB", bar=MEBIBYTES)


def measure_many(directory: Path) -> None:
    """An up of many resources that settle at once: the plugin's share, and its peak memory."""

    def program() -> None:
        for number in range(RESOURCES // 2):
            scaleway.registry.Namespace(f"images-{number}")
            scaleway.secrets.Secret(f"secret-{number}")

    with Fake(directory) as fake:
        stack = Stack(directory, program, fake, project="many")
        peak, run = peak_of(stack.up)
        report(f"peak memory in an up of {RESOURCES} resources", peak, "MiB", bar=15)
        report(f"up of {RESOURCES} resources", run.seconds, "s")
        report("calls per resource", len(run.calls) / RESOURCES, "")


def measure_example(directory: Path) -> None:
    """The phases of examples/evalap-python, with what settles taking its time."""
    with Fake(directory, settle=SETTLE) as fake:
        empty = Stack(directory, lambda: None, fake, project="empty").up()
        stack = example_stack(directory, fake)
        print(f"\nexamples/evalap-python; things settle in {SETTLE} s, an empty program takes {empty.seconds:.1f} s")
        print(f"{'':12} {'seconds':>8} {'of empty':>9} {'calls':>6} {'polls':>6}")
        for name in ("preview", "up", "up", "refresh", "destroy"):
            run = getattr(stack, name)()
            ratio = run.seconds / empty.seconds
            print(f"{name:12} {run.seconds:8.1f} {ratio:8.1f}x {len(run.calls):6} {run.calls.polls:6}")


def starts() -> list[float]:
    """Seconds from exec until the port line is read, for fresh processes one after the other."""
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
    """The plugin without an engine, and its gRPC stub."""
    process = subprocess.Popen([PLUGIN], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    assert process.stdout is not None
    port = int(process.stdout.readline())
    options = [("grpc.max_receive_message_length", 400 * MIB)]
    with grpc.insecure_channel(f"127.0.0.1:{port}", options=options) as channel:
        yield process, provider_pb2_grpc.ResourceProviderStub(channel)
    process.kill()
    process.wait()


def configuration() -> provider_pb2.ConfigureRequest:
    """What the engine sends for a stack that configures nothing but made-up credentials."""
    arguments = struct_pb2.Struct()
    arguments.update({"accessKey": "SCWXXXXXXXXXXXXXXXXX", "secretKey": "11111111-1111-4111-8111-111111111111"})
    return provider_pb2.ConfigureRequest(args=arguments, acceptSecrets=True, acceptResources=True)


def peak_of(command: Any) -> tuple[float, Any]:
    """The peak memory of the plugin that a command starts, in MiB, and what the command did."""
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
    """The plugins that descend from this process."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if PLUGIN in os.readlink(entry / "exe") and descends(int(entry.name)):
                found.append(int(entry.name))
        except OSError:
            continue  # It ended in between.
    return found


def descends(pid: int) -> bool:
    """Whether a process was started by this one, or by one that was."""
    while pid > 1:
        if pid == os.getpid():
            return True
        pid = int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    return False


def memory(pid: int, line: str) -> float:
    """A line of a process's status, in MiB: `VmRSS` is what it holds, `VmHWM` the most it held."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    found = [part for part in status.splitlines() if part.startswith(f"{line}:")]
    return int(found[0].split()[1]) / 1024 if found else 0


def report(what: str, measured: float, unit: str, bar: float | None = None) -> None:
    """Prints a figure, beside its bar if it has one."""
    told = f"{what:44} {measured:8.2f} {unit:3}"
    if bar is None:
        print(told)
        return
    print(f"{told} {bar:6.0f} {unit:3} {measured / bar:10.0%}{'' if measured <= bar else '  missed'}")
    if measured > bar:
        missed.append(what)


def machine() -> str:
    """The processor, the cores and the memory that the figures are from."""
    model = platform.processor() or platform.machine()
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            model = line.split(":", 1)[1].strip()
            break
    gigabytes = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    return f"{model}, {os.cpu_count()} cores, {gigabytes:.0f} GB, {platform.system()} {platform.release()}"


if __name__ == "__main__":
    main()
