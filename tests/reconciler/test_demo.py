"""The demo shows the whole day, with the real command, and leaves nothing behind."""

import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console
from ruamel.yaml import YAML

from desired.document import RoomDocument
from fixtures.hotel import BrokenFile, CheckIn, PowerCut, Stay, ZoomTrouble, day, furnish, house, stays
from fixtures.zoom_cloud import ZoomCloud
from reconciler import demo
from reconciler.configuration import load
from reconciler.demo import ending, program
from reconciler.demo.board import Board
from reconciler.demo.scene import Scene
from reconciler.demo.screen import THEME, Screen, within
from reconciler.demo.stage import Stage, occupied, staged, vacant
from reconciler.demo.telephones import Telephones, differences
from reconciler.demo.tempo import QUICK
from reconciler.errors import Fatal

RECONCILE = Path(sys.executable).with_name("reconcile")

pytestmark = pytest.mark.timeout(150)


@dataclass
class Told:
    """What the demo printed, and how it ended."""

    text: str
    code: int

    @property
    def folder(self) -> Path:
        found = re.search(r"^Files: +(\S+)/rooms", self.text, re.MULTILINE)
        assert found is not None
        return Path(found[1])


@pytest.fixture(scope="module")
def told() -> Told:
    """The whole day, without pauses."""
    done = subprocess.run([RECONCILE, "demo", "--quick"], capture_output=True, check=False, timeout=120)
    return Told(done.stdout.decode() + done.stderr.decode(), done.returncode)


def arriving() -> Iterator[Stay]:
    for event in day():
        if isinstance(event, CheckIn | ZoomTrouble | PowerCut):
            yield from event.stays
        elif isinstance(event, BrokenFile):
            yield event.stay


def test_the_day_ends_well(told: Told) -> None:
    assert told.code == 0, told.text
    assert "✗ Waited in vain" not in told.text


def test_every_guest_who_arrives_is_shown(told: Told) -> None:
    for stay in arriving():
        guest = stay.guests[0]
        assert f"{guest.first} {guest.last} {stay.room}”" in told.text


def test_names_that_were_missing_in_the_morning_go_up_at_once(told: Told) -> None:
    assert f"All {len(stays())} names are on their telephones" in told.text


def test_mailboxes_are_empty_after_a_check_out(told: Told) -> None:
    assert told.text.count("The next guest finds an empty mailbox") == 2


def test_a_misspelled_file_is_named_with_line_and_column(told: Told) -> None:
    assert "rooms/1204.yaml:3:1: guets: unknown field" in told.text
    assert "Its last good version stays: Zoom shows “Room 1204”." in told.text


def test_a_telephone_renamed_by_hand_is_set_right(told: Told) -> None:
    assert "to “Temporary name”" in told.text
    assert "Found and set right" in told.text


def test_nothing_is_lost_while_zoom_refuses(told: Told) -> None:
    assert "Nothing was lost" in told.text


def test_a_mass_blanking_is_refused_by_name(told: Told) -> None:
    assert "Refused (max-blanked): 20 rooms would lose their guest" in told.text


def test_the_controller_comes_back_after_a_power_cut(told: Told) -> None:
    assert "the controller dies (kill -9)" in told.text
    assert "60 rooms, all in sync, exit code 0" in told.text


@pytest.mark.parametrize(
    "promise",
    [
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


@contextmanager
def scene() -> Iterator[Scene]:
    """The hotel on its stage before the controller starts, told into a string."""
    cloud = ZoomCloud()
    furnish(cloud, house())
    telephones = Telephones(cloud, house())
    out = Console(file=StringIO(), force_terminal=True, width=100, height=50, theme=THEME, highlight=False)
    with staged(cloud, "http://127.0.0.1:9", house(), QUICK) as stage:
        screen = Screen(out, Board(telephones, house()).draw)
        yield Scene(stage, cloud, telephones, program.Program(stage), screen, QUICK)


def printed(scene: Scene) -> str:
    """What stands on the screen, without colours."""
    assert isinstance(scene.screen.out.file, StringIO)
    return re.sub(r"\x1b\[[\d;?]*[a-zA-Z]", "", scene.screen.out.file.getvalue())


def test_the_demos_configuration_is_valid_and_names_all_rooms() -> None:
    with scene() as at:
        settings = load(at.stage.config, {})
        table = settings.room_table
        assert table is not None
        assert {entry.room for entry in table} == set(house().numbers())
        assert settings.desk.address[0] == "127.0.0.1"


@pytest.mark.parametrize("stay", [*stays(), *arriving()])
def test_every_file_of_the_day_is_a_valid_document(stay: Stay) -> None:
    document = RoomDocument.model_validate(YAML(typ="safe").load(occupied(stay, date(2026, 11, 22))))
    assert document.room == stay.room
    assert document.guests is not None
    assert [guest.last for guest in document.guests] == [guest.last for guest in stay.guests]


def test_the_file_of_a_check_out_clears_the_mailbox() -> None:
    at = datetime(2026, 11, 22, 11, 2, tzinfo=UTC)
    document = RoomDocument.model_validate(YAML(typ="safe").load(vacant("1207", at)))
    assert document.mailbox is not None
    assert document.mailbox.cleared == at


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
        assert "60 rooms, 2 with guests" in board


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
        assert len(ending.faults(at, staff)) == 3


def test_settings_of_a_real_hotel_do_not_reach_the_demo(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOUSEPHONE_ZOOM__URL", "https://zoom.us")
    monkeypatch.setenv("LANG", "C.UTF-8")
    environment = program._environment()
    assert "HOUSEPHONE_ZOOM__URL" not in environment
    assert environment["LANG"] == "C.UTF-8"


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
    log = Stage(tmp_path, "http://127.0.0.1:9")
    running = program.Program(log)
    log.log.write_text('{"event": "started"}\nnot json\n{"event": "half', encoding="utf-8")
    assert running.started()
    assert not running.started()


@pytest.mark.parametrize(("seconds", "words"), [(0.0841, "84 ms"), (0.9, "900 ms"), (3.21, "3.2 s")])
def test_times_read_well(seconds: float, words: str) -> None:
    assert within(seconds) == words
