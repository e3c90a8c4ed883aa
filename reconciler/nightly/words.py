"""The night report in words: a headline, then sections, each with a sentence and perhaps a table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from reconciler.moments import in_zone
from reconciler.report.words import duration
from reconciler.views.whose import whose

View = Mapping[str, Any]
Row = tuple[str, ...]

RESULTS: Final[Mapping[str, str]] = {
    "ok": "woken", "no_answer": "nobody answered", "busy": "busy throughout", "unreachable": "could not be reached",
    "cancelled": "cancelled", "pending": "to come", "ringing": "rings now",
}  # fmt: skip
_WRONG: Final = frozenset({"no_answer", "busy", "unreachable"})
_FIELDS: Final[Mapping[str, str]] = {
    "display_name": "name", "first_name": "first name", "last_name": "last name", "device_name": "telephone's name",
    "dnd": "do-not-disturb", "voicemail": "messages", "calling": "class of service",
}  # fmt: skip
_WHAT: Final[Mapping[str, str]] = {
    "link": "PMS link",
    "channel": "telephone channel",
    "controller": "controller",
}
_VERBS: Final[Mapping[str, str]] = {
    "checkin": "check-in", "checkout": "check-out", "wakeup_add": "wake-up call set",
    "wakeup_cancel": "wake-up call cancelled", "wakeups_quick": "wake-up call set", "roomstatus": "room status",
    "dnd": "do-not-disturb", "alerts_acknowledge": "alarm seen to", "audit": "compared with Zoom",
    "audit_apply": "plan applied", "pms_resync": "PMS asked for all rooms", "check": "check-up",
    "testcall": "test call", "debug": "log switched on or off", "pause": "room paused",
    "resume": "room looked after again",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Section:
    """One matter. ``wrong``: a person must know it; without ``rows`` the sentence says all."""

    title: str
    sentence: str
    columns: Row = ()
    rows: Sequence[Row] = ()
    wrong: bool = False


def heading(view: View) -> str:
    """Property and time: ``Harbour View · night report · 2026-11-22 12:00 to 2026-11-23 06:00``."""
    return f"{view['property']} · night report · {_at(view['since'], view)} to {_at(view['until'], view)}"


def headline(view: View) -> str:
    """What matters, in few words: what is to be seen to, and whom nobody woke, also where somebody has seen to it."""
    woken = sum(1 for call in view["wakeups"] if call["status"] == "ok")
    failed = [call for call in view["wakeups"] if call["status"] in _WRONG]
    things = len(view["see_to"])
    said = [f"{_many(things, 'thing')} to see to"] if things else []
    if failed:
        said.append(f"{_many(len(failed), 'wake-up call')} woke nobody; {_acknowledged(failed)}")
    if not said:
        said.append("All is well")
    if woken or things:
        said.append(f"{_many(woken, 'wake-up call').capitalize()} answered")
    return " ".join(f"{each}." for each in said)


def _acknowledged(calls: Sequence[View]) -> str:
    seen = sum(1 for call in calls if call["acknowledged"])
    if len(calls) == 1:
        return "acknowledged" if seen else "not acknowledged"
    return f"{'all' if seen == len(calls) else seen or 'none'} acknowledged"


def sections(view: View) -> Iterator[Section]:
    """All matters in their order, those without anything to tell in one line."""
    yield from _to_see_to(view)
    yield _wakeups(view)
    yield _names(view)
    yield _mailboxes(view)
    yield _outages(view)
    yield _alarms(view)
    yield _drift(view)
    yield _failed(view)
    yield from _emergency(view)
    yield _paused(view)
    yield _resyncs(view)
    yield _desk(view)
    yield _budget(view)


def _to_see_to(view: View) -> Iterator[Section]:
    if view["see_to"]:
        rows = [(each["message"],) for each in view["see_to"]]
        yield Section("To see to", _many(len(rows), "thing"), ("what",), rows, wrong=True)


def _wakeups(view: View) -> Section:
    calls = [call for call in view["wakeups"] if call["status"] not in {"pending", "ringing"}]
    ahead = [call for call in view["wakeups"] if call["status"] == "pending"]
    counts = Counter(call["status"] for call in calls)
    said = ", ".join(f"{counts[status]} {words}" for status, words in RESULTS.items() if counts[status])
    to_come = f"; {len(ahead)} to come, the first at {_clock(ahead[0]['at'])}" if ahead else ""
    rows = [
        (
            call["room"], _local(call["at"]), RESULTS[call["status"]], str(call["attempts"] or ""),
            ", ".join(call["outcomes"]).replace("_", " "), _asked(call, view), _ended(call, view),
        )
        for call in sorted(calls, key=lambda call: (call["status"] not in _WRONG, call["at"], call["room"]))
    ]  # fmt: skip
    columns = ("room", "time", "result", "calls", "each call", "asked by", "ended")
    return Section(
        "Wake-up calls", (said or "none") + to_come, columns, rows, wrong=any(counts[each] for each in _WRONG)
    )


def _asked(call: View, view: View) -> str:
    """Who asked for it, with the time of a record on the hotel's clock."""
    said = dict.fromkeys(each["where"] for each in call["asked"])
    told = (whose(each, lambda at: _at(at.isoformat(), view)) for each in said)
    return ", ".join(each.removeprefix("asked for by ") for each in told)


