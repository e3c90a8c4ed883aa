"""What one pass costs Zoom: how many writes, and how near to the account's limit they go."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http import HTTPStatus

from fixtures.zoom_cloud import ZoomCloud
from fixtures.zoom_cloud.hotel import FIRST_ROOM, furnish
from tests.bench import hotels
from tests.bench.measure import RECONCILE, Broken, Run, Series, run
from tests.bench.result import NOISY, Bench, Result, between, memory

USERS, AREAS = 200, 40
RENAMED = [*range(FIRST_ROOM, FIRST_ROOM + 60), *range(FIRST_ROOM + USERS, FIRST_ROOM + USERS + 20)]
"""Rooms with a new guest; the last of them are common areas."""
QUIET = range(FIRST_ROOM + 50, FIRST_ROOM + 80)
"""Rooms that ask for do-not-disturb, some of them beside a new guest."""
CLEARED = range(FIRST_ROOM + 100, FIRST_ROOM + 110)
"""Rooms whose mailbox is cleared: of three messages two are from before."""

CHANGED = 1_000
LATENCY = 0.02
RATIO_AT_MOST = 1.08


def frugal(bench: Bench) -> Iterator[Result]:
    """One PATCH for each changed extension, one more for do-not-disturb and for each voicemail; then none."""
    cloud = ZoomCloud("business")
    furnish(cloud, rooms=USERS, common_areas=AREAS, staff=12)
    rooms = range(FIRST_ROOM, FIRST_ROOM + USERS + AREAS)
    cleared = datetime.now(UTC) - timedelta(hours=1)
    for room in CLEARED:
        for minutes in (-90, -30, 30):
            cloud.add_voicemail(room, cleared + timedelta(minutes=minutes))
    with cloud.serve_in_thread() as url:
        house = hotels.online(bench.folder / "frugal", cloud, url, rooms, message_management=True)
        for room in rooms:
            house.put(room, _document(room, cleared))
        _pass(house)
        first = Counter(path for path, _ in hotels.writes(cloud))
        _pass(house)
    again = sum(1 for _ in hotels.writes(cloud)) - first.total()
    messages = 2 * len(CLEARED)
    expected = len(RENAMED) + len(QUIET) + messages
    what = f"writes for {len(RENAMED)} renamed extensions, {len(QUIET)} do-not-disturb, {messages} voicemails"
    yield Result(what, f"{expected}", f"{first.total()}", first.total() == expected)
    redundant = again + len(cloud.redundant)
    yield Result("… redundant ones, a second pass included", "0", f"{redundant}", redundant == 0)


def swift(bench: Bench) -> Iterator[Result]:
    """A thousand changed rooms on a small plan: as fast as the limit lets, and never faster."""
    ratios, runs, refused = [], [], 0
    for number in range(1 if bench.quick else 2):
        cloud = ZoomCloud("pro")
        cloud.latency = LATENCY
        furnish(cloud, rooms=CHANGED)
        rooms = range(FIRST_ROOM, FIRST_ROOM + CHANGED)
        with cloud.serve_in_thread() as url:
            house = hotels.online(bench.folder / f"swift{number}", cloud, url, rooms)
            for room in rooms:
                house.put(room, hotels.occupied(room).partition("dnd:")[0])
            runs.append(_pass(house))
        arrived = [at for _, at in hotels.writes(cloud)]
        if len(arrived) != CHANGED:
            raise Broken(f"{CHANGED} rooms changed with {len(arrived)} writes")
        limit, period = _limit(cloud)
        ratios.append((arrived[-1] + LATENCY - arrived[0]) / (CHANGED * period / limit))
        refused += sum(1 for call in cloud.calls if call.status == HTTPStatus.TOO_MANY_REQUESTS)
    series = Series(tuple(ratios))
    whole = Series(tuple(each.wall for each in runs)).median
    yield Result(
        f"{CHANGED:,} changed rooms: elapsed ÷ (calls ÷ limit)", f"{RATIO_AT_MOST}", f"{series.median:.3f}",
        series.median <= RATIO_AT_MOST, between(series, ""), f"{Series(tuple(r.cpu for r in runs)).median:.2f} s",
        memory(max(each.mebibytes for each in runs)), series.spread > NOISY,
        f"the whole pass, Zoom read first: {whole:.1f} s",
    )  # fmt: skip
    yield Result("… answers 429", "0", f"{refused}", refused == 0)


def _limit(cloud: ZoomCloud) -> tuple[int, float]:
    """Calls per seconds that the account allows for the writes that were made."""
    from reconciler.budget import LIMITS

    bucket = next((c.family, c.label) for c in cloud.calls if c.method == "PATCH" and c.family and c.label)
    return LIMITS[cloud.plan][bucket]


def _document(room: int, cleared: datetime) -> str:
    """A room of the small hotel: only what is to be changed differs from what Zoom shows."""
    text = hotels.occupied(room) if room in RENAMED else hotels.vacant(room)
    text = text.partition("dnd:")[0]
    if room in QUIET:
        text += "dnd: on\n"
    if room in CLEARED:
        text += f'mailbox: {{cleared: "{cleared.isoformat()}"}}\n'
    return text


def _pass(house: hotels.House) -> Run:
    return run(RECONCILE, "--config", str(house.config), "--yes", "--wait", folder=house.folder)
