"""What stands between a property and its centre: whether each hears of the other, and how far it is behind."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.app.atproperty import open_centre
from reconciler.app.doctor.finding import Finding
from reconciler.app.online import open_store
from reconciler.branch.heads import unheard
from reconciler.configuration.settings import Settings
from reconciler.errors import HousephoneError
from reconciler.store.branchrows import Head

AT_THE_PROPERTY = "run `reconcile check` there: is the controller on, and is the database reached?"


def between(settings: Settings) -> list[Finding]:
    """Nothing where one process does it all."""
    try:
        return list(_at_property(settings) if settings.centre is not None else _at_centre(settings))
    except HousephoneError as error:
        return [Finding("bad", "centre", str(error), error.remedy)]


def _at_property(settings: Settings) -> Iterator[Finding]:
    with open_centre(settings) as store:
        branch = store.branch()
    if branch is None:
        yield Finding(
            "off", "centre", "its database is reached; nothing was told of this property yet",
            "start `reconcile run --roles pms,voice,desk`",
        )  # fmt: skip
    else:
        yield _told(settings, branch[0], "start `reconcile run --roles pms,voice,desk`, or see its log")


def _at_centre(settings: Settings) -> Iterator[Finding]:
    with open_store(settings, only_look=True) as store:
        branch = store.branch()
    if branch is not None:
        yield _told(settings, branch[0], AT_THE_PROPERTY)


def _told(settings: Settings, head: Head, remedy: str) -> Finding:
    here = "centre" if settings.centre is not None else "property"
    silent = unheard(head.age, head.at, settings.property.zone)
    if silent is not None:
        return Finding("bad", here, silent, remedy)
    has = "PMS and telephones are there" if here == "property" else "Zoom is there"
    return Finding("ok", here, f"{has}; the property has told how it is {head.age:.0f} s ago")
