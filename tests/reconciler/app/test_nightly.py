"""The night report of a hotel from its store, and at its hour."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import anyio
import pytest

from desired.said import Origin, Source
from reconciler.alarms.letter import Letter, Undelivered
from reconciler.app.nightly import report_view
from reconciler.app.online import open_store
from reconciler.app.reporting import NOTE, Reporter
from reconciler.budget import BudgetState
from reconciler.configuration.file import load
from reconciler.configuration.settings import Settings
from reconciler.nightly.period import Period
from reconciler.nightly.render import render
from reconciler.report import FORMATS, Format
from reconciler.stays.notices import Around
from reconciler.store.rows import Happened, HappeningRow, HistoryRow, Json
from reconciler.store.store import Store
from reconciler.wakeups.acknowledged import NOTE as ACKNOWLEDGED
from reconciler.wakeups.acknowledged import name_of
from reconciler.wakeups.entries import Entry, WakeupStatus
from tests.reconciler.conftest import FastClock, until
from tests.reconciler.lodge import EVENING, ZONE, Lodge

pytestmark = pytest.mark.anyio

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
HOTEL = """\
property: {name: Harbour View, timezone: America/New_York}
rooms: ["1201-1210"]
zoom: {account_id: account-1, client_id: id, client_secret: secret}
"""


def settings_of(folder: Path, further: str = "") -> Settings:
    (folder / "rooms").mkdir(exist_ok=True)
    file = folder / "housephone.yaml"
    file.write_text(HOTEL + further)
    return load(file, {})


def call(room: str, due: datetime, status: WakeupStatus, *outcomes: str) -> Entry:
    origin = Origin(Source.PHONE, "phone 1207", due - 8 * HOUR)
    at = due.astimezone(ZONE).replace(tzinfo=None)
    return Entry(
        room,
        at,
        due,
        status,
        (origin,),
        "",
        due + MINUTE,
        len(outcomes),
        "nobody answered",
        outcomes=outcomes,
    )


def happened(at: datetime, kind: Happened, subject: str, body: Json = None, **who: Any) -> HappeningRow:
    return HappeningRow(at, kind, subject, body=body, **who)


@pytest.fixture
def now() -> datetime:
    return datetime.now(UTC)


@contextmanager
def book(settings: Settings) -> Iterator[Store]:
    with open_store(settings) as store:
        yield store


@pytest.fixture
def eventful(tmp_path: Path, now: datetime) -> Settings:
    """A hotel after a night in which everything happened."""
    settings = settings_of(tmp_path, "pms: [{kind: fias, host: 127.0.0.1, port: 5010}]\n")
    with book(settings) as store:
        store.note_happenings(
            [
                happened(now - 9 * HOUR, Happened.LINK_DOWN, "pms", "connection refused"),
                happened(now - 8 * HOUR, Happened.LINK_UP, "pms"),
                happened(now - 7 * HOUR, Happened.LINK_DOWN, "pms"),
                happened(now - 7 * HOUR + timedelta(seconds=2), Happened.LINK_UP, "pms"),
                happened(
                    now - 6 * HOUR, Happened.DID, "wakeup_add", {"status": 200}, room="1203", who="mara"
                ),
                happened(now - 6 * HOUR, Happened.DID, "checkout", {"status": 409}, who="mara"),
                happened(now - 5 * HOUR, Happened.SIGN_IN_REFUSED, "desk"),
                happened(
                    now - 4 * HOUR, Happened.ALERT_RAISED, "wakeup_failed x", {"message": "woke nobody"}
                ),
                happened(now - 4 * HOUR + MINUTE, Happened.ALERT_ACKNOWLEDGED, "wakeup_failed x", who="7000"),
                happened(now - 4 * HOUR + MINUTE, Happened.ALERT_RESOLVED, "wakeup_failed x"),
                happened(now - 3 * HOUR, Happened.EMERGENCY_CALL, "id", room="1205", who="1205"),
            ]
        )
        store.enter_wakeups(
            [
                call("1201", now - 2 * HOUR, WakeupStatus.OK, "ok"),
                call("1202", now - 4 * HOUR, WakeupStatus.NO_ANSWER, "busy", "no_answer"),
                call("1203", now + 2 * HOUR, WakeupStatus.PENDING),
            ]
        )
        row = HistoryRow(
            now - HOUR,
            "1201",
            "1201",
            "display_name",
            "Hacked Name",
            "Ana Souza",
            "drift",
            "zoom",
            "PATCH",
            "applied",
        )
        store.append([row])
        store.save_budget_state(
            BudgetState(day=now.date(), spent={("phone", "HEAVY"): 4000, ("core", "LIGHT"): 9})
        )
        store.pause("1206", reason="engineer", until=now + 3 * HOUR, by="mara")
    return settings


def view_of(settings: Settings, now: datetime) -> dict[str, Any]:
    return report_view(settings, Period(now - 18 * HOUR, now))


def test_a_night_report_tells_what_happened_and_what_is_left(eventful: Settings, now: datetime) -> None:
    view = view_of(eventful, now)
    assert [(each["room"], each["status"]) for each in view["wakeups"]] == [
        ("1202", "no_answer"), ("1201", "ok"), ("1203", "pending")
    ]  # fmt: skip
    assert [(each["what"], each["name"], each["seconds"]) for each in view["outages"]] == [
        ("link", "pms", 3600)
    ]
    assert view["short_outages"] == {"pms": 1}
    assert [(each["field"], each["repaired"]) for each in view["drift"]] == [("display_name", True)]
    assert view["alarms"][0]["acknowledged"]["who"] == "7000"
    assert view["alarms"][0]["over"] is not None
    assert [(each["did"], each["done"]) for each in view["desk"]] == [
        ("wakeup_add", True),
        ("checkout", False),
    ]
    assert view["refused_sign_ins"] == 1
    assert [each["room"] for each in view["paused"]] == ["1206"]
    assert [each["room"] for each in view["emergency"]] == ["1205"]
    assert [(each["family"], each["calls"], each["limit"]) for each in view["budget"]] == [
        ("core", 9, None), ("phone", 4000, 7500)
    ]  # fmt: skip
    assert {each["code"] for each in view["see_to"]} == {"wakeup_failed", "pms_down"}
    assert view["well"] is False


@pytest.mark.parametrize("shape", FORMATS)
def test_no_format_names_a_guest_and_each_says_what_is_to_be_seen_to(
    eventful: Settings, now: datetime, shape: Format
) -> None:
    text = render(view_of(eventful, now), shape)
    assert "Souza" not in text
    assert "Hacked" not in text
    assert "woke nobody" in text
    assert "connection refused" in text


def test_the_headline_comes_first_and_what_is_wrong_is_marked(eventful: Settings, now: datetime) -> None:
    lines = render(view_of(eventful, now), "text").splitlines()
    assert (
        lines[1]
        == "2 things to see to. 1 wake-up call woke nobody; not acknowledged. 1 wake-up call answered."
    )
    assert "! Wake-up calls: 1 woken, 1 nobody answered; 1 to come" in "\n".join(lines)
    assert "  Mailboxes and lamps: all as they should be" in lines


@pytest.mark.parametrize(
    ("acknowledged", "headline"),
    [
        (2, "2 wake-up calls woke nobody; all acknowledged. 1 wake-up call answered."),
        (1, "1 thing to see to. 2 wake-up calls woke nobody; 1 acknowledged. 1 wake-up call answered."),
    ],
)
def test_a_night_in_which_a_call_woke_nobody_is_not_called_well_though_somebody_knows(
    tmp_path: Path, now: datetime, acknowledged: int, headline: str
) -> None:
    settings = settings_of(tmp_path)
    failed = [call(room, now - 4 * HOUR, WakeupStatus.BUSY, "busy") for room in ("1202", "1203")]
    with book(settings) as store:
        store.enter_wakeups([call("1201", now - 2 * HOUR, WakeupStatus.OK, "ok"), *failed])
        known: Json = {
            name_of(*entry.key): [(now - 3 * HOUR).isoformat(), "mara"] for entry in failed[:acknowledged]
        }
        store.put_note(ACKNOWLEDGED, known)
    assert render(view_of(settings, now), "text").splitlines()[1] == headline


def test_a_quiet_night_is_a_page_of_single_lines(tmp_path: Path, now: datetime) -> None:
    view = view_of(settings_of(tmp_path), now)
    text = render(view, "text")
    assert view["well"] is True
    assert text.splitlines()[1] == "All is well."
    assert not [line for line in text.splitlines() if line.startswith("      ")]


def test_the_page_needs_nothing_from_elsewhere(eventful: Settings, now: datetime) -> None:
    page = render(view_of(eventful, now), "html")
    assert "<script" not in page
    assert "http" not in page.replace("10.0.0.5", "")
    assert "@page { size: A4" in page


def test_a_report_without_a_period_begins_where_the_last_one_ended(eventful: Settings, now: datetime) -> None:
    with book(eventful) as store:
        store.note_happenings([happened(now - 2.5 * HOUR, Happened.REPORTED, "2026-11-22")])
    view = report_view(eventful)
    assert view["emergency"] == []
    assert [each["room"] for each in view["wakeups"]] == ["1201", "1203"]


def test_the_calls_of_earlier_days_are_known_too(tmp_path: Path) -> None:
    settings, day = settings_of(tmp_path), date(2026, 11, 22)
    with book(settings) as store:
        store.save_budget_state(BudgetState(day=day, spent={("phone", "HEAVY"): 7}))
        store.save_budget_state(BudgetState(day=day + timedelta(days=1), spent={("phone", "HEAVY"): 1}))
        assert store.spent_since(day) == {
            (day, ("phone", "HEAVY")): 7,
            (day + timedelta(days=1), ("phone", "HEAVY")): 1,
        }
        assert store.budget_state().spent == {("phone", "HEAVY"): 1}


# At its hour


class Mornings:
    """A hotel whose report is made at 06:00; it is 21:00 now."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.lodge = Lodge(folder, clock=FastClock(EVENING))
        self.folder = folder / "reports"
        self.letters: list[Letter] = []
        self.trouble: Exception | None = None
        self.tries = 0
        mail = "alerts: {mail: {server: localhost, from: a@b.example, to: [c@d.example]}}\n"
        report = 'report: {at: "06:00", folder: reports, mail: true, keep_days: 2}\n'
        self.settings = settings_of(folder, mail + report)
        monkeypatch.setattr("reconciler.app.reporting.post_of", lambda _mail, _clock: self)

    async def send(self, letter: Letter) -> None:
        self.tries += 1
        if self.trouble is not None:
            raise self.trouble
        self.letters.append(letter)

    def files(self) -> list[str]:
        return sorted(file.name for file in self.folder.glob("*")) if self.folder.exists() else []

    def note(self) -> Any:
        return self.lodge.store.note(NOTE)

    @contextmanager
    def quick(self) -> Iterator[None]:
        with anyio.fail_after(20):
            yield

    async def work(self, *steps: Any) -> None:
        """The controller runs, and each step waits for something or turns the clock."""
        reporter = Reporter(self.settings, self.lodge.memory, self.lodge.clock, Around)
        with anyio.fail_after(30):
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(reporter.run)
                for step in steps:
                    if isinstance(step, timedelta):
                        self.lodge.clock.advance(seconds=step.total_seconds())
                    else:
                        await until(step)
                tasks.cancel_scope.cancel()

    def is_ready(self) -> bool:
        return self.note() is not None

    def is_made_for(self, day: str) -> bool:
        return self.note() is not None and self.note()["day"] == day and not self.note()["waiting"]


