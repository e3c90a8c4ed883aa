"""What is in memory stays there: no traceback with words, no core file, nothing for other programs of the machine."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from drivers.sip.process import COMMAND, _without_settings
from reconciler.faults import told

GUEST, SECRET = "Souza", "hunter2"

FAULTS = """
import asyncio, logging, sys
from reconciler.configuration.settings import Settings
from reconciler.logs import configure_logs, logger

def check_in(guest, secret):
    raise ValueError(f"{guest} cannot be checked in with {secret}")

async def forgotten():
    check_in("Sou" + "za", "hunter" + "2")

async def forget():
    task = asyncio.create_task(forgotten())
    await asyncio.wait([task])

for at_a_terminal in (True, False):
    sys.stderr.isatty = lambda: at_a_terminal
    hotel = {"name": "Harbour View", "timezone": "America/New_York"}
    configure_logs(Settings.model_validate({"property": hotel, "state": sys.argv[1]}), debug=False)
    try:
        check_in("Sou" + "za", "hunter" + "2")
    except ValueError:
        logging.getLogger("housephone.voice").exception("a call broke off")
        logger("report").exception("fault in the report")
    asyncio.run(forget())
    logger("pms").warning("held", room="12\\x1b[2J07\\nforged")
"""


def test_the_log_tells_where_a_fault_was_without_its_words_and_nobody_outside_writes_lines_of_it(
    tmp_path: Path,
) -> None:
    """At a terminal, and in a file: two faults that were caught, one of a task that nobody asked, and a room."""
    ran = subprocess.run([sys.executable, "-c", FAULTS, tmp_path], capture_output=True, text=True, check=True)
    lines = ran.stderr.splitlines()
    assert len(lines) == 2 * 4
    faults = [*lines[:3], *lines[4:7]]
    assert all("ValueError at <string>:" in line and "check_in" in line for line in faults)
    assert all("held" in lines[number] for number in (3, 7))
    assert "\x1b[2J" not in ran.stderr
    assert GUEST not in ran.stderr
    assert SECRET not in ran.stderr


def test_a_fault_names_the_way_to_it_and_what_was_behind_it() -> None:
    def fill() -> None:
        raise OSError(28, f"no room for {GUEST}")

    def work() -> None:
        try:
            fill()
        except OSError as full:
            raise RuntimeError(SECRET) from full

    with pytest.raises(RuntimeError) as caught:
        work()
    assert told(caught.value).startswith("RuntimeError at ")
    assert "; after OSError ENOSPC at " in told(caught.value)
    nested: Exception = caught.value
    for _ in range(9):
        nested = ExceptionGroup(GUEST, [nested])
    assert told(nested) == told(caught.value)
    with pytest.raises(OSError, match="no room") as alone:
        fill()
    assert told(alone.value).startswith("OSError ENOSPC at tests/security/test_memory.py:")
    assert " fill < " in told(alone.value)
    assert GUEST not in told(caught.value) + told(alone.value)


def test_a_command_that_fails_unexpectedly_quotes_nothing(tmp_path: Path) -> None:
    program = (
        "import sys, reconciler.cli.commands as commands, reconciler.cli as cli\n"
        f"def fail(*_, **__): raise ValueError('{GUEST}')\n"
        "cli.app = fail\ncli.main()"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False, cwd=tmp_path
    )
    assert ran.returncode == 1
    assert "a fault of housephone: ValueError at " in ran.stderr
    assert GUEST not in ran.stderr


@pytest.mark.skipif(sys.platform != "linux", reason="prctl is Linux's")
def test_a_process_with_secrets_leaves_no_core_file_and_shows_its_memory_to_nobody() -> None:
    """Until then it was as any other: so the limit is not the machine's own."""
    program = (
        "import ctypes, resource\nfrom reconciler.ownmemory import keep_to_ourselves\n"
        "def kept(): return resource.getrlimit(resource.RLIMIT_CORE)[0], ctypes.CDLL(None).prctl(3, 0, 0, 0, 0)\n"
        "soft, hard = resource.getrlimit(resource.RLIMIT_CORE)\n"
        "resource.setrlimit(resource.RLIMIT_CORE, (hard, hard))\n"
        "print(kept())\nkeep_to_ourselves()\nprint(kept())"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    before, after = ran.stdout.splitlines()
    assert before.endswith(", 1)")
    assert after == "(0, 0)"


def test_the_telephone_stack_gets_no_setting_from_our_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """It reads what strangers send with native code, and a setting may be the secret of Zoom's app."""
    monkeypatch.setenv("HOUSEPHONE_ZOOM__CLIENT_SECRET", SECRET)
    given = _without_settings()
    assert SECRET not in given.values()
    assert given["PATH"] == os.environ["PATH"]
    assert SECRET not in " ".join(COMMAND)
