"""Object Storage elsewhere than the API: its address, how buckets stand in it, and keys that act in another project."""

from __future__ import annotations

from pathlib import Path
from typing import Callable, Iterator

import evalap_scaleway as scaleway
import pulumi
import pytest

from fake import PROJECT, Fake
from stack import Stack

# Made up.
OTHER = "5ca1e3a7-fa4e-4000-8000-0000000000cc"


@pytest.fixture
def storage(tmp_path: Path) -> Iterator[Fake]:
    """A second fake, of which only Object Storage is meant."""
    directory = tmp_path / "storage"
    directory.mkdir()
    seed = {"objects": [{"kind": "account/project", "id": OTHER, "fields": {"name": "archive"}}]}
    with Fake(directory, seed=seed) as started:
        yield started


def program() -> None:
    bucket = scaleway.object.Bucket("elsewhere", name="elsewhere", tags={"a": "b"})
    scaleway.object.Item("page", bucket=bucket.id, key="a/page.txt", content="hello")


def owners(fake: Fake) -> dict[str, str]:
    """The projects of all buckets, by their names."""
    return {found["id"]: found["fields"]["project_id"] for found in fake.objects("object/bucket")}


def test_the_environment_says_where_object_storage_is(storage: Fake, fake: Fake, stack: Callable[..., Stack]) -> None:
    made = stack(program, environment={"SCW_S3_ENDPOINT": storage.url})
    run = made.up()
    assert run.calls == [], "nothing is asked of the API"
    assert owners(storage) == {"elsewhere": PROJECT} and owners(fake) == {}
    calls = storage.new_calls()
    # An endpoint of one's own need not know a host for each bucket.
    assert {call.path.partition("?")[0] for call in calls} == {"/elsewhere", "/elsewhere/a/page.txt"}, str(calls)
    assert made.up().changed == {}
    assert made.refresh().changed == {}
    made.destroy()
    assert owners(storage) == {}


def test_the_provider_says_it_too_and_wins(storage: Fake, fake: Fake, stack: Callable[..., Stack]) -> None:
    made = stack(program, environment={"SCW_S3_ENDPOINT": "http://127.0.0.1:1"})
    made.automation.set_config("evalap-scaleway:s3Endpoint", pulumi.automation.ConfigValue(storage.url))
    made.up()
    assert owners(storage) == {"elsewhere": PROJECT} and owners(fake) == {}
    made.destroy()


def test_the_fake_of_the_api_is_that_of_object_storage_too(fake: Fake, stack: Callable[..., Stack]) -> None:
    made = stack(program)
    made.up()
    assert owners(fake) == {"elsewhere": PROJECT}
    made.destroy()


def test_a_bucket_of_another_project_is_made_read_and_imported_there(storage: Fake, stack: Callable[..., Stack]) -> None:
    def of_another_project() -> None:
        bucket = scaleway.object.Bucket("archive", name="archive", project_id=OTHER)
        scaleway.object.Item("page", bucket=bucket.id, key="page", content="hello", project_id=OTHER)

    made = stack(of_another_project, environment={"SCW_S3_ENDPOINT": storage.url})
    made.up()
    assert owners(storage) == {"archive": OTHER}
    assert made.refresh().changed == {}
    assert made.up().changed == {}

    def adopting() -> None:
        options = pulumi.ResourceOptions(import_=f"fr-par/archive@{OTHER}", retain_on_delete=True)
        scaleway.object.Bucket("adopted", name="archive", project_id=OTHER, opts=options)

    another = stack(adopting, environment={"SCW_S3_ENDPOINT": storage.url}, name="another")
    imported = another.up()
    assert imported.of("adopted") == ["import"], imported.operations
    assert another.up().changed == {}
