"""Connections are looked for among all that the process has open, and looking leaves nothing more of it."""

import os
import socket
from pathlib import Path

from drivers.sip.baresip.sockets import alive


def open_files() -> int:
    return len(os.listdir("/dev/fd"))  # noqa: PTH208 - links that lead nowhere


def test_a_look_at_the_connections_leaves_nothing_open(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    with (tmp_path / "log").open("w"), socket.socket(), socket.socket(type=socket.SOCK_DGRAM):
        before = open_files()
        for _ in range(5):
            alive(5061)
        assert open_files() == before
    os.close(reading)
    os.close(writing)


def test_a_connection_is_alive_until_its_other_end_closes_it() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        assert not alive(port)
        with socket.create_connection(("127.0.0.1", port)) as ours:
            theirs, _ = server.accept()
            assert alive(port)
            theirs.close()
            ours.recv(1)
            assert not alive(port)
