"""A real PostgreSQL for tests: a server of their own, in a folder of its own, which can be stopped and started."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final
from uuid import uuid4

import psycopg

HOST: Final = "127.0.0.1"
SERVANTS: Final = ("postgres", "nobody")
"""Whom the server runs as where we are root: it refuses to."""
QUICK: Final = (
    "fsync=off",
    "full_page_writes=off",
    "max_wal_size=64MB",
    "shared_buffers=16MB",
    "max_connections=60",
)
STARTS_WITHIN: Final = 60.0


def binary(name: str) -> str | None:
    """A program of PostgreSQL, on the path or where Debian has those of its newest; None where there is none."""
    for folder in sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=_version, reverse=True):
        if (folder / name).exists():
            return str(folder / name)
    return shutil.which(name)


def _version(folder: Path) -> int:
    number = folder.parent.name
    return int(number) if number.isdecimal() else 0


class Server:
    """One server. ``stop`` and ``start`` as somebody does who restarts it; ``freeze`` as a machine that hangs."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        with socket.create_server((HOST, 0)) as free:
            self.port: int = free.getsockname()[1]

    def make(self) -> None:
        """Lay the files out."""
        self._folder.mkdir()
        shutil.chown(self._folder, _servant())
        made = ("--auth=trust", "--username=housephone", "--no-sync", "--no-locale", "--encoding=UTF8")
        subprocess.run(
            [_needed("initdb"), "--pgdata", self._folder / "data", *made],
            check=True, capture_output=True, cwd="/", **_identity(),
        )  # fmt: skip

    def start(self) -> None:
        """Start, and wait until it answers."""
        options = (f"listen_addresses={HOST}", f"port={self.port}", f"unix_socket_directories={self._folder}")
        settings = [word for option in (*options, *QUICK) for word in ("-c", option)]
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [_needed("postgres"), "-D", self._folder / "data", *settings],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd="/", **_identity(),
            )  # fmt: skip
        end = time.monotonic() + STARTS_WITHIN
        while not self.answers():
            assert self._process.poll() is None, (self._folder / "log").read_text()
            assert time.monotonic() < end, (self._folder / "log").read_text()
            time.sleep(0.02)

    def answers(self) -> bool:
        """Whether it takes connections."""
        try:
            psycopg.connect(self.url("postgres"), connect_timeout=5).close()
        except psycopg.OperationalError:
            return False
        return True

    def stop(self) -> None:
        """Stop, without waiting for clients."""
        self._send(signal.SIGINT)
        assert self._process is not None
        self._process.wait(30)

    def freeze(self) -> None:
        """Let none of it go on; the kernel still takes what is sent to it."""
        for pid in self._all():
            os.kill(pid, signal.SIGSTOP)

    def thaw(self) -> None:
        """Let all of it go on."""
        for pid in self._all():
            os.kill(pid, signal.SIGCONT)

    def _all(self) -> list[int]:
        assert self._process is not None
        children = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children").read_text(
            encoding="ascii"
        )
        return [self._process.pid, *map(int, children.split())]

    def _send(self, number: signal.Signals) -> None:
        assert self._process is not None
        self._process.send_signal(number)

    def url(self, database: str) -> str:
        """The address of a database, as ``database:`` has it."""
        return f"postgresql://housephone@{HOST}:{self.port}/{database}"

    def sql(self, statement: str, *values: Any, database: str = "postgres") -> list[tuple[Any, ...]]:
        """Run one statement, and answer its rows."""
        with psycopg.connect(self.url(database), autocommit=True) as connection:
            cursor = connection.execute(statement, values)
            return cursor.fetchall() if cursor.description else []

    def emptied(self) -> str:
        """The address of a database in which nothing is stored any more: quicker than one that is new."""
        self.sql("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
        return self.url("postgres")

    @contextmanager
    def database(self) -> Iterator[str]:
        """A database in which nothing was ever stored: its address, while inside."""
        name = f"housephone_{uuid4().hex}"
        self.sql(f"CREATE DATABASE {name}")
        try:
            yield self.url(name)
        finally:
            self.sql(f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def pooled(server: Server) -> Iterator[int]:
    """A pooler in front of it that gives every transaction another server process: its port, while inside."""
    found = shutil.which("pgbouncer", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if found is None:
        raise FileNotFoundError("pgbouncer")
    with (
        TemporaryDirectory(prefix="housephone-pgbouncer-") as folder,
        socket.create_server((HOST, 0)) as free,
    ):
        port: int = free.getsockname()[1]
        free.close()
        settings, users = Path(folder) / "pgbouncer.ini", Path(folder) / "users"
        users.write_text('"housephone" ""\n')
        settings.write_text(
            f"[databases]\n* = host={HOST} port={server.port}\n[pgbouncer]\nlisten_addr = {HOST}\n"
            f"listen_port = {port}\nunix_socket_dir =\npool_mode = transaction\nserver_round_robin = 1\n"
            f"default_pool_size = 4\nauth_type = trust\nauth_file = {users}\n"
        )
        for path in (Path(folder), settings, users):
            path.chmod(0o755)
        with subprocess.Popen(
            [found, "--quiet", settings], stdin=subprocess.DEVNULL, cwd="/", **_identity()
        ) as process:
            try:
                _until_it_listens(port)
                yield port
            finally:
                process.terminate()


def _until_it_listens(port: int) -> None:
    end = time.monotonic() + STARTS_WITHIN
    while True:
        try:
            socket.create_connection((HOST, port), timeout=1).close()
        except OSError:
            assert time.monotonic() < end
            time.sleep(0.02)
        else:
            return


@contextmanager
def running() -> Iterator[Server]:
    """A server while inside. FileNotFoundError where the machine has none."""
    # Not below pytest's folders: those are closed to whom the server runs as.
    with TemporaryDirectory(prefix="housephone-postgres-") as folder:
        Path(folder).chmod(0o755)
        server = Server(Path(folder) / "server")
        server.make()
        server.start()
        try:
            yield server
        finally:
            server.stop()


def _needed(name: str) -> str:
    found = binary(name)
    if found is None:
        raise FileNotFoundError(name)
    return found


def _servant() -> str:
    if os.geteuid() != 0:
        return pwd.getpwuid(os.geteuid()).pw_name
    known = {each.pw_name for each in pwd.getpwall()}
    return next(name for name in SERVANTS if name in known)


def _identity() -> dict[str, Any]:
    if os.geteuid() != 0:
        return {}
    servant = pwd.getpwnam(_servant())
    return {"user": servant.pw_uid, "group": servant.pw_gid, "extra_groups": []}
