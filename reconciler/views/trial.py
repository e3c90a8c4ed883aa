"""A test call as the door of the controller tells it, and as a person reads it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from drivers.voice.caller import Way
from drivers.voice.trial import Tried, Visitor

View = Mapping[str, Any]

_LEADS = {
    Way.MENU: "the menu of room {room}",
    Way.MAILBOX: "the mailbox of room {room}",
    Way.OURS: "nobody: it is a call of our own that came back",
    Way.STRANGER: "no room",
}


def trial_view(tried: Tried, visitors: Sequence[Visitor]) -> dict[str, Any]:
    """What came of it, and the calls that came in meanwhile with their identity headers."""
    return {
        "extension": tried.extension,
        "channel": tried.channel or None,
        "answered_after": tried.answered_after,
        "keys": tried.keys,
        "end": tried.end.reason.value,
        "code": tried.end.code or None,
        "incoming": [
            {
                "channel": each.channel,
                "headers": [list(header) for header in each.headers],
                "leads_to": each.caller.way.value,
                "room": each.caller.room or None,
                "rule": each.caller.rule,
            }
            for each in visitors
        ],
    }


def trial_lines(view: View) -> Iterator[str]:
    """What a person reads."""
    over = f"over channel {view['channel']}" if view["channel"] else "over no channel: none works"
    yield f"dialled   {view['extension']} {over}"
    if view["answered_after"] is not None:
        yield f"answered  after {view['answered_after']:.1f} s"
        yield f"keys      {' '.join(view['keys']) or 'none was heard'}"
    code = f" (SIP {view['code']})" if view["code"] else ""
    yield f"ended     {view['end'].replace('_', ' ')}{code}"
    for call in view["incoming"]:
        yield f"came in   over channel {call['channel']}"
        for name, value in call["headers"]:
            yield f"          {name}: {value}"
        yield f"          leads to {_LEADS[Way(call['leads_to'])].format(room=call['room'])}, by {call['rule']}"
