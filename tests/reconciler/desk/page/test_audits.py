"""The audit as a page: begun at once, looked at when it is done, applied only as it was seen."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import AsyncIterator
from typing import Any

import anyio
import pytest

from reconciler.audit import Scope
from reconciler.desk.audits import KEPT, Audits
from reconciler.desk.news import News
from reconciler.errors import Fatal
from reconciler.outcome import Report
from reconciler.passes import Options
from reconciler.stays.frontdesk import Declined
from tests.reconciler.conftest import FastClock, Inn, until
from tests.reconciler.desk.conftest import Lobby, at_work
from tests.reconciler.desk.page.reading import Element, read

pytestmark = pytest.mark.anyio


@pytest.fixture
async def shadow(inn: Inn) -> AsyncIterator[Lobby]:
    """A hotel where two rooms are other than they should be, and stay so, because nothing is written."""
    inn.guest("1001", "Ana", "Souza")
    inn.guest("1002", "=SUM(A)", "Oyelaran")
    async with at_work(inn, shadow=True) as lobby:
        await until(lambda: lobby.running.controller.health.zoom_read_at)
        yield lobby


async def audited(lobby: Lobby, **asked: Any) -> dict[str, Any]:
    """Run an audit; its report."""
    assert await lobby.ask("audit", **asked) == "the comparison with Zoom has begun"
    await until(lambda: lobby.desk.audits.running is None)
    report: dict[str, Any] = (await lobby.get("/api/audit"))["audit"]
    return report


async def page(lobby: Lobby) -> Element:
    return read(await lobby.page("/audit"))


async def test_an_audit_shows_each_room_with_what_it_shows_and_should(shadow: Lobby) -> None:
    assert "Nothing has been compared" in (await page(shadow)).text

    report = await audited(shadow)

    shown = (await page(shadow)).one("section", aria_label="What was found")
    assert report["digest"] in shown.text
    assert "Rooms 2 As it should be 0 Differences 6 Calls to Zoom 2" in shown.text
    assert [line for line in shown.lines if line.startswith("name")] == [
        "name Room 1001 Ana Souza 1001 changed here rooms/1001.yaml:2:1 to change",
        "name Room 1002 =SUM(A) Oyelaran 1002 changed here rooms/1002.yaml:2:1 to change",
    ]


async def test_an_audit_of_some_rooms_looks_at_them_only(shadow: Lobby) -> None:
    report = await audited(shadow, rooms="*2 1003", cached=True)
    assert {change["room"] for change in report["changes"]} == {"1002"}


async def test_the_report_is_fetched_as_a_file_by_its_digest(shadow: Lobby) -> None:
    report = await audited(shadow)
    address = {"digest": report["digest"]}

    for form, ending in (("json", "json"), ("csv", "csv"), ("markdown", "md"), ("html", "html")):
        answer = await shadow.client.get("/audit/download", params={**address, "format": form})
        assert answer.headers["content-disposition"].startswith('attachment; filename="audit-20')
        assert answer.headers["content-disposition"].endswith(f'.{ending}"')
        assert "Souza" in answer.text
    answer = await shadow.client.get("/audit/download", params={**address, "format": "json"})
    assert json.loads(answer.text)["changes"] == report["changes"]
    unknown = await shadow.client.get("/audit/download", params={"digest": "0123456789abcdef"})
    assert unknown.status_code == 404


async def test_no_name_becomes_a_formula_in_a_spreadsheet(shadow: Lobby) -> None:
    report = await audited(shadow)
    answer = await shadow.client.get("/audit/download", params={"digest": report["digest"], "format": "csv"})
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert len(rows) == 6
    wanted = {(row["room"], row["field"]): row["wanted"] for row in rows}
    assert wanted["1002", "first_name"] == "'=SUM(A)"
    assert wanted["1001", "display_name"] == "Ana Souza 1001"


async def test_a_plan_is_applied_by_its_digest_and_the_result_is_shown(inn: Inn) -> None:
    inn.vacant(1001)
    async with at_work(inn) as lobby:
        await until(lambda: lobby.running.controller.health.zoom_read_at)
        await lobby.ask("pause", room="1001", reason="engineer")
        inn.user(1001).display_name = "Somebody Else"
        report = await audited(lobby)
        assert [change["observed"] for change in report["changes"]] == ["Somebody Else"]
        await lobby.ask("resume", room="1001")

        await lobby.ask("audit/apply", digest=report["digest"])
        await until(lambda: lobby.desk.audits.running is None)

        assert (await page(lobby)).find("section", aria_label="What came of applying it")
        await until(lambda: inn.shown(1001) == ["Room 1001"])


async def test_only_the_last_audits_plan_can_be_applied(lobby: Lobby) -> None:
    await audited(lobby)
    status, error = await lobby.refused("audit/apply", digest="0123456789abcdef")
    assert (status, error["remedy"]) == (409, "look at the newest one, then apply it")


async def test_a_shadow_applies_nothing(shadow: Lobby) -> None:
    report = await audited(shadow)
    assert (await page(shadow)).find(id="apply") == []
    await shadow.ask("audit/apply", digest=report["digest"])
    await until(lambda: shadow.desk.audits.running is None)
    assert "only watches" in (await page(shadow)).one("section", aria_label="What came of applying it").text
    assert shadow.inn.writes() == []


async def test_a_rule_that_holds_back_can_be_looked_past(inn: Inn) -> None:
    async with at_work(inn) as lobby:
        for number in range(1001, 1007):
            inn.guest(str(number), "Ana", "Souza")
        await until(lambda: lobby.running.controller.health.applied == 18)
        for number in range(1001, 1007):
            inn.vacant(number)
        await until(lambda: lobby.running.controller.health.refusals)

        assert [each["rule"] for each in (await audited(lobby))["refusals"]] == ["max-blanked"]
        look = (await page(lobby)).one("p", **{"class": "see-to refusal"}).one("button")
        lifted = await audited(lobby, **json.loads(look.attributes["data-body"]))

    assert lifted["refusals"] == []
    assert lifted["summary"]["changes"] == 18


async def test_a_rule_that_nobody_knows_cannot_be_lifted(lobby: Lobby) -> None:
    status, error = await lobby.refused("audit", allow=["all"])
    assert (status, error["fields"][0]["field"]) == (422, "allow.0")


async def test_drift_is_counted_by_the_hotels_days(lobby: Lobby) -> None:
    await lobby.ask("checkin", room="1001", last="Souza")
    await until(lambda: lobby.running.controller.health.applied == 3)
    (today,) = [day for day in (await lobby.desk.figures.changes_by_day())["days"] if day["intentional"]]
    now = lobby.inn.clock.now().astimezone(lobby.desk.zone)
    assert (await lobby.desk.figures.changes_by_day())["days"][-1] == today, (
        "days that are over are counted once"
    )
    assert today == {"day": now.date().isoformat(), "intentional": 3, "drift": 0, "lease": 0}
    plot = read(await lobby.page("/parts/drift")).one("figure", id="drift")
    assert plot.one("desc").text.startswith("3 changed here")


# One at a time, beside everything else


class Slow:
    """A pass that takes as long as a test likes."""

    def __init__(self) -> None:
        self.may_end = anyio.Event()
        self.asked: list[Options] = []
        self.error: Exception | None = None

    async def make(self, options: Options) -> Report:
        self.asked.append(options)
        await self.may_end.wait()
        if self.error is not None:
            raise self.error
        now = FastClock().now()
        digest = f"plan{len(self.asked)}"
        return Report("Harbour View", options.dry_run, digest, now, now, 0, 0, 0, 0.0, ())


async def test_while_one_is_made_there_is_no_second_and_both_are_told_of(clock: FastClock) -> None:
    slow, news = Slow(), News("e")
    audits = Audits(slow.make, news, clock)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(audits.run)
        audits.look(Scope(), "Alice", cached=False)
        assert news.since("e.0").topics == ("audit",)
        await until(lambda: slow.asked)
        with pytest.raises(Declined, match="Alice has started one that is not done yet"):
            audits.look(Scope(), "Omar", cached=False)
        before = news.mark
        slow.may_end.set()
        await until(lambda: audits.audit)
        assert news.since(before).topics == ("audit",)
        audits.look(Scope(), "Omar", cached=False)
        tasks.cancel_scope.cancel()


@pytest.mark.parametrize(
    ("error", "told"),
    [(Fatal("Zoom is away"), "Zoom is away"), (RuntimeError("Ana Souza"), "this did not work")],
)
async def test_an_audit_that_fails_says_why_and_names_nobody(
    clock: FastClock, error: Exception, told: str
) -> None:
    slow = Slow()
    slow.error = error
    slow.may_end.set()
    audits = Audits(slow.make, News("e"), clock)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(audits.run)
        audits.look(Scope(), "Alice", cached=False)
        await until(lambda: audits.audit)
        assert audits.audit is not None
        assert audits.audit.report.fatal == told
        tasks.cancel_scope.cancel()


async def test_old_reports_are_forgotten(clock: FastClock) -> None:
    slow = Slow()
    slow.may_end.set()
    audits = Audits(slow.make, News("e"), clock)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(audits.run)
        for _ in range(KEPT + 1):
            audits.look(Scope(), "Alice", cached=False)
            await until(lambda: audits.running is None)
        tasks.cancel_scope.cancel()
    assert audits.found("plan1") is None
    assert audits.found("plan2") is not None
