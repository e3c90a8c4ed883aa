"""Relative paths of the configuration made whole: each starts at the folder of the file that says it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from reconciler.configuration.alerts import Alerts
from reconciler.configuration.deskusers import Desk
from reconciler.configuration.lines import Sip
from reconciler.configuration.settings import Settings

Folder = Callable[..., Path]
"""The folder at which the path in a setting starts, by the names on the way to it."""

_PATHS = ("desired", "state")


def anchored(settings: Settings, folder: Folder) -> Settings:
    """The settings with whole paths."""
    update: dict[str, Any] = {name: folder(name) / getattr(settings, name) for name in _PATHS}
    zoom = settings.zoom
    secrets = {"client_secret_file": zoom.client_secret_file, "event_secret_file": zoom.event_secret_file}
    whole = {name: folder("zoom", name) / file for name, file in secrets.items() if file is not None}
    update["zoom"] = zoom.model_copy(update=whole)
    update["pms"] = [
        link.model_copy(update={"auth_key_file": folder("pms") / link.auth_key_file})
        if link.auth_key_file
        else link
        for link in settings.pms
    ]
    if settings.sip:
        update["sip"] = _lines(settings.sip, folder)
    update["desk"] = anchored_desk(settings.desk, folder)
    update["alerts"] = _alerts(settings.alerts, folder)
    if settings.report.folder:
        place = folder("report", "folder") / settings.report.folder
        update["report"] = settings.report.model_copy(update={"folder": place})
    if settings.voice and settings.voice.prompts:
        place = folder("voice", "prompts") / settings.voice.prompts
        update["voice"] = settings.voice.model_copy(update={"prompts": place})
    return settings.model_copy(update=update)


def _lines(sip: Sip, folder: Folder) -> Sip:
    accounts = sip.accounts
    if isinstance(accounts, list):
        accounts = [
            each.model_copy(update={"password_file": folder("sip", "accounts") / each.password_file})
            if each.password_file
            else each
            for each in accounts
        ]
    tls = sip.tls and sip.tls.model_copy(
        update={"ca_file": folder("sip", "tls", "ca_file") / sip.tls.ca_file}
    )
    return sip.model_copy(update={"accounts": accounts, "tls": tls})


def anchored_desk(desk: Desk, folder: Folder) -> Desk:
    """A desk with whole paths."""
    users = [
        each.model_copy(update={"password_hash_file": folder("desk", "users") / each.password_hash_file})
        if each.password_hash_file
        else each
        for each in desk.users
    ]
    tokens = [
        each.model_copy(update={"token_file": folder("desk", "tokens") / each.token_file})
        if each.token_file
        else each
        for each in desk.tokens
    ]
    return desk.model_copy(update={"users": users, "tokens": tokens})


def _alerts(alerts: Alerts, folder: Folder) -> Alerts:
    mail, hook = alerts.mail, alerts.webhook
    if mail is not None:
        files = {"password_file": mail.password_file, "ca_file": mail.ca_file}
        whole = {name: folder("alerts", "mail", name) / file for name, file in files.items() if file}
        mail = mail.model_copy(update=whole)
    if hook is not None and hook.secret_file:
        place = folder("alerts", "webhook", "secret_file") / hook.secret_file
        hook = hook.model_copy(update={"secret_file": place})
    return alerts.model_copy(update={"mail": mail, "webhook": hook})
