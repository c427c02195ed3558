"""Somebody who asks a container again and again while a stack is deployed, and keeps what was answered."""

from __future__ import annotations

import threading
from types import TracebackType

from fake import Fake

# Between two requests: often enough that no gap of a deployment is missed, seldom enough to leave the machine to others.
PAUSE = 0.005


class Load:
    """Requests for a host, for as long as the `with` lasts."""

    def __init__(self, fake: Fake, host: str) -> None:
        self.answers: list[tuple[int, str]] = []
        self._fake, self._host = fake, host
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._ask)

    def __enter__(self) -> "Load":
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._stop.set()
        self._thread.join()

    @property
    def failed(self) -> list[tuple[int, str]]:
        """The answers that were not good."""
        return [answer for answer in self.answers if answer[0] != 200]

    @property
    def images(self) -> list[str]:
        """The images that answered, in order, each once for as long as it was the one."""
        images = [image for _, image in self.answers]
        return [image for place, image in enumerate(images) if place == 0 or images[place - 1] != image]

    def _ask(self) -> None:
        # At least once, however quick the deployment is.
        while True:
            status, told = self._fake.ask(self._host, "/")
            self.answers.append((status, told.get("image", told.get("message", ""))))
            if self._stop.wait(PAUSE):
                return
