"""Reports as people read them: at a terminal, in a ticket, on paper; and as programs do."""

import json
import re
import time
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from zoneinfo import ZoneInfo

import pytest

from desired.problem import Problem
from reconciler.account.operation import Operation
from reconciler.change import Change
from reconciler.errors import Fatal
from reconciler.outcome import Report, failure
from reconciler.report import FORMATS, Format, render
from reconciler.safety import Refusal

NINE = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
PATCH_USER = Operation("update_user", "PATCH", "/users/{userId}", "core", "LIGHT")
DELETE = Operation("delete_voicemail", "DELETE", "/phone/voice_mails/{voicemailId}", "phone", "LIGHT")
CHECK_IN = Change(
    "1207", "1207", "user", "display_name", "Room 1207", "Ana Souza 1207", "intentional",
    "pms GI 2026-11-22T14:03:11-05:00", "u1",
)  # fmt: skip
PENTHOUSE = replace(
    CHECK_IN,
    room="PH1",
    extension="1902",
    observed="Mia Berg 1902",
    desired="Room 1902",
    cause="drift",
    source="desk",
)
OLD_MESSAGE = replace(
    CHECK_IN,
    field="voicemail",
    observed="2026-11-21T22:10:00+00:00",
    desired=None,
    source="rooms/1207.yaml:6:3",
)


def report(
    *changes: Change,
    dry_run: bool = True,
    problems: Iterable[Problem] = (),
    refusals: Iterable[Refusal] = (),
    name: str = "Harbour View",
) -> Report:
    return Report(
        name, dry_run, "0123456789abcdef", NINE, NINE + timedelta(seconds=3.4), 240, 240 - len(changes),
        len(changes), 1.2, changes, tuple(problems), tuple(refusals),
        price=lambda change: DELETE if change.field == "voicemail" else PATCH_USER, zone=ZoneInfo("America/New_York"),
    )  # fmt: skip


def test_a_dry_run_reads_like_a_work_list() -> None:
    problem = Problem("unknown_field", "guests.0.lst: unknown field", "rooms/1301.yaml:4:9")
    assert render(report(CHECK_IN, OLD_MESSAGE, PENTHOUSE, problems=[problem]), "text") == (
        "Harbour View · dry run · 2026-11-22 04:00:00-05:00\n"
        "240 rooms, 237 in sync, 3 changes in 3 calls, about 1.2 s\n"
        "\n"
        "Room 1207\n"
        "  display_name  Room 1207 → Ana Souza 1207                 "
        "intentional · pms GI 2026-11-22T14:03:11-05:00   PATCH /users/{userId}\n"
        "  voicemail     left 2026-11-21 17:10:00-05:00 → deleted   "
        "intentional · rooms/1207.yaml:6:3   DELETE /phone/voice_mails/{voicemailId}\n"
        "\n"
        "Room PH1, extension 1902\n"
        "  display_name  Mia Berg 1902 → Room 1902                  drift · desk   PATCH /users/{userId}\n"
        "\n"
        "unknown_field (1)\n"
        "  rooms/1301.yaml:4:9: guests.0.lst: unknown field\n"
        "\n"
        "Run `reconcile` to apply; `reconcile --expect 0123456789abcdef` applies exactly this plan. "
        "Put the documents named above right; until then their last good versions count.\n"
    )


def test_a_narrow_terminal_gets_the_origin_on_a_line_of_its_own() -> None:
    lines = render(report(CHECK_IN), "text", width=80).splitlines()
    assert lines[4:6] == [
        "  display_name  Room 1207 → Ana Souza 1207",
        "                intentional · pms GI 2026-11-22T14:03:11-05:00   PATCH /users/{userId}",
    ]


def test_a_finished_pass_says_what_became_of_each_change_and_why() -> None:
    changes = (
        replace(CHECK_IN, status="applied"),
        replace(CHECK_IN, room="1208", status="failed", reason="1001: no such user"),
        replace(CHECK_IN, room="1209", status="skipped", reason="paused: painters"),
        replace(CHECK_IN, room="1210", field="dnd", status="unsupported", reason="nobody is signed in"),
    )
    shown = render(report(*changes, dry_run=False), "text")
    assert "240 rooms, 236 already in sync, 4 changes in 4 calls, took 3.4 s, " in shown
    assert "1 applied, 1 failed, 1 unsupported, 1 skipped" in shown
    assert "✓ display_name" in shown
    assert "✗ display_name" in shown
    assert "failed: 1001: no such user\n" in shown
    assert "skipped: paused: painters\n" in shown
    assert "unsupported: nobody is signed in\n" in shown
    assert shown.endswith("leave it to `reconcile run`, which keeps trying.\n")


