"""The last lines between us and our peers are kept, and masked only for who looks."""

from datetime import UTC, datetime

from reconciler.livelog import KEPT, LiveLog, Shown

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


class Mask:
    """Counts what it has hidden."""

    def __init__(self) -> None:
        self.worked = 0

    def __call__(self, text: str) -> Shown:
        self.worked += 1
        return Shown(text[:4], "masked")


def test_a_resync_costs_nothing_until_somebody_looks_and_then_only_the_last_of_it() -> None:
    log, mask = LiveLog(), Mask()
    log.records(NOON, "pms", "in", [f"{number:04} a name" for number in range(20_000)], mask)
    assert (mask.worked, log.number) == (0, 20_000)

    lines = log.lines()

    assert (len(lines), mask.worked) == (KEPT, KEPT)
    assert {line.text for line in lines} == {"masked"}


def test_the_newest_line_is_the_first() -> None:
    log = LiveLog()
    log.records(NOON, "pms", "out", ["1207 one", "1208 two"], Mask())
    log.call(NOON, "PATCH /users/{userId} → 204", about=["u1"])
    assert [(line.peer, line.way, line.room, line.text) for line in log.lines()] == [
        ("zoom", "out", "", "PATCH /users/{userId} → 204"),
        ("pms", "out", "1208", "masked"),
        ("pms", "out", "1207", "masked"),
    ]
    assert [line.peer for line in log.lines(1)] == ["zoom"]
