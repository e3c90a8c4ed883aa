"""Debian's baresip: a telephone that speaks TLS and takes no call without SRTP. It hums a tone.

What it is told (dial, answer, press a key) goes over its control socket, by which it also tells what happens.
"""

import json
import socket
import struct
import subprocess
import time
import wave
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any, Final

from tests.conformance.telephones.peers import HOST, PASSWORD, STARTS_WITHIN, Pbx, free_port, needed

_USERS: Final = count(9100)
MODULES: Final = Path("/usr/lib/baresip/modules")
BETWEEN_KEYS: Final = 0.3
"""Seconds, as long as somebody takes who keys a number that he knows."""
SECONDS_OF_HUM: Final = 60
A_SECOND: Final = 8_000
"""Samples."""


@dataclass
class EncryptedTelephone:
    """It registers as this user. It picks up by itself unless it ``waits`` to be told what to do about a call."""

    folder: Path
    pbx: Pbx
    user: str = field(default_factory=lambda: str(next(_USERS)))
    waits: bool = False
    events: list[dict[str, Any]] = field(default_factory=list)
    """What it has told so far."""

    def start(self) -> None:
        """Plug it in, and wait until it is registered."""
        home = self.folder / self.user
        home.mkdir()
        with wave.open(str(home / "hum.wav"), "wb") as hum:
            hum.setnchannels(1)
            hum.setsampwidth(2)
            hum.setframerate(8000)
            hum.writeframes((b"\x00\x30" * 10 + b"\x00\xd0" * 10) * (SECONDS_OF_HUM * 8_000 // 20))
        control = free_port()
        (home / "config").write_text(
            f"""poll_method epoll
sip_listen {HOST}:0
sip_cafile {self.pbx.folder / "ca.pem"}
audio_source aufile,{home / "hum.wav"}
audio_player aufile,{home / "heard.wav"}
module_path {MODULES}
module g711.so
module srtp.so
module aufile.so
module sndfile.so
snd_path {home}
module_app account.so
module_app menu.so
module_app ctrl_tcp.so
ctrl_tcp_listen {HOST}:{control}
""",
            encoding="ascii",
        )
        answers = "manual" if self.waits else "auto"
        (home / "accounts").write_text(
            f"<sip:{self.user}@{HOST}:{self.pbx.tls_port};transport=tls>"
            f';auth_pass="{PASSWORD}";mediaenc=srtp-mand;answermode={answers};regint=60\n',
            encoding="ascii",
        )
        (home / "contacts").touch()
        known = len(self.pbx.registrations(self.user))
        with (home / "log").open("wb") as log:
            self.process = subprocess.Popen(
                [needed("baresip"), "-f", home, "-n", HOST], stdout=log, stderr=log, stdin=subprocess.DEVNULL
            )
        end = time.monotonic() + STARTS_WITHIN
        while len(self.pbx.registrations(self.user)) == known:
            assert self.process.poll() is None, self.log()
            assert time.monotonic() < end, self.log()
            time.sleep(0.02)
        self._control = socket.create_connection((HOST, control), timeout=STARTS_WITHIN)
        self._unread = b""

    def stop(self) -> None:
        """Unplug it."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(timeout=5)
        if hasattr(self, "_control"):
            self._control.close()

    def dial(self, extension: str) -> None:
        """Call this extension."""
        self._do("dial", f"sip:{extension}@{HOST}:{self.pbx.tls_port};transport=tls")

    def decline(self) -> None:
        """Say that it is busy."""
        self._do("hangup")

    def hang_up(self) -> None:
        """Put the handset down."""
        self._do("hangup")

    def speaks(self, seconds: float) -> None:
        """Hum into the handset for so long."""
        time.sleep(seconds)

    def press(self, keys: str) -> None:
        """Press these keys, one after the other."""
        for key in keys:
            time.sleep(BETWEEN_KEYS)
            self._do("sndcode", key)

    def wait_for(self, event: str, within: float = 20) -> dict[str, Any]:
        """The first event of this type that has been told since the last one that was waited for."""
        end = time.monotonic() + within
        while True:
            self._control.settimeout(max(end - time.monotonic(), 0.01))
            told = self._next()
            self.events.append(told)
            if told.get("type") == event:
                return told

    def heard_a_hum(self) -> bool:
        """Whether the tone that these telephones hum was heard, a second of it, in a call that is over."""
        recorded = (path.read_bytes()[44:] for path in (self.folder / self.user).glob("dump-*-dec.wav"))
        samples = (each for sound in recorded for (each,) in struct.iter_unpack("<h", sound))
        hummed: int = sum(11_000 < abs(each) < 13_500 for each in samples)
        return hummed > A_SECOND

    def was_encrypted(self) -> bool:
        """Whether sound went to and fro in SRTP."""
        return "SRTP is Enabled" in self.log()

    def log(self) -> str:
        """What it says of itself."""
        return (self.folder / self.user / "log").read_text(encoding="utf-8", errors="replace")

    def _do(self, command: str, params: str = "") -> None:
        text = json.dumps({"command": command, "params": params})
        self._control.sendall(f"{len(text)}:{text},".encode())

    def _next(self) -> dict[str, Any]:
        """One message of the control socket: a length, a colon, JSON and a comma."""
        while True:
            length, colon, rest = self._unread.partition(b":")
            if colon and len(rest) > int(length):
                self._unread = rest[int(length) + 1 :]
                told: dict[str, Any] = json.loads(rest[: int(length)])
                return told
            more = self._control.recv(65536)
            assert more, self.log()
            self._unread += more
