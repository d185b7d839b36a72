"""Ports of the loopback: free, ours, or taken by somebody else."""

import errno
import socket
from contextlib import suppress

import psutil

from mkt_pipeline.errors import StackError


def refuse_taken(port: int, *, piece: str, setting: str) -> None:
    """Refuse a port on which somebody listens already."""
    if is_free(port):
        return
    raise StackError(
        f"port {port} of {piece} is taken{_by_whom(port)}",
        remedy=f"end that program, or set {setting} to another port",
    )


def is_free(port: int) -> bool:
    """Whether a server could listen on this port of 127.0.0.1 now."""
    with socket.socket() as candidate:
        # As servers do: a port that only waits for late packets counts as free.
        candidate.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            candidate.bind(("127.0.0.1", port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                return False
            raise
        return True


def _by_whom(port: int) -> str:
    # Who listens may be asked of one's own processes only, on some systems of none.
    with suppress(psutil.AccessDenied, psutil.NoSuchProcess):
        for connection in psutil.net_connections("tcp"):
            here = connection.laddr and connection.laddr.port == port
            if here and connection.status == psutil.CONN_LISTEN and connection.pid:
                return f" by {psutil.Process(connection.pid).name()} (pid {connection.pid})"
    return ""
