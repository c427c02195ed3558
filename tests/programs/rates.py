"""Deployments against an API that limits the rate of requests, or that fails now and then at random."""

from __future__ import annotations

import random
import threading
from dataclasses import dataclass
from pathlib import Path

import evalap_scaleway as scaleway
import pulumi

from fake import Fake
from proxy import AFTER, Proxy, RateLimit, Request, Seen
from stack import Failed, Stack

# What one request in a hundred meets: eight kinds, of which the last three hide that the API acted.
KINDS = ("429", "500", "502", "503", "cut before", *AFTER[:3])


@dataclass(frozen=True)
class Measured:
    """An up at a limited rate."""

    per_second: float
    resources: int
    # Requests that were served, and those that were answered with 429.
    served: int
    limited: int
    # From the first request to the last.
    seconds: float

    @property
    def ideal(self) -> float:
        """The seconds in which this rate serves these requests. The first second's worth may come at once."""
        return max(self.served - self.per_second, 1) / self.per_second

    @property
    def share(self) -> float:
        """The share of the answers that were 429."""
        return self.limited / (self.served + self.limited)

    @property
    def factor(self) -> float:
        """The time as a multiple of the ideal one."""
        return self.seconds / self.ideal


def at_rate(directory: Path, per_second: float, resources: int) -> Measured:
    """An up of many resources, which has to succeed."""

    def program() -> None:
        for number in range(resources // 2):
            scaleway.registry.Namespace(f"images-{number}")
            scaleway.secrets.Secret(f"secret-{number}")

    directory.mkdir(parents=True, exist_ok=True)
    with Fake(directory) as fake, Proxy(fake.url) as proxy:
        stack = Stack(directory, program, fake, environment={"SCW_API_URL": proxy.url})
        # The plugin is new to this API: nothing was learned before.
        proxy.decide = RateLimit(per_second)
        stack.up(parallel=64)
        made = len(fake.objects("registry/namespace")) + len(fake.objects("secret/secret"))
        assert made == resources // 2 * 2, f"{made} objects of {resources}"
        return measured(proxy.seen, per_second, resources)


def measured(seen: list[Seen], per_second: float, resources: int) -> Measured:
    served = [request for request in seen if request.status != 429]
    seconds = max(request.t for request in seen) - min(request.t for request in seen)
    return Measured(per_second, resources, len(served), len(seen) - len(served), seconds)


class AtRandom:
    """Lets a share of the requests fail, each in one of the kinds."""

    def __init__(self, seed: int, share: float = 0.01) -> None:
        self._random = random.Random(seed)
        self._share = share
        self._lock = threading.Lock()
        self.struck: list[str] = []

    def __call__(self, request: Request) -> str | None:
        with self._lock:
            if self._random.random() >= self._share:
                return None
            kind = self._random.choice(KINDS)
            self.struck.append(f"{request.method} {request.path}: {kind}")
            return kind


@dataclass(frozen=True)
class Deployment:
    """One up with faults at random."""

    seed: int
    struck: list[str]
    # None if it was green.
    error: str | None
    # Objects that are missing or too many.
    wrong: list[str]

    @property
    def is_good(self) -> bool:
        return self.error is None and not self.wrong


def deploy(directory: Path, seed: int, share: float = 0.01) -> Deployment:
    """An up of 15 resources of several products while requests fail at random; what seeds decide is the same each time."""
    directory.mkdir(parents=True)
    with Fake(directory) as fake, Proxy(fake.url) as proxy:
        before = counts(fake)
        stack = Stack(directory, fifteen, fake, environment={"SCW_API_URL": proxy.url})
        faults = AtRandom(seed, share)
        proxy.decide = faults
        error = None
        try:
            stack.up()
        except Failed as failed:
            error = str(failed).strip()
        made = {kind: count - before.get(kind, 0) for kind, count in counts(fake).items()}
        wrong = [f"{made.get(kind, 0)} of {count} {kind}" for kind, count in FIFTEEN.items() if made.get(kind, 0) != count]
        return Deployment(seed, faults.struck, error, wrong)


# The objects that `fifteen` makes.
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
    "rdb/database": 1,
}


def fifteen() -> None:
    """A small system of 15 resources."""
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
    """How many objects of each kind there are."""
    found: dict[str, int] = {}
    for thing in fake.objects():
        found[thing["kind"]] = found.get(thing["kind"], 0) + 1
    return found