def _ended(call: View, view: View) -> str:
    seen = _by(call["acknowledged"], view)
    acknowledged = f", acknowledged by {seen}" if seen else ""
    return f"{_at(call['ended'], view)[11:]}{acknowledged}"


def _names(view: View) -> Section:
    names = view["names"]
    rows = [(room, "in the PMS a guest, on the telephone not") for room in names["not_shown"]]
    rows += [(room, "vacant, but the telephone still shows a guest") for room in names["still_shown"]]
    said = _many(len(rows), "room") if rows else "every telephone shows who is in"
    if not view["zoom_read"]:
        said = "nobody knows, because Zoom was never read"
    return Section("Guests on telephones", said, ("room", "what"), rows, wrong=bool(rows))


def _mailboxes(view: View) -> Section:
    boxes = view["mailboxes"]
    rows = [(room, "messages of a guest who left are not deleted yet") for room in boxes["to_delete"]]
    rows += [(room, "messages in a vacant room") for room in boxes["messages_for_nobody"]]
    rows += [(room, "the message lamp is lit in a vacant room") for room in boxes["lit_for_nobody"]]
    return Section(
        "Mailboxes and lamps", _or(rows, "all as they should be"), ("room", "what"), rows, wrong=bool(rows)
    )


def _outages(view: View) -> Section:
    rows = [
        (
            f"{_WHAT[each['what']]} {each['name']}" if each["what"] != "controller" else "housephone",
            _at(each["since"], view) if each["since"] else "unknown",
            _at(each["until"], view) if each["until"] else "still away",
            duration(each["seconds"]) if each["seconds"] is not None else "", each["why"] or "",
        )
        for each in view["outages"]
    ]  # fmt: skip
    short = sum(view["short_outages"].values())
    said = _or(rows, "none") + (f"; {_many(short, 'interruption')} of a few seconds" if short else "")
    wrong = any(each["until"] is None for each in view["outages"])
    return Section("Outages", said, ("what", "from", "to", "for", "why"), rows, wrong=wrong)


def _alarms(view: View) -> Section:
    rows = [
        (
            _at(each["raised"], view), each["message"] or each["key"],
            _at(each["over"], view)[11:] if each["over"] else "stands",
            _by(each["acknowledged"], view),
        )
        for each in view["alarms"]
    ]  # fmt: skip
    return Section("Alarms", _or(rows, "none"), ("raised", "what", "over", "acknowledged"), rows)


def _by(seen: View | None, view: View) -> str:
    return f"{seen['who']} {_at(seen['at'], view)[11:]}" if seen else ""


def _drift(view: View) -> Section:
    rows = [
        (
            _at(each["at"], view),
            each["room"] or "",
            each["extension"] or "",
            field_in_words(each["field"]),
            _repair(each),
        )
        for each in view["drift"]
    ]
    said = (
        f"{_many(len(rows), 'change')} by others in Zoom"
        if rows
        else "nobody else has changed anything in Zoom"
    )
    return Section("Changed in Zoom by others", said, ("when", "room", "extension", "what", "result"), rows)


def _repair(drift: View) -> str:
    return "put back" if drift["repaired"] else "not put back yet"


