"""`desk:` in housephone.yaml: who may use the desk, and how mistakes about that are told."""

from collections.abc import Callable
from pathlib import Path

import pytest

from reconciler.configuration.deskusers import Desk
from reconciler.configuration.file import load
from reconciler.errors import Misconfigured

Write = Callable[[str], Path]
HASH = "$argon2id$v=19$m=65536,t=3,p=4$86+cdkTZbr4VCYzulsWFFQ$qPkore63ldgb1ZFGu6/dy1VxpgDMGTEQJ2FqpJNJVJY"
SHA = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def written(desk: str) -> Path:
        path = tmp_path / "housephone.yaml"
        path.write_text(f"property: {{timezone: America/New_York}}\ndesk: {desk}\n", encoding="utf-8")
        return path

    return written


def desk(write: Write, text: str, **environment: str) -> Desk:
    return load(write(text), environment).desk


def mistakes(write: Write, text: str, **environment: str) -> list[str]:
    path = write(text)
    with pytest.raises(Misconfigured) as raised:
        load(path, environment)
    return [line.removeprefix(f"{path}:") for line in raised.value.message.splitlines()]


def test_a_hotel_names_its_clerks_programs_and_proxy(write: Write, tmp_path: Path) -> None:
    found = desk(
        write,
        f"""
  listen: 10.0.0.8:8080
  users:
    - {{name: Alice, password_hash_file: secrets/alice}}
    - {{name: Omar, role: admin, password_hash: "{HASH}"}}
  tokens:
    - {{name: lobby, token_hash: {SHA}}}
    - {{name: kiosk, rights: desk, token_file: secrets/kiosk}}
  proxy: {{addresses: [10.0.0.2, "2001:db8::/64"], header: X-Remote-User}}""",
    )
    assert [(user.name, user.role) for user in found.users] == [("Alice", "desk"), ("Omar", "admin")]
    assert found.users[0].password_hash_file == tmp_path / "secrets" / "alice"
    assert [(token.name, token.rights) for token in found.tokens] == [("lobby", "look"), ("kiosk", "desk")]
    assert found.tokens[1].token_file == tmp_path / "secrets" / "kiosk"
    assert not found.is_open
    assert HASH not in repr(found)
    assert SHA not in repr(found)


@pytest.mark.parametrize("listen", ["127.0.0.1:8080", "localhost:8080", "'[::1]:8080'", "127.0.0.2:8080"])
def test_on_loopback_nobody_need_be_named(write: Write, listen: str) -> None:
    assert desk(write, f"{{listen: {listen}}}").is_open


def test_a_proxy_that_names_people_may_stand_for_users(write: Write) -> None:
    text = "{listen: 10.0.0.8:8080, proxy: {addresses: [10.0.0.2], header: X-Remote-User}}"
    assert not desk(write, text).is_open


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "{listen: 10.0.0.8:8080, tokens: [{name: lobby, token_file: x}]}",
            (
                "2:16: desk.listen: an address other than loopback (127.0.0.1) needs desk.users, "
                "or desk.proxy with the header in which it names them"
            ),
        ),
        (
            "{proxy: {addresses: [10.0.0.2]}}",
            "2:15: desk.proxy: without desk.users it must name people in a header: set desk.proxy.header",
        ),
        (
            "{users: [{name: Alice}]}",
            (
                "2:16: desk.users.0: expected either password_hash, as `reconcile password` prints it, "
                "or password_hash_file"
            ),
        ),
        (
            f"{{users: [{{name: Alice, password_hash: '{HASH}', password_hash_file: x}}]}}",
            (
                "2:16: desk.users.0: expected either password_hash, as `reconcile password` prints it, "
                "or password_hash_file"
            ),
        ),
        (
            "{users: [{name: Alice, password_hash: open sesame}]}",
            "2:45: desk.users.0.password_hash: expected what `reconcile password` prints ($argon2id$…), in quotes",
        ),
        (
            "{users: [{name: Alice, password_hash: 12345678}]}",
            "2:45: desk.users.0.password_hash: expected text; put it in quotes",
        ),
        (
            f"{{users: [{{name: Alice, password_hash: '{HASH.replace('65536', '9999999')}'}}]}}",
            "2:45: desk.users.0.password_hash: expected what `reconcile password` prints ($argon2id$…), in quotes",
        ),
        (
            "{users: [{name: Alice, role: boss, password_hash_file: x}]}",
            "2:36: desk.users.0.role: expected desk or admin",
        ),
        (
            "{users: [{name: Alice, password: x}]}",
            (
                "2:30: desk.users.0.password: unknown setting, "
                "expected one of name, role, password_hash, password_hash_file"
            ),
        ),
        (
            "{users: [{name: '', password_hash_file: x}]}",
            "2:23: desk.users.0.name: expected at least 1",
        ),
        (
            '{users: [{name: " Alice", password_hash_file: x}]}',
            "2:23: desk.users.0.name: expected printable characters without blanks around them",
        ),
        (
            "{users: [{name: Alice, password_hash_file: x}, {name: ALICE, password_hash_file: y}]}",
            "2:15: desk.users: ALICE stands twice",
        ),
        (
            "{tokens: [{name: lobby, token_hash: secret}]}",
            (
                "2:43: desk.tokens.0.token_hash: expected the token's SHA-256 as 64 hexadecimal digits, "
                "as sha256sum prints it"
            ),
        ),
        ("{tokens: [{name: lobby}]}", "2:17: desk.tokens.0: expected either token_file or token_hash"),
        (
            f"{{tokens: [{{name: lobby, rights: all, token_hash: {SHA}}}]}}",
            "2:39: desk.tokens.0.rights: expected look, desk or admin",
        ),
        (
            "{proxy: {addresses: [proxy.example], header: X-Remote-User}}",
            (
                "2:28: desk.proxy.addresses.0: expected an IP address such as 10.0.0.2, "
                "or a network such as 10.0.0.0/24"
            ),
        ),
        (
            "{proxy: {addresses: [10.0.0.5/24], header: X-Remote-User}}",
            (
                "2:28: desk.proxy.addresses.0: expected an IP address such as 10.0.0.2, "
                "or a network such as 10.0.0.0/24"
            ),
        ),
        (
            "{proxy: {addresses: [10.0.0.2], header: 'X Remote'}}",
            "2:47: desk.proxy.header: expected a header's name such as X-Remote-User",
        ),
    ],
)
def test_a_mistake_is_told_at_its_place_and_quotes_no_secret(write: Write, text: str, told: str) -> None:
    assert mistakes(write, text) == [told]
    assert "sesame" not in told


def test_users_may_come_from_the_environment(write: Write) -> None:
    users = f'[{{"name": "Alice", "password_hash": "{HASH}"}}]'
    assert desk(write, "{listen: 10.0.0.8:8080}", HOUSEPHONE_DESK__USERS=users).users[0].name == "Alice"
