"""The guest's mailbox: what callers leave, what the guest hears, and what the next guest never does."""

import stat
from datetime import timedelta
from pathlib import Path

import anyio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.voice import mailbox
from drivers.voice.mailbox import Keeping, Mailbox, outdated
from drivers.voice.messages import Archived, Message
from drivers.voice.recordings import Recordings, says_something
from fixtures.telephones import Guest, Line, direct, forwarded
from reconciler.telephones.call import End, Ended
from tests.drivers.voice.night import EVENING, SECOND, Night, at_night, calls, dials, speech

CALLER = forwarded("1207", caller="+13055550100")
ROOM = direct("1207")
KEEPING = Keeping()


def leaves_a_message(*, seconds: float = 5, then: str = "", at: float = 10) -> Guest:
    """Listens to the greeting and speaks for so long; then presses a key, or hangs up."""

    async def script(line: Line) -> None:
        await line.answered()
        await line.wait(at)
        line.say(speech(seconds))
        await line.wait(seconds)
        if then:
            line.press(then)
            await line.wait(30)
        line.hang_up()

    return script


def after_a_call(tmp_path: Path, guest: Guest, *, occupied: bool = True) -> tuple[Night, Line]:
    async def story(night: Night) -> Line:
        night.use(tmp_path)
        night.house.change("1207", occupied=occupied)
        return await calls(night, CALLER, guest)

    line, night = at_night(story)
    return night, line


# A caller


@pytest.mark.parametrize("then", ["", "#", "5"])
def test_what_a_caller_says_is_kept_whether_he_hangs_up_or_presses_a_key(tmp_path: Path, then: str) -> None:
    night, line = after_a_call(tmp_path, leaves_a_message(then=then, at=3))
    (message,) = night.index.waiting("1207")
    assert message.seconds == pytest.approx(5, abs=0.2)
    assert (message.caller, message.saved) == ("+13055550100", False)
    assert speech(4) in night.recordings.load(message.id)
    words = night.voice.words(line.heard)
    assert words[:3] == [
        "Phrase('mailbox_greeting')",
        "Phrase('menu_operator', key='0')",
        "Phrase('mailbox_tone')",
    ]
    assert ("Phrase('mailbox_saved')" in words) == bool(then)


