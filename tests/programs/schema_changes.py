"""The differences between the schemas of two releases, as release notes.

`scripts/schema-changes` prints those since the last recorded release. A recorded release keeps the part of its schema on which
programs depend: names, types, and which inputs are required.
"""

from __future__ import annotations

import json
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
STATES = Path(__file__).parent / "states"
# By kind: its place in the schema, where its inputs and outputs are, and what their lists of required names are called.
RESOURCE = {"inputs": ("inputProperties", "requiredInputs"), "outputs": ("properties", "required")}
TYPE = {"fields": ("properties", "required")}

Interface = dict[str, dict[str, Any]]


@dataclass(frozen=True)
class Change:
    """A difference of one resource, function or type."""

    token: str
    text: str
    # Whether a program that compiled may no longer do so, or may be rejected.
    breaks: bool = False


def interface(schema: dict[str, Any]) -> Interface:
    """What programs depend on, by token."""
    found: Interface = {}
    for token, spec in schema["resources"].items():
        found[token] = {part: _fields(spec, *places) for part, places in RESOURCE.items()}
    for token, spec in schema["functions"].items():
        sides = {"inputs": spec.get("inputs", {}), "outputs": spec.get("outputs", {})}
        found[token] = {part: _fields(side, *TYPE["fields"]) for part, side in sides.items()}
    for token, spec in schema["types"].items():
        values = {str(case["value"]): "value" for case in spec.get("enum", [])}
        found[token] = {"fields": values or _fields(spec, *TYPE["fields"])}
    return found


def _fields(spec: dict[str, Any], properties: str, required: str) -> dict[str, str]:
    """The type of each property; `!` marks required ones."""
    names = spec.get(required, [])
    return {
        name: _type(property) + ("!" if name in names else "") for name, property in sorted(spec.get(properties, {}).items())
    }


def _type(spec: dict[str, Any]) -> str:
    if "$ref" in spec:
        return str(spec["$ref"]).rsplit("/types/", 1)[-1]
    if "oneOf" in spec:
        return " | ".join(sorted(_type(choice) for choice in spec["oneOf"]))
    if spec["type"] == "array":
        return f"[{_type(spec['items'])}]"
    if spec["type"] == "object":
        return f"{{{_type(spec.get('additionalProperties', {'type': 'string'}))}}}"
    return str(spec["type"])


def changes(old: Interface, new: Interface) -> list[Change]:
    """The differences, in the order of tokens."""
    found = []
    of_inputs = input_types(new)
    for token in sorted(old.keys() | new.keys()):
        if token not in new:
            found.append(Change(token, "removed", breaks=True))
        elif token not in old:
            found.append(Change(token, "added"))
        else:
            for part, fields in old[token].items():
                is_input = part == "inputs" or token in of_inputs
                found += _changes_of(token, part, is_input, fields, new[token].get(part, {}))
    return found


def input_types(of: Interface) -> set[str]:
    """The tokens of the types that inputs have, also inside of other types."""
    found: set[str] = set()
    pending = [kind for parts in of.values() for kind in parts.get("inputs", {}).values()]
    while pending:
        for token in re.findall(r"[\w.-]+:[\w./-]+:\w+", pending.pop()):
            if token in of and token not in found:
                found.add(token)
                pending += of[token].get("fields", {}).values()
    return found


def _changes_of(token: str, part: str, is_input: bool, old: dict[str, str], new: dict[str, str]) -> list[Change]:
    found = []
    for name in sorted(old.keys() | new.keys()):
        before, after = old.get(name), new.get(name)
        what = f"{part.removesuffix('s')} `{name}`"
        if after is None:
            found.append(Change(token, f"{what} removed", breaks=True))
        elif before is None:
            required = is_input and after.endswith("!")
            found.append(Change(token, f"required {what} added" if required else f"{what} added", breaks=required))
        elif before.rstrip("!") != after.rstrip("!"):
            found.append(Change(token, f"type of {what} changed from {before.rstrip('!')} to {after.rstrip('!')}", breaks=True))
        elif before != after:
            required = after.endswith("!")
            # A program may rely on an output that is always set, and omit an input that is optional.
            breaks = required == is_input
            found.append(Change(token, f"{what} is now {'required' if required else 'optional'}", breaks=breaks))
    return found


def notes(found: list[Change], release: str) -> str:
    """The differences as release notes in Markdown, breaking ones first."""
    lines = [f"Changes of the schema since {release}:"]
    for title, breaks in [("Breaking changes", True), ("Other changes", False)]:
        lines += ["", f"### {title}", ""]
        by_token: dict[str, list[str]] = {}
        for change in found:
            if change.breaks == breaks:
                by_token.setdefault(change.token, []).append(change.text)
        lines += [f"- `{token}`: {', '.join(described)}" for token, described in by_token.items()] or ["None."]
    return "\n".join(lines) + "\n"


def current() -> Interface:
    """The interface of the checkout."""
    return interface(json.loads((ROOT / "schema" / "schema.json").read_text()))


def kept(release: str) -> Interface:
    """The interface of a recorded release."""
    found: Interface = json.loads((STATES / release / "interface.json").read_text())
    return found


def keep(release: str) -> None:
    """Writes the interface of the checkout for a recorded release, one line for each token."""
    lines = [f"{json.dumps(token)}: {json.dumps(parts)}" for token, parts in sorted(current().items())]
    (STATES / release / "interface.json").write_text("{\n" + ",\n".join(lines) + "\n}\n")


def last_release() -> str:
    """The recorded release with the highest version; dates of unreleased states come first."""
    names = [path.parent.name for path in STATES.glob("*/interface.json")]
    return max(names, key=lambda name: ("-" not in name, [int(part) for part in name.replace("-", ".").split(".")]))


if __name__ == "__main__":
    since = sys.argv[1] if len(sys.argv) > 1 else last_release()
    print(notes(changes(kept(since), current()), since), end="")
