"""The demo shows the whole day, with the real command, and leaves nothing behind."""

import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console as Terminal
from ruamel.yaml import YAML

from desired.document import RoomDocument
from fixtures.hotel import furnish, house, stays
from fixtures.hotel_pms import HotelPms
from fixtures.hotel_pms.console import Console
from fixtures.hotel_pms.day import EARLY, day, open_house
from fixtures.telephones import Exchange, busy, picks_up
from fixtures.telephones import Line as Handset
from fixtures.zoom_cloud import ZoomCloud
from reconciler import demo
from reconciler.app.clock import SystemClock
from reconciler.configuration.file import load
from reconciler.demo import afterwards, ending, mishaps, outages, program, story, waking
from reconciler.demo.board import Board
from reconciler.demo.calls import Calls
from reconciler.demo.keyboard import Keyboard
from reconciler.demo.line import Line
from reconciler.demo.scene import Scene
from reconciler.demo.screen import THEME, Screen, within
from reconciler.demo.stage import CHANNELS, Peers, Stage, staged
from reconciler.demo.telephones import Telephones, differences, until
from reconciler.demo.tempo import QUICK
from reconciler.errors import Fatal
from reconciler.telephones.call import CallEnded

RECONCILE = Path(sys.executable).with_name("reconcile")

pytestmark = pytest.mark.timeout(150)


@dataclass
class Told:
    """What the demo printed, and how it ended."""

    text: str
    code: int

    @property
    def folder(self) -> Path:
        found = re.search(r"^Folder: +(\S+) ", self.text, re.MULTILINE)
        assert found is not None
        return Path(found[1])


