"""The desk's voice: what is written once for everybody, in the words of who stands at a front desk. Pure.

Command line, mail and page tell the same sentences, and many name the command that helps. A clerk has buttons and no
command line, so at the desk each command is replaced by what does the same there; what only a command can do says
whose business it is. A page of the guide is named without its file.
"""

from __future__ import annotations

import re
from typing import Final

_COMMAND: Final = re.compile(r"`reconcile(?: (?P<words>[^`]*))?`")
_GUIDE: Final = re.compile(r"\bdocs/([a-z-]+)\.md")
_ROOM: Final = re.compile(r"[0-9A-Z]\S*")

PAGES: Final = {
    "rooms": "Rooms", "wakeups": "Wake-up calls", "compare": "Compare with Zoom", "links": "Connections",
    "report": "Report", "check": "Check-up",
}  # fmt: skip
"""How the pages are called."""

_BUTTONS: Final = (
    ("pms resync --release", f"“Let it be so” under {PAGES['links']}"),
    ("pms resync", f"“Ask for all rooms” under {PAGES['links']}"),
    ("wakeup add", f"“Keep it” under {PAGES['wakeups']}"),
    ("wakeup cancel", f"“Let it go” under {PAGES['wakeups']}"),
    ("testcall", f"“Test call” under {PAGES['links']}"),
    ("debug", f"the logs under {PAGES['links']}"),
    ("check --forwarding", "the command “check --forwarding” (for who looks after this machine)"),
    ("check", f"“{PAGES['check']}”"),
    ("report", f"“{PAGES['report']}”"),
    ("--allow", f"“Look at the plan without this rule” under {PAGES['compare']}"),
    ("run", "housephone"),
)
_ON_THE_ROOMS_PAGE: Final = {
    "checkin": "“Check in” on {}", "checkout": "“Check out” on {}", "move": "“Move” on {}", "swap": "“Swap” on {}",
    "dnd": "“Do not disturb” on {}", "roomstatus": "the room's status on {}", "pause": "“Pause” on {}",
    "resume": "“Look after this room again” on {}", "show": "{}", "explain": "{}", "history": "{}",
}  # fmt: skip


def at_the_desk(text: str) -> str:
    """A sentence with the page's own names in place of commands; one without any is left as it is."""
    if "`reconcile" in text:
        text = _COMMAND.sub(lambda found: _instead(found["words"] or ""), text)
    return _GUIDE.sub(r"the guide's page “\1”", text) if "docs/" in text else text


def _instead(words: str) -> str:
    """What does at the desk what a command does."""
    for command, button in _BUTTONS:
        if words == command or words.startswith(f"{command} "):
            return button
    verb, *rest = words.split() or [""]
    if verb in _ON_THE_ROOMS_PAGE:
        room = next((word for word in rest if _ROOM.fullmatch(word) and word != "ROOM"), None)
        place = f"the page of room {room}" if room else "the room's page"
        return _ON_THE_ROOMS_PAGE[verb].format(place)
    if not verb or verb.startswith("-"):
        return f"“{PAGES['compare']}”"
    return f"the command “{' '.join([verb, *_further(rest)])}” (for who looks after this machine)"


def _further(rest: list[str]) -> list[str]:
    """The second word of commands that have two: ``sip import``."""
    return [word for word in rest[:1] if word.isalpha() and word.islower()]
