"""Calls: many accounts registered, and many calls at once with sound both ways."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

import anyio

from drivers.sip.setup import Account, Setup
from drivers.sip.switchboard import switchboard
from tests.bench.exchange import pbx, plugged_in
from tests.bench.far_end import LATE, Packet, far_end, intervals, jitter
from tests.bench.measure import Broken, Series
from tests.bench.result import NOISY, Bench, Result, between, memory
from tests.conformance.telephones import sipp
from tests.conformance.telephones.peers import HOST, PASSWORD, Pbx, free_port, free_range

ACCOUNTS = 50
REGISTERED_WITHIN = 2.0
SECONDS_OF_TALK = 20
PACKET = 20.0
"""Milliseconds of sound in a packet."""
JITTER_AT_MOST, GAPS_AT_MOST, CPU_AT_MOST, MEMORY_AT_MOST = 3.0, 0.005, 0.6, 120
HEARD_AT_LEAST = 0.99
"""The part of what the other side says that must reach us."""


def setup_for(exchange: Pbx, transport: str) -> Setup:
    """So many accounts at this PBX."""
    port = exchange.tls_port if transport == "tls" else exchange.port
    accounts = tuple(Account(f"{9001 + number}", password=PASSWORD) for number in range(ACCOUNTS))
    return Setup(
        "baresip", HOST, port, accounts, "tls" if transport == "tls" else "udp", HOST, free_port(),
        free_range(4 * ACCOUNTS), ca_file=str(exchange.folder / "ca.pem") if transport == "tls" else "",
    )  # fmt: skip


def registered(bench: Bench) -> Iterator[Result]:
    """From the start of the telephone stack until every account is registered over TLS."""
    with pbx(bench.folder / "pbx") as exchange:
        times = range(bench.times(5))
        series = Series(tuple(anyio.run(_registration, setup_for(exchange, "tls")) for _ in times))
    yield Result(
        f"{ACCOUNTS} accounts registered over TLS, the telephone stack's start included", f"{REGISTERED_WITHIN:g} s",
        f"{series.median:.2f} s", series.median <= REGISTERED_WITHIN, between(series), noisy=series.spread > NOISY,
    )  # fmt: skip


async def _registration(setup: Setup) -> float:
    began = time.monotonic()
    async with switchboard(setup, lambda: datetime.now(UTC)) as board:
        with anyio.fail_after(60):
            while not all(channel.registered for channel in board.channels()):  # noqa: ASYNC110 - another process tells
                await anyio.sleep(0.005)
        return time.monotonic() - began


def talking(bench: Bench) -> Iterator[Result]:
    """Many calls at once, with sound both ways."""
    with pbx(bench.folder / "pbx") as exchange, far_end() as end:
        listens = sipp.picks_up().replace("[media_port]", str(end.port))
        port = free_port()
        with plugged_in(bench.folder, listens, port):
            told = _talked(setup_for(exchange, "udp"), str(port))
        streams = end.between(told["start"], told["end"])
    yield from _sound(streams, told)


def _talked(setup: Setup, extension: str) -> dict[str, Any]:
    order = {"setup": asdict(setup), "extension": extension, "seconds": SECONDS_OF_TALK}
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.talker"], input=json.dumps(order) + "\n", capture_output=True,
        text=True, timeout=120, check=False,
    )  # fmt: skip
    if done.returncode or not done.stdout:
        raise Broken(f"the talker: exit {done.returncode}\n{done.stderr[-2000:]}")
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def _sound(streams: Sequence[Sequence[Packet]], told: dict[str, Any]) -> Iterator[Result]:
    seconds = (told["end"] - told["start"]) / 1_000_000_000
    if len(streams) != ACCOUNTS or told["calls"] != ACCOUNTS:
        raise Broken(f"{told['calls']} calls, {len(streams)} of them with sound")
    apart = intervals(streams)
    jitters = Series(tuple(map(jitter, streams)))
    gaps = sum(each > LATE for each in apart) / len(apart)
    usual = statistics.median(apart)
    ours, stack = told["ours"] / seconds, told["stack"] / seconds
    heard = min(told["heard"]) / (seconds * 16_000)
    yield Result(
        f"{ACCOUNTS} calls with sound both ways: milliseconds between packets", f"{PACKET:g}", f"{usual:.1f}",
        abs(usual - PACKET) <= 1, f"{len(apart):,} packets: {min(apart):.1f} to {max(apart):.1f} ms",
    )  # fmt: skip
    yield Result(
        "… jitter (RFC 3550) of the worst call", f"{JITTER_AT_MOST:g} ms", f"{jitters.highest:.2f} ms",
        jitters.highest <= JITTER_AT_MOST, between(jitters, "ms"),
    )  # fmt: skip
    yield Result(
        f"… gaps of more than {LATE:g} ms", f"{GAPS_AT_MOST:.1%}", f"{gaps:.2%}", gaps <= GAPS_AT_MOST
    )
    yield Result(
        "… of what the other side says, heard in the worst call (at least)", f"{HEARD_AT_LEAST:.0%}", f"{heard:.1%}",
        heard >= HEARD_AT_LEAST,
    )  # fmt: skip
    yield Result(
        "… of one core", f"{CPU_AT_MOST:.0%}", f"{ours + stack:.0%}", ours + stack <= CPU_AT_MOST,
        note=f"the telephone stack's process {stack:.0%}, the controller's end {ours:.0%}",
    )  # fmt: skip
    peak = told["mebibytes"]
    yield Result(
        "… memory of the telephone stack", f"{MEMORY_AT_MOST} MiB", memory(peak), peak <= MEMORY_AT_MOST
    )
