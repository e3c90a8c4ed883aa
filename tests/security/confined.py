"""Runs a command as the unit for systemd would, where there is no systemd: in a container, on a developer's machine.

    sudo .venv/bin/python -m tests.security.confined STATE COMMAND…

Needs root to begin with, Linux, ``systemd-analyze`` and libseccomp. The command is nobody then, without capabilities;
everything but the folder STATE (which also takes scratch files) is read-only; it sees its own processes only, opens
sockets of the unit's families only, makes no calls to the kernel but the unit's, and no memory that is written and
then run. The interpreter must be readable for others.
"""

from __future__ import annotations

import ctypes
import os
import resource
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

UNIT: Final = Path(__file__).parents[2] / "packaging" / "systemd" / "housephone.service"
NOBODY: Final = 65534

_NEW_MOUNTS: Final = 0x00020000  # CLONE_NEWNS
_NEW_SPACES: Final = 0x7E020000  # every CLONE_NEW…
_DROP_CAPABILITY: Final = 24  # PR_CAPBSET_DROP
_NO_NEW_PRIVILEGES: Final = 38  # PR_SET_NO_NEW_PRIVS
_CAPABILITIES: Final = 41
_ALLOW: Final = 0x7FFF0000
_EPERM: Final = 0x00050001
_ENOSYS: Final = 0x00050026
_EQUAL: Final = 4
_MASKED: Final = 7  # both of enum scmp_compare
_WRITE_AND_RUN: Final = 6
_RUN: Final = 4  # both of PROT_…
_REFUSED: Final = frozenset({"unshare", "setns", "personality"})


class _Comparison(ctypes.Structure):
    """What an argument of a call must be (struct scmp_arg_cmp)."""

    _fields_ = (
        ("argument", ctypes.c_uint), ("operation", ctypes.c_int), ("first", ctypes.c_uint64),
        ("second", ctypes.c_uint64),
    )  # fmt: skip


def settings() -> dict[str, list[str]]:
    """What the unit says of its service, with every line of those that stand several times."""
    found: dict[str, list[str]] = {}
    for line in UNIT.read_text(encoding="utf-8").partition("[Service]")[2].splitlines():
        name, equals, value = line.partition("=")
        if equals and not line.startswith("#"):
            found.setdefault(name, []).append(value)
    return found


def calls(filters: Sequence[str]) -> set[str]:
    """The system calls that are left by lines of SystemCallFilter, as this machine's systemd knows its groups."""
    shown = subprocess.run(
        ["systemd-analyze", "syscall-filter", "--no-pager"],  # noqa: S607 - whichever there is
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    groups = {
        block.split(maxsplit=1)[0]: [
            line.strip() for line in block.splitlines()[1:] if not line.strip().startswith("#")
        ]
        for block in shown.split("\n\n")
        if block.startswith("@")
    }
    left: set[str] = set()
    for line in filters:
        names = set(_spread(line.removeprefix("~").split(), groups))
        left = left - names if line.startswith("~") else left | names
    return left


def _spread(names: Sequence[str], groups: Mapping[str, Sequence[str]]) -> Iterator[str]:
    for name in filter(None, names):
        yield from _spread(groups[name], groups) if name.startswith("@") else (name,)


def _mount(*words: str | Path) -> None:
    subprocess.run(["mount", *words], check=True, stderr=subprocess.DEVNULL)  # noqa: S607


def see_little(state: Path) -> None:
    """ProtectSystem=strict, ProtectProc=invisible, ProcSubset=pid."""
    if ctypes.CDLL(None).unshare(_NEW_MOUNTS):
        sys.exit("needs root")
    _mount("--make-rprivate", "/")
    _mount("--bind", state, state)
    places = [
        line.split()[4] for line in Path("/proc/self/mountinfo").read_text(encoding="utf-8").splitlines()
    ]
    for place in reversed(places):
        if place != str(state) and not place.startswith(("/proc", "/sys", "/dev")):
            _mount("-o", "remount,bind,ro,nosuid", place)
    _mount("-t", "proc", "-o", "hidepid=invisible,subset=pid", "proc", "/proc")


def be_nobody(state: Path) -> None:
    """User, CapabilityBoundingSet, NoNewPrivileges, UMask, LimitCORE."""
    os.chown(state, NOBODY, NOBODY)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.umask(0o077)
    kernel = ctypes.CDLL(None)
    for capability in range(_CAPABILITIES):
        kernel.prctl(_DROP_CAPABILITY, capability, 0, 0, 0)
    os.setgroups([])
    os.setgid(NOBODY)
    os.setuid(NOBODY)
    kernel.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0)


class _Filter:
    """A filter of system calls by libseccomp: what is not allowed fails with EPERM."""

    def __init__(self) -> None:
        self._library = ctypes.CDLL("libseccomp.so.2")
        self._library.seccomp_init.restype = ctypes.c_void_p
        self._context = ctypes.c_void_p(self._library.seccomp_init(ctypes.c_uint32(_EPERM)))

    def rule(self, name: str, *only: _Comparison, answer: int = _ALLOW) -> None:
        """Allow a call, only with an argument like that; one that this machine does not have is left out."""
        number = self._library.seccomp_syscall_resolve_name(name.encode())
        arguments: Any = (_Comparison * len(only))(*only) if only else None
        self._library.seccomp_rule_add_array(
            self._context, ctypes.c_uint32(answer), number, len(only), arguments
        )

    def load(self) -> None:
        """From now on."""
        if self._library.seccomp_load(self._context):
            sys.exit("the filter of system calls cannot be loaded")


def call_little(allowed: set[str], families: Sequence[str]) -> None:
    """SystemCallFilter, RestrictAddressFamilies, RestrictNamespaces, MemoryDenyWriteExecute."""
    filter_ = _Filter()
    for name in sorted(allowed - _REFUSED):
        match name:
            case "socket":
                for family in families:
                    filter_.rule(name, _Comparison(0, _EQUAL, getattr(socket, family), 0))
            case "clone":
                filter_.rule(name, _Comparison(0, _MASKED, _NEW_SPACES, 0))
            case "clone3":  # its flags cannot be looked at; libraries fall back to clone
                filter_.rule(name, answer=_ENOSYS)
            case "mmap":
                for ways in (0, 2, 4):
                    filter_.rule(name, _Comparison(2, _MASKED, _WRITE_AND_RUN, ways))
            case "mprotect" | "pkey_mprotect":
                filter_.rule(name, _Comparison(2, _MASKED, _RUN, 0))
            case _:
                filter_.rule(name)
    filter_.load()


def main() -> None:
    """Confine this process, and become the command."""
    state, command, unit = Path(sys.argv[1]).resolve(), sys.argv[2:], settings()
    allowed = calls(unit["SystemCallFilter"])
    see_little(state)
    be_nobody(state)
    call_little(allowed, unit["RestrictAddressFamilies"][-1].split())
    os.environ.update(HOME="/nonexistent", TMPDIR=str(state))
    os.chdir(state)
    os.execvp(command[0], command)  # noqa: S606 - what this is for


if __name__ == "__main__":
    main()
