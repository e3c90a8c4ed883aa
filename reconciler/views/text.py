"""Views as a person reads them at a terminal: plain text, the hotel's own time, one fact a line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from reconciler.moments import local
from reconciler.report.words import anomalies_line, printable

View = Mapping[str, Any]

_MOMENTS = frozenset({"at", "until", "cleared", "mailbox.cleared"})
"""Fields whose value is a moment; one without an offset is in the hotel's time."""

_NAMED = {
    "NamesUnsupported": "names",
    "DepartmentUnsupported": "the department",
    "DndUnsupported": "do-not-disturb",
    "CallingUnsupported": "the class of service",
    "VoicemailUnsupported": "the deletion of messages",
    "DeviceNameUnsupported": "the telephone's own name",
}
"""What cannot be done, by the condition that says so."""

_NAMELESS = "without a name"
"""Of a guest of whom nothing was told."""


def rooms_table(rooms: Sequence[View]) -> Iterator[str]:
    """One line a room."""
    for room in rooms:
        names = [e["observed"].get("display_name") or "-" for e in room["extensions"]]
        state = {True: "occupied", False: "vacant", None: "-"}[room["occupied"]]
        yield f"{room['room']:<8} {state:<9} {_shown(' / '.join(names) or '-'):<36} {_standing(room)}".rstrip()


def room_block(room: View, zone: ZoneInfo) -> Iterator[str]:
    """Everything about one room."""
    state = {True: "occupied", False: "vacant", None: "occupancy not ours"}[room["occupied"]]
    yield f"Room {room['room']}: {state}, {_standing(room)}"
    for guest in room["guests"]:
        said = " ".join(_shown(guest[part]) for part in ("title", "first", "last") if guest[part])
        more = [
            f"{part} {_shown(guest[part])}" for part in ("reservation", "arrival", "departure") if guest[part]
        ]
        yield f"  guest    {', '.join([said or _NAMELESS, *more])}"
    if _is_private(room):
        yield "  private  the telephone shows the vacant name"
    for part, label in (("dnd", "dnd"), ("calling", "calling"), ("message_light", "lamp")):
        if room[part] is not None:
            yield f"  {label:<8} {_value(room[part], zone)}"
    if room["mailbox"]["cleared"]:
        yield f"  mailbox  cleared {_when(room['mailbox']['cleared'], zone)}"
    if any(room["messages"].values()):
        yield f"  messages {room['messages']['new']} new, {room['messages']['saved']} saved"
    for call in room["wakeups"]:
        yield f"  wake-up  {_when(call['at'], zone)} {_became(call)}"
    if room["paused"]:
        yield f"  paused   {_pause(room['paused'], zone)}"
    for extension in room["extensions"]:
        yield from _extension(extension, zone)


def _is_private(room: View) -> bool:
    """True if the first guest has a name and is not shown by it."""
    named = any(guest["first"] or guest["last"] for guest in room["guests"][:1])
    return named and not any(room["shown"].values())


def explanation_text(view: View, zone: ZoneInfo) -> Iterator[str]:
    """Why one room is as it is."""
    yield f"Room {view['room']}"
    if view["paused"]:
        yield f"  paused: {_pause(view['paused'], zone)}"
    for field in view["fields"]:
        if field["field"] == "wakeups":
            continue  # each call below, with all who want it
        yield f"  {field['field']}: {_value(field['value'], zone, field['field'])}"
        yield f"      from {_from(field, zone)}"
    for call in view["wakeups"]:
        yield from _explained_call(call, zone)
    if not view["fields"]:
        yield "  no source says what this room should be: nothing is written for it"
    for extension in view["extensions"]:
        yield ""
        known = _known_since(extension["read_at"], extension["written_at"], zone)
        yield f"Extension {extension['extension']} ({_kind(extension)}), {known}"
        for field in extension["fields"]:
            yield from _explained(field, zone)
        yield from _conditions(extension["conditions"], zone)
    for line in _seen_to(view):
        yield f"  {line}"


