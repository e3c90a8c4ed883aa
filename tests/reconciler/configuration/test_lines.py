"""The telephone lines of the configuration: what can be asked for, and what is refused."""

from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest

from reconciler.configuration.file import load
from reconciler.configuration.lines import Sip
from reconciler.errors import Misconfigured

Write = Callable[[str], Path]

SMALLEST = 'pbx: {address: pbx.example}\naccounts: [{user: "9001"}]\n'


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a configuration with these lines."""

    def written(lines: str) -> Path:
        path = tmp_path / "housephone.yaml"
        indented = "".join(f"  {line}\n" for line in dedent(lines).splitlines())
        path.write_text(f"property: {{timezone: America/New_York}}\nsip:\n{indented}")
        return path

    return written


def lines(write: Write, text: str) -> Sip:
    sip = load(write(text), {}).sip
    assert sip is not None
    return sip


def mistake(write: Write, text: str) -> str:
    with pytest.raises(Misconfigured) as raised:
        load(write(text), {})
    (only,) = raised.value.message.splitlines()
    return only.partition("housephone.yaml:")[2]


def test_a_pbx_and_one_account_are_all_that_is_needed(write: Write) -> None:
    sip = lines(write, SMALLEST)
    assert (sip.backend, sip.local.transport, sip.local.port, sip.srtp) == ("baresip", "udp", 5060, "off")
    assert sip.local.media_ports == (20000, 20999)
    assert (sip.pbx.expires, sip.pbx.register_using, sip.pai_means) == (3600, "pbx", "caller")


def test_files_are_sought_beside_the_configuration(write: Write, tmp_path: Path) -> None:
    sip = lines(
        write,
        """
        pbx: {address: pbx.example}
        local: {transport: tls}
        tls: {ca_file: certs/ca.pem}
        accounts: [{user: "9001", password_file: secrets/9001}]
        """,
    )
    assert sip.tls is not None
    assert sip.tls.ca_file == tmp_path / "certs" / "ca.pem"
    assert isinstance(sip.accounts, list)
    assert sip.accounts[0].password_file == tmp_path / "secrets" / "9001"


def test_accounts_may_come_from_zoom(write: Write) -> None:
    assert lines(write, "pbx: {address: pbx.example}\naccounts: zoom\n").accounts == "zoom"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (SMALLEST + "local: {transport: tls}\n", "tls.ca_file"),
        (SMALLEST + "backend: pyvoip\nsrtp: required\n", "backend: pyvoip does plain UDP only, not srtp: required"),
        (SMALLEST + "backend: pyvoip\nproxy: {address: edge.example}\n", "plain UDP only, not proxy"),
        (SMALLEST + "local: {media_ports: 20000-20000}\n", "the range must rise"),
        (SMALLEST + "local: {media_ports: 80-90}\n", "between 1024 and 65535"),
        (SMALLEST + "local: {media_ports: many}\n", "expected a range of ports"),
        (SMALLEST + "local: {address: here}\n", "expected an IP address"),
        ("pbx: {address: 'sip:pbx.example@x'}\naccounts: zoom\n", "expected a host name or an IP address"),
        ("pbx: {address: pbx.example, register_using: domain}\naccounts: zoom\n", "needs pbx.domain"),
        ("pbx: {address: pbx.example}\naccounts: [{user: '9001'}, {user: '9001'}]\n", "9001 stands twice"),
        (
            "pbx: {address: p}\nlocal: {media_ports: 20000-20001}\naccounts: [{user: '1'}, {user: '2'}]\n",
            "2 accounts need 8 ports",
        ),
        ("pbx: {address: pbx.example}\naccounts: []\n", "accounts"),
    ],
)  # fmt: skip
def test_what_cannot_work_is_refused_with_its_place(write: Write, text: str, said: str) -> None:
    told = mistake(write, text)
    assert said in told
    assert told[0].isdigit()