@pytest.fixture
def mornings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Mornings]:
    mornings = Mornings(tmp_path, monkeypatch)
    yield mornings
    mornings.lodge.store.close()


async def test_the_report_is_written_and_mailed_at_its_hour_and_not_before(mornings: Mornings) -> None:
    await mornings.work(mornings.is_ready, 8 * HOUR)
    assert mornings.letters == []
    await mornings.work(HOUR + MINUTE, lambda: mornings.is_made_for("2026-11-23"))
    assert mornings.files() == ["night-2026-11-23.html", "night-2026-11-23.json"]
    (letter,) = mornings.letters
    assert letter.subject.startswith("[Harbour View] Night report: ")
    assert letter.html is not None
    assert json.loads((mornings.folder / "night-2026-11-23.json").read_text())["property"] == "Harbour View"


async def test_a_restart_makes_no_second_report_of_a_day(mornings: Mornings) -> None:
    await mornings.work(mornings.is_ready, 10 * HOUR, lambda: mornings.is_made_for("2026-11-23"))
    await mornings.work(HOUR, lambda: mornings.lodge.clock.now() > EVENING + 11 * HOUR)
    assert len(mornings.letters) == 1
    reported = mornings.lodge.store.happenings(kinds=[Happened.REPORTED])
    assert [row.subject for row in reported] == ["2026-11-23"]


