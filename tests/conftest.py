"""What every test shares: the event loop, whom it trusts, the manners of hypothesis, and the strict mode of CI."""

import os
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import certifi
import hypothesis
import pytest

if TYPE_CHECKING:
    from tests.postgres import Server

# The machines of CI are shared and slow at times; a slow example is not a wrong one.
hypothesis.settings.register_profile("housephone", deadline=None, print_blob=True)
hypothesis.settings.load_profile("housephone")

STRICT = os.environ.get("HOUSEPHONE_TEST_STRICT", "") == "1"


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """Asyncio is what runs in hotels; uvicorn knows no other."""
    return "asyncio"


@pytest.fixture(scope="session", autouse=True)
def one_authority(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Trust one authority of the usual ones: to read all takes longer than many a test, and each client does."""
    file, end = tmp_path_factory.mktemp("authorities") / "one.pem", "-----END CERTIFICATE-----\n"
    first, _, _ = Path(certifi.where()).read_text(encoding="utf-8").partition(end)
    file.write_text(first + end, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("SSL_CERT_FILE", str(file))
        yield


@pytest.fixture(scope="session")
def postgres() -> Iterator["Server"]:
    """A real PostgreSQL, for all tests of this process that want one; who stops it starts it again."""
    from tests.postgres import binary, running

    if binary("initdb") is None:
        pytest.skip("no PostgreSQL here")
    with running() as server:
        yield server


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
    call: pytest.CallInfo[None],  # noqa: ARG001 - the hook's signature
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Turn the skip of an integration test into a failure where HOUSEPHONE_TEST_STRICT=1 asks for it."""
    report = yield
    return without_skips(report) if STRICT and item.get_closest_marker("integration") else report


def without_skips(report: pytest.TestReport) -> pytest.TestReport:
    """The report, failed instead of skipped; an expected failure (xfail) is not a skip."""
    if report.skipped and not hasattr(report, "wasxfail"):
        reason: Any = report.longrepr
        report.outcome = "failed"
        report.longrepr = (
            f"skipped, which strict mode forbids: {reason[2] if isinstance(reason, tuple) else reason}"
        )
    return report