def _failed(view: View) -> Section:
    rows = [
        (
            each["room"] or "", each["extension"] or "", field_in_words(each["field"]), str(each["tries"]),
            each["answer"], _outcome(each, view),
        )
        for each in view["failed"]
    ]  # fmt: skip
    rows += [
        ("", "", _many(count, "change"), "", f"held back: {rule}", "waits for a person")
        for rule, count in view["refused"].items()
    ]
    standing = any(each["standing"] for each in view["failed"]) or bool(view["refused"])
    columns = ("room", "extension", "what", "tries", "answer", "now")
    return Section("Failed and refused changes", _or(rows, "none"), columns, rows, wrong=standing)


def _outcome(failed: View, view: View) -> str:
    if not failed["standing"]:
        return "has gone through, or is not wished any more"
    return (
        f"tried again {_at(failed['next_try'], view)[11:]}"
        if failed["next_try"]
        else "given up until something changes"
    )


def _emergency(view: View) -> Iterator[Section]:
    if view["emergency"]:
        rows = [(_at(each["at"], view), each["room"] or "", each["extension"]) for each in view["emergency"]]
        yield Section(
            "Emergency calls", _many(len(rows), "call"), ("when", "room", "extension"), rows, wrong=True
        )


def _paused(view: View) -> Section:
    rows = [
        (
            each["room"],
            each["reason"],
            _at(each["until"], view) if each["until"] else "until resumed",
            each["by"] or "",
        )
        for each in view["paused"]
    ]
    return Section("Paused rooms", _or(rows, "none"), ("room", "why", "until", "by"), rows)


def _resyncs(view: View) -> Section:
    parts = [
        f"{link}: the PMS's last list would empty {_many(rooms, 'room')}, and waits for somebody to look"
        for link, rooms in view["held"].items()
    ]
    if view["unmentioned"]:
        parts.append(f"never named by the PMS: {', '.join(view['unmentioned'])}")
    return Section("Rooms to confirm", "; ".join(parts) or "nothing waits for a decision", wrong=bool(parts))


def _desk(view: View) -> Section:
    counted = Counter((each["who"] or "-", _deed(each["did"])) for each in view["desk"] if each["done"])
    rows = [(who, did, str(count)) for (who, did), count in sorted(counted.items())]
    refused = sum(1 for each in view["desk"] if not each["done"])
    said = [_many(sum(counted.values()), "act") if counted else "nothing was done"]
    said += [f"{refused} refused"] if refused else []
    said += [f"{_many(view['refused_sign_ins'], 'sign-in')} refused"] if view["refused_sign_ins"] else []
    return Section("At the desk", ", ".join(said), ("who", "what", "times"), rows)


def _deed(did: str) -> str:
    """What somebody did, whether the desk names it by its address or a telephone by its verb."""
    verb = did.removeprefix("parts/").replace("/", "_")
    return _VERBS.get(verb, verb.replace("_", " "))


def _budget(view: View) -> Section:
    rows = [
        (
            each["day"],
            each["family"],
            each["label"].lower(),
            f"{each['calls']:,}",
            f"{each['limit']:,}" if each["limit"] else "",
        )
        for each in view["budget"]
    ]
    calls = sum(each["calls"] for each in view["budget"])
    said = f"{calls:,} calls" if rows else "no calls"
    return Section(
        "Calls to Zoom", said, ("UTC day", "family", "label", "calls", "day's limit, shared"), rows
    )


def field_in_words(name: str) -> str:
    """A field of a telephone as people call it."""
    return _FIELDS.get(name, name.replace("_", " "))


def _or(rows: Sequence[Row] | Iterable[Row], nothing: str) -> str:
    number = len(list(rows))
    return str(number) if number else nothing


def _at(moment: str | None, view: View) -> str:
    """A moment of the view on the hotel's clock: ``2026-11-22 14:03``."""
    if moment is None:
        return ""
    return f"{in_zone(datetime.fromisoformat(moment), ZoneInfo(view['timezone'])):%Y-%m-%d %H:%M}"


def _local(at: str) -> str:
    return f"{datetime.fromisoformat(at):%Y-%m-%d %H:%M}"


def _clock(at: str) -> str:
    return f"{datetime.fromisoformat(at):%H:%M}"


def _many(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
