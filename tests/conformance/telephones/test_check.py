"""`reconcile check` against a real PBX: each account registers for a moment, and is given back."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from reconciler.app.doctor.finding import Finding
from reconciler.app.doctor.lines import telephone_lines
from reconciler.configuration.file import load
from reconciler.configuration.settings import Settings
from tests.conformance.telephones.peers import HOST, PASSWORD, Pbx, free_port, free_range, write_certificates

pytestmark = [pytest.mark.anyio, pytest.mark.integration]

Lines = Callable[..., Settings]


@pytest.fixture
def lines(tmp_path: Path, pbx: Pbx) -> Lines:
    """The settings of a hotel with these lines."""

    def made(users: str = "[9101]", password: str = PASSWORD, **sip: Any) -> Settings:
        low, high = free_range(40)
        accounts = [{"user": user, "password": password} for user in users.strip("[]").split()]
        usual: dict[str, Any] = {
            "pbx": {"address": HOST, "port": pbx.port}, "accounts": accounts,
            "local": {"address": HOST, "port": free_port(), "media_ports": f"{low}-{high}"},
        }  # fmt: skip
        named = {"name": "Harbour View", "timezone": "America/New_York"}
        config = tmp_path / "housephone.yaml"
        config.write_text(str({"property": named, "sip": usual | sip}))
        return load(config, {})

    return made


async def found(settings: Settings) -> dict[str, Finding]:
    return {finding.what: finding async for finding in telephone_lines(settings, None, None)}


async def test_accounts_that_the_pbx_knows_are_good(lines: Lines) -> None:
    told = await found(lines("[9101 9102]"))
    assert [str(told[f"channel {user}"]) for user in ("9101", "9102")] == [
        "ok   channel 9101: is registered", "ok   channel 9102: is registered",
    ]  # fmt: skip


async def test_a_wrong_password_is_told_with_what_the_pbx_said(lines: Lines) -> None:
    told = (await found(lines(password="wrong")))["channel 9101"]
    assert told.level == "bad"
    assert "40" in told.said
    assert "compare user, auth_user, password" in told.fix


async def test_a_certificate_is_seen_without_a_call(lines: Lines, pbx: Pbx) -> None:
    tls = {"ca_file": str(pbx.folder / "ca.pem")}
    local = {"address": HOST, "port": free_port(), "transport": "tls"}
    told = await found(lines(pbx={"address": HOST, "port": pbx.tls_port}, tls=tls, local=local))
    assert str(told[f"certificate of {HOST}:{pbx.tls_port}"]).endswith(f"is good, and names {HOST}")
    assert told[f"certificate {pbx.folder / 'ca.pem'}"].said.startswith("ends on ")


async def test_a_certificate_of_another_authority_is_refused(lines: Lines, pbx: Pbx, tmp_path: Path) -> None:
    write_certificates(tmp_path, addresses=[HOST])
    tls = {"ca_file": str(tmp_path / "ca.pem")}
    local = {"address": HOST, "port": free_port(), "transport": "tls"}
    told = await found(lines(pbx={"address": HOST, "port": pbx.tls_port}, tls=tls, local=local))
    assert str(told[f"certificate of {HOST}:{pbx.tls_port}"]).startswith("bad ")
    assert told["channel 9101"].level == "bad"
    assert "certificate" in told["channel 9101"].said
