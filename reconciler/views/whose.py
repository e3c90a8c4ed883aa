"""Who said what, as people say it: a PMS's record by what it meant, the desk by its clerk. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from typing import Final

from reconciler.moments import with_moments

_RECORD: Final = re.compile(r"(?:pms )?pms(?: (?P<link>\S+))? (?P<record>[A-Z]{2}|link) ")
_MEANING: Final = {
    "GI": "checked in by", "GO": "checked out by", "GC": "changed by", "RE": "set by", "WR": "asked for by",
    "WC": "cancelled by", "WA": "told by", "link": "told by",
}  # fmt: skip
"""What a record of a PMS does (FIAS); another one was just told."""

_ORIGINS: Final = (
    (re.compile(r"(?:desk )?desk page, (?P<who>.+)"), "{who} at the desk"),
    (re.compile(r"(?:desk )?desk page"), "the desk"),
    (re.compile(r"(?:desk )?command line"), "the command line"),
    (re.compile(r"phone (?P<who>telephone of .+)"), "the {who}"),
    (re.compile(r"phone (?P<who>.+)"), "{who}"),
    (re.compile(r"adopt(?:ed)? .*"), "taken over from Zoom"),
    (re.compile(r"file (?P<who>.+)"), "{who}"),
)


def whose(source: str, write: Callable[[datetime], str]) -> str:
    """Who said ``pms GI 2026-11-22T14:03:11-05:00``, as explanations name it; times as ``write`` has them."""
    record = _RECORD.match(source)
    if record is not None:
        meaning = _MEANING.get(record["record"], "told by")
        link = f" {record['link']}" if record["link"] else ""
        return f"{meaning} the PMS{link}, {with_moments(source[record.end() :], write)}"
    for pattern, words in _ORIGINS:
        found = pattern.fullmatch(source)
        if found is not None:
            return with_moments(words.format(**found.groupdict()), write)
    return with_moments(source, write)
