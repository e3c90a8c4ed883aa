"""`reconcile testcall`: by the running controller, whose channels are in use, or by lines of our own for a moment."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

import anyio

from drivers.voice.caller import Directory, identify
from drivers.voice.trial import Trial, Visitors
from reconciler import control
from reconciler.app.clock import SystemClock
from reconciler.app.lines import lines_of
from reconciler.app.offline import hotel_of, read_documents
from reconciler.app.online import open_store
from reconciler.app.presence import in_office
from reconciler.app.telephony import Lines, directory_of, fenced, prompts_of
from reconciler.audit import Scope
from reconciler.configuration.manners import Voice
from reconciler.configuration.settings import Settings
from reconciler.errors import Fatal
from reconciler.views.trial import trial_view

REGISTERING: Final = 12.0
"""Seconds for a channel to be registered."""
LOOK: Final = 0.1
_NOT_NOW: Final = 480


async def try_out(settings: Settings, extension: str) -> dict[str, Any]:
    """Ring an extension (``reconciler.views.trial``). Fatal where there are no lines, or somebody else has them."""
    if settings.sip is None:
        raise Fatal("there are no telephone lines", "set up sip: in housephone.yaml")
    done = await control.test_call(settings, extension)
    return done if done is not None else await _here(settings, extension)


async def _here(settings: Settings, extension: str) -> dict[str, Any]:
    with open_store(settings) as store:
        there = in_office(store, datetime.now(UTC))
    if there is not None:
        raise Fatal(
            f"`{there.holder}` has the lines: process {there.pid} on {there.host}, which does not answer here",
            f"run this on {there.host}, or again in a moment",
        )
    clock, voice = SystemClock(), settings.voice or Voice()
    hotel = hotel_of(settings.grounds)
    await anyio.to_thread.run_sync(read_documents, settings.grounds, hotel, Scope())
    async with lines_of(settings, clock) as lines, anyio.create_task_group() as tasks:
        assert lines is not None
        visitors = Visitors()
        tasks.start_soon(_turn_away, lines, directory_of(settings, hotel, lines), visitors)
        with anyio.move_on_after(REGISTERING):
            while not any(channel.registered for channel in lines.telephones.channels()):  # noqa: ASYNC110
                await anyio.sleep(LOOK)
        trial = Trial(fenced(settings, hotel, lines), prompts_of(voice), clock, voice.language)
        with visitors.watched() as seen:
            tried = await trial.ring(extension, ring=voice.wakeup.ring)
        tasks.cancel_scope.cancel()
        return trial_view(tried, seen)
    raise AssertionError


async def _turn_away(lines: Lines, directory: Directory, visitors: Visitors) -> None:
    """No menu answers while no controller runs; calls that come in are only shown."""
    async for call in lines.telephones.incoming():
        visitors.note(call, identify(call.headers, directory))
        await call.reject(_NOT_NOW)
