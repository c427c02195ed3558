"""The time that an up waits for transient statuses, and the number of polls."""

from __future__ import annotations

from pathlib import Path

import pytest

from fake import Fake
from stack import Stack, example_stack

# The duration of transient statuses in the fake.
SETTLE = 3

# The longest chain of dependent waits. In production: the instance, then the container, which needs the address of the
# instance. In development also the access rules between them: the rules and the database of the container lock the
# instance one after the other, and each changes its status.
CHAINS = {"production": 2, "dev": 3}


@pytest.mark.timed
@pytest.mark.parametrize("name", CHAINS)
def test_up_takes_little_longer_than_scaleway(name: str, tmp_path: Path) -> None:
    with Fake(tmp_path, settle=SETTLE) as fake:
        empty = Stack(tmp_path, lambda: None, fake, name=name, project="empty").up()
        stack = example_stack(tmp_path, fake, name=name)
        up = stack.up()
        objects = sum(up.changes.values()) - 1  # Without the stack.

    assert up.seconds <= CHAINS[name] * SETTLE * 1.25 + empty.seconds, f"{up.seconds:.1f} s:\n{up.calls}"
    assert up.calls.polls <= 6 * objects, f"{up.calls.polls} polls:\n{up.calls}"
    assert max(up.calls.waits) <= 8, f"polls of each wait: {up.calls.waits}:\n{up.calls}"
    assert len(up.calls) - up.calls.polls <= 2 * objects, f"{len(up.calls)} requests, {objects} objects:\n{up.calls}"
