"""Each message in docs/guides/troubleshooting.md is reported verbatim in the described situation."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any, Callable

import evalap_scaleway as scaleway
import pulumi
import pytest
from pulumi import automation

from documents import is_in_output, page
from fake import PROJECT, Fake
from stack import Failed, Stack
from test_failures import interrupt

# Responses of Scaleway, as recorded or documented, by method and path.
ERROR_RESPONSES: dict[tuple[str, str], tuple[int, dict[str, Any]]] = {
    ("POST", "/registry/*"): (
        403,
        {
            "type": "permissions_denied",
            "message": "insufficient permissions",
            "details": [{"resource": "registry_namespace", "action": "write"}],
        },
    ),
    ("POST", "/vpc/*"): (
        403,
        {
            "type": "quotas_exceeded",
            "message": "quota(s) exceeded for this resource",
            "details": [{"resource": "vpc", "quota": 5, "current": 5}],
        },
    ),
    ("POST", "/rdb/*"): (503, {"type": "out_of_stock", "message": "out of stock", "resource": "instance"}),
    ("POST", "/secret-manager/*"): (
        400,
        {
            "type": "invalid_arguments",
            "details": [{"argument_name": "tags", "reason": "constraint", "help_message": "too many tags"}],
        },
    ),
    ("POST", "/iam/*/applications"): (
        409,
        {"type": "already_exists", "message": "resource already exists", "resource": "application"},
    ),
}


class Situations:
    """The situations of the messages. A method has the name of its blocks in the guide, and returns the output."""

    def __init__(self, directory: Path, fake: Fake) -> None:
        self._directory = directory
        self._fake = fake

    def no_key(self) -> str:
        home = str(self._directory)
        return self._output(images, SCW_ACCESS_KEY="", SCW_SECRET_KEY="", HOME=home, XDG_CONFIG_HOME=home)

    def wrong_key(self) -> str:
        with Fake(self._directory, seed={"keys": []}) as strict:
            return self._output(images, SCW_API_URL=strict.url)

    def origins(self) -> str:
        return self._stack(images).up(debug=True).output

    def inputs(self) -> str:
        def program() -> None:
            scaleway.containers.Container("api", namespace_id="web", image="nginx:1.29", privacy="publik")

        return failure(self._stack(program).preview)

    def rejected(self) -> str:
        for (method, path), (code, body) in ERROR_RESPONSES.items():
            self._fault({"status": {"code": code, "body": body}}, method=method, path=path)

        def program() -> None:
            images()
            scaleway.network.Vpc("apps")
            scaleway.secrets.Secret("token")
            scaleway.iam.Application("ci", name="ci")
            database()
            namespace = scaleway.containers.Namespace("web")
            # The fake does not start an image with this string in its name.
            scaleway.containers.Container("api", namespace_id=namespace.id, image="rg/does-not-start:1")

        return self._output(program)

    def unhealthy(self) -> str:
        def program() -> None:
            namespace = scaleway.containers.Namespace("web")
            # The fake returns the response that the image specifies.
            web = scaleway.containers.Container("api", namespace_id=namespace.id, image="rg/answers-503:1")
            scaleway.evalap.HealthCheck("api", url=web.public_endpoint, interval_seconds=1, timeout_seconds=2)

        return self._output(program)

    def in_use(self) -> str:
        def program() -> None:
            limits = pulumi.CustomTimeouts(delete="1s")
            vpc = scaleway.network.Vpc("apps", opts=pulumi.ResourceOptions(custom_timeouts=limits))
            pulumi.export("id", vpc.id)

        stack = self._stack(program)
        stack.up()
        other = {"name": "other", "vpc_id": stack.outputs()["id"].split("/")[1], "project_id": PROJECT}
        self._fake.call("POST", "/vpc/v2/regions/fr-par/private-networks", other)
        return failure(stack.destroy)

    def slow(self) -> str:
        self._fake.settle(600)

        def program() -> None:
            database(custom_timeouts=pulumi.CustomTimeouts(create="1s"))

        return self._output(program)

    def interrupted(self) -> str:
        self._fake.settle(600)
        waiting = threading.Event()

        def interrupt_once(message: str) -> None:
            if "provisioning" in message and not waiting.is_set():
                waiting.set()
                interrupt()

        stack = self._stack(database)
        return failure(lambda: stack.up(on_output=interrupt_once))

    def drift(self) -> str:
        def program() -> None:
            scaleway.registry.Namespace("images", description="ours")

        stack = self._stack(program)
        stack.up()
        uuid = stack.resources()["images"]["id"].split("/")[1]
        self._fake.change(uuid, description="changed in the console")
        return stack.preview(refresh=True, diff=True).output

    def protected(self) -> str:
        stack = self._stack(lambda: scaleway.secrets.Secret("token", protected=True))
        stack.up()
        return failure(stack.destroy)

    def unreachable(self) -> str:
        # No process listens on this port.
        stack = self._stack(images, SCW_API_URL="http://127.0.0.1:1")
        stack.automation.set_config("evalap-scaleway:maxRetries", automation.ConfigValue("1"))
        return failure(stack.up)

    def _stack(self, program: Callable[[], Any], **environment: str) -> Stack:
        return Stack(self._directory, program, self._fake, environment=environment)

    def _output(self, program: Callable[[], Any], **environment: str) -> str:
        stack = self._stack(program, **environment)
        return failure(lambda: stack.up(continue_on_error=True))

    def _fault(self, kind: Any, **where: Any) -> None:
        self._fake.fault(kind, times=99, **where)


GUIDE = page("docs/guides/troubleshooting.md")
NAMES = sorted({block.name for block in GUIDE.blocks if block.language == "text"})


@pytest.mark.parametrize("name", NAMES)
def test_messages_of_the_guide_are_reported(name: str, tmp_path: Path, fake: Fake) -> None:
    output = getattr(Situations(tmp_path, fake), name.replace("-", "_"))()
    shown = [line for block in GUIDE.blocks if block.name == name for line in block.text.splitlines()]
    assert [line for line in shown if not is_in_output(line, output)] == [], output


def images() -> None:
    """A registry namespace, which depends on nothing."""
    scaleway.registry.Namespace("images")


def database(**options: Any) -> None:
    """A database instance, whose creation takes time."""
    opts = pulumi.ResourceOptions(**options)
    scaleway.databases.Instance("main", engine="PostgreSQL-16", node_type="DB-DEV-S", opts=opts)


def failure(command: Callable[[], Any]) -> str:
    """The output of a command that must fail."""
    with pytest.raises(Failed) as failed:
        command()
    return failed.value.run.output
