"""Lifecycle tests of every resource with the Pulumi CLI, from the tables in resources/."""

from __future__ import annotations

import itertools
import json
import re
from pathlib import Path
from typing import Any, Callable, Mapping

import evalap_scaleway
import pulumi
import pytest
import yaml

from fake import Fake
from stack import Run, Stack
from typescript import TypescriptStack

TABLES = sorted((Path(__file__).parent / "resources").glob("*/*.yaml"))
REPLACED = {"create-replacement", "replace", "delete-replaced"}

# The number of tables that one stack tests.
GROUP = 10

Lookup = Callable[[str, str], Any]


def groups(tables: list[Path]) -> list[list[Path]]:
    """The tables in groups, each with tables of different products: one stack tests a group, since most of the time of a test is
    that of its commands."""
    products = [list(group) for _, group in itertools.groupby(tables, key=lambda table: table.parent)]
    mixed = [table for row in itertools.zip_longest(*products) for table in row if table is not None]
    return [mixed[start : start + GROUP] for start in range(0, len(mixed), GROUP)]


def name_of(table: Path) -> str:
    """The name of a table, such as `block/volume`."""
    return f"{table.parent.name}/{table.stem}"


def names_of(tables: list[Path]) -> str:
    """The names of the tables of a group."""
    return "+".join(map(name_of, tables))


@pytest.mark.parametrize("tables", groups(TABLES), ids=names_of)
def test_lifecycle(tables: list[Path], tmp_path: Path, fake: Fake) -> None:
    subjects = [subject_of(table) for table in tables]
    before = fake.existing()
    stack = Stack(tmp_path, lambda: [subject.program() for subject in subjects], fake)

    preview = stack.preview()
    assert operations(preview, subjects) == {subject.main: ["create"] for subject in subjects}
    assert preview.calls == [], "a preview sends no requests"
    assert operations(stack.up(), subjects) == {subject.main: ["create"] for subject in subjects}
    check_no_changes(stack)

    for steps in itertools.zip_longest(*(subject.table.get("steps", []) for subject in subjects)):
        taken = [(step, subject) for step, subject in zip(steps, subjects, strict=True) if step is not None]
        take(taken, stack, fake)
    check_no_changes(stack)
    preview = stack.preview()
    assert preview.changed == {}, f"after the refresh: {preview.differences}"

    check_recreated_after_deletion(subjects, stack, fake)
    check_imported_without_changes(subjects, stack, tmp_path, fake)

    stack.destroy()
    # The Grafana of a project is not deleted, and bought domains stay registered, as at Scaleway.
    kept = {"cockpit/grafana", "domain/domain", "domain/task"}
    left = {(kind, name) for kind, name in fake.existing() - before if kind not in kept}
    assert left == set(), "objects remain after the destroy"


def subject_of(table: Path) -> Subject:
    """The program of a table in a stack with others."""
    return Subject(yaml.safe_load(table.read_text()), f"{name_of(table).replace('/', '-')}-")


def operations(run: Run, subjects: list[Subject]) -> dict[str, list[str]]:
    """The operations of the main resource of each subject."""
    return {subject.main: run.of(subject.main) for subject in subjects}


class Subject:
    """The program of one table: the parents, and the resource `main` with the current inputs, all with a prefix."""

    def __init__(self, table: Mapping[str, Any], prefix: str = "") -> None:
        self.table = table
        self.prefix = prefix
        self.main = prefix + "main"
        self.inputs: dict[str, Any] = dict(table.get("inputs") or {})

    def program(self) -> None:
        parents: dict[str, Any] = {}

        def output(name: str, attribute: str) -> Any:
            return getattr(parents[name], attribute)

        for name, parent in (self.table.get("parents") or {}).items():
            inputs = resolve(parent.get("inputs") or {}, output)
            parents[name] = make(parent["class"], self.prefix + name, inputs)
        make(self.table["class"], self.main, resolve(self.inputs, output))

    def apply(self, step: Mapping[str, Any]) -> dict[str, Any]:
        """Changes the inputs, and returns the changes."""
        changes: dict[str, Any] = step.get("update") or step["replace"]
        self.inputs = {name: value for name, value in {**self.inputs, **changes}.items() if value is not None}
        return changes


