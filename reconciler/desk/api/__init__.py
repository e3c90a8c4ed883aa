"""The desk's API: everything that the page does, for the hotel's own tools (contract 5)."""

from starlette.routing import BaseRoute

from reconciler.desk.api.alerts import alert_routes
from reconciler.desk.api.audit import audit_routes
from reconciler.desk.api.doctor import doctor_routes
from reconciler.desk.api.look import look_routes
from reconciler.desk.api.orders import order_routes
from reconciler.desk.api.passes import pass_routes
from reconciler.desk.api.report import report_routes
from reconciler.desk.api.stream import stream_routes
from reconciler.desk.api.testcall import test_call_routes
from reconciler.desk.house import House

__all__ = ["api_routes"]


def api_routes(house: House) -> list[BaseRoute]:
    """All of it."""
    parts = (
        look_routes,
        order_routes,
        alert_routes,
        audit_routes,
        doctor_routes,
        pass_routes,
        report_routes,
        stream_routes,
        test_call_routes,
    )
    return [route for routes in parts for route in routes(house).routes]
