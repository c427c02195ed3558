"""Deployments with a rate limit, or with random errors."""

from __future__ import annotations

import random
import threading
from dataclasses import dataclass
from pathlib import Path

import evalap_scaleway as scaleway
import pulumi

from fake import Fake
from proxy import AFTER, Proxy, RateLimit, Request, Exchange
from stack import Failed, Stack

# The faults of one request in a hundred. With the last three, the API processes the request.
KINDS = ("429", "500", "502", "503", "cut before", *AFTER[:3])


@dataclass(frozen=True)
class Measured:
    """An up with a rate limit."""

    per_second: float
    resources: int
    # Successful requests, and those with status 429.
    served: int
    limited: int
    # From the first request to the last.
    seconds: float

    @property
    def ideal(self) -> float:
        """The time in seconds that this rate requires for these requests. Those of the first second may be sent at once."""
        return max(self.served - self.per_second, 1) / self.per_second

    @property
    def share(self) -> float:
        """The share of responses with 429."""
        return self.limited / (self.served + self.limited)

    @property
    def factor(self) -> float:
        """The time as a multiple of the ideal time."""
        return self.seconds / self.ideal


def at_rate(directory: Path, per_second: float, resources: int) -> Measured:
    """An up of many resources, which must succeed."""

    def program() -> None:
        for number in range(resources // 2):
            scaleway.registry.Namespace(f"images-{number}")
            scaleway.secrets.Secret(f"secret-{number}")

    directory.mkdir(parents=True, exist_ok=True)
    with Fake(directory) as fake, Proxy(fake.url) as proxy:
        stack = Stack(directory, program, fake, environment={"SCW_API_URL": proxy.url})
        # The plugin has no measured rate of this API yet.
        proxy.decide = RateLimit(per_second)
        stack.up(parallel=64)
        created = len(fake.objects("registry/namespace")) + len(fake.objects("secret/secret"))
        assert created == resources // 2 * 2, f"{created} objects of {resources}"
        return measured(proxy.exchanges, per_second, resources)


def measured(exchanges: list[Exchange], per_second: float, resources: int) -> Measured:
    served = [request for request in exchanges if request.status != 429]
    seconds = max(request.t for request in exchanges) - min(request.t for request in exchanges)
    return Measured(per_second, resources, len(served), len(exchanges) - len(served), seconds)


class RandomFaults:
    """Injects a random fault into a share of the requests."""

    def __init__(self, seed: int, share: float = 0.01) -> None:
        self._random = random.Random(seed)
        self._share = share
        self._lock = threading.Lock()
        self.faults: list[str] = []

    def __call__(self, request: Request) -> str | None:
        with self._lock:
            if self._random.random() >= self._share:
                return None
            kind = self._random.choice(KINDS)
            self.faults.append(f"{request.method} {request.path}: {kind}")
            return kind


@dataclass(frozen=True)
class Deployment:
    """One up with random faults."""

    seed: int
    faults: list[str]
    # None if it succeeded.
    error: str | None
    # Objects that are missing or unexpected.
    wrong: list[str]

    @property
    def succeeded(self) -> bool:
        return self.error is None and not self.wrong


def deploy(directory: Path, seed: int, share: float = 0.01) -> Deployment:
    """An up of 15 resources of several products with random faults; the seed determines the faults."""
    directory.mkdir(parents=True)
    with Fake(directory) as fake, Proxy(fake.url) as proxy:
        before = counts(fake)
        stack = Stack(directory, fifteen, fake, environment={"SCW_API_URL": proxy.url})
        faults = RandomFaults(seed, share)
        proxy.decide = faults
        error = None
        try:
            stack.up()
        except Failed as failed:
            error = str(failed).strip()
        created = {kind: count - before.get(kind, 0) for kind, count in counts(fake).items()}
        wrong = [f"{created.get(kind, 0)} of {count} {kind}" for kind, count in FIFTEEN.items() if created.get(kind, 0) != count]
        return Deployment(seed, faults.faults, error, wrong)


# The objects that `fifteen` creates.
FIFTEEN = {
    "vpc/vpc": 1,
    "vpc/private_network": 2,
    "registry/namespace": 1,
    "containers/namespace": 1,
    "containers/container": 2,
    "functions/namespace": 1,
    "secret/secret": 2,
    "iam/application": 1,
    "iam/group": 1,
    "object/bucket": 1,
    "rdb/instance": 1,
    # The default database, and the one of the program.
    "rdb/database": 2,
}


def fifteen() -> None:
    """An infrastructure of 15 resources."""
    vpc = scaleway.network.Vpc("main")
    networks = [scaleway.network.PrivateNetwork(name, vpc_id=vpc.id) for name in ("front", "back")]
    scaleway.registry.Namespace("images")
    apps = scaleway.containers.Namespace("apps")
    for name in ("web", "worker"):
        scaleway.containers.Container(name, namespace_id=apps.id, image="nginx:1.29", private_network_id=networks[0].id)
    scaleway.functions.Namespace("jobs")
    for name in ("key", "password"):
        scaleway.secrets.Secret(name)
    application = scaleway.iam.Application("pipeline")
    scaleway.iam.Group("deployers", application_ids=[application.id])
    scaleway.object.Bucket("uploads", tags={"a": "one"}, versioning={"enabled": True})
    instance = scaleway.databases.Instance(
        "data",
        engine="PostgreSQL-16",
        node_type="DB-DEV-S",
        private_network=pulumi.Output.all(networks[1].id).apply(lambda ids: {"pn_id": ids[0], "enable_ipam": True}),
    )
    scaleway.databases.Database("orders", instance_id=instance.id, name="orders")


def counts(fake: Fake) -> dict[str, int]:
    """The number of objects of each kind."""
    found: dict[str, int] = {}
    for thing in fake.objects():
        found[thing["kind"]] = found.get(thing["kind"], 0) + 1
    return found
