"""A port is refused only where somebody listens on it."""

import socket

import pytest

from mkt_pipeline.errors import StackError
from mkt_pipeline.stack.ports import is_free, refuse_taken


def test_a_free_port_is_accepted(free_port):
    port = free_port()

    refuse_taken(port, piece="mlflow", setting="MKT_MLFLOW_PORT")

    assert is_free(port)


@pytest.mark.parametrize("interface", ["127.0.0.1", "0.0.0.0"])
def test_a_taken_port_is_refused_with_the_setting_to_change(interface):
    with socket.socket() as server:
        server.bind((interface, 0))
        server.listen()
        port = server.getsockname()[1]

        with pytest.raises(
            StackError, match=rf"port {port} of mlflow .* MKT_MLFLOW_PORT"
        ) as caught:
            refuse_taken(port, piece="mlflow", setting="MKT_MLFLOW_PORT")

    assert "(pid " in caught.value.problem


def test_a_port_that_was_closed_a_moment_ago_is_free():
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)):
            server.accept()[0].close()

    assert is_free(port)
