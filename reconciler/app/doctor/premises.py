"""What can be checked on this machine alone."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from desired.names import Place
from reconciler.app.doctor.finding import Finding, Level
from reconciler.app.secretfiles import OTHERS, holds_secrets, is_open_to_others
from reconciler.configuration.settings import Settings
from reconciler.enumerated import some
from reconciler.hotel import Hotel
from reconciler.outcome import BROKEN_FILE_CODES

_FIXES = {
    "empty_file": "write the document, or remove the file",
    "unreadable": "let the user that runs housephone read it",
    "being_written": "see who writes it; it is read as soon as it rests",
    "bad_encoding": "save it as UTF-8",
    "two_sources": "take the field out of one of them",
    "extension_claimed_twice": "give it to one room only",
    "cache_damaged": "nothing to do, unless a document is broken: then correct that",
    "cache_unsaved": "look at free space and permissions of the state folder",
}
"""What helps, by the problem's code, where it is not a word in the file."""

_NO_PLACE = frozenset({"UTC", "UCT", "GMT", "GMT0", "GMT+0", "GMT-0", "Greenwich", "Universal", "Zulu"})
"""Names of zones that are a time and no place."""

MOST_BLANKED = 0.5
MOST_DELETES = 1000
MOST_SHARE = 0.9


def premises(settings: Settings, hotel: Hotel, now: datetime) -> Iterator[Finding]:
    """Everything that needs no network; ``hotel`` has read its documents."""
    yield _zone(settings.property.zone.key)
    yield _state_folder(settings.state)
    yield from secret_file(settings.zoom.client_secret_file)
    yield from _rooms(settings, hotel)
    yield from _documents(settings, hotel)
    yield from _names(hotel, now)
    yield from _limits(settings)


def _zone(name: str) -> Finding:
    """Machines are often set to UTC, and `init` takes over what the machine has; a hotel is hardly ever there."""
    if name.startswith("Etc/") or name in _NO_PLACE:
        said = f"{name} is no place: wake-up calls and all local times go by it"
        return Finding(
            "warn", "timezone", said, "set property.timezone to the hotel's own, such as America/New_York"
        )
    return Finding("ok", "timezone", name)


def _state_folder(state: Path) -> Finding:
    if not os.access(state, os.R_OK | os.W_OK | os.X_OK):
        return Finding(
            "bad",
            "state",
            f"{state} cannot be written",
            "give it to the user that runs housephone (chown)",
        )
    if state.stat().st_mode & OTHERS:
        return Finding(
            "warn", "state", f"{state} holds guests' names and others may look in", f"chmod 700 {state}"
        )
    return Finding("ok", "state", f"{state} is writable and private")


def secret_file(file: Path | None) -> Iterator[Finding]:
    """A secret's file is for its owner only."""
    if file is not None and is_open_to_others(file):
        yield Finding("warn", "secret", f"{file} may be read by others", f"chmod 600 {file}")


def secrets_within(configuration: Path) -> Iterator[Finding]:
    """Secrets in the configuration itself make it one, too."""
    if is_open_to_others(configuration) and holds_secrets(configuration):
        said = f"{configuration} holds secrets and may be read by others"
        yield Finding(
            "warn", "secret", said, f"chmod 600 {configuration}, or move them to files of their own"
        )


def _rooms(settings: Settings, hotel: Hotel) -> Iterator[Finding]:
    known, managed = len(hotel.roster.known_rooms()), len(hotel.rooms())
    if settings.rooms is None and settings.pms:
        said = f"no list: what the PMS says is only heard of rooms that have a document ({known} now)"
        yield Finding("warn", "rooms", said, "list the guest rooms under `rooms:`")
    elif settings.rooms is None:
        said = f"no list: whatever the documents name may be written to ({known} rooms now)"
        yield Finding("warn", "rooms", said, "list the guest rooms under `rooms:`")
    elif not known:
        yield Finding(
            "bad",
            "rooms",
            "the list is empty: nothing may be written to",
            "list the guest rooms under `rooms:`",
        )
    else:
        yield Finding("ok", "rooms", f"{known} rooms, {managed} of them with a wish")
    outside = [problem.room or "" for problem in hotel.roster.outside()]
    if outside:
        said = f"documents of rooms that `rooms:` does not list have no effect: {some(outside)}"
        yield Finding("warn", "fence", said, "list these rooms, or take the documents away")


