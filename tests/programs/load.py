"""Actions that a thread repeats while a stack is deployed, such as requests to a container, with their results."""

from __future__ import annotations

import threading
from types import TracebackType
from typing import TYPE_CHECKING

from fake import Fake

if TYPE_CHECKING:
    from typing import Self  # Available in Python 3.11 and later.

class Repeated:
    """Repeats an action in a thread, as a context manager: at least once."""

    # Pause in seconds: short enough to detect every interruption, and long enough to leave CPU time to others.
    pause = 0.005

    def __init__(self) -> None:
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._stop.set()
        self._thread.join()

    def once(self) -> None:
        """The repeated action."""
        raise NotImplementedError

    def _run(self) -> None:
        while True:
            self.once()
            if self._stop.wait(self.pause):
                return


class Load(Repeated):
    """Requests to a host."""

    def __init__(self, fake: Fake, host: str) -> None:
        super().__init__()
        self.responses: list[tuple[int, str]] = []
        self._fake, self._host = fake, host

    @property
    def failed(self) -> list[tuple[int, str]]:
        """The responses with a status other than 200."""
        return [response for response in self.responses if response[0] != 200]

    @property
    def images(self) -> list[str]:
        """The images that responded, in order, without consecutive duplicates."""
        images = [image for _, image in self.responses]
        return [image for place, image in enumerate(images) if place == 0 or images[place - 1] != image]

    def once(self) -> None:
        status, body = self._fake.request_container(self._host, "/")
        self.responses.append((status, body.get("image", body.get("message", ""))))
