"""``/metrics`` of a group: the figures of every hotel that is at work in this process, and of the accounts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from reconciler.account.gate import BudgetGate
from reconciler.alarms.finding import Severity, Standing
from reconciler.desk.health import HotelCollector
from reconciler.loop import Controller
from reconciler.ports import Clock


@dataclass(frozen=True, slots=True)
class AtWork:
    """A hotel at work: its controller, and the alarms that stand."""

    controller: Controller
    alarms: Callable[[], Sequence[Standing]]


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a group: the names of its properties, those at work in this process, the accounts it has."""

    names: Iterable[str]
    at_work: Mapping[str, AtWork]
    accounts: Mapping[str, BudgetGate]


class GroupCollector(Collector):
    """Reads the figures of all at the moment of the scrape. What is spent belongs to an account, not to a hotel."""

    def __init__(self, known: Callable[[], Known], clock: Clock) -> None:
        self._known = known
        self._clock = clock

    def collect(self) -> Iterator[Metric]:
        """All figures, each metric once."""
        known = self._known()
        merged: dict[str, Metric] = {}
        for hotel in list(known.at_work.values()):
            for metric in HotelCollector(hotel.controller, None).collect():
                merged.setdefault(metric.name, metric)
                if merged[metric.name] is not metric:
                    merged[metric.name].samples += metric.samples
        yield from merged.values()
        yield from _lights(known)
        yield from _of_accounts(known.accounts, self._clock)


def _lights(known: Known) -> Iterator[Metric]:
    """Which properties are at work, and how much is wrong with each."""
    here = GaugeMetricFamily(
        "housephone_at_work", "1 if this process looks after the property", labels=["property"]
    )
    red = GaugeMetricFamily(
        "housephone_alarms",
        "Alarms that stand, by how soon somebody must act",
        labels=["property", "severity"],
    )
    for name in known.names:
        here.add_metric([name], name in known.at_work)
    for name, hotel in list(known.at_work.items()):
        standing = Counter(each.alarm.severity for each in hotel.alarms())
        for severity in Severity:
            red.add_metric([name, severity.value], standing[severity])
    yield from (here, red)


def _of_accounts(accounts: Mapping[str, BudgetGate], clock: Clock) -> Iterator[Metric]:
    """What was spent of each account, what waits, and what there is for a day."""
    labels = ["account", "family", "label"]
    calls = GaugeMetricFamily(
        "housephone_account_calls_today", "Calls to Zoom of this UTC day by all properties", labels=labels
    )
    waiting = GaugeMetricFamily(
        "housephone_account_calls_waiting", "Calls that wait for their place", labels=labels
    )
    daily = GaugeMetricFamily(
        "housephone_account_day_limit", "Calls that our share of the day's limit allows", labels=labels[:2]
    )
    spent = GaugeMetricFamily(
        "housephone_account_day_spent",
        "Calls of this UTC day that count towards that limit",
        labels=labels[:2],
    )
    for account, gate in list(accounts.items()):
        for (family, label), count in gate.budget.spent().items():
            calls.add_metric([account, family, label], count)
        for (family, label), count in gate.waiting().items():
            waiting.add_metric([account, family, label], count)
        for of, (used, limit) in gate.budget.daily(clock.now()).items():
            spent.add_metric([account, of], used)
            daily.add_metric([account, of], limit)
    yield from (calls, waiting, daily, spent)