@pytest.fixture(scope="module", autouse=True)
def playing() -> Iterator[subprocess.Popen[bytes]]:
    """The whole day without pauses, played while other tests go on."""
    with subprocess.Popen(
        [RECONCILE, "demo", "--quick"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    ) as demo:
        yield demo
        demo.terminate()


@pytest.fixture(scope="module")
def told(playing: subprocess.Popen[bytes]) -> Told:
    """The whole day."""
    text, _ = playing.communicate(timeout=120)
    return Told(text.decode(), playing.returncode)


def test_ctrl_c_closes_the_hotel_in_good_order() -> None:
    process = subprocess.Popen([RECONCILE, "demo"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert process.stdout is not None
    lines = []
    for line in process.stdout:
        lines.append(line.decode())
        if "names are on their telephones" in lines[-1]:
            process.send_signal(signal.SIGINT)
            break
    rest, _ = process.communicate(timeout=30)
    told = Told("".join(lines) + rest.decode(), process.returncode)
    assert told.code == 0, told.text
    assert told.text.endswith("The hotel is closed, and its folder is gone.\n")
    assert not told.folder.exists()


@dataclass(kw_only=True)
class Set(Scene):
    """A scene whose keyboard a test can use."""

    keyboard: Keyboard


@contextmanager
def scene() -> Iterator[Set]:
    """The hotel on its stage before the controller starts, told into a string."""
    cloud, pms = ZoomCloud(), HotelPms(house().numbers())
    furnish(cloud, house())
    open_house(pms)
    line, telephones, keyboard = Line(pms), Telephones(cloud, pms, house()), Keyboard()
    exchange = Exchange(SystemClock(), CHANNELS)
    out = Terminal(file=StringIO(), force_terminal=True, width=100, height=50, theme=THEME, highlight=False)
    with staged(cloud, Peers("http://127.0.0.1:9", 9, 9), house(), QUICK) as stage:
        screen = Screen(out, Board(telephones, house(), line, keyboard).draw)
        yield Set(
            stage,
            cloud,
            pms,
            exchange,
            line,
            Calls(exchange, screen),
            telephones,
            program.Program(stage),
            screen,
            QUICK,
            keyboard=keyboard,
        )


def printed(scene: Scene) -> str:
    """What stands on the screen, without colours."""
    assert isinstance(scene.screen.out.file, StringIO)
    return re.sub(r"\x1b\[[\d;?]*[a-zA-Z]", "", scene.screen.out.file.getvalue())


def test_the_demos_configuration_is_valid_and_names_all_rooms() -> None:
    with scene() as at:
        settings = load(at.stage.config, {})
        table = settings.grounds.table
        assert table is not None
        assert {entry.room for entry in table} == set(house().numbers())
        assert settings.desk.address[0] == "127.0.0.1"


@pytest.mark.parametrize("text", mishaps.FILES.values(), ids=mishaps.FILES)
def test_every_file_of_the_day_is_a_valid_document(text: str) -> None:
    RoomDocument.model_validate(YAML(typ="safe").load(text))


def test_the_day_goes_from_morning_to_night_in_less_than_three_minutes() -> None:
    events = story.programme()
    assert [event.at for event in events] == sorted(event.at for event in events)
    assert sum(event.pause for event in events) < 110  # what happens takes its time, too


def test_who_arrives_finds_a_vacant_room_at_every_hour() -> None:
    with scene() as at:
        arriving = {room for room, _ in (*mishaps.ARRIVING, *outages.LATECOMERS)}
        for step in day():
            if not step.linked:
                step.act(at.pms)
        assert not arriving & set(at.pms.in_house())
        assert outages.LEAVING in at.pms.in_house()


def test_a_file_is_replaced_and_never_half_written() -> None:
    with scene() as at:
        at.stage.write("1207", "first")
        before = at.stage.path("1207").stat().st_ino
        at.stage.write("1207", "second")
        assert at.stage.read("1207") == "second"
        assert at.stage.path("1207").stat().st_ino != before
        assert [path.name for path in at.stage.path("1207").parent.glob("*.tmp")] == []


def test_the_board_shows_every_room_and_what_is_going_on_there() -> None:
    with scene() as at:
        at.cloud.extension(1203).display_name = "VIP Joaquín Peñalosa 1203"
        at.cloud.extension(1204).display_name = "Ana Souza 1204"
        at.cloud.add_voicemail(1210, datetime.now(UTC))
        at.screen.out.print(at.screen.board())
        board = printed(at)
        for room in house().numbers():
            assert room in board
        assert "1203★" in board
        assert "1204•" in board
        assert "1210✉" in board
        assert "2 of 60 show a name, PMS link down" in board


def test_what_a_telephone_should_show_is_what_the_pms_knows() -> None:
    with scene() as at:
        assert at.wanted("1203") == "VIP Joaquín Peñalosa Ibáñez 1203"
        assert at.wanted("1204") == "Room 1204"
        assert at.is_right("1204")
        assert not at.is_right("1203")
        at.filed["1204"] = "Concierge 1204"
        assert not at.is_right("1204")


def test_repeated_records_are_told_from_new_ones() -> None:
    with scene() as at:
        for sign, text in [("→", "LS|"), ("→", "GO|RN1207|"), ("←", "WA|RN1305|"), ("!", "a mistake")]:
            at.pms.watch(sign, text)
        mark = len(at.line.records)
        for text in ("GO|RN1207|", "GC|RN1301|GSN|RO1303|"):
            at.pms.watch("→", text)
        assert [record.text for record in at.line.records[:mark]] == ["GO|RN1207|", "WA|RN1305|"]
        assert [record.text for record in at.line.repeated(mark)] == ["GO|RN1207|"]
        assert at.line.times(mark).keys() == {"1207", "1301", "1303"}


def test_a_long_record_is_cut_at_a_terminal_and_never_broken() -> None:
    with scene() as at:
        at.screen.record("→", f"GI|RN1207|GN{'Quintanilha' * 20}|")
        lines = printed(at).splitlines()
    assert len(lines) == 1
    assert lines[0].strip().startswith("→ GI|RN1207|GNQuintanilha")
    assert lines[0].strip().endswith("…")


def test_the_front_desk_types_below_the_board() -> None:
    with scene() as at:
        keyboard = at.keyboard
        keyboard.line = ""
        assert list(keyboard.take("chekc\x7f\x7fckin 1204 Ána\x1b")) == []
        assert keyboard.line == "checkin 1204 Ána"
        at.screen.out.print(at.screen.board())
        assert "Front desk (PMS)> checkin 1204 Ána" in printed(at)
        assert list(keyboard.take("\x1b[A")) == []
        assert list(keyboard.take("\rdown\n")) == ["checkin 1204 Ána", "down"]
        assert keyboard.line == ""


def test_every_line_that_is_offered_to_the_front_desk_can_be_done() -> None:
    with scene() as at:
        console = Console(at.pms)
        answers = [console.do(verb) for line in afterwards.DESK for verb in line.split(" · ")]
    wrong = ("Try help", "usage", "no such", "there is no")
    assert [answer for answer in answers if any(word in answer for word in wrong)] == []


def test_changes_by_others_are_told_in_words() -> None:
    with scene() as at:
        before = at.telephones.all()
        at.cloud.extension(1204).display_name = "Ana Souza 1204"
        at.cloud.add_voicemail(1210, datetime.now(UTC))
        assert dict(differences(before, at.telephones.all())) == {
            "1204": "Zoom shows “Ana Souza 1204” instead of “Room 1204”",
            "1210": "a caller has left a message",
        }


def test_whatever_should_not_have_happened_fails_the_quick_demo() -> None:
    with scene() as at:
        staff = at.telephones.staff()
        assert ending.faults(at, staff) == []
        at.cloud.redundant.append("PATCH /users/1 first_name")
        at.missed.append("the name on 1204")
        at.cloud.extension(7001).display_name = "Somebody else"
        at.pms.mistake("second_wa", "a further result of one wake-up call")
        assert len(ending.faults(at, staff)) == 4


def test_settings_of_a_real_hotel_do_not_reach_the_demo(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOUSEPHONE_ZOOM__URL", "https://zoom.us")
    monkeypatch.setenv("LANG", "C.UTF-8")
    environment = program._environment()
    assert "HOUSEPHONE_ZOOM__URL" not in environment
    assert environment["LANG"] == "C.UTF-8"


def test_every_guest_who_wants_to_be_woken_has_a_part() -> None:
    assert tuple(waking.SLEEPERS) == EARLY


def test_a_wake_up_call_without_exactly_one_result_is_a_fault() -> None:
    asked, told = "|RN1305|DA261123|TI063000|", "|RN1305|DA261123|TI063000|ASOK|"
    with scene() as at:
        for room in ("1201", "1202", "1203"):
            at.pms.watch("→", f"WR{asked.replace('1305', room)}")
        at.pms.watch("→", f"WR{asked}")
        at.pms.watch("→", f"WC{asked.replace('1305', '1203')}")
        at.pms.watch("←", f"WA{told}")
        for _ in range(2):
            at.pms.watch("←", f"WA{told.replace('1305', '1202')}")
        records = at.line.records
        assert list(waking.miscounted(records, datetime.fromisoformat("2026-11-23T06:31"))) == [
            "0 results of the wake-up call of 1201 at 06:30:00",
            "2 results of the wake-up call of 1202 at 06:30:00",
        ]
        assert list(waking.miscounted(records, datetime.fromisoformat("2026-11-23T06:29"))) == []
        assert "a wake-up call inf s late" in ending.faults(at, at.telephones.staff())


@pytest.mark.anyio
async def test_each_call_is_one_line_with_its_room() -> None:
    with scene() as at:
        async with at.exchange as exchange:
            exchange.at("1207", busy(), picks_up(0.01, "1", pause=0.01))
            for calls in (1, 2):
                with suppress(CallEnded):
                    call = await exchange.dial("1207", ring=1, name="Wake-up call")
                    await call.key()
                    await call.hang_up()
                await until(lambda calls=calls: len(at.calls.over) == calls)  # type: ignore[misc]
            at.calls.forward("1301", _hangs_up_at_once)
            await until(lambda: len(at.calls.over) == 3)
            at.calls.dial("1302", _hangs_up_at_once)
            await until(lambda: len(at.calls.over) == 4)
    lines = [re.sub(r"[\d:.]+ m?s|\d\d:\d\d:\d\d", "…", line).strip() for line in printed(at).splitlines()]
    assert lines == [
        "…  1207   Wake-up call at …: busy.",
        "…  1207   Wake-up call at …: answered after …, key 1, over after ….",
        "…  1301   A caller is sent on to housephone at …: rang …, nobody answered.",
        "…  1302   The room calls housephone at …: rang …, nobody answered.",
    ]


async def _hangs_up_at_once(line: Handset) -> None:
    line.hang_up()


def test_what_the_demo_suggests_undoes_nothing_that_it_suggested_before() -> None:
    with scene() as at:
        commands = [command for command, _ in afterwards.invitation(at)]
    resync = commands.index("reconcile pms resync")
    assert not any(" checkin " in command or " move " in command for command in commands[:resync])


@pytest.mark.anyio
async def test_a_controller_that_cannot_work_ends_the_demo_and_says_why() -> None:
    with scene() as at:
        at.stage.config.write_text("property: {}", encoding="utf-8")
        await at.program.start()
        with pytest.raises(Fatal, match=r"the controller ended with code 1: .*timezone"):
            await demo.keep_an_eye_on(at.program)
        assert await at.program.stop() == 1


@pytest.mark.anyio
async def test_a_controller_that_never_started_needs_no_stopping() -> None:
    with scene() as at:
        assert await at.program.stop() == 0


def test_at_a_terminal_the_story_stands_above_the_board() -> None:
    with scene() as at:
        with at.screen:
            at.screen.chapter("Morning", "The house wakes up.")
            at.screen.tell("Zoom shows “Ana [Souza] 1207” 84 ms later.", room="1207", mark="good")
        lines = printed(at)
        assert "1207 ✓ Zoom shows “Ana [Souza] 1207” 84 ms later." in lines
        assert lines.index("The house wakes up.") < lines.rindex("What the telephones show")


def test_news_are_whole_lines_of_the_log_and_told_once(tmp_path: Path) -> None:
    log = Stage(tmp_path, "http://127.0.0.1:9", 9)
    running = program.Program(log)
    log.log.write_text('{"event": "started"}\nnot json\n{"event": "half', encoding="utf-8")
    assert running.started()
    assert not running.started()


@pytest.mark.parametrize(("seconds", "words"), [(0.0841, "84 ms"), (0.9, "900 ms"), (3.21, "3.2 s")])
def test_times_read_well(seconds: float, words: str) -> None:
    assert within(seconds) == words


# The whole day


def test_the_day_ends_well(told: Told) -> None:
    assert told.code == 0, told.text
    assert "✗ Waited in vain" not in told.text


def test_names_that_were_missing_in_the_morning_go_up_at_once(told: Told) -> None:
    assert f"All {len(stays())} names are on their telephones" in told.text


@pytest.mark.parametrize("record", ["GI", "GO", "GC", "RE", "WR", "WC", "NS", "NE", "DS"])
def test_every_kind_of_record_comes_from_the_pms(told: Told, record: str) -> None:
    assert re.search(rf"^ +→ {record}\|", told.text, re.MULTILINE)


def test_a_link_that_knows_nothing_asks_for_every_room_once(told: Told) -> None:
    assert len(re.findall(r"^ +← DR\|", told.text, re.MULTILINE)) == 1


@pytest.mark.parametrize(
    "name",
    [
        "VIP Inês Quintanilha 1207",
        "VIP Inês Quintanilha-Reis 1207",
        "蓮 高橋 1202",
        "Θάλεια Παπανικολάου 1301",
        "Priyanka Venkataraghavan 1409",
        "สุดารัตน์ วงศ์สวัสดิ์ 1405",
        "VIP Wiremu Parekura 1308",
    ],
)
def test_guests_who_arrive_move_or_swap_are_shown_where_they_are(told: Told, name: str) -> None:
    assert f"“{name}”" in told.text


def test_a_group_of_twenty_is_shown_at_once(told: Told) -> None:
    assert "All 20 telephones show it" in told.text


def test_the_second_guest_of_a_room_changes_nothing_on_its_telephone(told: Told) -> None:
    assert "The telephone goes on showing “Ferenc Szentgyörgyi 1104”" in told.text


def test_messages_are_gone_for_the_next_guest(told: Told) -> None:
    for room in ("1104", "1207"):
        assert re.search(rf"{room}   A caller is sent on to housephone at [\d:]+: key #", told.text)
        assert f"← RE|RN{room}|VMY|" in told.text
    assert "The new guest hears “You have no new messages”" in told.text


@pytest.mark.parametrize(
    ("room", "result", "calls"),
    [
        ("1305", "OK", ["answered after .*, key 1"]),
        ("1503", "OK", ["answered after .*, key 2", "answered after .*, key 1"]),
        ("1101", "OK", ["busy", "answered after .*, key 1"]),
        ("1401", "NR", ["rang .*, nobody answered", "rang .*, nobody answered"]),
    ],
)
def test_every_wake_up_call_is_told_and_has_one_result(
    told: Told, room: str, result: str, calls: list[str]
) -> None:
    heard = re.findall(rf"^[\d:]+  {room}   Wake-up call at [\d:]+: (.*)\.$", told.text, re.MULTILINE)
    assert len(heard) == len(calls)
    assert all(re.match(wanted, call) for wanted, call in zip(calls, heard, strict=True)), heard
    assert re.findall(rf"← WA\|RN{room}\|DA\d{{6}}\|TI\d{{6}}\|AS(..)\|", told.text) == [result]


def test_of_a_guest_who_sleeps_on_the_operator_hears_and_presses_a_key(told: Told) -> None:
    assert "Alert for the desk: room 1401" in told.text
    assert re.search(r"7001   Wake-up alert at [\d:]+: answered after .*, key 1", told.text)
    assert "The operator has heard it, and said so with a key" in told.text


def test_a_maids_keys_are_told_to_the_pms(told: Told) -> None:
    assert "keys 633471#, over after" in told.text
    assert "← RE|RN1207|RS3|ID471|" in told.text


def test_a_misspelled_file_is_named_with_line_and_column(told: Told) -> None:
    assert "rooms/1211.yaml:2:1: nmae: unknown field" in told.text
    assert "Zoom shows “Night Manager 1211”" in told.text


def test_a_telephone_renamed_by_hand_is_set_right(told: Told) -> None:
    assert "to “Temporary name”" in told.text
    assert "Found and set right" in told.text


def test_nothing_is_lost_while_zoom_refuses(told: Told) -> None:
    assert "Nothing was lost, and nobody had to do anything" in told.text


def test_records_that_come_again_change_nothing(told: Told) -> None:
    assert re.search(r"[1-9]\d* records came again: 0 changes", told.text)


def test_a_resync_that_empties_too_many_rooms_waits_for_somebodys_word(told: Told) -> None:
    assert "would empty 20 rooms" in told.text
    assert "their names stay" in told.text
    assert "20 rooms are checked out" in told.text


def test_the_controller_comes_back_after_a_power_cut(told: Told) -> None:
    assert "the controller dies (kill -9)" in told.text
    assert "Nothing was lost, nothing written twice" in told.text
    assert "60 rooms, all in sync, exit code 0" in told.text


@pytest.mark.parametrize(
    "promise",
    [
        "0  mistakes of ours that the PMS found",
        "4  wake-up calls, 0 of them without exactly one result",
        "0  calls that changed nothing",
        "0  requests against Zoom's documented rules",
        "0  answers 429 for asking too fast",
        "0  changes at the 8 extensions of the staff",
    ],
)
def test_the_figures_of_the_day_hold(told: Told, promise: str) -> None:
    assert re.search(rf"^ +{re.escape(promise)}", told.text, re.MULTILINE)


def test_away_from_a_terminal_the_story_is_plain_lines(told: Told) -> None:
    assert "\x1b" not in told.text
    assert "╭" not in told.text


def test_nothing_is_left_behind(told: Told) -> None:
    assert not told.folder.exists()
