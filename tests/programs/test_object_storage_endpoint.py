"""Object Storage with another endpoint than the API, path-style addresses, and API keys of another project."""

from __future__ import annotations

from pathlib import Path
from typing import Callable, Iterator

import evalap_scaleway as scaleway
import pulumi
import pytest

from fake import PROJECT, Fake
from stack import Stack

# Invented.
OTHER = "5ca1e3a7-fa4e-4000-8000-0000000000cc"


@pytest.fixture
def storage(tmp_path: Path) -> Iterator[Fake]:
    """A second fake, of which only Object Storage is used."""
    directory = tmp_path / "storage"
    directory.mkdir()
    seed = {"objects": [{"kind": "account/project", "id": OTHER, "fields": {"name": "archive"}}]}
    with Fake(directory, seed=seed) as started:
        yield started


def program() -> None:
    bucket = scaleway.object.Bucket("elsewhere", name="elsewhere", tags={"a": "b"})
    scaleway.object.Item("page", bucket=bucket.id, key="a/page.txt", content="hello")


def owners(fake: Fake) -> dict[str, str]:
    """The projects of all buckets, by name."""
    return {found["id"]: found["fields"]["project_id"] for found in fake.objects("object/bucket")}


def test_environment_variable_sets_the_endpoint_of_object_storage(storage: Fake, fake: Fake, stack: Callable[..., Stack]) -> None:
    deployed = stack(program, environment={"SCW_S3_ENDPOINT": storage.url})
    run = deployed.up()
    assert run.calls == [], "no request is sent to the API"
    assert owners(storage) == {"elsewhere": PROJECT} and owners(fake) == {}
    calls = storage.new_calls()
    # A custom endpoint may not have a host name for each bucket.
    assert {call.path.partition("?")[0] for call in calls} == {"/elsewhere", "/elsewhere/a/page.txt"}, str(calls)
    assert deployed.up().changed == {}
    assert deployed.refresh().changed == {}
    deployed.destroy()
    assert owners(storage) == {}


def test_provider_setting_takes_precedence_over_the_environment_variable(storage: Fake, fake: Fake, stack: Callable[..., Stack]) -> None:
    deployed = stack(program, environment={"SCW_S3_ENDPOINT": "http://127.0.0.1:1"})
    deployed.automation.set_config("evalap-scaleway:s3Endpoint", pulumi.automation.ConfigValue(storage.url))
    deployed.up()
    assert owners(storage) == {"elsewhere": PROJECT} and owners(fake) == {}
    deployed.destroy()


def test_object_storage_of_the_fake_is_used_with_its_api(fake: Fake, stack: Callable[..., Stack]) -> None:
    deployed = stack(program)
    deployed.up()
    assert owners(fake) == {"elsewhere": PROJECT}
    deployed.destroy()


def test_bucket_of_another_project_is_created_read_and_imported(storage: Fake, stack: Callable[..., Stack]) -> None:
    def of_another_project() -> None:
        bucket = scaleway.object.Bucket("archive", name="archive", project_id=OTHER)
        scaleway.object.Item("page", bucket=bucket.id, key="page", content="hello", project_id=OTHER)

    deployed = stack(of_another_project, environment={"SCW_S3_ENDPOINT": storage.url})
    deployed.up()
    assert owners(storage) == {"archive": OTHER}
    assert deployed.refresh().changed == {}
    assert deployed.up().changed == {}

    def adopting() -> None:
        options = pulumi.ResourceOptions(import_=f"fr-par/archive@{OTHER}", retain_on_delete=True)
        scaleway.object.Bucket("adopted", name="archive", project_id=OTHER, opts=options)

    another = stack(adopting, environment={"SCW_S3_ENDPOINT": storage.url}, name="another")
    imported = another.up()
    assert imported.of("adopted") == ["import"], imported.operations
    assert another.up().changed == {}