def test_changes_of_paused_rooms_wait_for_whoever_paused_them() -> None:
    painters = replace(CHECK_IN, status="skipped", reason="paused: painters")
    away = replace(painters, room="1209", field="dnd", status="unsupported", reason="nobody is signed in")
    for dry_run in (True, False):
        one = render(report(painters, away, dry_run=dry_run), "text").splitlines()[-1]
        assert one == (
            "1 room is paused, so its changes wait; `reconcile resume 1207` lets them go. Nothing else is left to do."
        )
        two = render(report(painters, replace(painters, room="1208"), dry_run=dry_run), "text").splitlines()[
            -1
        ]
        assert two.startswith(
            "2 rooms are paused, so their changes wait; `reconcile resume ROOM` lets them go."
        )


def test_what_a_replay_comes_to_cannot_be_applied() -> None:
    shown = render(replace(report(CHECK_IN), replayed=True), "text")
    assert shown.splitlines()[-1].startswith("This is what the log would lead to")
    assert "`reconcile" not in shown
    assert "--expect" not in shown


def test_a_pass_with_everything_in_sync_says_so() -> None:
    shown = render(report(dry_run=False), "text")
    assert "240 rooms, 240 in sync, no changes\n" in shown
    assert shown.endswith("\nNothing left to do.\n")


@pytest.mark.parametrize("format_", ["text", "markdown", "html"])
def test_a_safety_refusal_stands_above_all_changes_and_names_what_lifts_it(format_: Format) -> None:
    refusal = Refusal("max-blanked", "80 rooms would lose their guest; run again with --allow max-blanked")
    refused = replace(CHECK_IN, status="refused", reason="max-blanked")
    shown = render(report(refused, refusals=[refusal]), format_)
    assert shown.index("--allow max-blanked") < shown.index("Ana Souza")
    assert "Nothing goes to Zoom until a person has looked at the refusals above." in shown


def test_where_no_call_is_made_none_is_counted() -> None:
    refused = replace(CHECK_IN, status="refused", reason="max-blanked")
    held = replace(report(refused), calls=0, eta_seconds=0.0)
    assert "240 rooms, 239 in sync, 1 change, 1 refused\n" in render(held, "text")


def test_problems_stand_at_the_end_grouped_by_what_they_are() -> None:
    problems = [
        Problem("no_extension", "room 1400: Zoom has no extension 1400", room="1400"),
        Problem("duplicate_key", "room: stands twice", "rooms/1301.yaml:4:1"),
        Problem("no_extension", "room 1401: Zoom has no extension 1401", room="1401"),
    ]
    shown = render(report(CHECK_IN, problems=problems), "text")
    assert shown.index("PATCH") < shown.index("duplicate_key (1)") < shown.index("no_extension (2)")
    assert "  rooms/1301.yaml:4:1: room: stands twice\n" in shown


def test_a_broken_document_is_what_to_do_next_when_nothing_else_is() -> None:
    broken = Problem("bad_yaml", "expected a mapping", "rooms/1301.yaml:1:1")
    assert "Put the documents named above right" in render(report(problems=[broken]), "text")


def test_a_broken_document_is_what_to_do_beside_applying_the_rest() -> None:
    broken = Problem("bad_yaml", "expected a mapping", "rooms/1301.yaml:1:1")
    shown = render(report(CHECK_IN, problems=[broken]), "text").splitlines()[-1]
    assert shown.startswith("Run `reconcile` to apply; ")
    assert shown.endswith("Put the documents named above right; until then their last good versions count.")


def test_a_stale_plan_asks_for_another_look() -> None:
    stale = replace(CHECK_IN, status="stale", reason="the plan has changed since")
    assert render(report(stale, dry_run=False), "text").endswith("`reconcile --dry-run`.\n")


def test_changes_that_all_wait_for_a_person_promise_no_apply() -> None:
    paused = replace(CHECK_IN, status="skipped", reason="paused: painters")
    assert "Run `reconcile`" not in render(report(paused), "text")


@pytest.mark.parametrize("format_", FORMATS)
def test_a_pass_that_could_not_even_plan_is_reported_in_every_format(format_: Format) -> None:
    error = Fatal("Zoom refused the client secret", "check zoom.client_secret")
    failed = replace(failure(error, NINE, NINE, dry_run=True), property="Harbour View")
    shown = re.sub(r"[\\]", "", render(failed, format_))  # Markdown escapes what it must
    assert all(said in shown for said in ("Harbour View", error.message, error.remedy))


@pytest.mark.parametrize("format_", FORMATS)
def test_a_hotel_of_many_changes_sees_every_one_of_them(format_: Format) -> None:
    many = tuple(
        replace(CHECK_IN, room=str(n), extension=str(n), desired=f"Guest {n}") for n in range(1000, 3500)
    )
    shown = render(report(*many), format_)
    assert all(f"Guest {n}" in shown for n in range(1000, 3500))


@pytest.mark.parametrize("format_", FORMATS)
def test_ten_thousand_changes_are_written_in_a_moment(format_: Format) -> None:
    many = tuple(replace(CHECK_IN, room=str(n), extension=str(n)) for n in range(10_000))
    big = report(*many)
    began = time.process_time()
    render(big, format_)
    assert time.process_time() - began < 2.0


