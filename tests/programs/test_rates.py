"""An API with a rate limit is used efficiently, and random errors do not fail a deployment."""

from __future__ import annotations

from pathlib import Path

import pytest

from rates import Measured, at_rate, deploy

# The maximum share of responses with 429, and the maximum time as a multiple of the ideal one.
LIMITS = {5: (0.02, 1.5), 1: (0.10, 1.2)}


def holds(measured: Measured) -> bool:
    share, factor = LIMITS[int(measured.per_second)]
    return measured.share <= share and measured.factor <= factor


# Long enough that the first measurement of the rate has little effect.
@pytest.mark.timed
@pytest.mark.parametrize(("per_second", "resources"), [(5, 200), (1, 40)])
def test_rate_limit_is_measured_with_few_429_responses(per_second: int, resources: int, tmp_path: Path) -> None:
    measured = at_rate(tmp_path, per_second, resources)
    assert holds(measured), f"{measured}: {measured.share:.1%} of 429, {measured.factor:.2f} times the ideal time"


@pytest.mark.parametrize("seed", range(4))
def test_deployments_succeed_although_one_request_in_thirty_fails(seed: int, tmp_path: Path) -> None:
    # More faults than the one in a hundred of `make reliability`, because there are fewer deployments.
    deployments = [deploy(tmp_path / str(number), 10 * seed + number, 1 / 30) for number in range(2)]
    wrong = [deployment for deployment in deployments if not deployment.succeeded]
    assert wrong == []
