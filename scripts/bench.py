"""Measures the release plugin, prints each result with its limit, and writes docs/performance.md. Started by scripts/bench.

A section of the page has the date and the machine of its own measurement. Sections that are not measured stay as they are.
"""

from __future__ import annotations

import datetime
import json
import os
import platform
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Callable, Iterator

import grpc
import yaml
from google.protobuf import empty_pb2, struct_pb2
from pulumi import automation
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests" / "programs"))

import evalap_scaleway as scaleway  # noqa: E402
import rates  # noqa: E402
from fake import Fake  # noqa: E402
from load import Repeated  # noqa: E402
from proxy import Proxy  # noqa: E402
from stack import Run, Stack, example_stack  # noqa: E402
from test_figures import BOUNDS, FIGURES, MEASURED_BY_BENCH, TOLERANCE, requests  # noqa: E402
from test_sdk_import import cost_of_import  # noqa: E402

PLUGIN = "pulumi-resource-evalap-scaleway"
PAGE = ROOT / "docs" / "performance.md"
STARTS = 21
# Five plain kinds of a fifth each, unless the command line has another number.
RESOURCES = 1000
CONTAINERS = 10
SECRETS = 10
SETTLE = 3
MIB = 1 << 20
REFRESHES = 3
# Small and large stacks, and one with a rate limit.
FEW = 100
MANY = 5000
LIMITED = 200
PER_SECOND = 5
COMMANDS = ("preview", "up", "refresh", "destroy")
# The number of Check and Diff operations that callgrind counts, and the resource.
COUNTED = 200
COUNTED_RESOURCE = "containers/container:Container"

exceeded: list[str] = []
# The results of the current section: what, measured, limit, of the limit.
rows: list[tuple[str, str, str, str]] = []

HEAD = """# Performance

How long the plugin takes, how much memory it needs, and how many requests it sends. `make bench` measures everything and writes this
page; `scripts/bench requests` writes one section. *Missed* marks a result that exceeds its limit.

Durations of commands are ratios to a provider that does nothing (`proto/examples/do_nothing.rs`) and runs in turn with the plugin: the
rest is the share of Pulumi's engine, the program and the protocol. All requests go to `scaleway-fake` on the same machine.
`tests/programs/figures.json` has the figures that do not depend on the machine: a test fails if one of them changes by more than 5 %, or
if this page has another one.

Not on this page: type checks of programs, and the time of `make demo` and `make test`. Waits of four or more resources of a list share polls.
"""


def main(arguments: list[str]) -> None:
    if arguments == ["hashes"]:
        with tempfile.TemporaryDirectory(prefix="evalap-bench-") as directory:
            return measure_hashes(Path(directory))
    numbers = [int(argument) for argument in arguments if argument.isdigit()]
    chosen = [argument for argument in arguments if not argument.isdigit()] or list(SECTIONS)
    print(f"{datetime.datetime.now().astimezone():%Y-%m-%d %H:%M %Z}, {machine()}")
    for name in chosen:
        heading, measure = SECTIONS[name]
        print(f"\n{heading}\n{'':44} {'measured':>12} {'limit':>10} {'of the limit':>13}")
        rows.clear()
        with tempfile.TemporaryDirectory(prefix="evalap-bench-") as directory:
            remark = measure(Path(directory), *numbers)
        write(name, heading, remark)
    if exceeded:
        sys.exit(f"\nexceeded: {', '.join(exceeded)}")


def write(name: str, heading: str, remark: str) -> None:
    """Writes one section of the page."""
    load = os.getloadavg()[0] / (os.cpu_count() or 1)
    when = f"{datetime.datetime.now().astimezone():%Y-%m-%d %H:%M %Z}"
    measured = f"Measured on {when}: {machine()}; load per core {load:.1f}; `scripts/bench {name}`."
    if name in ("resources", "scale", "example", "process") and not is_release():
        measured += " The plugin was not a release build, so its size is not measured, and its durations are longer."
    table = [("", "Measured", "Limit", "Of the limit"), ("---", "---:", "---:", "---:"), *rows]
    lines = "\n".join(f"| {' | '.join(row)} |".replace("|  |", "| |") for row in table)
    parts = PAGE.read_text().split("\n## ")[1:] if PAGE.exists() else []
    sections = {part.partition("\n")[0]: part.rstrip() for part in parts}
    sections[heading] = "\n\n".join(part for part in (heading, measured, remark.strip(), lines) if part)
    order = [heading for heading, _ in SECTIONS.values()]
    kept = [sections[heading] for heading in order if heading in sections]
    PAGE.write_text("\n## ".join([HEAD, *(f"{section}\n" for section in kept)]))


