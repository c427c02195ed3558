"""gRPC channels of the Pulumi SDK, in a process that runs several commands one after another."""

from __future__ import annotations

import contextvars
from concurrent import futures
from typing import Any

import grpc
import pytest
from google.protobuf import empty_pb2
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc
from pulumi import log
from pulumi.runtime.settings import Settings, reset_options

import stack  # noqa: F401  The import sets gRPC channel options.


class Engine(engine_pb2_grpc.EngineServicer):
    """An engine that accepts log messages."""

    def Log(self, request: engine_pb2.LogRequest, context: grpc.ServicerContext) -> empty_pb2.Empty:
        return empty_pb2.Empty()


def serve(port: int) -> tuple[grpc.Server, int]:
    """Starts an engine at a port of the loopback interface; 0 is any free port."""
    server = grpc.server(futures.ThreadPoolExecutor(max_workers=1))
    engine_pb2_grpc.add_EngineServicer_to_server(Engine(), server)
    port = server.add_insecure_port(f"127.0.0.1:{port}")
    server.start()
    return server, port


def connect(port: int) -> Any:
    """The connection of a program to the engine at a port."""
    return Settings("project", "stack", engine=f"127.0.0.1:{port}").engine


def test_client_connects_to_a_new_engine_on_the_port_of_a_stopped_engine() -> None:
    message = engine_pb2.LogRequest(message="hello")
    first, port = serve(0)
    before = connect(port)
    before.Log(message)
    first.stop(grace=None).wait()
    with pytest.raises(grpc.RpcError):
        before.Log(message)
    second, port = serve(port)
    try:
        connect(port).Log(message)
    finally:
        second.stop(grace=None).wait()


def test_message_to_an_engine_that_ended_does_not_end_the_program() -> None:
    server, port = serve(0)
    server.stop(grace=None).wait()

    def program() -> None:
        reset_options(project="project", stack="stack", engine_address=f"127.0.0.1:{port}")
        log.debug("hello")

    contextvars.copy_context().run(program)
