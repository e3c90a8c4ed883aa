"""A department that Zoom refuses: the names that would have gone up with it go up alone."""

import pytest

from fixtures.zoom_cloud import Fault
from tests.reconciler.conftest import Inn, until

pytestmark = pytest.mark.anyio


def refuse(inn: Inn, number: int, times: int | None = 1) -> None:
    """Let Zoom refuse the next changes of this telephone, whatever they say, as a validation that fails."""
    record = inn.cloud.extension(number)
    path = f"/users/{record.id}" if number < 1009 else f"/phone/common_areas/{record.id}"
    inn.cloud.faults.add(Fault("answer", path=path, method="PATCH", status=400, code=300, times=times))


@pytest.mark.parametrize("number", [1001, 1009])
async def test_a_guest_goes_up_and_the_department_is_listed(inn: Inn, number: int) -> None:
    refuse(inn, number)
    inn.guest(str(number), "Ana", "Souza", 'department: "Suites"')

    report = await inn.sync()

    assert inn.shown(number) == [f"Ana Souza {number}"]
    assert {change.field: change.status for change in report.changes}.pop("department") == "failed"
    assert {change.status for change in report.changes if change.field != "department"} == {"applied"}
    assert (report.exit_code(), report.problems) == (4, ())
    assert len(inn.writes()) == 2
    again = await inn.sync()
    assert [change.field for change in again.changes] == ["department"]
    assert len(inn.writes()) == 2  # not argued with, for hours


async def test_the_name_of_a_guest_who_has_left_goes_though_zoom_refuses_the_department(inn: Inn) -> None:
    inn.guest("1001", "Ana", "Souza", 'department: "In"')
    async with inn.controller():
        await until(lambda: inn.shown(1001) == ["Ana Souza 1001"])
        refuse(inn, 1001)
        inn.vacant(1001, more='department: "Out"')
        await until(lambda: inn.shown(1001) == ["Room 1001"])
        assert inn.user(1001).dept == "In"


async def test_a_refused_name_does_not_keep_the_department_back(inn: Inn) -> None:
    inn.guest("1001", "Ana", "Souza", 'department: "Standard"')
    await inn.sync()
    inn.cloud.word_filter = {"grimaldi"}
    inn.guest("1001", "Luca", "Grimaldi", 'department: "Suites"')
    inn.forget_calls()

    report = await inn.sync()

    assert (inn.shown(1001), inn.user(1001).dept) == (["Room 1001"], "Suites")
    assert [problem.code for problem in report.problems] == ["name_refused"]
    assert len(inn.writes()) == 3


async def test_where_zoom_refuses_everything_the_tries_come_to_an_end(inn: Inn) -> None:
    inn.guest("1001", "Ana", "Souza", 'department: "In"')
    await inn.sync()
    refuse(inn, 1001, times=None)
    inn.vacant(1001, more='department: "Out"')
    inn.forget_calls()

    assert (await inn.sync()).exit_code() == 1
    assert inn.shown(1001) == ["Ana Souza 1001"]
    assert len(inn.writes()) <= 4
    inn.cloud.faults.clear()
    inn.clock.advance(minutes=11)
    await inn.sync()
    assert inn.shown(1001) == ["Room 1001"]
