"""What can be checked of those who hear of alarms: the mail server is asked, but nobody gets a letter."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Final

from reconciler.alarms.letter import Undelivered
from reconciler.app.callout import hook_of, post_of
from reconciler.app.clock import SystemClock
from reconciler.app.doctor.finding import Finding
from reconciler.app.doctor.premises import secret_file
from reconciler.configuration.settings import Settings

MAIL: Final = "alarms by mail"
HOOK: Final = "alarms by web hook"


async def alarms(settings: Settings) -> AsyncIterator[Finding]:
    """Whether letters would leave, and whether the web hook's secret is there."""
    mail, webhook, clock = settings.alerts.mail, settings.alerts.webhook, SystemClock()
    if mail is not None:
        for finding in secret_file(mail.password_file):
            yield finding
        try:
            await post_of(mail, clock).knock()
        except Undelivered as trouble:
            yield Finding("warn", MAIL, trouble.reason, trouble.remedy)
        else:
            yield Finding("ok", MAIL, f"{mail.server} would take letters for {', '.join(mail.to)}")
    if webhook is not None:
        for finding in secret_file(webhook.secret_file):
            yield finding
        try:
            hook_of(webhook, clock)
        except Undelivered as trouble:
            yield Finding("warn", HOOK, trouble.reason, trouble.remedy)
        else:
            yield Finding(
                "off", HOOK, "not tried: a post would be news", "the log says when one is not taken"
            )
