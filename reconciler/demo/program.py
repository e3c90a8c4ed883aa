"""The product itself: the controller in a process of its own, as in a hotel, and other commands beside it."""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import anyio
from anyio.abc import Process

from reconciler.configuration.environment import PREFIX
from reconciler.demo.stage import Stage
from reconciler.demo.telephones import PATIENCE

DRAIN = 15.0
"""Seconds within which the controller ends by itself (contract 2)."""

ASK_EVERY = 0.1
"""Seconds between questions to the controller."""

RECONCILE = Path(sys.executable).with_name("reconcile")


@dataclass(frozen=True, slots=True)
class Answer:
    """What a command printed, and the code that it ended with."""

    text: str
    code: int

    @property
    def data(self) -> Any:
        """The JSON that it printed."""
        return json.loads(self.text)


@dataclass(slots=True)
class Program:
    """Starts and ends the controller of one configuration, and asks it."""

    stage: Stage
    _process: Process | None = None
    _read: int = field(default=0)

    @property
    def ended(self) -> int | None:
        """The code with which the controller ended although nobody had asked it to."""
        return self._process.returncode if self._process is not None else None

    async def start(self) -> None:
        """Start the controller (``reconciler.demo.controller``).

        A session of its own keeps Ctrl-C for the demo, which then ends it in good order.
        """
        with self.stage.log.open("ab") as log:
            self._read = log.tell()
            self._process = await anyio.open_process(
                self._controller(), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=log,
                env=_environment(), start_new_session=True,
            )  # fmt: skip

    async def cut_power(self) -> None:
        """End it as a power failure would: without a chance to tidy up."""
        if self._process is not None:
            process, self._process = self._process, None
            process.kill()
            await process.wait()

    async def stop(self) -> int:
        """End it in good order, however long its calls take; the code with which it ended."""
        process, self._process = self._process, None
        if process is None:
            return 0
        if process.returncode is None:
            process.terminate()
        with anyio.CancelScope(shield=True), anyio.move_on_after(DRAIN):
            return await process.wait()
        process.kill()
        return -1

    async def ask(self, *words: str) -> Answer:
        """Run another command on the same configuration."""
        done = await anyio.run_process(
            self._command(*words), check=False, stdin=subprocess.DEVNULL, env=_environment()
        )
        return Answer(done.stdout.decode(), done.returncode)

    async def health(self) -> dict[str, Any]:
        """What it says of itself at ``/readyz``; nothing while it does not answer."""
        return await anyio.to_thread.run_sync(self._ready)

    async def complaint(self, code: str) -> str | None:
        """What it wants the desk to see to, as soon as it does; None if it does not in time."""
        with anyio.move_on_after(PATIENCE):
            while True:
                for problem in (await self.health()).get("problems", ()):
                    if problem["code"] == code:
                        return str(problem["message"])
                await anyio.sleep(ASK_EVERY)
        return None

    async def down(self, leg: str) -> str | None:
        """What is wrong with one of its legs, as soon as something is; None if nothing is in time."""
        with anyio.move_on_after(PATIENCE):
            while True:
                reason = (await self.health()).get("legs", {}).get(leg, {}).get("reason")
                if reason:
                    return str(reason)
                await anyio.sleep(ASK_EVERY)
        return None

    def _ready(self) -> dict[str, Any]:
        connection = http.client.HTTPConnection(self.stage.desk.removeprefix("http://"), timeout=PATIENCE)
        try:
            connection.request("GET", "/readyz")
            answer: dict[str, Any] = json.load(connection.getresponse())
        except OSError:
            return {}
        else:
            return answer
        finally:
            connection.close()

    def started(self) -> bool:
        """Whether the controller has told, since the news were last read, that it is ready to answer."""
        return any(record["event"] == "started" for record in self.news())

    def last_words(self) -> str:
        """The end of its log."""
        lines = self.stage.log.read_text(encoding="utf-8", errors="replace").splitlines()[-3:]
        return " ".join(" ".join(lines).split())

    def news(self) -> list[dict[str, Any]]:
        """What the controller has logged since the last time."""
        with self.stage.log.open("rb") as log:
            log.seek(self._read)
            lines = log.read()
        whole = lines[: lines.rfind(b"\n") + 1]
        self._read += len(whole)
        return [json.loads(line) for line in whole.splitlines() if line.startswith(b"{")]

    def _controller(self) -> list[str]:
        config, port = str(self.stage.config), str(self.stage.telephones)
        return [sys.executable, "-m", "reconciler.demo.controller", config, port]

    def _command(self, *words: str) -> list[str]:
        return [str(RECONCILE), "--config", str(self.stage.config), *words]


def _environment() -> dict[str, str]:
    """Ours, without settings of a real hotel that would outrank the demo's own."""
    return {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