def measure_process(_: Path) -> str:
    """Size, start time, schema, and memory after Configure."""
    binary = Path(shutil.which(PLUGIN) or "")
    size = binary.stat().st_size
    if is_release():
        report("size of the plugin", size / MIB, "MiB", limit=20)
        report("size of the plugin in bytes", size, "B", limit=accepted("size of the plugin in bytes", size))
    for name, program in (("", PLUGIN), (", do-nothing provider", str(do_nothing()))):
        limit = None if name else 3
        report(f"from exec to the port line{name}", statistics.median(starts(program)) * 1000, "ms", limit=limit)
    with plugin() as (_, stub):
        # The first call also opens the connection, as the handshake of the engine does.
        stub.GetPluginInfo(empty_pb2.Empty())
        began = time.perf_counter()
        schema = stub.GetSchema(provider_pb2.GetSchemaRequest()).schema
        report("GetSchema", (time.perf_counter() - began) * 1000, "ms", limit=5)
        report("size of the schema", len(schema) / MIB, "MiB")
    with plugin() as (process, stub):
        stub.Configure(configuration())
        report("memory after Configure", memory(process.pid, "VmRSS"), "MiB", limit=15)
    return f"The start is a median of {STARTS}. The limit of the size in bytes is {TOLERANCE:.0%} over the accepted size in `tests/programs/figures.json`."


def measure_import(_: Path) -> str:
    """The cost of `import evalap_scaleway` in a program that imports Pulumi."""
    milliseconds, mebibytes = cost_of_import(runs=STARTS)
    report(f"CPU of the SDK's import, least of {STARTS}", milliseconds, "ms", limit=20)
    report("memory of the SDK's import", mebibytes, "MiB", limit=2)
    return "In addition to `import pulumi`. The test in `tests/programs/test_sdk_import.py` has larger limits, because other processes run beside it."


def measure_resources(directory: Path, resources: int = RESOURCES) -> str:
    """Each command with the plugin and with the do-nothing provider, one after the other."""
    # One request for each create; lists for a refresh.
    limits = {"preview": 0, "up": resources, "refresh": 40}

    program = of_five_kinds(resources)
    with Fake(directory) as fake:
        home = directory / "home"
        stacks = {}
        for name, environment in (("plugin", {}), ("nothing", {"PULUMI_HOME": str(home)})):
            own = directory / name
            own.mkdir()
            stacks[name] = Stack(own, program, fake, project="many", environment=environment)
        install_do_nothing(home)
        size = {}
        for command in COMMANDS:
            taken: dict[str, float] = {}
            # A refresh takes about a second, so the least of several is compared.
            for name, stack in [*stacks.items()] * (REFRESHES if command == "refresh" else 1):
                before = os.times()
                with Sampled() as sampled:
                    run: Run = getattr(stack, command)()
                after = os.times()
                is_first = name not in taken
                taken[name] = min(run.seconds, taken.get(name, run.seconds))
                if command == "up":
                    size[name] = state_bytes(stack) / resources
                if name != "plugin" or not is_first:
                    continue
                cli = after.children_user + after.children_system - before.children_user - before.children_system
                report(f"{command}: requests", len(run.calls), "", limit=limits.get(command))
                if command == "up":
                    report("up: CPU of the plugin, of the CLI's", 100 * sampled.seconds / (cli - sampled.seconds), "%", limit=10)
                report(f"{command}: peak memory of the plugin", sampled.mebibytes, "MiB", limit=40)
            report(f"{command}: duration, of the do-nothing provider's", taken["plugin"] / taken["nothing"], "x", limit=1.05)
            if "same state" in taken:
                ratio = taken["plugin"] / taken["same state"]
                report(f"{command}: duration, of the do-nothing provider's with the same state", ratio, "x", limit=1.05)
            if command == "up":
                stacks["same state"] = copy(stacks["plugin"], directory / "same", program, fake, home)
        report("state per resource", size["plugin"], "B")
        report("state, of the do-nothing provider's", size["plugin"] / size["nothing"], "x", limit=1.05)
    kinds = "namespaces of the registry, VPCs, gateway addresses, IAM applications and projects"
    return f"""{resources} resources of five kinds ({kinds}); the fake answers at once. The do-nothing provider has no outputs
except the inputs, so its engine has less to copy, to log and to store: with the same state means that it has the plugin's outputs. The least of
{REFRESHES} refreshes is compared; the other durations are of one run."""


