"""A log of a PMS's records, played again: what support sees is what the hotel saw."""

import json
import re
from collections.abc import Sequence
from pathlib import Path

import pytest

from fixtures.hotel_pms import Guest
from reconciler.app.replaying import replayed
from reconciler.errors import Fatal
from tests.reconciler.conftest import Inn, until
from tests.reconciler.front import Front, front

pytestmark = pytest.mark.anyio

ROOMS = ("1001", "1002", "1003", "1004")


async def a_day(hotel: Front) -> None:
    """Arrivals, sharers, a lost line with a repetition, a move, a resync that breaks off, departures."""
    pms = hotel.pms
    pms.check_in("1001", Guest("Souza", "Ana"))
    pms.share("1001", Guest("Berg", "Ilse"))
    pms.check_in("1002", Guest("Mori", "Haruki"))
    pms.do_not_disturb("1002", on=True)
    await hotel.in_step()
    hotel.inn.clock.advance(minutes=16)
    pms.options.repeat_last = 20
    await hotel.unmoved_by(pms.drop)
    pms.move("1002", "1003")
    pms.check_out("1001")
    pms.check_in("1001", Guest("Okafor", "Ifeoma"))
    await hotel.in_step()
    connections = pms.connections
    pms.in_resync[3] = pms.drop
    pms.resync()
    await until(lambda: pms.alive and pms.connections > connections)
    pms.in_resync.clear()
    await hotel.settled()


def log_of(inn: Inn) -> Path:
    (log,) = (inn.folder / "state" / "pms").glob("*.jsonl")
    return log


def guests(inn: Inn, log: Path) -> dict[str, Sequence[str]]:
    """Who is where after a replay, by reservation number."""
    answer = json.loads(replayed(inn.settings, log, "json"))
    return {
        document["room"]: [guest["reservation"] for guest in document["guests"]]
        for document in answer["documents"]
        if document.get("guests")
    }


def kept(inn: Inn) -> dict[Path, bytes]:
    """Every file of the hotel, but for what is remembered of its documents."""
    files = (
        path for path in inn.folder.rglob("*") if path.is_file() and not path.name.startswith("documents.")
    )
    return {path: path.read_bytes() for path in files}


def plain(hotel: Front) -> list[dict[str, object]]:
    """The documents as the hotel has them, but for what only time has made of them."""
    return [
        document.model_dump(mode="json", exclude_unset=True)
        for room, document in hotel.documents().items()
        if hotel.running.room.shop.hotel.said.get(room)
    ]


@pytest.mark.parametrize("masked", [True, False])
async def test_a_replayed_day_gives_the_documents_that_the_hotel_had(inn: Inn, masked: bool) -> None:
    async with front(inn, link={"log": {"masked": masked}}) as hotel:
        await a_day(hotel)
        had = json.dumps(plain(hotel), sort_keys=True)
    assert "--expect" not in replayed(inn.settings, log_of(inn), "text"), "nobody can apply what is past"
    answer = json.loads(replayed(inn.settings, log_of(inn), "json"))
    again = json.dumps(answer["documents"], sort_keys=True)
    if masked:
        assert "Okafor" not in again
        assert "Okafor" not in log_of(inn).read_text(encoding="utf-8")
        had, again = (re.sub(r'"(first|last)": "[^"]*"', r'"\1": ""', each) for each in (had, again))
    assert again == had
    assert answer["skipped"] == 0
    assert answer["anomalies"] == {"swap_abandoned": 1}
    assert {change["field"] for change in answer["plan"]["changes"] if not masked} <= {"dnd"}, (
        "a lease is ours"
    )


async def test_a_replay_of_a_log_that_is_cut_off_tells_as_much_as_it_holds(inn: Inn) -> None:
    async with front(inn) as hotel:
        await a_day(hotel)
        whole = guests(inn, log_of(inn))
    data = log_of(inn).read_bytes()
    cut = inn.folder / "cut.jsonl"
    cut.write_bytes(data[: len(data) // 3] + b"\n\xff\x00 rubbish\n")

    answer = json.loads(replayed(inn.settings, cut, "json"))

    assert answer["skipped"] == 2, "the line that was cut, and the rubbish"
    assert whole["1003"]
    assert set(guests(inn, cut)) <= set(ROOMS)


async def test_a_replay_says_in_its_answer_what_was_odd_and_stderr_stays_for_trouble(
    inn: Inn, capsys: pytest.CaptureFixture[str]
) -> None:
    async with front(inn) as hotel:
        hotel.pms.check_in("1001", Guest("Souza", "Ana"))
        await hotel.in_step()
    log = log_of(inn)
    last = json.loads(log.read_text(encoding="utf-8").splitlines()[-1])
    frames = ("GO|RN1001|G#999|DA261122|TI140000|", "GI|RN1002|G#77|ZZtop|")
    log.write_text(
        log.read_text(encoding="utf-8")
        + "".join(json.dumps(last | {"dir": "in", "record": frame}) + "\n" for frame in frames),
        encoding="utf-8",
    )
    capsys.readouterr()

    answer, text = json.loads(replayed(inn.settings, log, "json")), replayed(inn.settings, log, "text")

    odd = {each["name"]: each for each in answer["odd"]}
    assert odd["unknown_reservation"]["where"].startswith("pms GO ")
    assert (odd["unknown_field"]["rooms"], odd["unknown_field"]["times"]) == (["1002"], 1)
    assert "\n# unknown_reservation: pms GO " in text
    assert "".join(capsys.readouterr()) == ""


async def test_a_replay_writes_nothing_anywhere(inn: Inn) -> None:
    async with front(inn) as hotel:
        await a_day(hotel)
    before = kept(inn)
    inn.forget_calls()

    text = replayed(inn.settings, log_of(inn), "text")

    assert 'room: "1003"' in text or "room: '1003'" in text
    assert kept(inn) == before
    assert inn.cloud.calls == []


async def test_a_log_of_another_link_is_refused_with_what_to_do(inn: Inn) -> None:
    async with front(inn) as hotel:
        hotel.pms.check_in("1001", Guest("Souza", "Ana"))
        await hotel.in_step()
    other = inn.folder / "other.jsonl"
    other.write_text(log_of(inn).read_text(encoding="utf-8").replace('"pms"', '"tower"'), encoding="utf-8")

    with pytest.raises(Fatal, match="link called tower") as refused:
        replayed(inn.settings, other, "text")
    assert "pms:" in refused.value.remedy


@pytest.mark.parametrize("text", ["", "no log at all\n", '{"at": 1}\n'])
async def test_what_is_no_log_is_refused(inn: Inn, text: str) -> None:
    log = inn.folder / "empty.jsonl"
    log.write_text(text, encoding="utf-8")
    with pytest.raises(Fatal, match="no frame"):
        replayed(inn.settings, log, "text")
    with pytest.raises(Fatal, match="No such file"):
        replayed(inn.settings, inn.folder / "missing.jsonl", "text")
