"""The pytest plugin: the fixture `scaleway`. pytest loads it if the package is installed."""

from __future__ import annotations

from typing import Iterator

import pytest

from scaleway_fake import Fake


@pytest.fixture
def scaleway(monkeypatch: pytest.MonkeyPatch) -> Iterator[Fake]:
    """A fake Scaleway for one test. Its environment variables are set during the test."""
    with Fake() as fake:
        for name, value in fake.environment.items():
            monkeypatch.setenv(name, value)
        yield fake
