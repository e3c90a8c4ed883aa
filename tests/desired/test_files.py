"""The drop-in folder on a real file system: what counts, what is kept, what is told."""

import gc
import os
import sqlite3
import time
import weakref
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from desired import lastgood
from desired.files import DOUBTFUL_QUIET, PATIENCE, QUIET, Folder, load_settled
from desired.placed import Loaded

LONG_AGO = 1_000_000_000
"""A moment at which every file of these tests was quiet."""


@pytest.fixture
def rooms(tmp_path: Path) -> Path:
    folder = tmp_path / "rooms"
    folder.mkdir()
    return folder


@pytest.fixture
def start(tmp_path: Path, rooms: Path) -> Iterator[Callable[..., Folder]]:
    """Starts the program, as far as the folder is concerned; all starts share one memory."""
    with ExitStack() as running:
        yield lambda **settings: running.enter_context(
            Folder(rooms, tmp_path / "state" / "documents.sqlite", **settings)
        )


def write(path: Path, text: str) -> None:
    """A file that has been there for a long time."""
    path.write_text(text)
    os.utime(path, (LONG_AGO, LONG_AGO))


def load(folder: Folder) -> Loaded:
    return folder.load(time.time())


def rooms_of(loaded: Loaded) -> list[str]:
    return [placed.document.room for placed in loaded.documents]


def told(loaded: Loaded) -> list[tuple[str, str | None]]:
    return [(problem.code, problem.where) for problem in loaded.problems]


def names_of(loaded: Loaded) -> dict[str, str | None]:
    return {
        placed.document.room: placed.document.name.display
        for placed in loaded.documents
        if placed.document.name is not None
    }


def named(room: str, name: str) -> str:
    return f'room: "{room}"\nname: {{display: "{name}"}}\n'


class TestWhatCounts:
    def test_yaml_files_count_in_subfolders_too_and_nothing_else_does(
        self, rooms: Path, start: Callable[..., Folder]
    ) -> None:
        (rooms / "east" / "third").mkdir(parents=True)
        (rooms / ".git").mkdir()
        write(rooms / "1201.yaml", "room: 1201\n")
        write(rooms / "1202.yml", "room: 1202\n")
        write(rooms / "east" / "third" / "1203.yaml", "room: 1203\n")
        for ignored in (".1204.yaml", "1205.yaml~", "1206.yaml.tmp", "readme.txt", ".git/1207.yaml"):
            write(rooms / ignored, "not: [even yaml\n")
        loaded = load(start())
        assert rooms_of(loaded) == ["1201", "1202", "1203"]
        assert loaded.problems == ()
        assert loaded.look_again is None
        assert loaded.documents[2].where("room") == "rooms/east/third/1203.yaml:1:1"

    def test_a_place_is_told_with_the_name_that_people_gave_the_folder(
        self, rooms: Path, start: Callable[..., Folder]
    ) -> None:
        write(rooms / "1207.yaml", named("1207", "Concierge"))
        write(rooms / "1208.yaml", "room: '1208'\nflor: 12\n")
        loaded = load(start(shown_as="hotel/rooms"))
        assert loaded.documents[0].where("name.display") == "hotel/rooms/1207.yaml:2:8"
        assert loaded.documents[0].where("name.first") == "hotel/rooms/1207.yaml:2:1"
        assert told(loaded) == [("unknown_field", "hotel/rooms/1208.yaml:2:1")]

    def test_a_removed_file_withdraws_its_documents(self, rooms: Path, start: Callable[..., Folder]) -> None:
        write(rooms / "1201.yaml", "room: 1201\n")
        write(rooms / "1202.yaml", "room: 1202\n")
        folder = start()
        load(folder)
        (rooms / "1202.yaml").unlink()
        assert rooms_of(load(folder)) == ["1201"]
        assert rooms_of(load(start())) == ["1201"]

    def test_links_that_go_round_in_circles_end(self, rooms: Path, start: Callable[..., Folder]) -> None:
        (rooms / "east").mkdir()
        write(rooms / "east" / "1201.yaml", "room: 1201\n")
        (rooms / "east" / "again").symlink_to(rooms)
        (rooms / "also-east").symlink_to(rooms / "east")
        loaded = load(start())
        assert rooms_of(loaded) == ["1201"]
        assert loaded.problems == ()

    def test_a_pipe_is_not_waited_for(self, rooms: Path, start: Callable[..., Folder]) -> None:
        os.mkfifo(rooms / "1201.yaml")
        assert told(load(start())) == [("unreadable", "rooms/1201.yaml")]

    def test_a_file_name_that_is_not_utf_8_is_told_and_harms_nobody(
        self, rooms: Path, start: Callable[..., Folder]
    ) -> None:
        write(rooms / "1201.yaml", "room: 1201\n")
        try:
            Path(os.fsdecode(os.fsencode(rooms) + b"/Z\xfcrich.yaml")).write_text("room: 1202\n")
        except OSError:
            pytest.skip("this file system takes UTF-8 names only")
        loaded = load(start())
        assert rooms_of(loaded) == ["1201"]
        assert told(loaded) == [("unreadable", "rooms/Z\ufffdrich.yaml")]