async def test_a_report_that_fell_into_an_outage_is_made_afterwards_and_tells_all_of_it(
    mornings: Mornings,
) -> None:
    await mornings.work(mornings.is_ready)
    mornings.lodge.clock.advance(hours=12)
    await mornings.work(lambda: mornings.is_made_for("2026-11-23"))
    assert len(mornings.letters) == 1
    assert datetime.fromisoformat(mornings.note()["since"]).astimezone(ZONE).hour == 6


async def test_a_mail_server_that_is_away_gets_it_later_also_after_a_restart(mornings: Mornings) -> None:
    mornings.trouble = Undelivered("mail.example: no answer in time")
    await mornings.work(mornings.is_ready, 10 * HOUR, lambda: mornings.tries > 0)
    assert mornings.files() == ["night-2026-11-23.html", "night-2026-11-23.json"]
    await mornings.work(HOUR, lambda: mornings.tries > 1)
    mornings.trouble = None
    await mornings.work(HOUR, lambda: mornings.is_made_for("2026-11-23"))
    assert len(mornings.letters) == 1


async def test_a_fault_in_the_report_ends_nothing_else(
    mornings: Mornings, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []

    def fault(*_: object) -> None:
        asked.append(1)
        raise RuntimeError("a fault of ours")

    with monkeypatch.context() as broken:
        broken.setattr("reconciler.app.reporting.report_view", fault)
        await mornings.work(mornings.is_ready, 10 * HOUR, lambda: bool(asked))
    await mornings.work(HOUR, lambda: mornings.is_made_for("2026-11-23"))


async def test_old_reports_go_and_other_files_stay(mornings: Mornings) -> None:
    mornings.folder.mkdir()
    for name in ("night-2026-11-20.html", "night-2026-11-21.json", "night-of-the-owls.html", "budget.html"):
        (mornings.folder / name).write_text("")
    await mornings.work(mornings.is_ready, 10 * HOUR, lambda: mornings.is_made_for("2026-11-23"))
    assert mornings.files() == [
        "budget.html", "night-2026-11-21.json", "night-2026-11-23.html", "night-2026-11-23.json",
        "night-of-the-owls.html",
    ]  # fmt: skip


async def test_a_hotel_that_asks_for_no_report_gets_none(tmp_path: Path) -> None:
    lodge = Lodge(tmp_path)
    await Reporter(settings_of(tmp_path), lodge.memory, lodge.clock, Around).run()
    assert lodge.store.note(NOTE) is None
    lodge.store.close()
