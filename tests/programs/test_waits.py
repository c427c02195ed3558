"""The time that an up waits for transient statuses, and the number of polls."""

from __future__ import annotations

from pathlib import Path

import pytest

from fake import Fake
from stack import Run, example_stack

# The duration of transient statuses in the fake.
SETTLE = 3

# The longest chain of dependent waits. In production: the instance, then the container, which needs the address of the
# instance. In development also the access rules between them: the rules and the database of the container lock the
# instance one after the other, and each changes its status.
CHAINS = {"production": 2, "dev": 3}


def up_of_example(directory: Path, name: str, settle: float) -> Run:
    """The first up of the example's stack on a fake whose transient statuses take this many seconds."""
    directory.mkdir()
    with Fake(directory, settle=settle) as fake:
        return example_stack(directory, fake, name=name).up()


@pytest.mark.timed
@pytest.mark.parametrize("name", CHAINS)
def test_up_takes_little_longer_than_scaleway(name: str, tmp_path: Path) -> None:
    # All that is not waiting: the program, the engine and the API, which hashes secret variables.
    without_waits = up_of_example(tmp_path / "immediate", name, settle=0)
    up = up_of_example(tmp_path / "settling", name, settle=SETTLE)
    objects = sum(up.changes.values()) - 1  # Without the stack.

    waited = up.seconds - without_waits.seconds
    assert waited <= CHAINS[name] * SETTLE * 1.15, f"{waited:.1f} s:\n{up.calls}"
    assert up.calls.polls <= 6 * objects, f"{up.calls.polls} polls:\n{up.calls}"
    assert max(up.calls.waits) <= 8, f"polls of each wait: {up.calls.waits}:\n{up.calls}"
    assert len(up.calls) - up.calls.polls <= 2 * objects, f"{len(up.calls)} requests, {objects} objects:\n{up.calls}"