class TestBrokenFiles:
    def test_a_broken_file_keeps_its_last_good_version_across_restarts_until_it_is_put_right(
        self, rooms: Path, start: Callable[..., Folder]
    ) -> None:
        write(rooms / "1207.yaml", named("1207", "Concierge"))
        write(rooms / "1208.yaml", named("1208", "Terrace"))
        with start() as folder:
            load(folder)
        write(rooms / "1207.yaml", 'room: "1207"\nguests:\n  - {lst: X}\n')
        for _ in range(2):
            with start() as folder:
                loaded = load(folder)
                assert names_of(loaded) == {"1207": "Concierge", "1208": "Terrace"}
                assert [(p.code, p.where, p.room) for p in loaded.problems] == [
                    ("unknown_field", "rooms/1207.yaml:3:6", "1207")
                ]
                assert loaded.problems[0].message.startswith("guests.0.lst: unknown field")
        write(rooms / "1207.yaml", named("1207", "Reception"))
        with start() as folder:
            loaded = load(folder)
            assert names_of(loaded)["1207"] == "Reception"
            assert loaded.problems == ()

    @pytest.mark.parametrize(
        ("content", "code"),
        [
            (b"", "empty_file"),
            (b"room: '12", "bad_yaml"),
            (b"\xff\xfe", "bad_encoding"),
            (b"#" * (1 << 21), "too_large"),
        ],
    )
    def test_an_emptied_or_cut_off_file_is_broken_and_not_a_removal(
        self, rooms: Path, start: Callable[..., Folder], content: bytes, code: str
    ) -> None:
        write(rooms / "1207.yaml", named("1207", "Concierge"))
        folder = start()
        load(folder)
        (rooms / "1207.yaml").write_bytes(content)
        os.utime(rooms / "1207.yaml", (LONG_AGO, LONG_AGO))
        loaded = load(folder)
        assert names_of(loaded) == {"1207": "Concierge"}
        assert [problem.code for problem in loaded.problems] == [code]

    def test_one_flaw_among_several_documents_leaves_the_whole_file_as_it_was(
        self, rooms: Path, start: Callable[..., Folder]
    ) -> None:
        write(rooms / "all.yaml", named("1201", "Before") + "---\n" + named("1202", "Before"))
        folder = start()
        load(folder)
        write(rooms / "all.yaml", named("1201", "After") + "---\nroom: 0202\n")
        assert names_of(load(folder)) == {"1201": "Before", "1202": "Before"}

    def test_the_controller_reports_a_broken_file_only_after_its_grace(
        self, rooms: Path, start: Callable[..., Folder]
    ) -> None:
        write(rooms / "1207.yaml", "room: [\n")
        folder = start(grace=2.0)
        begin = time.time()
        first = folder.load(begin)
        assert first.problems == ()
        assert first.look_again == pytest.approx(2.0)
        assert [problem.code for problem in folder.load(begin + 2.0).problems] == ["bad_yaml"]

    def test_a_link_to_nowhere_keeps_the_last_good_version(
        self, rooms: Path, start: Callable[..., Folder]
    ) -> None:
        write(rooms / "1207.yaml", named("1207", "Concierge"))
        folder = start()
        load(folder)
        (rooms / "1207.yaml").unlink()
        (rooms / "1207.yaml").symlink_to(rooms / "gone")
        loaded = load(folder)
        assert names_of(loaded) == {"1207": "Concierge"}
        assert told(loaded) == [("unreadable", "rooms/1207.yaml")]

    @pytest.mark.skipif(
        not Path("/proc/self/mem").exists(), reason="needs a file that cannot be read by anybody"
    )
    def test_an_error_of_the_disk_keeps_the_last_good_version_and_heals(
        self, rooms: Path, start: Callable[..., Folder]
    ) -> None:
        write(rooms / "1207.yaml", named("1207", "Concierge"))
        folder = start()
        load(folder)
        (rooms / "1207.yaml").unlink()
        (rooms / "1207.yaml").symlink_to("/proc/self/mem")
        loaded = load(folder)
        assert names_of(loaded) == {"1207": "Concierge"}
        assert told(loaded) == [("unreadable", "rooms/1207.yaml")]
        (rooms / "1207.yaml").unlink()
        write(rooms / "1207.yaml", named("1207", "Concierge"))
        assert load(folder).problems == ()

    @pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
    def test_files_without_permission_keep_their_last_good_version(
        self, rooms: Path, start: Callable[..., Folder]
    ) -> None:
        (rooms / "east").mkdir()
        write(rooms / "1207.yaml", named("1207", "Concierge"))
        write(rooms / "east" / "1208.yaml", named("1208", "Terrace"))
        folder = start()
        load(folder)
        (rooms / "1207.yaml").chmod(0)
        (rooms / "east").chmod(0)
        loaded = load(folder)
        (rooms / "east").chmod(0o700)
        assert names_of(loaded) == {"1207": "Concierge", "1208": "Terrace"}
        assert sorted(told(loaded)) == [("unreadable", "rooms/1207.yaml"), ("unreadable", "rooms/east")]


