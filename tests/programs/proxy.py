"""A proxy for the fake that injects errors, limits the rate, or holds requests. It supports only HTTP/1.1.

The faults of the fake (fake/src/faults.rs) are defined in advance. The proxy decides when a request arrives, and can return
a server error after the API processed the request.
"""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from dataclasses import dataclass
from types import TracebackType
from typing import Callable
from urllib.parse import urlsplit

# Faults. Those in AFTER happen after the API processed the request.
BEFORE = ("rejected", "429", "500", "502", "503", "cut before")
AFTER = ("cut after", "truncated", "500 after", "504 after")

GATEWAY_PAGE = b"<html><head><title>502 Bad Gateway</title></head><body><center>nginx</center></body></html>"


@dataclass(frozen=True)
class Request:
    """The attributes of a request that a decision may depend on."""

    # From 0, in the order of arrival.
    number: int
    method: str
    path: str
    is_storage: bool


@dataclass(frozen=True)
class Exchange:
    """A request and its status; None if the connection was closed."""

    t: float
    method: str
    path: str
    status: int | None


@dataclass
class Hold:
    """A request without a response until `release` is set; its connection is then closed. `reached` is set when it arrives."""

    after: bool
    reached: threading.Event
    release: threading.Event


# The decision about a request: a fault of BEFORE or AFTER, a hold, or None.
Decision = Callable[[Request], "str | Hold | None"]


class Proxy:
    """A proxy on a free loopback port, as a context manager."""

    def __init__(self, upstream: str, decide: Decision = lambda request: None) -> None:
        address = urlsplit(upstream)
        self._upstream = (address.hostname, address.port)
        self.decide = decide
        self.exchanges: list[Exchange] = []
        self._count = 0
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        server = asyncio.run_coroutine_threadsafe(
            asyncio.start_server(self._serve, "127.0.0.1", 0, limit=1 << 24), self._loop
        ).result()
        self._server = server
        self._address = server.sockets[0].getsockname()
        self._open: set[asyncio.StreamWriter] = set()
        self.url = f"http://127.0.0.1:{self._address[1]}"

    def __enter__(self) -> "Proxy":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def refuse(self, seconds: float) -> None:
        """Closes all connections and refuses new ones for this time in seconds, like an API that restarts."""
        self._loop.call_soon_threadsafe(self._refuse, seconds)

    def _refuse(self, seconds: float) -> None:
        self._server.close()
        for writer in self._open:
            writer.transport.abort()
        # Bound and not listening: the port refuses connections, and no other process can take it.
        port = socket.socket()
        port.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        port.bind(self._address)

        async def listen() -> None:
            self._server = await asyncio.start_server(self._serve, sock=port, limit=1 << 24)

        self._loop.call_later(seconds, lambda: self._loop.create_task(listen()))

    async def _close(self) -> None:
        self._server.close()
        tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        upstream: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
        self._open.add(writer)
        try:
            while (message := await _message(reader)) is not None:
                upstream = upstream or await asyncio.open_connection(*self._upstream, limit=1 << 24)
                if not await self._exchange(message, upstream, writer):
                    break
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # One side closed the connection, so the other is closed too.
        finally:
            self._open.discard(writer)
            for side in (writer, upstream[1] if upstream else None):
                if side is not None:
                    side.transport.abort()

    async def _exchange(
        self,
        message: "_Message",
        upstream: tuple[asyncio.StreamReader, asyncio.StreamWriter],
        writer: asyncio.StreamWriter,
    ) -> bool:
        """Responds to one request; returns whether the connection can be used again."""
        method, path, _ = message.first.split(" ", 2)
        storage = message.headers.get("authorization", "").startswith("AWS4-")
        request = Request(self._count, method, path, storage)
        self._count += 1
        decision = self.decide(request)
        response = None
        if decision is None or decision in AFTER or (isinstance(decision, Hold) and decision.after):
            upstream[1].write(message.raw)
            await upstream[1].drain()
            response = await _message(upstream[0], method)
        if isinstance(decision, Hold):
            decision.reached.set()
            await asyncio.get_running_loop().run_in_executor(None, decision.release.wait)
        status, raw = _response(decision, response, storage)
        self.exchanges.append(Exchange(time.monotonic(), method, path, status))
        writer.write(raw)
        await writer.drain()
        return status is not None and decision != "truncated"


