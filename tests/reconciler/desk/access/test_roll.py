"""Who is on the roll, and whose secret could not be read."""

import unicodedata
from hashlib import sha256
from pathlib import Path

import pytest

from reconciler.configuration.deskusers import Desk
from reconciler.desk.access.person import Person, Right
from reconciler.desk.access.roll import Roll
from reconciler.desk.passwords import fits, hash_of, like
from tests.reconciler.desk.access.gate import ALICE, ALICES_HASH, OMAR, OMARS_HASH

TOKEN = "t" * 40


def roll(**desk: object) -> Roll:
    return Roll(Desk.model_validate({"listen": "10.0.0.8:80", **desk}))


def test_a_hash_in_a_file_counts_like_one_in_the_configuration(tmp_path: Path) -> None:
    file = tmp_path / "alice"
    file.write_text(f"\ufeff{ALICES_HASH}\r\n", encoding="utf-8")
    users = [
        {"name": "Alice", "password_hash_file": file},
        {"name": "Omar", "role": "admin", "password_hash": OMARS_HASH},
    ]
    found = roll(users=users)
    assert found.fits("alice", ALICE["password"])
    assert found.fits("omar", OMAR["password"])
    assert not found.fits("omar", ALICE["password"])
    assert not found.fits("nobody", ALICE["password"])
    assert not found.troubles


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (None, "No such file or directory"),
        (b"bright harbour lamp", "expected what `reconcile password` prints"),
        (b"\xff\xfe\x00", "not UTF-8 text"),
        (b"", "expected what `reconcile password` prints"),
    ],
)
def test_a_file_that_cannot_be_used_keeps_out_its_owner_alone(
    tmp_path: Path, content: bytes | None, told: str
) -> None:
    file = tmp_path / "alice"
    if content is not None:
        file.write_bytes(content)
    users = [{"name": "Alice", "password_hash_file": file}, {"name": "Omar", "password_hash": OMARS_HASH}]
    found = roll(users=users)
    assert found.user("Alice") is None
    assert not found.fits("Alice", ALICE["password"])
    assert found.fits("Omar", OMAR["password"])
    (trouble,) = found.troubles
    assert trouble.startswith("user Alice: ")
    assert told in trouble
    assert "harbour" not in trouble


def test_a_token_is_known_by_its_text_or_by_its_sum(tmp_path: Path) -> None:
    (tmp_path / "token").write_text(f"{TOKEN}\n")
    (tmp_path / "short").write_text("guessable")
    other = "u" * 40
    found = roll(
        users=[{"name": "Omar", "password_hash": OMARS_HASH}],
        tokens=[
            {"name": "kiosk", "rights": "desk", "token_file": tmp_path / "token"},
            {"name": "lobby", "token_hash": sha256(other.encode()).hexdigest()},
            {"name": "short", "token_file": tmp_path / "short"},
        ],
    )
    assert found.holder(TOKEN) == Person("kiosk", Right.DESK)
    assert found.holder(other) == Person("lobby", Right.LOOK)
    assert found.holder("guessable") is None
    (trouble,) = found.troubles
    assert "a token needs at least 20 characters" in trouble
    assert "guessable" not in trouble


@pytest.mark.parametrize(
    ("has", "may"), [(Right.LOOK, "look"), (Right.DESK, "look desk"), (Right.ADMIN, "look desk admin")]
)
def test_each_right_holds_those_before_it(has: Right, may: str) -> None:
    assert [str(right) for right in Right if Person("x", has).may(right)] == may.split()


def test_a_password_is_the_same_from_every_keyboard() -> None:
    composed, apart = (unicodedata.normalize(form, "café du port") for form in ("NFC", "NFD"))
    assert composed != apart
    assert fits(hash_of(apart), composed)


@pytest.mark.parametrize("password", ["", "1234567", "x" * 1025])
def test_too_short_and_too_long_passwords_are_not_taken(password: str) -> None:
    with pytest.raises(ValueError, match="8 to 1024"):
        hash_of(password)


@pytest.mark.parametrize("encoded", ["", "x", "$argon2id$v=19$m=64,t=1,p=1$AAAA$AAAA"])
def test_a_broken_hash_fits_no_password(encoded: str) -> None:
    assert not fits(encoded, "bright harbour lamp")


def test_a_name_that_nobody_has_costs_what_others_cost() -> None:
    imitation = like(ALICES_HASH)
    assert (
        imitation.rpartition("$")[0].rpartition("$")[0] == ALICES_HASH.rpartition("$")[0].rpartition("$")[0]
    )
    assert len(imitation) == len(ALICES_HASH)
    assert not fits(imitation, ALICE["password"])
