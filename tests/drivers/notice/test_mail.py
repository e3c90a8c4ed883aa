"""Letters to a real mail server on loopback."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

from drivers.notice.mail import Post, Security, Server
from reconciler.alarms.letter import Letter, Undelivered
from tests.conformance.telephones.peers import free_port, write_certificates

pytestmark = pytest.mark.anyio

NOW = datetime(2026, 11, 23, 11, 30, tzinfo=UTC)
LETTER = Letter("Room 1207: nobody was woken", "See to the guest in 1207 – jetzt.", "<p>See to 1207.</p>")
PASSWORD = "let me in"


class Office:
    """The mail server of a hotel; ``refuses`` are addresses that it does not know."""

    def __init__(self) -> None:
        self.got: list[EmailMessage] = []
        self.to: list[str] = []
        self.refuses: set[str] = set()
        self.busy = False
        self.port = free_port()

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, to: str, _options: Any) -> str:  # noqa: N802
        if to in self.refuses:
            return "550 no such user"
        envelope.rcpt_tos.append(to)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        if self.busy:
            return "451 greylisted, come again"
        message = message_from_bytes(envelope.content, policy=default)
        assert isinstance(message, EmailMessage)
        self.got.append(message)
        self.to += envelope.rcpt_tos
        return "250 OK"

    def post(
        self, security: Security = "none", to: tuple[str, ...] = ("night@hotel.example",), **server: Any
    ) -> Post:
        settings = Server("127.0.0.1", self.port, security, **server)
        return Post(settings, "Harbour View <phones@hotel.example>", to, lambda: NOW)


@pytest.fixture(scope="module")
def papers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The certificate of a mail server at 127.0.0.1, and its authority."""
    folder = tmp_path_factory.mktemp("papers")
    write_certificates(folder, addresses=("127.0.0.1",))
    return folder


@contextmanager
def office(papers: Path | None = None, **settings: Any) -> Iterator[Office]:
    """A mail server; with ``papers`` it offers encryption and asks who it is."""
    handler = Office()
    if papers is not None:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(papers / "pbx.pem", papers / "pbx.key")
        settings |= {"tls_context": context, "authenticator": _knows_the_password, "auth_required": True}
    controller = Controller(handler, hostname="127.0.0.1", port=handler.port, **settings)
    controller.start()
    try:
        yield handler
    finally:
        controller.stop()


def _knows_the_password(
    _server: Any, _session: Any, _envelope: Any, _mechanism: str, said: Any
) -> AuthResult:
    known = isinstance(said, LoginPassword) and said.password == PASSWORD.encode()
    return AuthResult(success=known, handled=False)


async def test_a_letter_arrives_as_text_and_laid_out_and_says_that_a_machine_wrote_it() -> None:
    with office() as there:
        await there.post(to=("night@hotel.example", "it@hotel.example")).send(LETTER)
    (got,) = there.got
    assert there.to == ["night@hotel.example", "it@hotel.example"]
    assert got["Subject"] == LETTER.subject
    assert got["From"] == "Harbour View <phones@hotel.example>"
    assert got["Auto-Submitted"] == "auto-generated"
    assert got["Message-ID"].endswith("@hotel.example>")
    text, html = got.get_body(("plain",)), got.get_body(("html",))
    assert text is not None
    assert text.get_content().strip() == LETTER.text
    assert html is not None
    assert html.get_content().strip() == LETTER.html


async def test_no_word_of_a_subject_becomes_a_header() -> None:
    with office() as there:
        await there.post().send(Letter("Harbour\r\nBcc: thief@example.com\n\nView", "text"))
    (got,) = there.got
    assert got["Bcc"] is None
    assert there.to == ["night@hotel.example"]
    assert got["Subject"] == "Harbour Bcc: thief@example.com View"


async def test_over_an_encrypted_line_the_server_is_verified_and_we_sign_in(papers: Path) -> None:
    with office(papers, require_starttls=True) as there:
        post = there.post("starttls", user="phones", password=PASSWORD, ca_file=papers / "ca.pem")
        await post.send(LETTER)
    assert len(there.got) == 1


async def test_a_server_without_a_good_certificate_hears_neither_password_nor_letter(papers: Path) -> None:
    with (
        office(papers, require_starttls=True) as there,
        pytest.raises(Undelivered, match="its certificate is not good") as refused,
    ):
        await there.post("starttls", user="phones", password=PASSWORD).send(LETTER)
    assert there.got == []
    assert "alerts.mail.ca_file" in refused.value.remedy


async def test_a_server_that_offers_no_encryption_gets_nothing() -> None:
    with office() as there, pytest.raises(Undelivered, match="no encryption"):
        await there.post("starttls").send(LETTER)
    assert there.got == []


async def test_a_wrong_password_is_told_without_repeating_it(papers: Path) -> None:
    with office(papers, require_starttls=True) as there:
        post = there.post("starttls", user="phones", password="wrong one", ca_file=papers / "ca.pem")
        with pytest.raises(Undelivered, match="refused the password of phones") as refused:
            await post.send(LETTER)
    assert "wrong one" not in f"{refused.value} {refused.value.remedy}"


async def test_a_server_that_is_busy_has_not_got_it_and_says_why() -> None:
    with office() as there:
        there.busy = True
        with pytest.raises(Undelivered, match="451 greylisted"):
            await there.post().send(LETTER)


async def test_an_address_that_nobody_knows_is_told_in_the_log_and_the_others_get_it_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with office() as there:
        there.refuses = {"gone@hotel.example"}
        await there.post(to=("night@hotel.example", "gone@hotel.example")).send(LETTER)
    assert there.to == ["night@hotel.example"]
    assert "not for gone@hotel.example" in caplog.text


async def test_a_letter_for_addresses_that_nobody_knows_was_not_delivered() -> None:
    with office() as there:
        there.refuses = {"night@hotel.example"}
        with pytest.raises(Undelivered, match=r"no address was taken: night@hotel\.example"):
            await there.post().send(LETTER)


async def test_a_server_that_is_away_has_not_got_it() -> None:
    with office() as there:
        pass
    with pytest.raises(Undelivered, match="refused"):
        await there.post().send(LETTER)


async def test_a_server_that_would_take_a_letter_is_known_without_one(papers: Path) -> None:
    with office(papers, require_starttls=True) as there:
        await there.post("starttls", user="phones", password=PASSWORD, ca_file=papers / "ca.pem").knock()
        with pytest.raises(Undelivered, match="refused the password"):
            await there.post("starttls", user="phones", password="no", ca_file=papers / "ca.pem").knock()
    assert there.got == []
