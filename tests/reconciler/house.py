"""A hotel as its IT person has it: a folder with documents, a Zoom account, and `reconcile` in front of both.

`House` runs a command in this process, which is quick, or as a process of its own; `Service` adds the controller.
"""

import gc
import json
import logging
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import structlog

from fixtures.zoom_cloud import ZoomCloud
from reconciler.cli import main

COMMAND = [sys.executable, "-W", "error", "-c", "from reconciler.cli import main; main()"]
ROOT = Path(__file__).parents[2]
LONG_AGO = 1_000_000_000


@dataclass(frozen=True)
class Ran:
    """What one command printed and its exit code."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Run = Callable[[Sequence[str]], Ran]
"""Runs `reconcile` with these words and waits for its end."""


@dataclass
class House:
    """One hotel's folder, and the command line in front of it."""

    folder: Path
    cloud: ZoomCloud
    url: str
    run: Run
    usual: Mapping[str, Any] = field(default_factory=dict)
    """Settings of every configuration of this hotel."""

    def configure(self, **settings: Any) -> None:
        """Write the configuration, with these settings beside the usual ones; None leaves one out."""
        zoom = {
            "url": self.url, "account_id": self.cloud.account_id, "client_id": self.cloud.client_id,
            "client_secret": self.cloud.client_secret, **self.usual.get("zoom", {}), **settings.get("zoom", {}),
        }  # fmt: skip
        named = {"property": {"name": "Harbour View", "timezone": "America/New_York"}}
        whole = {**named, **self.usual, **settings, "zoom": zoom}
        self._write(
            self.config, json.dumps({name: value for name, value in whole.items() if value is not None})
        )
        self.config.chmod(0o600)  # the secret of Zoom's app is in it

    @property
    def config(self) -> Path:
        return self.folder / "housephone.yaml"

    @property
    def state(self) -> Path:
        return self.folder / "state"

    def document(self, room: object, text: str) -> Path:
        path = self.folder / "rooms" / f"{room}.yaml"
        path.parent.mkdir(exist_ok=True)
        self._write(path, f'room: "{room}"\n{text}\n')
        return path

    def guest(self, room: object, first: str, last: str, more: str = "") -> Path:
        """Check somebody in by file."""
        return self.document(room, f"guests: [{{first: {first}, last: {last}}}]\n{more}")

    def _write(self, path: Path, text: str) -> None:
        """Put a file in its place whole, as a careful program does; it looks old, so nobody waits for its end."""
        new = self.folder / "new.tmp"
        new.write_text(text, encoding="utf-8")
        os.utime(new, (LONG_AGO, LONG_AGO))
        new.replace(path)

    def shown(self, *rooms: int) -> list[str]:
        """The names that telephones show."""
        return [self.cloud.extension(room).display_name for room in rooms]

    def __call__(self, *words: object) -> Ran:
        """Run `reconcile --config … WORDS` and wait for its end."""
        return self.run(self.words(*words))

    def words(self, *words: object) -> list[str]:
        return ["--config", str(self.config), *map(str, words)]


@dataclass
class Service(House):
    """A hotel whose commands are processes of their own, and whose controller answers on ``desk``."""

    desk: str = ""

    def start(self, *words: object) -> subprocess.Popen[str]:
        return started(self.words(*words))

    @contextmanager
    def running(self, *words: str) -> Iterator[subprocess.Popen[str]]:
        """A controller that is ready, and stops at the end if it has not by itself; ``words`` go behind `run`."""
        process = self.start("run", *words)
        try:
            wait_for(lambda: self.get("/readyz")[0] == 200, process)
            yield process
        finally:
            if process.poll() is None:
                process.terminate()
                process.communicate(timeout=20)
            for pipe in (process.stdout, process.stderr):
                assert pipe is not None
                pipe.close()

    def get(self, path: str) -> tuple[int, str]:
        """A page of the desk; 0 while nobody answers."""
        try:
            with urllib.request.urlopen(f"http://{self.desk}{path}", timeout=5) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode()
        except OSError:
            return 0, ""

    def lists_read(self) -> int:
        return sum(call.path == "/users" for call in list(self.cloud.calls))

    def patches(self) -> int:
        return sum(call.method == "PATCH" for call in list(self.cloud.calls))


def free_address() -> str:
    """Where a controller may answer."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{probe.getsockname()[1]}"


def in_this_process(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run commands here, with what they print taken from pytest."""

    def run(words: Sequence[str]) -> Ran:
        capsys.readouterr()
        monkeypatch.setattr(sys, "argv", ["reconcile", *words])
        handlers = logging.root.handlers[:]
        with pytest.raises(SystemExit) as left:
            main()
        # What the end of a process would undo: handlers write to what pytest closes, and garbage would stay.
        logging.root.handlers[:] = handlers
        structlog.reset_defaults()
        gc.enable()
        printed = capsys.readouterr()
        assert isinstance(left.value.code, int)
        return Ran(left.value.code, printed.out, printed.err)

    return run


def started(words: Sequence[str]) -> subprocess.Popen[str]:
    """A process that runs a command; nothing of this machine's own settings reaches it."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("HOUSEPHONE_")}
    return subprocess.Popen(
        [*COMMAND, *words],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT, env=kept, stdin=subprocess.DEVNULL,
    )  # fmt: skip


def ended(process: subprocess.Popen[str], *, within: float = 30.0) -> Ran:
    """What a process printed until its end."""
    out, err = process.communicate(timeout=within)
    return Ran(process.returncode, out, err)


def wait_for(true: Callable[[], object], process: subprocess.Popen[Any], *, within: float = 45.0) -> None:
    """Wait until something has come true while a process runs."""
    end = time.monotonic() + within
    while not true():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < end, "it did not come true"
        time.sleep(0.03)