def measure_scale(directory: Path) -> str:
    """CPU, memory and time for each resource of a small and a large stack, and a refresh with a rate limit."""
    # Checkpoints of the engine take time in proportion to the square of the number of resources.
    environment = {"PULUMI_EXPERIMENTAL": "true", "PULUMI_SKIP_CHECKPOINTS": "true"}
    of_few: dict[str, float] = {}
    for resources in (FEW, MANY):
        own = directory / str(resources)
        own.mkdir()
        with Fake(own) as fake:
            stack = Stack(own, of_five_kinds(resources), fake, project="many", environment=environment)
            for command in COMMANDS[1:]:
                with Sampled() as sampled:
                    run: Run = getattr(stack, command)()
                each = 1000 * sampled.seconds / resources
                limit = round(1.2 * of_few[command], 2) if command in of_few else None
                of_few.setdefault(command, each)
                report(f"{command} of {resources}: CPU of the plugin for each resource", each, "ms", limit=limit)
                report(f"{command} of {resources}: duration for each resource", 1000 * run.seconds / resources, "ms")
                report(f"{command} of {resources}: requests", len(run.calls), "")
                report(f"{command} of {resources}: peak memory of the plugin", sampled.mebibytes, "MiB", limit=80)
    own = directory / "limited"
    own.mkdir()
    with Fake(own) as fake, Proxy(fake.url) as proxy:
        stack = Stack(own, of_five_kinds(LIMITED), fake, environment={"SCW_API_URL": proxy.url})
        stack.up()
        proxy.decide = rates.RateLimit(PER_SECOND)
        report(f"refresh of {LIMITED} at {PER_SECOND} requests per second", stack.refresh().seconds, "s", limit=10)
    return f"""The same five kinds, without checkpoints of the engine. The limit of the CPU is 1.2 times that of {FEW} resources. At the end,
the API answers {PER_SECOND} requests per second, and rejects the others with status 429."""


def of_five_kinds(resources: int) -> Callable[[], None]:
    """A program with a fifth of the resources of each of five plain kinds."""

    def program() -> None:
        for number in range(resources // 5):
            scaleway.registry.Namespace(f"images-{number}", name=f"images-{number}")
            scaleway.network.Vpc(f"vpc-{number}", name=f"vpc-{number}")
            scaleway.network.PublicGatewayIp(f"ip-{number}")
            scaleway.iam.Application(f"application-{number}", name=f"application-{number}")
            scaleway.account.Project(f"project-{number}", name=f"project-{number}")

    return program


def copy(stack: Stack, directory: Path, program: Callable[[], None], fake: Fake, home: Path) -> Stack:
    """A stack with the same state and the do-nothing provider."""
    directory.mkdir()
    copied = Stack(directory, program, fake, project=stack.project, environment={"PULUMI_HOME": str(home)})
    copied.automation.import_stack(stack.automation.export_stack())
    return copied


def is_release() -> bool:
    """Whether the plugin is a release build, which Cargo writes to a directory of this name."""
    return Path(shutil.which(PLUGIN) or "").parent.name == "release"


def do_nothing() -> Path:
    """The do-nothing provider, which is built here."""
    # The profile of the benchmarks, whose dependencies are compiled already.
    command = ["cargo", "build", "--quiet", "--profile", "simulation", "--workspace", "--example", "do_nothing"]
    subprocess.run(command, cwd=ROOT, check=True)
    return Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "simulation" / "examples" / "do_nothing"


def install_do_nothing(home: Path) -> None:
    """Makes the do-nothing provider the plugin of a Pulumi home."""
    own = next((Path(os.environ["PULUMI_HOME"]) / "plugins").glob("resource-evalap-scaleway-v*"))
    installed = home / "plugins" / own.name
    installed.mkdir(parents=True)
    (installed / PLUGIN).symlink_to(do_nothing())


def state_bytes(stack: Stack) -> int:
    """The size of the stored state."""
    return (stack.backend / ".pulumi" / "stacks" / stack.project / f"{stack.automation.name}.json").stat().st_size


def measure_requests(_: Path) -> str:
    """The accepted figures of requests and states."""
    for program, figures in json.loads(FIGURES.read_text()).items():
        for what, number in figures.items() if program != MEASURED_BY_BENCH else ():
            report(f"{program}: {what}", number, "B" if "bytes" in what else "", limit=BOUNDS.get((program, what)))
    return """Requests without repeated reads of the same path, which are polls. The 19 resources of `examples/evalap-python` are of 18 kinds, and
Scaleway's API has no operation that returns several kinds, so a refresh cannot have fewer than 18 requests. The other requests read a
second source of metrics and logs, the rules of the policy, the versions of the secret, the certificate and the IP addresses of the
database instance, and the alerts and contact points of the alert manager. In a destroy, 20 requests delete, four are the first read after
an asynchronous delete, which shows that the object does not exist any more, and one lists the contact points to delete."""


def measure_operations(_: Path) -> str:
    """Check, diff, encode and decode of every resource, in one process."""
    command = ["cargo", "bench", "--quiet", "--profile", "simulation", "--workspace", "--bench", "operations"]
    output = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True).stdout
    print(output)
    found = re.search(r"check plus diff of (\S+): ([\d.]+) \(at most (\d+)\)", output)
    assert found is not None, output
    report(f"check plus diff of {found[1]}", float(found[2]), "µs", limit=float(found[3]))
    return f"Medians of 101; Diff compares the inputs of the largest case with themselves.\n\n```text\n{output.strip()}\n```"


