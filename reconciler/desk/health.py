"""``/livez``, ``/readyz`` and ``/metrics`` on the desk's address."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse, PlainTextResponse
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric, SummaryMetricFamily
from prometheus_client.registry import Collector

from reconciler.account.gate import BudgetGate
from reconciler.branch.roles import Role, Roles
from reconciler.health import EventsHealth, OfficeHealth, TelephoneHealth
from reconciler.loop import Controller
from reconciler.views.events import events_view
from reconciler.views.links import link_view
from reconciler.views.shape import problem_view, refusal_view
from reconciler.views.telephones import alert_view, channel_view


def health_routes(
    controller: Controller, gate: BudgetGate, known: Callable[[Request], object | None]
) -> APIRouter:
    """The desk's machine-readable side.

    Probes need no password; only who is ``known`` also hears of rooms, alerts and problems.
    """
    app = APIRouter()
    registry = CollectorRegistry()
    registry.register(HotelCollector(controller, gate))

    # Monitors like to ask for the head alone.
    @app.head("/livez", include_in_schema=False)
    @app.get("/livez")
    async def livez() -> dict[str, str]:
        """The process runs and its event loop turns."""
        return {"status": "ok"}

    @app.head("/readyz", include_in_schema=False)
    @app.get("/readyz", responses={503: {"description": "A leg is down."}})
    async def readyz(request: Request) -> JSONResponse:
        """Whether the controller can do its work, and which leg is down if not."""
        legs = controller.health.legs()
        ready, telephones = not any(legs.values()), controller.health.telephones()
        body: dict[str, Any] = {
            "status": "ok" if ready else "down",
            "shadow": controller.shadow,
            "roles": list(controller.health.roles),
            "legs": {leg: {"ok": problem is None, "reason": problem} for leg, problem in legs.items()},
        }
        exchange = controller.health.exchange()
        if exchange is not None:
            body["lag_seconds"] = round(exchange.lag, 1)
        if known(request) is None:
            return JSONResponse(body, 200 if ready else 503)
        events = controller.health.events()
        body |= {
            "zoom_events": events_view(events) if events else None,
            "refused": [refusal_view(each) for each in controller.health.refusals],
            "links": [link_view(link) for link in controller.health.links()],
            "channels": [channel_view(each) for each in telephones.channels] if telephones else [],
            "alerts": [alert_view(each) for each in telephones.alerts] if telephones else [],
            "problems": [problem_view(each) for each in controller.health.problems()],
        }
        return JSONResponse(body, 200 if ready else 503)

    @app.get("/metrics", response_class=PlainTextResponse)
    async def metrics() -> Response:
        """Prometheus metrics; labels never name a room or a guest."""
        return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)

    return app


class HotelCollector(Collector):
    """Reads the controller's figures at the moment of the scrape; nothing is counted twice.

    Without a ``gate`` what was spent of the account is left out.
    """

    def __init__(self, controller: Controller, gate: BudgetGate | None) -> None:
        self._controller = controller
        self._gate = gate

    def collect(self) -> Iterator[Metric]:
        """All figures of this property."""
        health, name = self._controller.health, self._controller.shop.name
        yield _gauge("housephone_rooms", "Rooms with a document", name, health.rooms)
        yield _gauge(
            "housephone_changes_pending", "Changes that are planned and not yet applied", name, health.pending
        )
        contested = sum(health.contested.values())
        yield _gauge(
            "housephone_fields_contested",
            "Fields left alone because somebody else keeps changing them",
            name,
            contested,
        )
        shadow = float(self._controller.shadow)
        yield _gauge("housephone_shadow", "1 if it only watches (`run --dry-run`)", name, shadow)
        yield _roles(name, health.roles)
        exchange = health.exchange()
        if exchange is not None:
            lag = "Seconds by which what the centre knows of the property may be behind"
            yield _gauge("housephone_exchange_lag_seconds", lag, name, exchange.lag)
        usable = float(health.unusable is None)
        yield _gauge(
            "housephone_configuration_usable",
            "1 unless the configuration in the file cannot be used and the one before it is in force",
            name,
            usable,
        )
        problems = len(self._controller.shop.hotel.roster.loaded.problems)
        yield _gauge("housephone_document_problems", "Problems of drop-in documents", name, problems)
        read = health.zoom_read_at.timestamp() if health.zoom_read_at else 0.0
        yield _gauge("housephone_zoom_read_timestamp_seconds", "When Zoom was last read", name, read)
        changes = CounterMetricFamily(
            "housephone_changes", "Changes by what became of them", labels=["property", "result"]
        )
        changes.add_metric([name, "applied"], health.applied)
        changes.add_metric([name, "failed"], health.failed)
        yield changes
        if self._gate is not None:
            yield from _calls(name, self._gate)
        if health.office is not None:
            yield from _links(name, health.office)
        telephones = health.telephones()
        if telephones is not None:
            yield from _telephones(name, telephones)
        events = health.events()
        if events is not None:
            yield from _events(name, events)


def _calls(name: str, gate: BudgetGate) -> Iterator[Metric]:
    """What was spent of the account, and what waits."""
    labels = ["property", "family", "label"]
    calls = GaugeMetricFamily("housephone_zoom_calls_today", "Calls to Zoom of this UTC day", labels=labels)
    for (family, label), count in gate.budget.spent().items():
        calls.add_metric([name, family, label], count)
    yield calls
    waiting = GaugeMetricFamily(
        "housephone_zoom_calls_waiting", "Calls that wait for their place", labels=labels
    )
    for (family, label), count in gate.waiting().items():
        waiting.add_metric([name, family, label], count)
    yield waiting


def _roles(name: str, roles: Roles) -> Metric:
    family = GaugeMetricFamily("housephone_role", "What this process does", labels=["property", "role"])
    for role in Role:
        family.add_metric([name, role.value], float(role in roles))
    return family


def _links(name: str, office: OfficeHealth) -> Iterator[Metric]:
    """The PMS links, by link."""
    labels = ["property", "link"]
    up = GaugeMetricFamily("housephone_pms_up", "Whether the PMS link is alive", labels=labels)
    heard = GaugeMetricFamily(
        "housephone_pms_last_record_timestamp_seconds", "When the PMS was last heard", labels=labels
    )
    records = CounterMetricFamily(
        "housephone_pms_records", "Records of the PMS link", labels=[*labels, "direction", "record"]
    )
    for link in office.links():
        up.add_metric([name, link.name], link.problem is None)
        heard.add_metric([name, link.name], link.last_record_at.timestamp() if link.last_record_at else 0.0)
        for direction, counts in (("in", link.received), ("out", link.sent)):
            for record, count in counts.items():
                records.add_metric([name, link.name, direction, record], count)
    yield from (up, heard, records)
    odd = CounterMetricFamily("housephone_anomalies", "What was odd", labels=["property", "anomaly"])
    for anomaly, count in office.anomalies().items():
        odd.add_metric([name, anomaly], count)
    yield odd


def _telephones(name: str, telephones: TelephoneHealth) -> Iterator[Metric]:
    """The channels by account, calls by how they ended, wake-up calls; no label names a room or a guest."""
    labels = ["property", "channel"]
    registered = GaugeMetricFamily(
        "housephone_channel_registered", "Whether the channel is registered", labels=labels
    )
    busy = GaugeMetricFamily("housephone_channel_busy", "Whether the channel carries a call", labels=labels)
    for channel in telephones.channels:
        registered.add_metric([name, channel.account], channel.registered)
        busy.add_metric([name, channel.account], channel.busy)
    yield from (registered, busy)
    calls = CounterMetricFamily(
        "housephone_calls", "Telephone calls by how they ended", labels=["property", "direction", "end"]
    )
    for (direction, end), count in telephones.ended.items():
        calls.add_metric([name, direction, end], count)
    yield calls
    wakeups = CounterMetricFamily(
        "housephone_wakeups", "Wake-up calls that rang, and by how they ended", labels=["property", "status"]
    )
    for status, count in telephones.wakeups.items():
        wakeups.add_metric([name, status], count)
    yield wakeups
    late = SummaryMetricFamily(
        "housephone_wakeup_lateness_seconds", "How late wake-up calls were dialled", labels=["property"]
    )
    late.add_metric([name], telephones.lateness.calls, telephones.lateness.seconds)
    yield late
    worst = telephones.lateness.worst
    yield _gauge("housephone_wakeup_lateness_worst_seconds", "The latest of them", name, worst)
    waiting = len(telephones.alerts)
    yield _gauge("housephone_alerts_open", "Alerts that nobody has acknowledged", name, waiting)


def _events(name: str, events: EventsHealth) -> Iterator[Metric]:
    """Zoom's own events, by name and what became of them."""
    yield _gauge(
        "housephone_zoom_events_up", "Whether events of Zoom can come in", name, float(events.problem is None)
    )
    taken = CounterMetricFamily(
        "housephone_zoom_events",
        "Events of Zoom by what became of them",
        labels=["property", "event", "fate"],
    )
    for (event, fate), count in events.counts.items():
        taken.add_metric([name, event, fate], count)
    yield taken
    refused = CounterMetricFamily(
        "housephone_zoom_events_refused", "Requests at the web hook that were not Zoom's",
        labels=["property", "reason"],
    )  # fmt: skip
    for reason, count in events.refused.items():
        refused.add_metric([name, reason], count)
    yield refused


def _gauge(metric: str, text: str, name: str, value: float) -> Metric:
    family = GaugeMetricFamily(metric, text, labels=["property"])
    family.add_metric([name], value)
    return family
