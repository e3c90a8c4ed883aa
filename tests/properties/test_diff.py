"""What holds for the difference whatever the wishes and whatever Zoom shows."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from desired.said import Origin, Source
from desired.target import Dnd, Target, Wanted
from observed.extension import UNKNOWN, Device, Extension, Kind, Lease, Unknown, Voicemail
from reconciler.change import Change, Known, OwnWrite
from reconciler.diff import diff, plainly_shown
from reconciler.quiet import LEASE

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
DESK = Origin(Source.DESK, "desk")
TEXT = st.sampled_from(["", "Room 1207", "Ana Souza 1207", "Müller", "田中"])
MOMENTS = st.integers(-3000, 3000).map(lambda minutes: NOON + timedelta(minutes=minutes))
READ = st.one_of(TEXT, st.just(UNKNOWN))
WISHES = st.fixed_dictionaries(
    {},
    optional={
        "first_name": TEXT,
        "last_name": TEXT,
        "display_name": TEXT,
        "department": TEXT,
        "calling": st.sampled_from(["internal", "national"]),
        "device_name": TEXT,
        "dnd": st.builds(Dnd, on=st.booleans(), until=st.none() | MOMENTS),
        "cleared": MOMENTS,
    },
)
DEVICES = st.none() | st.builds(Device, st.just("d1"), TEXT, st.sampled_from([(1207,), (1207, 1208)]))
MESSAGES = st.lists(MOMENTS, max_size=6).map(
    lambda moments: [Voicemail(f"m{n}", 1207, at) for n, at in enumerate(moments)]
)


@st.composite
def extensions(draw: st.DrawFn) -> Extension:
    kind: Kind = draw(st.sampled_from(["user", "common_area"]))
    user = kind == "user"
    switch: bool | Unknown = draw(st.booleans() | st.just(UNKNOWN))
    return Extension(
        kind, "u1", 1207, draw(READ), department=draw(READ), dnd=switch, calling=draw(READ),
        device=draw(DEVICES), read_at=draw(st.none() | MOMENTS),
        first_name=draw(READ) if user else None, last_name=draw(READ) if user else None,
    )  # fmt: skip


LEASES = st.dictionaries(st.just("u1"), st.builds(Lease, st.none() | MOMENTS, MOMENTS), max_size=1)


def target(wishes: dict[str, str | Dnd | datetime]) -> Target:
    return Target("1207", "1207", True, {name: Wanted(value, DESK) for name, value in wishes.items()})


def applied(
    extension: Extension, known: Known, changes: tuple[Change, ...], wish: Target
) -> tuple[Extension, Known]:
    """The world after Zoom has taken all changes."""
    leases, messages = dict(known.leases), list(known.messages.get(1207, ()))
    for change in changes:
        if change.field == "dnd":
            on = change.desired == "on"
            extension = replace(extension, dnd=on, read_at=NOON)
            if extension.kind == "user":
                dnd = wish.wanted["dnd"].value
                assert isinstance(dnd, Dnd)
                end = min(dnd.until or NOON + LEASE, NOON + LEASE)
                leases["u1"] = Lease(end if on else None, NOON)
        elif change.field == "voicemail":
            messages = [message for message in messages if message.id != change.id]
        elif change.field == "device_name":
            assert extension.device is not None
            extension = replace(
                extension, device=replace(extension.device, display_name=change.desired or "")
            )
        else:
            extension = replace(extension, **{change.field: change.desired})  # type: ignore[arg-type]
    return extension, replace(known, leases=leases, messages={1207: messages})


@given(WISHES, extensions(), LEASES, MESSAGES)
def test_after_its_changes_a_room_needs_nothing_more(
    wishes: dict[str, str | Dnd | datetime],
    extension: Extension,
    leases: dict[str, Lease],
    messages: list[Voicemail],
) -> None:
    known = Known(NOON, leases=leases, messages={1207: messages})
    changes = diff(target(wishes), extension, known)
    extension, known = applied(extension, known, changes, target(wishes))
    assert diff(target(wishes), extension, known) == ()


@given(extensions())
def test_what_zoom_shows_as_a_wish_changes_nothing(extension: Extension) -> None:
    fields = ("first_name", "last_name", "display_name", "department", "calling")
    shown: dict[str, str | Dnd | datetime] = {
        name: value for name in fields if isinstance(value := getattr(extension, name), str)
    }
    if isinstance(extension.dnd, bool):
        shown["dnd"] = Dnd(on=extension.dnd)
    leases = {"u1": Lease(NOON + LEASE, NOON)} if extension.dnd is True else {}
    assert diff(target(shown), extension, Known(NOON, leases=leases)) == ()


@given(extensions(), MESSAGES, MOMENTS)
def test_a_message_left_after_the_clearing_is_never_deleted(
    extension: Extension, messages: list[Voicemail], cleared: datetime
) -> None:
    changes = diff(target({"cleared": cleared}), extension, Known(NOON, messages={1207: messages}))
    gone = {change.id for change in changes}
    assert gone == {message.id for message in messages if message.at <= cleared}


@given(WISHES, extensions(), LEASES)
def test_a_change_only_ever_names_this_extension_and_fields_that_were_wished(
    wishes: dict[str, str | Dnd | datetime], extension: Extension, leases: dict[str, Lease]
) -> None:
    for change in diff(target(wishes), extension, Known(NOON, leases=leases)):
        assert change.field in wishes
        assert change.id in {"u1", "d1"}
        # A user's do-not-disturb may be on already: then a lease of known length takes its place.
        assert change.observed != change.desired or change.field == "dnd"


@given(WISHES, extensions())
def test_what_nobody_has_read_is_never_written(
    wishes: dict[str, str | Dnd | datetime], extension: Extension
) -> None:
    for change in diff(target(wishes), extension, Known(NOON)):
        if change.field not in {"dnd", "device_name"}:
            assert getattr(extension, change.field) is not UNKNOWN


KEPT = st.fixed_dictionaries(
    {},
    optional={
        "first_name": TEXT,
        "last_name": TEXT,
        "display_name": TEXT,
        "department": TEXT,
        "calling": TEXT,
        "device_name": TEXT,
        "dnd": st.booleans(),
    },
)
OWN = st.dictionaries(
    st.tuples(st.just("u1"), st.sampled_from(["first_name", "display_name", "department"])),
    st.builds(OwnWrite, TEXT, TEXT, st.none() | MOMENTS),
)


@given(KEPT, st.data(), extensions(), LEASES, OWN)
def test_where_one_look_is_enough_there_is_no_difference(
    kept: dict[str, str | bool],
    data: st.DataObject,
    extension: Extension,
    leases: dict[str, Lease],
    own: dict[tuple[str, str], OwnWrite],
) -> None:
    shown = {name: value for name in kept if isinstance(value := getattr(extension, name, None), str)}
    values = kept | {
        name: shown[name] for name in shown if data.draw(st.booleans(), label=f"{name} is shown")
    }
    known = Known(NOON, leases=leases, own=own)

    if plainly_shown(values, extension, known):
        wishes = {name: Dnd(on=value) if isinstance(value, bool) else value for name, value in values.items()}
        assert diff(target({**wishes}), extension, known) == ()