def _documents(settings: Settings, hotel: Hotel) -> Iterator[Finding]:
    loaded = hotel.roster.loaded
    if loaded.vanished:
        said = "the folder has vanished or is empty, although it held documents before"
        fix = "mount the share again; if it is empty on purpose: `reconcile --allow empty-source`"
        yield Finding("bad", "documents", f"{settings.desired}: {said}", fix)
    elif loaded.missing and not settings.pms:
        said = f"{settings.desired}: there is no such folder"
        yield Finding("warn", "documents", said, "make it, or name another one with `desired:`")
    for problem in loaded.problems:
        level: Level = "bad" if problem.code in BROKEN_FILE_CODES else "warn"
        where = problem.where or "documents"
        yield Finding(
            level, where, f"{problem.message} ({problem.code})", _FIXES.get(problem.code, "correct it there")
        )
    if not loaded.problems and not loaded.vanished and (settings.pms or not loaded.missing):
        yield Finding("ok", "documents", f"{len(loaded.documents)} read, none broken")


def _names(hotel: Hotel, now: datetime) -> Iterator[Finding]:
    """Names that cannot be told apart, or that had to be changed to fit."""
    shown: dict[str, dict[str, None]] = {}
    notes: dict[str, list[str]] = {"truncated": [], "digits_removed": []}
    for room in hotel.roster.known_rooms():
        plan = hotel.look(room, now)
        for problem in plan.problems:
            if problem.code in notes:
                notes[problem.code].append(room)
        for target in plan.targets:
            wanted = target.wanted.get("display_name")
            place = Place(target.extension, room, plan.targets[0].extension)
            vacant = hotel.house.templates.fallback(place).display
            for name in {vacant, str(wanted.value) if wanted else vacant}:
                shown.setdefault(name, {})[target.extension] = None
    clashes = [extensions for extensions in shown.values() if len(extensions) > 1]
    if clashes:
        said = f"{len(clashes)} names are shown by several extensions: {some(' = '.join(c) for c in clashes)}"
        yield Finding(
            "warn", "shown names", said, "put ${extension} into the templates, or change the overrides"
        )
    if notes["truncated"]:
        said = f"longer than Zoom takes, cut in the rooms {some(notes['truncated'])}"
        yield Finding("warn", "shown names", said, "shorten the templates")
    if notes["digits_removed"]:
        said = f"digits left out in the rooms {some(notes['digits_removed'])}"
        yield Finding(
            "warn",
            "shown names",
            said,
            "nothing to do, or write the numbers out: only the extension may be a number in a name",
        )
    if not clashes and not any(notes.values()):
        yield Finding("ok", "shown names", "every extension shows a name of its own, none cut")


def _limits(settings: Settings) -> Iterator[Finding]:
    safety, share = settings.safety, settings.zoom.share
    loose = []
    if safety.max_blanked > MOST_BLANKED:
        loose.append(f"max_blanked {safety.max_blanked:.0%}")
    if safety.max_deletes > MOST_DELETES:
        loose.append(f"max_deletes {safety.max_deletes}")
    if loose:
        said = f"{' and '.join(loose)} would not stop an export that went wrong"
        yield Finding(
            "warn", "safety", said, "lower them; `--allow` lifts a rule for the one pass that needs it"
        )
    else:
        yield Finding(
            "ok", "safety", f"at most {safety.max_blanked:.0%} blanked, {safety.max_deletes} deletes"
        )
    if share > MOST_SHARE:
        said = f"share {share:g} leaves next to nothing of Zoom's limits to the account's other apps"
        yield Finding("warn", "limits", said, "lower zoom.share, unless there are none")