def what_else(view: View) -> Iterator[str]:
    """What people must see to beside the rooms, and what was odd in the records of the PMS."""
    yield from _seen_to(view)
    if view["anomalies"]:
        yield anomalies_line(view["anomalies"])


def _seen_to(view: View) -> Iterator[str]:
    for refusal in view["refusals"]:
        yield f"REFUSED by {refusal['rule']}: {_shown(refusal['message'])}"
    for problem in view["problems"]:
        where = f"{_shown(problem['where'])}: " if problem["where"] else ""
        yield f"{problem['code']}: {where}{_shown(problem['message'])}"


def history_lines(rows: Iterable[View], zone: ZoneInfo) -> Iterator[str]:
    """One change a line, in the order given."""
    for row in rows:
        change = f"{row['field']}: {_before_and_after(row, zone)}"
        origin = f"{row['cause']} · {_shown(row['source'])} · {row['call']}"
        yield f"{_when(row['at'], zone)}  {row['room'] or '-':<8} {change}   {origin}: {_shown(row['result'])}"


def _standing(room: View) -> str:
    """In few words: whether all extensions of the room are in sync, what holds them up, and what Zoom cannot do."""
    if room["paused"]:
        return "paused"
    conditions = [c for e in room["extensions"] for c in e["conditions"]]
    synced = [c for c in conditions if c["type"] == "Synced"]
    held_up = [c["reason"] for c in synced if c["status"] != "True"]
    impossible = [c for c in conditions if c["reason"] == "Unsupported" and c["status"] == "True"]
    if held_up:
        standing = "not in sync: " + ", ".join(dict.fromkeys(held_up))
    elif not synced or all(c["reason"] == "NothingWished" for c in synced):
        standing = "not managed"
    else:
        standing = "in sync"
    return "; ".join((standing, *dict.fromkeys(_impossible(each) for each in impossible)))


def _impossible(condition: View) -> str:
    return f"Zoom cannot do {_NAMED[condition['type']]} there: {_shown(condition['message'])}"


def _extension(extension: View, zone: ZoneInfo) -> Iterator[str]:
    known = _known_since(extension["observed_at"], extension["written_at"], zone)
    yield f"  {extension['extension']} ({_kind(extension)}), {known}"
    desired, observed = extension["desired"], extension["observed"]
    for name in dict.fromkeys((*desired, *observed)):
        if name == "cleared":
            continue
        shows = _value(observed[name], zone) if name in observed else "not read"
        pending = name in desired and not _as_wished(name, desired[name], observed.get(name))
        yield f"      {name:<13} {shows}" + (f" → {_value(desired[name], zone)}" if pending else "")
    yield from _conditions(extension["conditions"], zone)


def _as_wished(name: str, desired: Any, observed: Any) -> bool:
    """Do-not-disturb until a moment shows as on, and one that nobody has read is taken for off."""
    if name == "dnd":
        return bool(desired == "off") == (observed in {None, "off"})
    return observed is None or bool(desired == observed)


def _explained(field: View, zone: ZoneInfo) -> Iterator[str]:
    name, shows = field["field"], "not read" if field["observed"] is None else _value(field["observed"], zone)
    if not field["ours"]:
        yield f"  {name}: shows {shows}; not ours, never touched"
        return
    if name == "cleared":
        yield f"  voicemail: no message left at or before {_when(field['desired'], zone)} should be there"
    else:
        yield f"  {name}: should be {_value(field['desired'], zone)}, shows {shows}"
    yield f"      from {_shown(field['source'])}"
    planned, answer = field["planned"], field["last_answer"]
    if planned:
        why = f": {_shown(planned['reason'])}" if planned["reason"] else ""
        times = f"{planned['calls']} times " if planned["calls"] > 1 else ""
        call = f"{times}{planned['call']} ({planned['label']}, {planned['cause']})"
        yield f"      {planned['status']}: {call}{why}"
    if answer and answer["status"] == "failed" and answer["code"] is not None:
        again = f", next try {_when(answer['next_try'], zone)}" if answer["next_try"] else ""
        yield f"      last answer: {answer['code']} {_shown(answer['message'])} ({answer['tries']} tries){again}"
    elif answer:
        yield f"      last call: {answer['status']} {_when(answer['at'], zone)}"


