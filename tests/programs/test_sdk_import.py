"""The CPU and memory that the import of the Python SDK takes."""

from __future__ import annotations

import subprocess
import sys

import pytest

# The limits: CPU in milliseconds and memory in MiB, in addition to those of `import pulumi`.
MILLISECONDS = 60
MEBIBYTES = 8


@pytest.mark.timed
def test_import_of_the_sdk_is_within_its_limits() -> None:
    milliseconds, mebibytes = cost_of_import(runs=11)
    assert milliseconds < MILLISECONDS
    assert mebibytes < MEBIBYTES


def cost_of_import(*, runs: int) -> tuple[float, float]:
    """The CPU in milliseconds and the peak memory in MiB that `import evalap_scaleway` takes in addition to `import pulumi`.

    The differences of the least values of each, in turn, because other processes only increase them.
    """
    pairs = [(_taken_by("pulumi"), _taken_by("pulumi, evalap_scaleway")) for _ in range(runs)]
    alone, both = ([min(values) for values in zip(*measured)] for measured in zip(*pairs))
    return both[0] - alone[0], both[1] - alone[1]


def _taken_by(modules: str) -> tuple[float, float]:
    peak = "next(int(line.split()[1]) / 1024 for line in open('/proc/self/status') if line.startswith('VmHWM'))"
    program = f"import {modules}, time; print(time.process_time() * 1000, {peak})"
    milliseconds, mebibytes = subprocess.check_output([sys.executable, "-c", program], text=True).split()
    return float(milliseconds), float(mebibytes)