@dataclass
class _Message:
    first: str
    headers: dict[str, str]
    raw: bytes
    body: bytes


def _response(decision: "str | Hold | None", response: _Message | None, storage: bool) -> tuple[int | None, bytes]:
    """The status and the bytes to send."""
    if decision in ("cut before", "cut after") or isinstance(decision, Hold):
        return None, b""
    if decision == "truncated" and response is not None:
        return int(response.first.split(" ")[1]), response.raw[: len(response.raw) - (len(response.body) + 1) // 2]
    if decision is None:
        if response is None:
            return None, b""
        return int(response.first.split(" ")[1]), response.raw
    status = 400 if decision == "rejected" else int(str(decision).split(" ")[0])
    body, kind = b"", "text/plain"
    if status == 400:
        body, kind = b'{"type": "invalid_arguments", "message": "rejected by a test"}', "application/json"
        if storage:
            body, kind = b"<Error><Code>InvalidRequest</Code><Message>rejected by a test</Message></Error>", "application/xml"
    elif status == 502:
        body, kind = GATEWAY_PAGE, "text/html"
    head = f"HTTP/1.1 {status} Test\r\ncontent-type: {kind}\r\ncontent-length: {len(body)}\r\n\r\n"
    return status, head.encode() + body


async def _message(reader: asyncio.StreamReader, of: str = "") -> _Message | None:
    """A request, or the response to a request with the method `of`; None at the end of the connection."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError as end:
        if end.partial:
            raise
        return None
    first, *lines = head.decode("latin-1").rstrip("\r\n").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    body = b""
    if of == "HEAD" or (of and first.split(" ")[1] in ("204", "304")):
        pass
    elif headers.get("transfer-encoding", "").lower() == "chunked":
        while True:
            line = await reader.readuntil(b"\r\n")
            size = int(line.split(b";")[0], 16)
            body += line + await reader.readexactly(size + 2)
            if size == 0:
                break
    else:
        body = await reader.readexactly(int(headers.get("content-length", "0")))
    return _Message(first, headers, head + body, body)


class RateLimit:
    """An API with a rate limit: it responds with 429 to requests above the limit."""

    def __init__(self, per_second: float) -> None:
        self._per_second = per_second
        self._tokens = per_second
        self._at = time.monotonic()

    def __call__(self, request: Request) -> str | None:
        now = time.monotonic()
        self._tokens = min(self._per_second, self._tokens + (now - self._at) * self._per_second)
        self._at = now
        if self._tokens < 1:
            return "429"
        self._tokens -= 1
        return None


class Outage:
    """An API that fails for some seconds, beginning with the first request that `starts` selects; `after` is called before the first request that succeeds again."""

    def __init__(
        self,
        proxy: Proxy,
        fault: str,
        seconds: float,
        starts: Callable[[Request], bool],
        after: Callable[[], None] = lambda: None,
    ) -> None:
        self._proxy, self._fault, self._seconds, self._starts, self._after = proxy, fault, seconds, starts, after
        self._began: float | None = None
        # The number of failed requests, without refused connections.
        self.failed = 0
        self.is_over = False
        proxy.decide = self

    def __call__(self, request: Request) -> str | None:
        now = time.monotonic()
        if self._began is None and self._starts(request):
            self._began = now
            if self._fault == "refused":
                self._proxy.refuse(self._seconds)
        if self._began is None or self.is_over:
            return None
        if now >= self._began + self._seconds:
            self.is_over = True
            self._after()
            return None
        self.failed += 1
        return "cut before" if self._fault == "refused" else self._fault
