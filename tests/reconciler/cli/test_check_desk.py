"""`reconcile check` and the desk's page: who may use it, and who cannot although he should."""

from hashlib import sha256

import pytest

from tests.reconciler.house import House

HASH = "$argon2id$v=19$m=64,t=1,p=1$86+cdkTZbr4VCYzulsWFFQ$qPkore63ldgb1ZFGu6/dy1VxpgDMGTEQJ2FqpJNJVJY"
SHA = sha256(b"t" * 40).hexdigest()


@pytest.fixture(autouse=True)
def folders(house: House) -> None:
    (house.folder / "rooms").mkdir()
    house.state.mkdir(mode=0o700)


def of_the_desk(house: House) -> list[str]:
    return [line for line in house("check").out.splitlines() if line[5:].startswith(("desk: ", "secret: "))]


def test_without_users_the_page_is_for_the_machine_itself(house: House) -> None:
    assert of_the_desk(house) == ["ok   desk: 127.0.0.1:8080, for everybody on this machine"]


def test_who_may_is_listed(house: House) -> None:
    file = house.folder / "alice"
    file.write_text(HASH)
    file.chmod(0o600)
    house.configure(
        desk={
            "listen": "10.0.0.8:8080",
            "users": [{"name": "Alice", "password_hash_file": "alice"}],
            "tokens": [{"name": "kiosk", "token_hash": SHA}],
            "proxy": {"addresses": ["10.0.0.2"], "header": "X-Remote-User"},
        }
    )
    (line,) = of_the_desk(house)
    whom = "the users Alice, and the tokens kiosk, and whom the proxy names in X-Remote-User"
    assert line == f"ok   desk: 10.0.0.8:8080, for {whom}"


def test_passwords_that_cross_the_network_are_pointed_out(house: House) -> None:
    house.configure(
        desk={"listen": "10.0.0.8:8080", "users": [{"name": "Alice", "password_hash": HASH}]},
    )
    (line,) = of_the_desk(house)
    assert line.startswith(
        "warn desk: passwords and guests' names cross the network to 10.0.0.8:8080 unencrypted"
    )
    assert "desk.proxy" in line


def test_a_clerk_whose_file_cannot_be_used_and_a_token_that_all_may_read_are_found(house: House) -> None:
    (house.folder / "alice").write_text("bright harbour lamp")
    token = house.folder / "kiosk"
    token.write_text("t" * 40)
    token.chmod(0o644)
    house.configure(
        desk={
            "users": [{"name": "Alice", "password_hash_file": "alice"}],
            "tokens": [{"name": "kiosk", "token_file": "kiosk"}],
        }
    )
    first, *others = of_the_desk(house)
    told = (
        f"bad  desk: cannot come in: user Alice: {house.folder / 'alice'}: expected what `reconcile password`"
    )
    assert first.startswith(told)
    assert "harbour" not in first
    assert f"warn secret: {token} may be read by others → chmod 600 {token}" in others
