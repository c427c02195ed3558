"""Somebody who does the same again and again while a stack is deployed, such as to ask a container, and keeps what came of it."""

from __future__ import annotations

import threading
from types import TracebackType
from typing import TYPE_CHECKING

from fake import Fake

if TYPE_CHECKING:
    from typing import Self  # Known to Python from 3.11 on.

class Again:
    """Does something again and again for as long as the `with` lasts: at least once, however quick that is over."""

    # Between two times, in seconds: often enough that no gap of a deployment is missed, seldom enough to leave the machine to others.
    pause = 0.005

    def __init__(self) -> None:
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._go_on)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._stop.set()
        self._thread.join()

    def once(self) -> None:
        """What is done each time."""
        raise NotImplementedError

    def _go_on(self) -> None:
        while True:
            self.once()
            if self._stop.wait(self.pause):
                return


class Load(Again):
    """Requests for a host."""

    def __init__(self, fake: Fake, host: str) -> None:
        super().__init__()
        self.answers: list[tuple[int, str]] = []
        self._fake, self._host = fake, host

    @property
    def failed(self) -> list[tuple[int, str]]:
        """The answers that were not good."""
        return [answer for answer in self.answers if answer[0] != 200]

    @property
    def images(self) -> list[str]:
        """The images that answered, in order, each once for as long as it was the one."""
        images = [image for _, image in self.answers]
        return [image for place, image in enumerate(images) if place == 0 or images[place - 1] != image]

    def once(self) -> None:
        status, told = self._fake.ask(self._host, "/")
        self.answers.append((status, told.get("image", told.get("message", ""))))
