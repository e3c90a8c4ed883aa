"""A real PBX and real telephones for the figures of the telephone side, where this machine has them."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.bench.measure import Absent
from tests.conformance.telephones.peers import HOST, Pbx, write_certificates
from tests.conformance.telephones.sipp import Telephone

PEERS = ("kamailio", "sipp")


@contextmanager
def pbx(folder: Path) -> Iterator[Pbx]:
    """A PBX. Absent where this machine has none."""
    for program in PEERS:
        if shutil.which(program, path="/usr/sbin:/usr/bin:/usr/local/bin") is None:
            raise Absent(f"{program} is not installed")
    folder.mkdir()
    write_certificates(folder, addresses=[HOST])
    pbx = Pbx(folder)
    pbx.start()
    try:
        yield pbx
    finally:
        pbx.stop()


@contextmanager
def plugged_in(folder: Path, scenario: str, port: int) -> Iterator[Telephone]:
    """A telephone that does this with every call."""
    telephone = Telephone(folder, scenario, port, arguments=("-rtp_echo",))
    telephone.start()
    try:
        yield telephone
    finally:
        telephone.stop()
