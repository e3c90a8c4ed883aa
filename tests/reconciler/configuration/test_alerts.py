"""Who hears of alarms, as a hotel writes it down, and what is told of a slip."""

from datetime import time
from pathlib import Path
from typing import Any

import pytest

from reconciler.configuration.file import load
from reconciler.configuration.settings import Settings
from reconciler.errors import Misconfigured

HOTEL = "property: {timezone: America/New_York}\n"
MAIL = "server: mail.example, from: phones@hotel.example, to: [night@hotel.example]"


def settings(folder: Path, text: str, **environment: str) -> Settings:
    file = folder / "housephone.yaml"
    file.write_text(HOTEL + text)
    return load(file, environment)


def refused(folder: Path, text: str) -> str:
    with pytest.raises(Misconfigured) as error:
        settings(folder, text)
    return str(error.value)


def test_nobody_hears_of_anything_unless_the_hotel_says_so(tmp_path: Path) -> None:
    found = settings(tmp_path, "")
    assert (found.alerts.mail, found.alerts.webhook, found.report.at) == (None, None, None)
    assert found.alerts.link_down == 5


@pytest.mark.parametrize(
    ("further", "port"),
    [("", 587), (", security: tls", 465), (", security: none", 25), (", port: 2525", 2525)],
)
def test_a_mail_server_is_asked_at_its_usual_port(tmp_path: Path, further: str, port: int) -> None:
    mail = settings(tmp_path, f"alerts: {{mail: {{{MAIL}{further}}}}}").alerts.mail
    assert mail is not None
    assert mail.port_in_use == port
    assert (mail.sender, mail.to) == ("phones@hotel.example", ["night@hotel.example"])


def test_files_are_looked_for_beside_the_configuration(tmp_path: Path) -> None:
    mail, hook = f"{MAIL}, password_file: a, ca_file: b", "url: 'https://x.example/', secret_file: c"
    text = f'alerts: {{mail: {{{mail}}}, webhook: {{{hook}}}}}\nreport: {{at: "06:00", folder: reports}}'
    found = settings(tmp_path, text)
    assert found.alerts.mail is not None
    assert found.alerts.webhook is not None
    files: list[Any] = [
        found.alerts.mail.password_file, found.alerts.mail.ca_file, found.alerts.webhook.secret_file,
        found.report.folder,
    ]  # fmt: skip
    assert files == [tmp_path / name for name in ("a", "b", "c", "reports")]
    assert found.report.at == time(6, 0)


def test_the_sender_may_come_from_the_environment(tmp_path: Path) -> None:
    text = "alerts: {mail: {server: mail.example, to: [night@hotel.example]}}"
    mail = settings(tmp_path, text, HOUSEPHONE_ALERTS__MAIL__FROM="phones@hotel.example").alerts.mail
    assert mail is not None
    assert mail.sender == "phones@hotel.example"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("alerts: {mail: night@hotel.example}", "an address alone names no mail server"),
        ("alerts: {mail: {server: m, from: me, to: [a@b.c]}}", "expected an address such as"),
        (
            'alerts: {mail: {server: m, from: "a@b.c\\nBcc: x@y.z", to: [a@b.c]}}',
            "expected an address such as",
        ),
        ("alerts: {mail: {server: m, from: a@b.c, to: []}}", "to"),
        (f"alerts: {{mail: {{{MAIL}, security: none, user: me, password: x}}}}", "in the open"),
        ("alerts: {webhook: {url: 'http://hotel.example/'}}", "expected https://"),
        ("alerts: {webhook: {url: 'hotel.example'}}", "expected an address such as https://"),
        ("alerts: {webhook: {url: 'https://[x'}}", "expected an address such as https://"),
        ('report: {at: "25:00", folder: reports}', "expected a time of day"),
        ("report: {at: 6, folder: reports}", "expected a time of day"),
        ('report: {at: "06:00"}', "say where it goes"),
        ('report: {at: "06:00", mail: true}', "report.mail needs alerts.mail"),
        ('report: {at: "06:00", webhook: true}', "report.webhook needs alerts.webhook"),
    ],
)
def test_a_slip_is_told_with_what_was_expected(tmp_path: Path, text: str, said: str) -> None:
    assert said in refused(tmp_path, text)


def test_a_program_on_the_same_machine_may_listen_without_encryption(tmp_path: Path) -> None:
    for host in ("127.0.0.1:9000", "localhost", "[::1]:9000"):
        assert settings(tmp_path, f"alerts: {{webhook: {{url: 'http://{host}/alarms'}}}}").alerts.webhook


def test_secrets_are_not_shown(tmp_path: Path) -> None:
    mail, hook = f"{MAIL}, user: me, password: s3cret", "url: 'https://x.example', secret: s3cret"
    text = f"alerts: {{mail: {{{mail}}}, webhook: {{{hook}}}}}"
    assert "s3cret" not in repr(settings(tmp_path, text))
