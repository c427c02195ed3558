"""Imports of objects whose values differ from the program in inputs that the API does not return."""

from typing import Callable

import evalap_scaleway as scaleway
import pulumi

from fake import Fake
from stack import Stack

OLD, NEW = "Correct-Horse-1", "Correct-Horse-2"


def test_imported_user_gets_the_password_of_the_program_in_the_same_up(fake: Fake, stack: Callable[..., Stack]) -> None:
    def original() -> None:
        instance = scaleway.databases.Instance("data", node_type="DB-DEV-S", engine="PostgreSQL-17", volume_type="sbs_5k")
        scaleway.databases.User("app", instance_id=instance.id, name="app", password=OLD)

    deployed = stack(original)
    deployed.up()
    resources = deployed.resources()
    instance = resources["data"]["id"]

    def adopting() -> None:
        options = pulumi.ResourceOptions(import_=resources["app"]["id"], retain_on_delete=True)
        scaleway.databases.User("adopted", instance_id=instance, name="app", password=NEW, opts=options)

    another = stack(adopting, name="another")
    run = another.up()
    assert run.of("adopted") == ["import", "update"], run.operations
    login = {"instance": instance.partition("/")[2], "user": "app", "database": "rdb"}
    assert fake.call("POST", "/_fake/login", {**login, "password": OLD}) != fake.call(
        "POST", "/_fake/login", {**login, "password": NEW}
    )
    assert another.up().changed == {}


def test_a_value_that_cannot_be_compared_after_an_import_is_named_by_a_warning(
    fake: Fake, stack: Callable[..., Stack]
) -> None:
    def original() -> None:
        secret = scaleway.secrets.Secret("secret", name="secret")
        scaleway.secrets.Version("version", secret_id=secret.id, data="theirs")

    deployed = stack(original)
    deployed.up()
    resources = deployed.resources()

    def adopting() -> None:
        options = pulumi.ResourceOptions(import_=resources["version"]["id"], retain_on_delete=True)
        scaleway.secrets.Version("adopted", secret_id=resources["secret"]["id"], data="ours", opts=options)

    another = stack(adopting, name="another")
    run = another.up()
    assert run.of("adopted") == ["import"], run.operations
    assert run.calls.writes == []
    assert "`data` of the imported secret version cannot be compared" in run.output
    assert another.up().changed == {}
