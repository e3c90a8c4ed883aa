"""Wake-up calls: rung to the second, and many at one time over few channels."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import anyio

from drivers.voice.attempts import Manners
from fixtures.hotel_pms import HotelPms, Options
from fixtures.telephones import Guest, Line
from fixtures.zoom_cloud import ZoomCloud
from reconciler.wakeups.entries import WakeupStatus
from tests.bench import hotels
from tests.bench.exchange import pbx, plugged_in
from tests.bench.measure import Broken, Series
from tests.bench.result import Bench, Result, between, memory
from tests.bench.running import free_address, running, until
from tests.conformance.telephones import sipp
from tests.conformance.telephones.peers import HOST, PASSWORD, Pbx, free_port, free_range
from tests.conformance.telephones.sipp import Telephone
from tests.drivers.voice.night import Night, at_night, unnoted

ZONE = "America/New_York"

ROOMS, WAKE_UPS, CHANNELS = 5, 30, 8
RINGS_WITHIN = 1.0
"""Seconds after its time."""

AT_ONE_TIME, FEW_CHANNELS, VIPS = 20, 4, 5
CALL_LASTS = 20.0
PATIENCE = 1.1
"""What the wait for a channel may take, as a multiple of what so few channels allow."""


def rings(bench: Bench) -> Iterator[Result]:
    """Wake-up calls of a PMS, one each second: when the INVITE reaches the room's telephone."""
    count = WAKE_UPS // 3 if bench.quick else WAKE_UPS
    cloud = ZoomCloud("business")
    rooms = {f"{hotels.FIRST_ROOM + number}": free_port() for number in range(ROOMS)}
    pms = HotelPms(rooms, Options(), zone=ZONE)
    for port in rooms.values():
        cloud.add_user(port)
    awake = sipp.picks_up(then=sipp.pause(0.3) + sipp.press("1"))
    with ExitStack() as stack:
        exchange = stack.enter_context(pbx(bench.folder / "pbx"))
        telephones = [stack.enter_context(plugged_in(bench.folder, awake, port)) for port in rooms.values()]
        url, pms_port = (
            stack.enter_context(cloud.serve_in_thread()),
            stack.enter_context(pms.serve_in_thread()),
        )
        house, address = _hotel(bench, cloud, url, rooms, exchange, pms_port)
        controller = stack.enter_context(running(house, cloud, address))
        registered = [f"{9001 + number}" for number in range(CHANNELS)]
        until(
            lambda: all(map(exchange.registrations, registered)) or None, 30, "the channels do not register"
        )
        first = pms.local().replace(microsecond=0) + timedelta(seconds=4)
        due = {first + timedelta(seconds=number): list(rooms)[number % ROOMS] for number in range(count)}
        for at, room in due.items():
            pms.wake_up(room, at)
        until(lambda: len(pms.wake_up_results()) == count or None, count + 60, "not all calls have ended")
        peak = controller.mebibytes()
        if set(pms.wake_up_results().values()) != {"OK"} or pms.mistakes:
            raise Broken(f"results {pms.wake_up_results()}, mistakes {pms.mistakes}")
    rung = sorted(moment for telephone in telephones for moment in _invited(telephone))
    if len(rung) != count:
        raise Broken(f"{count} wake-up calls rang {len(rung)} times")
    late = Series(tuple((at - when).total_seconds() for at, when in zip(rung, sorted(due), strict=True)))
    met = late.lowest >= 0 and late.highest <= RINGS_WITHIN
    yield Result(
        f"wake-up call rings after its second, {count} calls: worst", f"{RINGS_WITHIN:g} s", f"{late.highest:.2f} s",
        met, between(late), memory=memory(peak),
    )  # fmt: skip


def _hotel(
    bench: Bench, cloud: ZoomCloud, url: str, rooms: dict[str, int], exchange: Pbx, pms_port: int
) -> tuple[hotels.House, str]:
    """A hotel with telephone lines, and where its controller answers."""
    address, password, (low, high) = free_address(), bench.folder / "password", free_range(100)
    password.write_text(PASSWORD)
    sip = {
        "pbx": {"address": HOST, "port": exchange.port},
        "local": {"address": HOST, "port": free_port(), "media_ports": f"{low}-{high}"},
        "accounts": [
            {"user": f"{9001 + number}", "password_file": str(password)} for number in range(CHANNELS)
        ],
    }
    house = hotels.online(
        bench.folder / "hotel", cloud, url, range(hotels.FIRST_ROOM, hotels.FIRST_ROOM + ROOMS),
        rooms=[{"room": room, "extensions": [str(port)]} for room, port in rooms.items()],
        property={"name": "Harbour View", "timezone": ZONE}, desk={"listen": address},
        pms=[{"kind": "fias", "host": HOST, "port": pms_port}], sip=sip,
    )  # fmt: skip
    return house, address


def _invited(telephone: Telephone) -> list[datetime]:
    """When a telephone was rung, by the hotel's clock."""
    found = re.findall(r"^-+ (\S+ \S+)\nUDP message received .*\n\nINVITE ", telephone.passed(), re.MULTILINE)
    local = (datetime.fromisoformat(each).astimezone(ZoneInfo(ZONE)) for each in found)
    return [each.replace(tzinfo=None) for each in local]


def spread(_bench: Bench) -> Iterator[Result]:
    """Many wake-up calls due at one moment, in a simulated house whose time passes only when everybody waits."""
    rooms = [f"12{number:02}" for number in range(1, AT_ONE_TIME + 1)]
    vips = rooms[1 :: AT_ONE_TIME // VIPS]

    async def story(night: Night) -> list[WakeupStatus]:
        ends: list[WakeupStatus] = []

        async def wake(room: str) -> None:
            ends.append((await ringer.ring(night.entry(room), unnoted)).status)

        for room in rooms:
            night.house.change(room, vip=room in vips)
            night.exchange.at(room, _talks_for(CALL_LASTS))
        ringer = night.ringer(Manners())
        async with anyio.create_task_group() as work:
            work.start_soon(ringer.run)
            async with anyio.create_task_group() as calls:
                for room in rooms:
                    calls.start_soon(wake, room)
            await anyio.sleep(CALL_LASTS)
            work.cancel_scope.cancel()
        return ends

    ends, night = at_night(story, *(f"{9001 + number}" for number in range(FEW_CHANNELS)))
    if ends != [WakeupStatus.OK] * AT_ONE_TIME:
        raise Broken(f"results {ends}")
    began = min(call.seconds for call in night.exchange.dialled)
    latest = max(call.seconds for call in night.exchange.dialled) - began
    bound = (AT_ONE_TIME / FEW_CHANNELS - 1) * CALL_LASTS
    what = f"{AT_ONE_TIME} wake-up calls of {CALL_LASTS:g} s at one moment, {FEW_CHANNELS} channels: the last is late"
    yield Result(
        what, f"{bound * PATIENCE:g} s", f"{latest:.1f} s", latest <= bound * PATIENCE,
        note=f"{bound:g} s is what so few channels allow; in a house whose time is simulated",
    )  # fmt: skip
    order = [call.extension for call in night.exchange.dialled]
    wanted = [*vips, *(room for room in rooms if room not in vips)]
    out = sum(one != other for one, other in zip(order, wanted, strict=True))
    yield Result("… out of their order (VIPs first)", "0", f"{out}", out == 0)


def _talks_for(seconds: float) -> Guest:
    """Picks up and presses a key so that the whole call, goodbye included, takes so long."""

    async def script(line: Line) -> None:
        await line.wait(5)
        line.answer()
        await line.wait(seconds - 6)
        line.press("1")

    return script