def measure_instructions(directory: Path) -> str:
    """Instructions by callgrind, if it is installed."""
    if shutil.which("valgrind") is None:
        return "Not measured: valgrind is not installed."
    build = ["cargo", "bench", "--quiet", "--profile", "simulation", "--workspace", "--bench", "operations", "--no-run"]
    messages = subprocess.check_output([*build, "--message-format", "json"], cwd=ROOT, text=True).splitlines()
    executables = [json.loads(line).get("executable") for line in messages if '"operations"' in line]
    benchmark = next(executable for executable in executables if executable)
    counts = [instructions(directory, benchmark, times) for times in (0, COUNTED)]
    number = (counts[1] - counts[0]) // COUNTED
    report("instructions of check plus diff", number, "", limit=accepted("instructions of check plus diff", number))
    return f"""`valgrind --tool=callgrind`, `{COUNTED_RESOURCE}`. The number depends on the compiler and on the instructions of the processor, but not on
the load. The limit is {TOLERANCE:.0%} over the accepted number in `tests/programs/figures.json`."""


def accepted(what: str, number: int) -> float:
    """The limit of a figure that only this script measures: a little more than the accepted number. UPDATE_FIGURES=1 accepts this one."""
    figures = json.loads(FIGURES.read_text())
    if os.environ.get("UPDATE_FIGURES"):
        figures.setdefault(MEASURED_BY_BENCH, {})[what] = number
        FIGURES.write_text(json.dumps(figures, indent=2) + "\n")
    return round(figures[MEASURED_BY_BENCH].get(what, number) * (1 + TOLERANCE))


def instructions(directory: Path, benchmark: str, times: int) -> int:
    """The instructions of a number of Check and Diff operations, with the start of the benchmark."""
    command = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={directory}/out", benchmark, "count", COUNTED_RESOURCE, str(times)]
    output = subprocess.run(command, cwd=ROOT, check=True, stderr=subprocess.PIPE, text=True).stderr
    found = re.search(r"Collected : (\d+)", output)
    assert found is not None, output
    return int(found[1])


def measure_fake(_: Path) -> str:
    """Requests per second of the fake, and the facts that a plain kind needs."""
    command = ["cargo", "bench", "--quiet", "--profile", "simulation", "--workspace", "--bench", "requests"]
    output = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True).stdout
    found = re.findall(r"(\d+) requests per second on one core for (.+) \(at least (\d+)\)", output)
    assert found, output
    least = int(found[0][2])
    for rate, objects, _ in found:
        report(f"{objects}: requests per second on one core", int(rate), "")
        if int(rate) < least:
            exceeded.append(f"requests per second of the fake for {objects}")
    lists = re.search(r"(\d+) lists of 100 objects per second on all cores for (\d+) clients", output)
    read = re.search(r"([\d.]+) ms for the slowest read while a container with (\d+) secrets is created", output)
    assert lists is not None, output
    assert read is not None, output
    report(f"lists of 100 objects per second for {lists[2]} clients at once", int(lists[1]), "")
    report(f"slowest read while a container with {read[2]} secrets is created", float(read[1]), "ms")
    facts = lines_of_facts()
    report("plain kinds", len(facts), "")
    report("lines of facts of a plain kind, median", statistics.median(facts), "")
    report("lines of facts of the largest plain kind", max(facts), "", limit=25)
    missed = "" if all(int(rate) >= least for rate, _, _ in found) else " (*missed*)"
    return f"""Each request creates, reads or lists one of 1000 objects, with the client on the same core; at least {least} are required{missed}. Each
API key reads itself, and the stored objects are in one bucket. The facts of a plain kind are its lines in `fake/kinds`; everything else is from the API
document."""


