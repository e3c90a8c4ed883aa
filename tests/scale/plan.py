"""The full plan of a group: what every room should show against what Zoom showed last, all of it in the database."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

from reconciler.app.cached import audit_cached
from reconciler.audit import Scope
from reconciler.configuration.group import Group, configured
from reconciler.store.engine import together
from tests.scale.world import Size


def planned(config: Path, size: Size) -> None:
    """Make it in this process, and by the command, and tell how long each took."""
    begun = time.perf_counter()
    group = configured(config, {})
    assert isinstance(group, Group)
    read = time.perf_counter()
    with together():
        reports = [audit_cached(member.settings, Scope()) for member in group.members.values()]
    made = time.perf_counter()
    rooms, changes = sum(each.rooms for each in reports), sum(len(each.changes) for each in reports)
    each = (made - read) / size.properties * 1000
    _say(
        f"full plan of {rooms} of {size.all_rooms} rooms, {changes} changes, in process: {made - read:.1f} s "
        f"({each:.0f} ms a property), reading the configuration {read - begun:.1f} s"
    )
    reconcile = str(Path(sys.executable).parent / "reconcile")
    words = [reconcile, "--config", str(config), "--dry-run", "--cached", "--format", "json"]
    begun = time.perf_counter()
    ran = subprocess.run(words, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    taken = time.perf_counter() - begun
    _say(f"`reconcile --dry-run --cached` of the group: {taken:.1f} s, exit code {ran.returncode}")


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()
