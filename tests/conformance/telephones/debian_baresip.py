"""Debian's baresip: a telephone that speaks TLS and takes no call without SRTP. It hums a tone."""

import subprocess
import wave
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Final

from tests.conformance.telephones.peers import HOST, PASSWORD, Pbx, free_port, needed

_USERS: Final = count(9100)
MODULES: Final = Path("/usr/lib/baresip/modules")


@dataclass
class EncryptedTelephone:
    """It registers as this user, and picks up by itself; with ``dials`` it calls this extension."""

    folder: Path
    pbx: Pbx
    user: str = field(default_factory=lambda: str(next(_USERS)))
    dials: str = ""
    port: int = field(default_factory=free_port)

    def start(self) -> None:
        """Plug it in."""
        home = self.folder / self.user
        home.mkdir()
        with wave.open(str(home / "hum.wav"), "wb") as hum:
            hum.setnchannels(1)
            hum.setsampwidth(2)
            hum.setframerate(8000)
            hum.writeframes((b"\x00\x30" * 10 + b"\x00\xd0" * 10) * 8_000)
        (home / "config").write_text(
            f"""poll_method epoll
sip_listen {HOST}:{self.port}
sip_cafile {self.pbx.folder / "ca.pem"}
audio_source aufile,{home / "hum.wav"}
audio_player aufile,{home / "heard.wav"}
module_path {MODULES}
module g711.so
module srtp.so
module aufile.so
module_app account.so
module_app menu.so
""",
            encoding="ascii",
        )
        (home / "accounts").write_text(
            f"<sip:{self.user}@{HOST}:{self.pbx.tls_port};transport=tls>"
            f';auth_pass="{PASSWORD}";mediaenc=srtp-mand;answermode=auto;regint=60\n',
            encoding="ascii",
        )
        (home / "contacts").touch()
        commands = (
            ["-e", f"/dial sip:{self.dials}@{HOST}:{self.pbx.tls_port};transport=tls"] if self.dials else []
        )
        with (home / "log").open("wb") as log:
            self.process = subprocess.Popen(
                [needed("baresip"), "-f", home, "-n", HOST, *commands],
                stdout=log, stderr=log, stdin=subprocess.DEVNULL,
            )  # fmt: skip

    def stop(self) -> None:
        """Unplug it."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(timeout=5)

    def log(self) -> str:
        """What it says of itself."""
        return (self.folder / self.user / "log").read_text(encoding="utf-8", errors="replace")
