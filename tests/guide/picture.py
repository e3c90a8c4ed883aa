"""The pictures of the desk's page in README: ``python -m tests.guide.picture``, some two minutes.

Plays the demo's day, and takes the board with the machine's Chromium when the last guests have come, as somebody sees
it who likes his screen light or dark. All guests in it are invented; the machine needs fonts for their scripts.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, Literal

from playwright.sync_api import Browser, ViewportSize, sync_playwright

PICTURES: Final = Path(__file__).parents[2] / "docs" / "pictures"
SIZE: Final[ViewportSize] = {"width": 1180, "height": 640}
_DESK: Final = re.compile(r"Desk:\s+(http\S+)")
_MOMENT: Final = "Things go wrong, as they do"
"""What the demo says when the house is full, and before it makes its mistakes."""

SCHEMES: Final[tuple[Literal["light", "dark"], ...]] = ("light", "dark")


def main() -> int:
    """Take both; 1 where there is no Chromium, or the demo has ended before."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        sys.stderr.write("no chromium on this machine: apt install chromium\n")
        return 1
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        with _demo() as demo:
            address = _played(demo)
            if address is not None:
                _take(browser, address)
        browser.close()
    return 0 if address is not None else 1


@contextmanager
def _demo() -> Iterator[subprocess.Popen[str]]:
    """The demo, as a process; over when the block is."""
    demo = subprocess.Popen(
        [sys.executable, "-c", "from reconciler.cli import main; main()", "demo"],
        stdout=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    try:
        yield demo
    finally:
        demo.send_signal(signal.SIGINT)
        demo.communicate()


def _played(demo: subprocess.Popen[str]) -> str | None:
    """Wait for the moment; the desk's address, None where the demo has ended before."""
    assert demo.stdout is not None
    address = None
    for line in demo.stdout:
        sys.stdout.write(line)
        found = _DESK.search(line)
        address = found[1] if found else address
        if _MOMENT in line:
            return address
    return None


def _take(browser: Browser, address: str) -> None:
    PICTURES.mkdir(exist_ok=True)
    for scheme in SCHEMES:
        page = browser.new_page(viewport=SIZE, color_scheme=scheme)
        page.goto(address)
        page.wait_for_selector(".card")
        page.screenshot(path=PICTURES / f"board-{scheme}.png")


if __name__ == "__main__":
    sys.exit(main())