def test_colours_change_nothing_but_colours() -> None:
    one = report(replace(CHECK_IN, status="failed", reason="1001"), PENTHOUSE)
    coloured = render(one, "text", colour=True)
    assert "\x1b[31m" in coloured
    plain = coloured
    for code in ("0", "1", "2", "31", "32", "33"):
        plain = plain.replace(f"\x1b[{code}m", "")
    assert [line.rstrip() for line in plain.splitlines()] == render(one, "text").splitlines()


def test_without_colour_no_escape_sequence_reaches_a_file() -> None:
    assert "\x1b" not in render(report(CHECK_IN), "text")


@pytest.mark.parametrize("format_", ["text", "markdown", "html"])
def test_a_name_with_control_characters_cannot_move_the_cursor(format_: Format) -> None:
    shown = render(report(replace(CHECK_IN, observed="\x1b[2JRoom\u202e 1207\nroot")), format_)
    assert "\x1b" not in shown
    assert "\u202e" not in shown
    assert "\\x1b[2JRoom" in shown.replace("\\\\", "\\").replace("\\[", "[")


def test_names_of_east_asia_stay_aligned() -> None:
    tanaka = replace(CHECK_IN, desired="田中 1207")
    lines = render(
        report(tanaka, replace(CHECK_IN, field="first_name", desired="Tana 1207")), "text"
    ).splitlines()
    wide, narrow = lines[4].index("intentional"), lines[5].index("intentional")
    assert narrow - wide == 2


def test_an_emptied_field_is_shown_as_such() -> None:
    shown = render(report(replace(CHECK_IN, field="department", observed="Suites", desired="")), "text")
    assert "Suites → (empty)" in shown


class _Cells(HTMLParser):
    """The tags of a page and the text of its table cells."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.cells: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        self.tags.add(tag)
        if tag == "td":
            self.cells.append("")

    def handle_data(self, data: str) -> None:
        if self.cells:
            self.cells[-1] += data


def test_a_guest_called_script_stays_text_on_the_page() -> None:
    name = "<script>alert('1207')</script> & \"Sons\""
    page = _Cells(render(report(replace(CHECK_IN, desired=name), name="<b>Harbour</b>"), "html"))
    assert "script" not in page.tags
    assert "b" not in page.tags
    assert page.cells[2] == name


def test_the_page_needs_nothing_from_elsewhere() -> None:
    page = render(report(CHECK_IN), "html")
    assert page.startswith("<!doctype html>")
    assert not _Cells(page).tags & {"script", "img", "link", "iframe", "object"}
    assert "url(" not in page
    assert "prefers-color-scheme: dark" in page
    assert "@media print" in page


@pytest.mark.parametrize(
    "name",
    ["Ana|Souza", "**Ana**", "<b>Ana</b>", "[Ana](https://example.com)", "`Ana`", "www.example.com", "A\\|B"],
)
def test_a_guests_name_cannot_break_out_of_a_markdown_table(name: str) -> None:
    row = next(
        line
        for line in render(report(replace(CHECK_IN, desired=name)), "markdown").splitlines()
        if line.startswith("| Room")
    )
    cell, escaped = "", False
    cells = []
    for character in row[1:]:
        if character == "|" and not escaped:
            cells.append(cell.strip())
            cell = ""
            continue
        cell += character
        escaped = character == "\\" and not escaped
    assert len(cells) == 8
    unescaped = cells[3]
    for special in "\\`*_{}[]<>|~&#!@$^:.":
        unescaped = unescaped.replace(f"\\{special}", special)
    assert unescaped == name
    assert not any(f"{bare}" in cells[3].replace(f"\\{bare}", "") for bare in "<>`*[|")


def test_markdown_shows_calls_as_code_and_problems_as_a_list() -> None:
    problem = Problem("unknown_field", "guests.0.lst: unknown field", "rooms/1301.yaml:4:9")
    shown = render(report(CHECK_IN, problems=[problem]), "markdown")
    assert "| `PATCH /users/{userId}` | planned |" in shown
    assert "- `rooms/1301.yaml:4:9` guests.0.lst: unknown field" in shown


def test_json_keeps_names_readable_and_is_what_the_contract_says() -> None:
    shown = render(report(replace(CHECK_IN, desired="Zoë 田中 1207")), "json")
    assert "Zoë 田中 1207" in shown
    assert json.loads(shown) == report(replace(CHECK_IN, desired="Zoë 田中 1207")).to_json()


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.0, "0.0 s"), (9.94, "9.9 s"), (42.3, "42 s"), (130.0, "2 min"), (7500.0, "2 h 5 min")],
)
def test_an_estimate_is_told_as_a_person_would(seconds: float, words: str) -> None:
    assert f"about {words}\n" in render(replace(report(CHECK_IN), eta_seconds=seconds), "text")


def test_a_room_that_could_not_be_reached_is_not_called_done() -> None:
    problem = Problem("no_extension", "room 1207: Zoom has no extension 1207", room="1207")

    shown = render(report(problems=[problem]), "text")

    assert shown.endswith("\nNothing left to do, except in 1 room that nothing is written to: see above.\n")
