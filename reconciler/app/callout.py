"""Alarms of the running controller: what they look at, and who brings them to mail and web hook."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Final

import anyio

from drivers.notice.mail import Post, Server
from drivers.notice.webhook import Hook
from reconciler.alarms.correspondence import letter_of, news_of
from reconciler.alarms.finding import Situation
from reconciler.alarms.letter import Undelivered
from reconciler.alarms.messenger import Messenger, Notice
from reconciler.app.office import Office
from reconciler.app.online import Online
from reconciler.configuration import alerts
from reconciler.configuration.settings import Settings, secret
from reconciler.loop import Controller
from reconciler.ports import Clock

MANY: Final = 50
"""Alarms that one letter tells; a web hook gets each by itself."""


def situation(room: Online, controller: Controller, office: Office) -> Situation:
    """How the hotel is at present."""
    health, hotel = controller.health, room.shop.hotel
    return Situation(
        problems=office.to_alarm(health.problems()),
        acknowledged=office.acknowledged.known.keys(),
        failing=sum(1 for failure in hotel.setbacks.failures.values() if not failure.unsupported),
        budget=room.gate.budget.daily(room.shop.clock.now()),
        zoom=health.zoom_error,
        store=office.trouble() or room.shop.memory.trouble,
        refusals=health.refusals,
        contested=health.contested.keys(),
        zoom_read=health.zoom_read_at is not None,
    )


async def follow_alarms(room: Online, controller: Controller, office: Office) -> None:
    """Look for alarms and tell them, until cancelled; a shadow tells nobody."""
    async with anyio.create_task_group() as tasks:
        for messenger in () if controller.shadow else messengers_of(room.settings, room.shop.clock):
            office.alarms.send_with(messenger)
            tasks.start_soon(messenger.run)
        tasks.start_soon(office.alarms.follow, partial(situation, room, controller, office))


def messengers_of(settings: Settings, clock: Clock) -> list[Messenger]:
    """Who brings alarms to the peers that the settings name."""
    hotel, zone = settings.property.name, settings.property.zone
    mail, webhook = settings.alerts.mail, settings.alerts.webhook
    found: list[Messenger] = []
    if mail is not None:

        async def write(notices: Sequence[Notice]) -> None:
            await post_of(mail, clock).send(letter_of(hotel, zone, notices))

        found.append(Messenger("mail", write, clock, at_once=MANY))
    if webhook is not None:

        async def call(notices: Sequence[Notice]) -> None:
            for notice in notices:
                await hook_of(webhook, clock).post(news_of(hotel, notice))

        found.append(Messenger("webhook", call, clock, at_once=1))
    return found


# Secrets are read for each letter: one that is missing or has changed costs a letter's delay, and not the controller.


def post_of(mail: alerts.Mail, clock: Clock) -> Post:
    """The hotel's mail server. Undelivered where the password or the authority's certificate cannot be read."""
    password = ""
    try:
        if mail.user:
            password = secret(mail.password, mail.password_file, "alerts.mail.password")
        if mail.ca_file is not None:
            mail.ca_file.read_bytes()
    except ValueError as error:
        raise Undelivered(str(error), "give it the password of alerts.mail.user") from error
    except OSError as error:
        message = f"alerts.mail.ca_file: {mail.ca_file}: {error.strerror}"
        raise Undelivered(message, "name the certificate of the mail server's authority") from error
    server = Server(mail.server, mail.port_in_use, mail.security, mail.user, password, mail.ca_file)
    return Post(server, mail.sender, mail.to, clock.now)


def hook_of(webhook: alerts.Webhook, clock: Clock) -> Hook:
    """The hotel's own program. Undelivered where the secret cannot be read."""
    shared = ""
    if webhook.secret is not None or webhook.secret_file is not None:
        try:
            shared = secret(webhook.secret, webhook.secret_file, "alerts.webhook.secret")
        except ValueError as error:
            raise Undelivered(str(error), "give it the secret that the receiver checks with") from error
    return Hook(webhook.url, shared, clock.now)