def take(taken: list[tuple[Mapping[str, Any], Subject]], stack: Stack, fake: Fake) -> None:
    """Makes one change of each subject, and checks the operations of Pulumi and the objects in the fake."""
    old = stack.resources()
    changed = [(step, subject, subject.apply(step)) for step, subject in taken]
    run = stack.up()
    new = stack.resources()
    for step, subject, changes in changed:
        main = subject.main
        if "update" in step:
            assert run.of(main) == ["update"], f"{main}, {changes}: {run.differences}"
            assert new[main]["id"] == old[main]["id"], main
        else:
            assert set(run.of(main)) >= REPLACED - {"replace"}, f"{main}, {changes}: {run.operations}"
        properties = {re.split(r"[.\[]", path)[0] for path in run.difference(main)}
        # The state does not contain write-only values, so they have no difference.
        missing = {camel(name) for name in changes if not name.endswith("_wo")} - properties
        assert not missing, f"{main}: the difference in {missing} is not reported: {properties}"

        shown = objects(subject, stack, fake)
        for path, expected in step.get("fake", changes).items():
            found = [value_at(fields, path) for fields in shown]
            # The API returns IDs without region.
            value = bare(expected, subject, stack)
            assert value in found, f"{main}: {path} in the fake after {changes}: {found}"


def bare(expected: Any, subject: Subject, stack: Stack) -> Any:
    """The expected value of a table, with IDs without region, as the API returns them."""
    if isinstance(expected, list):
        return [bare(item, subject, stack) for item in expected]
    return split(resolve_in_state(expected, subject, stack))[1] if is_reference(expected) else expected


def check_no_changes(stack: Stack | TypescriptStack) -> None:
    """A second up and a refresh change nothing, and the up sends no requests."""
    again = stack.up()
    assert again.changed == {}, again.differences
    assert again.calls == [], "an up without changes sends no requests"
    refresh = stack.refresh()
    assert refresh.changed == {}, refresh.differences


def check_recreated_after_deletion(subjects: list[Subject], stack: Stack, fake: Fake) -> None:
    """A refresh removes objects that were deleted outside of Pulumi, and an up creates them again."""
    for subject in subjects:
        delete(subject, stack, fake)
    again = {subject.main: [subject.table.get("again", "create")] for subject in subjects}
    seen = {main: ["delete" if operation == ["create"] else "update"] for main, operation in again.items()}
    assert operations(stack.refresh(), subjects) == seen
    assert operations(stack.up(), subjects) == again
    for subject in subjects:
        assert addresses(subject, stack, fake), subject.main


def delete(subject: Subject, stack: Stack, fake: Fake) -> None:
    """Deletes the object of a resource as another user."""
    old = addresses(subject, stack, fake)
    assert old, f"{subject.main} is not found in the fake"
    if "vanish" in subject.table:
        locality, uuid = split(stack.resources()[subject.main]["id"])
        request = subject.table["vanish"].format(locality=locality, uuid=uuid, parts=uuid.split("/"))
        method, address, *body = request.split(" ", 2)
        fake.call(method, address, json.loads(body[0]) if body else ({} if method == "POST" else None))
    elif "unset" in subject.table:
        for uuid in old:
            fake.change(uuid, **{subject.table["unset"]: None})
    else:
        for uuid in old:
            fake.remove(uuid)