class TestHalfWrittenFiles:
    def test_a_file_that_is_being_written_is_believed_only_after_a_quiet_moment(
        self, rooms: Path, start: Callable[..., Folder]
    ) -> None:
        file = rooms / "1207.yaml"
        file.write_text(named("1207", "Concierge"))
        changed = file.stat().st_mtime
        folder = start()
        early = folder.load(changed + QUIET / 2)
        assert early.documents == ()
        assert early.look_again == pytest.approx(QUIET, abs=0.001)
        assert rooms_of(folder.load(changed + QUIET + 0.001)) == ["1207"]

    @pytest.mark.parametrize(
        "beginning", ['room: "1207"\nguests:\n', 'room: "1207"\ndnd: on', "", "room: [\n"]
    )
    def test_what_looks_like_a_beginning_waits_longer_and_is_not_reported_meanwhile(
        self, rooms: Path, start: Callable[..., Folder], beginning: str
    ) -> None:
        file = rooms / "1207.yaml"
        write(file, named("1207", "Concierge"))
        folder = start()
        load(folder)
        file.write_text(beginning)
        changed = file.stat().st_mtime
        loaded = folder.load(changed + DOUBTFUL_QUIET / 2)
        assert names_of(loaded) == {"1207": "Concierge"}
        assert loaded.problems == ()
        assert loaded.look_again == pytest.approx(DOUBTFUL_QUIET / 2, abs=0.001)

    def test_a_clock_ahead_on_the_file_server_does_not_hold_a_file_back(
        self, rooms: Path, start: Callable[..., Folder]
    ) -> None:
        file = rooms / "1207.yaml"
        file.write_text("room: 1207\n")
        now = time.time()
        os.utime(file, (now + 3600, now + 3600))
        folder = start()
        folder.load(now)
        assert rooms_of(folder.load(now + QUIET + 0.001)) == ["1207"]

    def test_a_change_that_leaves_the_stamp_alone_is_seen_in_a_file_read_right_after_a_change(
        self, rooms: Path, start: Callable[..., Folder], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        file = rooms / "1207.yaml"
        file.write_text(named("1207", "Before"))
        stamp = file.stat()
        folder = start()
        folder.load(stamp.st_mtime + QUIET)
        file.write_text(named("1207", "Behind"))
        from desired import files, walk

        frozen = walk.Stamp.of(stamp)
        monkeypatch.setattr(files, "walk", lambda root: walk.walk(root)._replace(files={"1207.yaml": frozen}))
        folder.load(file.stat().st_mtime + QUIET)
        assert names_of(folder.load(file.stat().st_mtime + 2 * QUIET)) == {"1207": "Behind"}

    def test_a_single_pass_waits_for_the_end_of_writing(
        self, rooms: Path, start: Callable[..., Folder]
    ) -> None:
        file = rooms / "1207.yaml"
        file.write_text('room: "1207"\nguests:\n')
        now = file.stat().st_mtime

        def sleep(seconds: float) -> None:
            nonlocal now
            now += seconds
            with file.open("a") as more:
                more.write("  - {last: Souza}\n" if file.stat().st_size < 30 else "")

        loaded = load_settled(start(), lambda: now, sleep)
        assert loaded.documents[0].document.guests is not None
        assert loaded.problems == ()

    def test_a_file_that_is_written_all_the_time_is_reported(
        self, rooms: Path, start: Callable[..., Folder]
    ) -> None:
        file = rooms / "1207.yaml"
        file.write_text("room: '1207'\n")
        now = begin = file.stat().st_mtime

        def sleep(seconds: float) -> None:
            nonlocal now
            now += seconds
            with file.open("a") as more:
                more.write("#")
            os.utime(file, (now, now))

        loaded = load_settled(start(), lambda: now, sleep)
        assert told(loaded) == [("being_written", "rooms/1207.yaml")]
        assert now - begin < PATIENCE + DOUBTFUL_QUIET + QUIET

    def test_a_clock_that_was_set_back_keeps_nobody_waiting(
        self, rooms: Path, start: Callable[..., Folder]
    ) -> None:
        file = rooms / "1207.yaml"
        write(file, "guests: [{lst: Souza}]\n")
        now = begin = file.stat().st_mtime + QUIET
        start(grace=2.0).load(now + 3600)  # what is wrong with it was seen an hour from now

        def sleep(seconds: float) -> None:
            nonlocal now
            now += seconds

        load_settled(start(grace=2.0), lambda: now, sleep)
        assert now - begin <= PATIENCE + QUIET

    def test_an_atomic_rename_replaces_a_document_at_once(
        self, rooms: Path, start: Callable[..., Folder]
    ) -> None:
        write(rooms / "1207.yaml", named("1207", "Before"))
        folder = start()
        load(folder)
        write(rooms / ".1207.yaml.tmp", named("1207", "Behind"))
        (rooms / ".1207.yaml.tmp").replace(rooms / "1207.yaml")
        assert names_of(load(folder)) == {"1207": "Behind"}

    def test_a_mounted_config_map_changes_all_its_files_at_once(
        self, rooms: Path, start: Callable[..., Folder]
    ) -> None:
        for version, name in (("..2026_1", "Before"), ("..2026_2", "After")):
            (rooms / version).mkdir()
            for room in ("1201", "1202"):
                write(rooms / version / f"{room}.yaml", named(room, name))
        (rooms / "..data").symlink_to("..2026_1")
        for room in ("1201", "1202"):
            (rooms / f"{room}.yaml").symlink_to(f"..data/{room}.yaml")
        folder = start()
        assert names_of(load(folder)) == {"1201": "Before", "1202": "Before"}
        (rooms / "..data_tmp").symlink_to("..2026_2")
        (rooms / "..data_tmp").replace(rooms / "..data")
        loaded = load(folder)
        assert names_of(loaded) == {"1201": "After", "1202": "After"}
        assert loaded.problems == ()


class TestEmptySource:
    @pytest.mark.parametrize("restart", [False, True])
    @pytest.mark.parametrize(
        "way", ["folder gone", "files gone", "only subfolders left", "a file in its place"]
    )
    def test_a_folder_that_lost_everything_is_told_and_forgets_nothing(
        self, rooms: Path, start: Callable[..., Folder], way: str, restart: bool
    ) -> None:
        write(rooms / "1207.yaml", named("1207", "Concierge"))
        folder = start()
        assert not load(folder).vanished
        (rooms / "1207.yaml").unlink()
        if way == "only subfolders left":
            (rooms / "east").mkdir()
        elif way != "files gone":
            rooms.rmdir()
        if way == "a file in its place":
            rooms.write_text("")
        folder = start() if restart else folder
        for _ in range(2):
            loaded = load(folder)
            assert loaded.vanished
            assert loaded.missing == (not rooms.is_dir())
            assert names_of(loaded) == {"1207": "Concierge"}
        if not rooms.is_dir():
            rooms.unlink(missing_ok=True)
            rooms.mkdir()
        write(rooms / "1208.yaml", named("1208", "Terrace"))
        loaded = load(folder)
        assert not loaded.vanished
        assert names_of(loaded) == {"1208": "Terrace"}

    def test_an_empty_folder_is_accepted_when_asked(self, rooms: Path, start: Callable[..., Folder]) -> None:
        write(rooms / "1207.yaml", "room: 1207\n")
        folder = start()
        load(folder)
        (rooms / "1207.yaml").unlink()
        assert folder.load(time.time(), accept_empty=True).documents == ()
        assert not load(folder).vanished
        assert not load(start()).vanished

    def test_a_folder_that_never_held_any_document_has_not_vanished(
        self, rooms: Path, start: Callable[..., Folder]
    ) -> None:
        assert not load(start()).vanished
        rooms.rmdir()
        loaded = load(start())
        assert not loaded.vanished
        assert loaded.missing


class TestMemory:
    def test_a_restart_gives_the_same_documents_without_opening_a_file(
        self, rooms: Path, start: Callable[..., Folder], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        write(
            rooms / "1207.yaml",
            'room: "1207"\nguests: null\nname: {first: null, display: Ana}\ndnd: {until: 2026-11-22T22:00}\n',
        )
        write(rooms / "all.yaml", "- room: 1\n  message_light: off\n- room: 2\n  wakeups: []\n")
        with start() as folder:
            folder.load(time.time() + 10)
            first = folder.load(time.time() + 10)
        monkeypatch.setattr("desired.files._content", None)
        with start() as folder:
            again = folder.load(time.time() + 10)
        assert again == first
        assert [placed.document.model_fields_set for placed in again.documents] == [
            placed.document.model_fields_set for placed in first.documents
        ]
        assert again.documents[0].document.name is not None
        assert again.documents[0].document.name.model_fields_set == {"first", "display"}

    @pytest.mark.parametrize("damage", [b"no database at all" * 100, b"SQLite format 3\x00" + b"\xff" * 4096])
    def test_a_damaged_memory_is_begun_anew_and_told_once(
        self, tmp_path: Path, rooms: Path, start: Callable[..., Folder], damage: bytes
    ) -> None:
        write(rooms / "1207.yaml", "room: 1207\n")
        (tmp_path / "state").mkdir()
        (tmp_path / "state" / "documents.sqlite").write_bytes(damage)
        with start() as folder:
            loaded = load(folder)
            assert rooms_of(loaded) == ["1207"]
            assert [problem.code for problem in loaded.problems] == ["cache_damaged"]
            assert load(folder).problems == ()
        with start() as folder:
            assert load(folder).problems == ()

    def test_a_row_that_nobody_understands_is_a_file_to_read_again(
        self, tmp_path: Path, rooms: Path, start: Callable[..., Folder]
    ) -> None:
        write(rooms / "1207.yaml", "room: 1207\n")
        with start() as folder:
            load(folder)
        with sqlite3.connect(tmp_path / "state" / "documents.sqlite") as connection:
            connection.execute("UPDATE file SET said = 'nonsense'")
        connection.close()
        with start() as folder:
            assert rooms_of(load(folder)) == ["1207"]

    def test_what_another_edition_of_the_program_wrote_is_looked_into_before_it_is_believed(
        self, tmp_path: Path, rooms: Path, start: Callable[..., Folder], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        write(rooms / "1207.yaml", named("1207", "Concierge"))
        write(rooms / "1208.yaml", named("1208", "Spa"))
        with monkeypatch.context() as before:
            before.setattr(lastgood, "edition", lambda: "0123456789abcdef")
            with start() as folder:
                load(folder)
        with sqlite3.connect(tmp_path / "state" / "documents.sqlite") as connection:
            connection.execute(
                "UPDATE file SET said = replace(said, 'display', 'show') WHERE path = '1207.yaml'"
            )
        connection.close()
        write(rooms / "1208.yaml", "room: [\n")
        for _ in range(2):
            with start() as folder:
                assert names_of(load(folder)) == {"1207": "Concierge", "1208": "Spa"}

    def test_where_nothing_can_be_remembered_the_folder_is_read_all_the_same(
        self, tmp_path: Path, rooms: Path
    ) -> None:
        write(rooms / "1207.yaml", "room: 1207\n")
        (tmp_path / "state").write_text("a file where the folder should be")
        with Folder(rooms, tmp_path / "state" / "documents.sqlite") as folder:
            loaded = load(folder)
        assert rooms_of(loaded) == ["1207"]
        assert loaded.problems == ()

    @pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
    def test_a_read_only_state_folder_is_read_and_left_alone(
        self, tmp_path: Path, rooms: Path, start: Callable[..., Folder]
    ) -> None:
        write(rooms / "1207.yaml", named("1207", "Concierge"))
        with start() as folder:
            load(folder)
        write(rooms / "1207.yaml", "room: [\n")
        (tmp_path / "state").chmod(0o500)
        with start() as folder:
            loaded = load(folder)
        (tmp_path / "state").chmod(0o700)
        assert names_of(loaded) == {"1207": "Concierge"}

    def test_two_programs_may_share_a_memory(self, rooms: Path, start: Callable[..., Folder]) -> None:
        write(rooms / "1207.yaml", named("1207", "Concierge"))
        with start() as controller, start() as audit:
            assert load(controller) == load(audit)
            write(rooms / "1207.yaml", named("1207", "Reception"))
            assert load(audit) == load(controller)
        with start() as later:
            assert names_of(load(later)) == {"1207": "Reception"}


class TestDisagreements:
    def test_two_files_on_one_field_are_told_with_both_places_and_the_room_keeps_what_it_had(
        self, rooms: Path, start: Callable[..., Folder]
    ) -> None:
        write(rooms / "b.yaml", named("1207", "Concierge"))
        folder = start()
        load(folder)
        write(rooms / "a.yaml", "dnd: on\n" + named("1207", "Reception"))
        for current in (folder, start()):
            loaded = load(current)
            assert names_of(loaded) == {"1207": "Concierge"}
            (problem,) = loaded.problems
            assert (problem.code, problem.room, problem.where) == ("two_sources", "1207", "rooms/a.yaml:3:8")
            assert "rooms/a.yaml:3:8 and rooms/b.yaml:2:8" in problem.message
        (rooms / "b.yaml").unlink()
        loaded = load(folder)
        assert names_of(loaded) == {"1207": "Reception"}
        assert loaded.problems == ()

    def test_with_nothing_accepted_before_the_room_counts_as_having_no_document(
        self, rooms: Path, start: Callable[..., Folder]
    ) -> None:
        write(rooms / "a.yaml", named("1207", "Reception") + "---\n" + named("1208", "Terrace"))
        write(rooms / "b.yaml", named("1207", "Concierge"))
        folder = start()
        assert names_of(load(folder)) == {"1208": "Terrace"}
        write(rooms / "b.yaml", "room: 1207\ndnd: on\n")
        loaded = load(folder)
        assert [placed.path for placed in loaded.documents if placed.document.room == "1207"] == [
            "rooms/a.yaml",
            "rooms/b.yaml",
        ]
        assert loaded.problems == ()

    def test_a_broken_file_still_holds_its_field(self, rooms: Path, start: Callable[..., Folder]) -> None:
        write(rooms / "a.yaml", named("1207", "Concierge"))
        folder = start()
        load(folder)
        write(rooms / "a.yaml", "room: [\n")
        write(rooms / "b.yaml", named("1207", "Reception"))
        loaded = load(folder)
        assert names_of(loaded) == {"1207": "Concierge"}
        assert sorted(problem.code for problem in loaded.problems) == ["bad_yaml", "two_sources"]


def test_a_program_that_stays_keeps_no_garbage_because_it_has_read_a_folder(
    rooms: Path, start: Callable[..., Folder]
) -> None:
    write(rooms / "1207.yaml", named("1207", "Ana"))
    rubbish = type("Rubbish", (), {})
    seen = weakref.ref(rubbish)  # a class is part of a circle
    del rubbish
    load(start())
    gc.collect()
    assert seen() is None
