"""What happens in a hotel every day, and somebody who renames a telephone in Zoom by hand."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from fixtures.hotel import CheckIn, CheckOut, Dnd, Message, RenameByHand, Stay
from reconciler.demo.scene import Scene
from reconciler.demo.screen import within
from reconciler.demo.stage import vacant

EXAMPLE = "1207"
"""The room whose file is shown."""


async def open_house(scene: Scene, stays: Sequence[Stay], rooms: Sequence[str]) -> None:
    """Write a file for every room, start the controller, and see the guests' names go up."""
    for room in rooms:
        scene.stage.write(room, vacant(room))
    scene.save(stays)
    scene.screen.tell(
        f"`reconcile run` starts. Its {len(rooms)} files name guests in {len(stays)} rooms; Zoom shows none of them."
    )
    await scene.program.start()
    if await scene.seen("the first name", lambda: any(scene.is_shown(stay) for stay in stays)) is None:
        return
    took = await scene.seen("all names", lambda: all(scene.is_shown(stay) for stay in stays))
    if took is None:
        return
    scene.screen.tell(
        f"All {len(stays)} names are on their telephones, {within(took)} after the first one.", mark="good"
    )
    scene.screen.tell("This is all that a room's file has to say:", room=EXAMPLE)
    scene.screen.quote(scene.stage.read(EXAMPLE))


def message(scene: Scene, event: Message) -> None:
    """A caller leaves a message."""
    left = datetime.now(UTC) - timedelta(minutes=event.minutes_ago)
    scene.cloud.add_voicemail(int(event.room), left)
    scene.screen.tell(f"A message from {left.astimezone():%A %H:%M} waits in the mailbox.", room=event.room)


async def check_in(scene: Scene, event: CheckIn) -> None:
    """Guests arrive."""
    scene.screen.tell(f"Check-in: {event.who}.")
    scene.reactions += await scene.welcome(event.stays, scene.save(event.stays))


async def check_out(scene: Scene, event: CheckOut) -> None:
    """A guest leaves: the name goes first, then the messages that were left for them."""
    room = event.room
    before, messages = scene.display(room), scene.telephones.at(room).messages
    scene.stage.write(room, vacant(room, datetime.now(UTC)))
    saved = time.monotonic()
    if await scene.seen(f"the vacant name on {room}", lambda: scene.display(room) == f"Room {room}") is None:
        return
    scene.reactions.append(time.monotonic() - saved)
    scene.screen.tell(
        f"Check-out: “{before}” is gone from the telephone {within(scene.reactions[-1])} later.",
        room=room, mark="good",
    )  # fmt: skip
    if not messages:
        return
    empty = await scene.seen(f"{room}'s empty mailbox", lambda: not scene.telephones.at(room).messages)
    if empty is not None:
        deleted = within(time.monotonic() - saved)
        scene.screen.add(
            f"The next guest finds an empty mailbox: {messages} deleted, {deleted} later.", mark="good"
        )


async def dnd(scene: Scene, event: Dnd) -> None:
    """A guest asks for quiet: `dnd: on` is one more line in the room's file."""
    room = event.room
    scene.stage.write(room, f"{scene.stage.read(room)}dnd: {event.value}\n")
    wanted = event.value == "off"
    took = await scene.seen(f"quiet in {room}", lambda: scene.telephones.at(room).disturb is wanted)
    if took is not None:
        area = int(room) in scene.telephones.areas()
        how = "by the ring switch of a common area" if area else "by the presence of a user"
        scene.screen.tell(
            f"`dnd: {event.value}` in {scene.stage.shown(room)} … quiet {within(took)} later, {how}.",
            room=room, mark="good",
        )  # fmt: skip


async def rename_by_hand(scene: Scene, event: RenameByHand) -> None:
    """Drift: somebody has changed Zoom itself; the next sweep finds it."""
    room, right = event.room, scene.display(event.room)
    scene.cloud.extension(int(room)).display_name = event.display
    scene.screen.tell(
        f"Somebody opens Zoom's web page and renames “{right}” to “{event.display}”.", room=room
    )
    took = await scene.seen(f"the repair of {room}", lambda: scene.display(room) == right)
    if took is not None:
        scene.screen.tell(
            f"Found and set right {within(took)} later. Zoom is looked through every {within(scene.tempo.sweep)} "
            "here, every 15 minutes in a hotel.",
            room=room, mark="good",
        )  # fmt: skip