def _explained_call(call: View, zone: ZoneInfo) -> Iterator[str]:
    """A wake-up call: who asked for it, and what became of it by whose word."""
    told = f"; PMS link {call['link']} knows of it" if call["link"] else ""
    yield f"  wake-up call {_when(call['at'], zone)}: {_became(call)}{told}"
    for origin in call["asked"]:
        yield f"      asked for by {_from(origin, zone)}"
    if call["by"] and call["status"] != "pending":
        tries = f", {call['attempts']} tries" if call["attempts"] > 1 else ""
        yield f"      {_became(call)} {_when(call['changed_at'], zone)}: {_shown(call['by'])}{tries}"


def _became(call: View) -> str:
    return str(call["status"].replace("_", " "))


def _conditions(conditions: Iterable[View], zone: ZoneInfo) -> Iterator[str]:
    """What a person should know of an extension that is not simply in sync; what is said twice is told once."""
    told = [each for each in conditions if each["type"] != "Synced" or each["status"] != "True"]
    reasons = {each["type"] for each in told}
    for each in told:
        if each["type"] == "Synced" and each["reason"] in reasons:
            continue
        name = f"not in sync, {each['reason']}" if each["type"] == "Synced" else each["type"]
        yield f"      {name} since {_when(each['since'], zone)}: {_shown(each['message'])}"


def _from(field: View, zone: ZoneInfo) -> str:
    """Who said it, and when; a record of the PMS has a time of its own, which may be long before it came."""
    word = "received " if field["source"] == "pms" else ""
    where, moment = _shown(field["where"]), _when(field["said_at"], zone)
    at = f", {word}{moment}" if field["said_at"] and moment not in where else ""
    return (where if where.startswith(field["source"]) else f"{field['source']} {where}") + at


def _pause(paused: View, zone: ZoneInfo) -> str:
    until = f"until {_when(paused['until'], zone)}" if paused["until"] else "until it is resumed"
    return f"{_shown(paused['reason'])} ({until}, by {_shown(paused['by'])})"


def _kind(extension: View) -> str:
    return {"user": "user", "common_area": "common area"}.get(extension["kind"] or "", "not in Zoom")


def _when(moment: str | None, zone: ZoneInfo) -> str:
    if moment is None:
        return "never"
    return local(datetime.fromisoformat(moment), zone)


def _known_since(read: str | None, written: str | None, zone: ZoneInfo) -> str:
    """When Zoom was read; or when we wrote what it shows, if that was later."""
    if written is None:
        return f"read {_when(read, zone)}"
    earlier = f"read {_when(read, zone)}, " if read is not None and read != written else ""
    return f"{earlier}written {_when(written, zone)}"


def _before_and_after(row: View, zone: ZoneInfo) -> str:
    if row["field"] == "voicemail" and row["before"]:
        return f"left {_when(row['before'], zone)} → deleted"
    return f"{_value(row['before'], zone)} → {_value(row['after'], zone)}"


def _value(value: Any, zone: ZoneInfo, field: str = "") -> str:
    """A value of a document on one line; ``field`` says whether it is a moment."""
    if value is None or value == "":
        return "(empty)"
    if field in _MOMENTS and isinstance(value, str):
        return _when(value, zone)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return "; ".join(_value(item, zone) for item in value) or "(none)"
    if isinstance(value, dict):
        return ", ".join(f"{name} {_value(item, zone, name)}" for name, item in value.items()) or _NAMELESS
    return _shown(str(value))


def _shown(text: str | None) -> str:
    """Text of others, safe for a terminal."""
    return printable(text or "")
