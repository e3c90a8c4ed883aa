"""Real telephones and a real PBX on loopback: kamailio, sipp, and a certificate authority of our own."""

import contextlib
import datetime as dt
import ipaddress
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

HERE: Final = Path(__file__).parent
HOST: Final = "127.0.0.1"
PASSWORD: Final = "open sesame"
MODULES: Final = (
    "/usr/lib/x86_64-linux-gnu/kamailio/modules/",
    "/usr/lib/aarch64-linux-gnu/kamailio/modules/",
)
STARTS_WITHIN: Final = 10.0
PORTS: Final = (10_000, 20_000)
MEDIA: Final = (20_000, 30_000)
_given: set[int] = set()


def needed(program: str) -> str:
    """Where a peer is; the test is skipped without it."""
    path = shutil.which(program, path="/usr/sbin:/usr/bin:/usr/local/bin")
    if path is None:
        pytest.skip(f"{program} is not installed")
    return path


def free_port(width: int = 1) -> int:
    """The first of so many ports in a row that are free for UDP and TCP, five digits long, and given once."""
    while True:
        port = random.randrange(*_own(PORTS))  # noqa: S311 - no secret
        row = range(port, port + width)
        if _given.isdisjoint(row) and all(map(_is_free, row)):
            _given.update(row)
            return port


def _is_free(port: int) -> bool:
    with socket.socket() as stream, socket.socket(type=socket.SOCK_DGRAM) as datagram:
        try:
            stream.bind((HOST, port))
            datagram.bind((HOST, port))
        except OSError:
            return False
    return True


def free_range(length: int) -> tuple[int, int]:
    """Ports for media that nobody uses, below those which the system gives out by itself."""
    low, high = _own(MEDIA)
    low += 2 * length * (len(_given) % ((high - low) // (2 * length)))
    _given.add(-low)
    return low, low + length - 1


def _own(ports: tuple[int, int]) -> tuple[int, int]:
    """The quarter that this process has: up to four run tests side by side."""
    low, high = ports
    quarter = (high - low) // 4
    low += quarter * (int(os.environ.get("PYTEST_XDIST_WORKER", "gw0")[2:]) % 4)
    return low, low + quarter


def write_certificates(folder: Path, names: Iterable[str] = (), addresses: Iterable[str] = ()) -> None:
    """An authority (ca.pem) and the PBX's certificate by it (pbx.pem, pbx.key), for these names and addresses."""
    now = dt.datetime.now(dt.UTC)
    authority, own = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    issuer = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Harbour View test authority")])

    def certificate(subject: str, key: ec.EllipticCurvePublicKey) -> x509.CertificateBuilder:
        return (
            x509.CertificateBuilder()
            .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, subject)]))
            .issuer_name(issuer)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - dt.timedelta(days=1))
            .not_valid_after(now + dt.timedelta(days=2))
        )

    root = certificate("Harbour View test authority", authority.public_key())
    root = root.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    alternatives: list[x509.GeneralName] = [x509.DNSName(name) for name in names]
    alternatives += [x509.IPAddress(ipaddress.ip_address(address)) for address in addresses]
    leaf = certificate("pbx", own.public_key())
    leaf = leaf.add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
    pem = serialization.Encoding.PEM
    (folder / "ca.pem").write_bytes(root.sign(authority, hashes.SHA256()).public_bytes(pem))
    (folder / "pbx.pem").write_bytes(leaf.sign(authority, hashes.SHA256()).public_bytes(pem))
    (folder / "pbx.key").write_bytes(
        own.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )


@dataclass
class Pbx:
    """kamailio as registrar and proxy. Its log tells who has registered."""

    folder: Path
    expires: int = 3600
    algorithm: str = "MD5"
    script: str = ""
    """Lines of its own language that come first for every request."""
    port: int = field(default_factory=free_port)
    tls_port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, and wait until it listens."""
        values = {
            "modules": next((path for path in MODULES if Path(path).is_dir()), MODULES[0]),
            "port": str(self.port), "tls_port": str(self.tls_port), "folder": str(self.folder),
            "expires": str(self.expires), "algorithm": self.algorithm, "password": PASSWORD, "script": self.script,
        }  # fmt: skip
        text = (HERE / "kamailio.cfg").read_text(encoding="utf-8")
        path = self.folder / "kamailio.cfg"
        path.write_text(re.sub(r"@(\w+)@", lambda match: values[match[1]], text), encoding="utf-8")
        run = self.folder / "run"
        run.mkdir(exist_ok=True)
        with (self.folder / "kamailio.log").open("ab") as log:
            self.process = subprocess.Popen(
                [needed("kamailio"), "-f", path, "-DD", "-E", "-Y", run, "-m", "32", "-M", "8"],
                stdout=log, stderr=log, stdin=subprocess.DEVNULL, start_new_session=True,
            )  # fmt: skip
        end = time.monotonic() + STARTS_WITHIN
        while True:
            with contextlib.suppress(OSError), socket.create_connection((HOST, self.tls_port), timeout=1):
                return
            assert self.process.poll() is None, self.log()
            assert time.monotonic() < end, self.log()
            time.sleep(0.02)

    def kill(self) -> None:
        """Let it vanish without a word to anybody."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """Stop it in good order."""
        self._end(signal.SIGTERM)

    def log(self) -> str:
        """All that it has said since its first start."""
        return (self.folder / "kamailio.log").read_text(encoding="utf-8", errors="replace")

    def registrations(self, user: str) -> list[int]:
        """The validity in seconds that each REGISTER of a user asked for; 0 gives one back."""
        return [int(each) for each in re.findall(rf"REGISTERED {user} .*?expires=(\d+)", self.log())]

    def _end(self, how: signal.Signals) -> None:
        if self.process is not None and self.process.poll() is None:
            # Its children are a group of their own, led by the process that we started.
            os.killpg(self.process.pid, how)
            self.process.wait(timeout=5)