def test_whoever_calls_again_and_again_does_not_fill_the_hotels_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A mailbox that is full leads to the operator, until the guest has deleted a message."""
    monkeypatch.setattr(mailbox, "MOST", 2)

    async def story(night: Night) -> list[str | None]:
        night.use(tmp_path)
        night.house.change("1207", occupied=True)
        led_to = [(await calls(night, CALLER, leaves_a_message())).transferred_to for _ in range(4)]
        await night.index.delete(night.index.waiting("1207")[0])
        return [*led_to, (await calls(night, CALLER, leaves_a_message())).transferred_to]

    led_to, night = at_night(story)
    assert [bool(each) for each in led_to] == [False, False, True, True, False]
    assert len(night.index.waiting("1207")) == 2


def test_the_greeting_is_in_the_guests_language(tmp_path: Path) -> None:
    async def story(night: Night) -> Line:
        night.use(tmp_path)
        night.house.change("1207", language="es")
        return await calls(night, CALLER, dials())

    line, night = at_night(story)
    assert night.voice.languages(line.heard) == {"es"}


def test_a_caller_who_talks_on_is_stopped_and_what_he_said_is_kept(tmp_path: Path) -> None:
    night, line = after_a_call(tmp_path, leaves_a_message(seconds=60, at=0))
    (message,) = night.index.waiting("1207")
    assert message.seconds <= 20
    assert message.seconds == pytest.approx(20, abs=0.1)
    assert "Phrase('mailbox_full')" in night.voice.words(line.heard)


def test_a_caller_who_says_nothing_leaves_nothing(tmp_path: Path) -> None:
    night, line = after_a_call(tmp_path, dials(stays=60))
    assert night.index.waiting("1207") == []
    assert not list(tmp_path.iterdir())
    assert "Phrase('mailbox_nothing')" in night.voice.words(line.heard)
    assert line.end == End(Ended.OURS)


def test_a_caller_who_hangs_up_during_the_greeting_leaves_nothing(tmp_path: Path) -> None:
    night, _ = after_a_call(tmp_path, dials(stays=1))
    assert night.index.waiting("1207") == []


def test_key_0_during_the_greeting_reaches_the_operator(tmp_path: Path) -> None:
    night, line = after_a_call(tmp_path, dials("0"))
    assert line.transferred_to == "0"
    assert night.index.waiting("1207") == []


def test_a_call_for_a_vacant_room_goes_to_the_operator(tmp_path: Path) -> None:
    night, line = after_a_call(tmp_path, dials(), occupied=False)
    assert line.transferred_to == "0"
    assert night.voice.words(line.heard) == ["Phrase('connecting_operator')"]


def test_recordings_are_for_the_service_alone(tmp_path: Path) -> None:
    folder = tmp_path / "messages"
    after_a_call(folder, leaves_a_message())
    (file,) = folder.iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert file.suffix == ".wav"


def test_a_guest_who_checks_in_during_a_call_never_hears_it(tmp_path: Path) -> None:
    async def story(night: Night) -> None:
        night.use(tmp_path)

        async def changes() -> None:
            await anyio.sleep(6)
            night.index.check_out_and_in("1207")

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(changes)
            await calls(night, CALLER, leaves_a_message(at=5))
        assert night.index.waiting("1207") == []
        assert len(night.index.entries["1207/1"]) == 1

    at_night(story)


def test_a_program_that_stops_keeps_what_was_said(tmp_path: Path) -> None:
    async def story(night: Night) -> None:
        night.use(tmp_path)
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(night.doorman().run)
            night.exchange.call_in(CALLER, leaves_a_message(seconds=15, at=3))
            await anyio.sleep(10)
            tasks.cancel_scope.cancel()
        (message,) = night.index.waiting("1207")
        assert message.seconds == pytest.approx(7, abs=0.5)

    at_night(story)


def test_a_message_that_cannot_be_entered_is_told_to_the_caller(tmp_path: Path) -> None:
    async def story(night: Night) -> None:
        night.use(tmp_path)
        night.index.broken = True
        line = await calls(night, CALLER, leaves_a_message(then="#"))
        assert "Phrase('not_possible')" in night.voice.words(line.heard)
        assert line.transferred_to == "0"

    at_night(story)


# The guest


def night_with_messages(night: Night, folder: Path, *saved: bool) -> list[Message]:
    night.use(folder)
    messages = [
        Message(f"m{number}", EVENING - timedelta(hours=5 - number), 2.0, caller, saved=is_saved)
        for number, (is_saved, caller) in enumerate(
            zip(saved, ("7001", "+13055550100", "", ""), strict=False)
        )
    ]
    for number, message in enumerate(messages):
        night.recordings.save(message.id, sound(number))
    night.index.entries["1207/1"] = list(messages)
    return messages


def sound(number: int) -> bytes:
    return (1000 + number).to_bytes(2, "little") * SECOND


def listens(tmp_path: Path, keys: str, *saved: bool, stays: float = 60) -> tuple[list[str], Night, Line]:
    async def story(night: Night) -> Line:
        night_with_messages(night, tmp_path, *saved)
        return await calls(night, ROOM, dials(keys, stays=stays))

    line, night = at_night(story)
    return night.voice.words(line.heard), night, line


def test_a_guest_hears_how_many_new_messages_there_are_and_then_each(tmp_path: Path) -> None:
    words, night, line = listens(tmp_path, "1", False, True, False)
    assert "Phrase('messages_new', count=2)" in listens(tmp_path, "", False, True, False)[0]
    assert "Phrase('message_header', number=1, day='today', at=datetime.time(16, 0))" in words
    assert "Phrase('message_from', extension='7001')" in words
    heard = b"".join(line.heard)
    assert sound(0) in heard
    assert sound(1) not in heard
    assert sound(2) in heard
    assert "Phrase('messages_end')" in words
    assert all(message.saved for message in night.index.waiting("1207"))


def test_a_message_that_was_not_heard_to_its_end_stays_new(tmp_path: Path) -> None:
    _, night, _ = listens(tmp_path, "1", False, stays=2)
    assert [message.saved for message in night.index.waiting("1207")] == [False]


def test_saved_messages_are_played_by_themselves(tmp_path: Path) -> None:
    _, _, line = listens(tmp_path, "2", False, True)
    assert sound(1) in b"".join(line.heard)
    assert sound(0) not in b"".join(line.heard)
    assert "Phrase('messages_saved', count=0)" in listens(tmp_path, "2", False)[0]


def test_key_7_deletes_a_message_for_good(tmp_path: Path) -> None:
    words, night, _ = listens(tmp_path, "17", False)
    assert night.index.waiting("1207") == []
    assert list(tmp_path.iterdir()) == []
    assert "Phrase('message_deleted')" in words


def test_a_guest_who_presses_7_twice_deletes_one_message(tmp_path: Path) -> None:
    async def story(night: Night) -> None:
        night_with_messages(night, tmp_path, False, False)
        await calls(night, ROOM, dials("177", pause=0.5, stays=30))
        assert [message.id for message in night.index.waiting("1207")] == ["m1"]

    at_night(story)


def test_a_message_that_was_deleted_from_another_telephone_is_left_out(tmp_path: Path) -> None:
    async def story(night: Night) -> None:
        night_with_messages(night, tmp_path, False, False)
        night.recordings.remove("m0")
        line = await calls(night, ROOM, dials("1", stays=30))
        assert sound(1) in b"".join(line.heard)

    at_night(story)


def test_key_9_saves_a_message_at_once(tmp_path: Path) -> None:
    words, night, _ = listens(tmp_path, "19", False)
    assert [message.saved for message in night.index.waiting("1207")] == [True]
    assert "Phrase('message_saved')" in words


def test_the_star_plays_a_message_again(tmp_path: Path) -> None:
    words, _, _ = listens(tmp_path, "1 *", False)
    assert len([word for word in words if "message_header" in word]) == 2


def test_any_other_key_is_refused_without_the_whole_message_again(tmp_path: Path) -> None:
    words, _, line = listens(tmp_path, "1 5", False)
    assert "Phrase('wrong_key')" in words
    assert b"".join(line.heard).count(sound(0)) == 1


def test_the_operator_is_reached_from_a_message(tmp_path: Path) -> None:
    _, night, line = listens(tmp_path, "10", False)
    assert line.transferred_to == "0"
    assert [message.saved for message in night.index.waiting("1207")] == [False]


def test_the_next_guest_finds_an_empty_mailbox(tmp_path: Path) -> None:
    async def story(night: Night) -> None:
        night_with_messages(night, tmp_path, False, True)
        night.index.check_out_and_in("1207")
        line = await calls(night, ROOM, dials("1", stays=20))
        words = night.voice.words(line.heard)
        assert "Phrase('messages_new', count=0)" in words
        assert sound(0) not in b"".join(line.heard)

    at_night(story)


# What is kept of past stays


def past(room: str, days_ago: float, number: int = 0) -> Archived:
    left = EVENING - timedelta(days=days_ago)
    return Archived(f"{room}-{days_ago}-{number}", room, f"stay of {left}", left)


def test_past_stays_are_kept_for_days() -> None:
    archived = [past("1207", 2.9), past("1207", 3.1), past("1208", 1)]
    assert outdated(archived, EVENING, KEEPING) == ["1207-3.1-0"]


def test_of_many_stays_only_the_latest_are_kept() -> None:
    archived = [past("1207", hours / 24, number) for hours in range(1, 11) for number in (0, 1)]
    gone = outdated(archived, EVENING, KEEPING)
    assert sorted(gone) == sorted(f"1207-{hours / 24}-{number}" for hours in (9, 10) for number in (0, 1))
    assert len(outdated(archived, EVENING, Keeping(stays=0))) == 20


@given(
    st.lists(
        st.tuples(st.sampled_from(["1207", "1208"]), st.integers(0, 10), st.integers(0, 2)), unique=True
    ),
    st.integers(1, 5),
    st.integers(0, 5),
)
def test_a_stay_is_kept_whole_or_not_at_all(
    stays: list[tuple[str, int, int]], days: int, kept_stays: int
) -> None:
    archived = [past(room, days_ago, number) for room, days_ago, number in stays]
    gone = set(outdated(archived, EVENING, Keeping(days=days, stays=kept_stays)))
    kept = [each for each in archived if each.id not in gone]
    assert {(each.room, each.stay) for each in kept}.isdisjoint(
        (each.room, each.stay) for each in archived if each.id in gone
    )
    for room in ("1207", "1208"):
        assert len({each.stay for each in kept if each.room == room}) <= kept_stays
    assert all(each.left >= EVENING - timedelta(days=days) for each in kept)


def test_what_is_kept_no_longer_is_gone_from_the_disk_too(tmp_path: Path) -> None:
    async def story(night: Night) -> None:
        night.use(tmp_path)
        night.index.past = [past("1207", 1), past("1207", 5)]
        for each in night.index.past:
            night.recordings.save(each.id, speech(1))
        await Mailbox(night.index, night.recordings, night.clock, KEEPING).prune()
        assert [each.id for each in night.index.past] == ["1207-1-0"]

    at_night(story)
    assert [file.name for file in tmp_path.iterdir()] == ["1207-1-0.wav"]


# Recordings


def test_a_recording_is_read_as_it_was_written(tmp_path: Path) -> None:
    recordings = Recordings(tmp_path / "state" / "messages")
    recordings.save("a", speech(2))
    assert recordings.load("a") == speech(2)
    recordings.remove("a")
    recordings.remove("a")


def test_what_no_index_knows_is_swept_away(tmp_path: Path) -> None:
    recordings = Recordings(tmp_path / "messages")
    assert recordings.sweep(set()) == 0
    for name in ("a", "b"):
        recordings.save(name, speech(1))
    (tmp_path / "messages" / "c.part").write_bytes(b"half")
    assert recordings.sweep({"a"}) == 2
    assert [file.name for file in (tmp_path / "messages").iterdir()] == ["a.wav"]


def test_noise_of_the_line_is_no_message() -> None:
    assert says_something(speech(1))
    assert not says_something(speech(0.9))
    assert not says_something(b"\x40\x00\xc0\xff" * 16_000)
    assert not says_something(b"")