def lines_of_facts() -> list[int]:
    """The lines of each kind in fake/kinds."""
    lines = []
    for path in sorted((ROOT / "fake" / "kinds").glob("*.yaml")):
        document = yaml.compose(path.read_text())
        kinds = [value for key, value in document.value if key.value == "kinds"]
        for name, facts in (kind for value in kinds for kind in value.value):
            lines.append(facts.end_mark.line - name.start_mark.line + (facts.end_mark.column > 0))
    return lines


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
                remove_hashes(stack)
            with Sampled() as sampled:
                assert stack.refresh().changed == {}
            report(f"CPU of a {what}{state}", sampled.seconds, "s")
            report("peak memory of it", sampled.mebibytes, "MiB")


def remove_hashes(stack: Stack) -> None:
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
                threads = Path(f"/proc/{pid}/task").glob("*/schedstat")
                nanoseconds = sum(int(thread.read_text().split()[0]) for thread in threads)
            except OSError:
                continue  # It, or a thread, ended in between.
            self.seconds = max(self.seconds, nanoseconds / 1e9)
            self.mebibytes = max(self.mebibytes, memory(pid, "VmHWM"))


def measure_example(directory: Path) -> str:
    """The commands for examples/evalap-python, with transient statuses."""
    with Fake(directory, settle=SETTLE) as fake:
        empty = Stack(directory, lambda: None, fake, project="empty").up()
        stack = example_stack(directory, fake)
        for name in ("preview", "up", "up", "refresh", "destroy"):
            run: Run = getattr(stack, name)()
            report(f"{name}: duration", run.seconds, "s")
            report(f"{name}: duration, of an empty program's up", run.seconds / empty.seconds, "x")
            report(f"{name}: requests besides polls", requests(run), "")
            report(f"{name}: polls", run.calls.polls, "")
    return f"`examples/evalap-python`; transient statuses last {SETTLE} s. The second `up` is of an unchanged program."


def starts(program: str) -> list[float]:
    """Seconds from exec until the port is read, for several processes one after the other."""
    seconds = []
    for _ in range(STARTS):
        began = time.perf_counter()
        process = subprocess.Popen([program], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
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
    """Prints a result, with its limit if it has one, and adds it to the section of the page."""
    number = f"{measured:.2f}" if isinstance(measured, float) else f"{measured}"
    line = f"{what:44} {number:>8} {unit:3}"
    if limit is None:
        print(line)
        rows.append((what, f"{number} {unit}".strip(), "", ""))
        return
    share = measured / limit if limit else float(measured > 0)
    is_missed = measured > limit
    print(f"{line} {limit:6g} {unit:3} {share:12.0%}{'  exceeded' if is_missed else ''}")
    shown = f"{share:.0%}" + (" *missed*" if is_missed else "")
    rows.append((what, f"{number} {unit}".strip(), f"{limit:g} {unit}".strip(), shown))
    if is_missed:
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


# The sections of the page, in order: name on the command line, heading and measurement.
SECTIONS: dict[str, tuple[str, Callable[..., str]]] = {
    "requests": ("Requests and states", measure_requests),
    "resources": ("Many resources", measure_resources),
    "scale": ("Small and large stacks", measure_scale),
    "example": ("A complete program", measure_example),
    "process": ("The process", measure_process),
    "operations": ("Check, diff, encode and decode", measure_operations),
    "instructions": ("Instructions", measure_instructions),
    "import": ("Import of the Python SDK", measure_import),
    "fake": ("The fake", measure_fake),
}


if __name__ == "__main__":
    main(sys.argv[1:])