def check_imported_without_changes(subjects: list[Subject], stack: Stack, directory: Path, fake: Fake) -> None:
    """An import with the program's inputs has no differences."""
    imports: list[tuple[str, str, dict[str, Any], str, dict[str, str]]] = []
    written: dict[str, list[str]] = {}
    for subject in subjects:
        words = subject.table.get("import") or {}
        inputs = {name: value for name, value in subject.inputs.items() if name not in words.get("without", [])}
        inputs = resolve_in_state({**inputs, **words.get("with", {})}, subject, stack)
        # Queues and topics are read with keys of their own, which an import takes from the provider.
        credentials = fake.objects(words["keys"])[0]["fields"] if "keys" in words else {}
        keys = {name: credentials[name] for name in ("access_key", "secret_key") if credentials}
        inputs |= keys
        uuid = stack.resources()[subject.main]["id"]
        if "project" in words:
            uuid += "@" + resolve_in_state(words["project"], subject, stack)
        imports.append((subject.table["class"], subject.main, inputs, uuid, keys))
        written[subject.main] = [camel(name) for name in words.get("writes", [])]

    def program() -> None:
        for kind, name, inputs, uuid, keys in imports:
            provider = evalap_scaleway.Provider(f"{name}-keys", **keys) if keys else None
            make(kind, name, inputs, pulumi.ResourceOptions(import_=uuid, provider=provider))

    other = Stack(directory / "import", program, fake)
    run = other.up()
    for main, names in written.items():
        assert run.of(main) == (["import", "update"] if names else ["import"]), run.differences
        assert set(run.difference(main)) <= set(names), main
    assert len(run.calls.writes) <= sum(map(len, written.values())), run.calls
    assert other.up().changed == {}


def make(path: str, name: str, inputs: Mapping[str, Any], options: pulumi.ResourceOptions | None = None) -> Any:
    """A resource of the SDK, such as `registry.Namespace`."""
    module, kind = path.split(".")
    return getattr(getattr(evalap_scaleway, module), kind)(name, **inputs, opts=options)


def is_reference(value: Any) -> bool:
    """Whether the value is `$name.output`."""
    return isinstance(value, str) and value.startswith("$")


def resolve(value: Any, output: Lookup) -> Any:
    """The value with `$name.output` and `$archive` replaced at any depth."""
    if is_reference(value):
        name, attribute = value[1:].split(".")
        return output(name, attribute)
    if isinstance(value, dict) and set(value) == {"$archive"}:
        return pulumi.AssetArchive({name: pulumi.StringAsset(text) for name, text in value["$archive"].items()})
    if isinstance(value, dict):
        return {name: resolve(part, output) for name, part in value.items()}
    if isinstance(value, list):
        return [resolve(part, output) for part in value]
    return value


def resolve_in_state(value: Any, subject: Subject, stack: Stack) -> Any:
    """The value with outputs from the state."""
    resources = stack.resources()

    def output(name: str, attribute: str) -> Any:
        found = resources[subject.prefix + name]
        return found["id"] if attribute == "id" else found["outputs"][camel(attribute)]

    return resolve(value, output)


def addresses(subject: Subject, stack: Stack, fake: Fake) -> list[str]:
    """The IDs of the objects of the resource in the fake."""
    return [found["id"] for found in _found(subject, stack, fake)]


def objects(subject: Subject, stack: Stack, fake: Fake) -> list[dict[str, Any]]:
    """The fields of the objects of the resource in the fake."""
    return [found["fields"] for found in _found(subject, stack, fake)]


def _found(subject: Subject, stack: Stack, fake: Fake) -> list[dict[str, Any]]:
    kind = subject.table.get("objects")
    locality, uuid = split(stack.resources()[subject.main]["id"])
    if "unset" in subject.table:
        uuid = uuid.split("/")[0]
    if kind is None:
        # An ID may start with that of the parent; the last part is the ID of the object.
        ends = {uuid, uuid.rpartition("/")[2]}
        return [found for found in fake.objects() if found["locality"] == locality and found["id"] in ends]
    return [found for found in fake.objects(kind) if found["locality"] == locality]


def split(identifier: str) -> tuple[str, str]:
    """The region or zone of an ID, if it has one, and the rest."""
    locality, slash, uuid = identifier.partition("/")
    return (locality, uuid) if slash and re.fullmatch(r"[a-z]+-[a-z]+(-\d+)?", locality) else ("", identifier)


def value_at(fields: Mapping[str, Any], path: str) -> Any:
    """The field at a path such as `volume.size`."""
    value: Any = fields
    for name in path.split("."):
        value = value.get(name) if isinstance(value, dict) else None
    return value


def camel(name: str) -> str:
    """`volume_size_in_gb` as `volumeSizeInGb`."""
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)
