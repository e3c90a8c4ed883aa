"""Looking at a hotel whose state cannot be written to: a disk that has become read-only, a snapshot of a machine."""

import errno
import os
from pathlib import Path
from typing import Any

import pytest

from tests.reconciler.house import House


@pytest.fixture
def sealed(house: House, monkeypatch: pytest.MonkeyPatch) -> House:
    """A hotel with a guest in 1001 that Zoom shows, on a disk that has become read-only since."""
    house.document(1001, "guests: [{first: Ana, last: Souza}]")
    assert house("--room", "1001").code == 0
    house.document(1002, "guests: [{first: Petra, last: Dworkin}]")
    opened = os.open

    def refuse(path: Any, flags: int, *more: Any, **named: Any) -> int:
        if flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT) and house.state in Path(os.fspath(path)).parents:
            raise OSError(errno.EROFS, os.strerror(errno.EROFS), os.fspath(path))
        return opened(path, flags, *more, **named)

    monkeypatch.setattr("os.open", refuse)
    monkeypatch.setattr("os.access", lambda _path, mode, **_: not mode & os.W_OK)
    return house


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("show", "1001"), 0, "Ana Souza 1001"),
        (("explain", "1001"), 0, "Ana Souza 1001"),
        (("history",), 0, "Ana Souza 1001"),
        (("wakeup", "list"), 0, "no wake-up calls"),
        (("--dry-run", "--cached"), 2, "Petra Dworkin 1002"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_what_only_looks_works_on_a_read_only_disk(
    sealed: House, words: tuple[str, ...], code: int, told: str
) -> None:
    before = {path.name: path.read_bytes() for path in sealed.state.glob("housephone.sqlite*")}
    ran = sealed(*words)
    assert (ran.code, told in ran.out) == (code, True)
    assert {path.name: path.read_bytes() for path in sealed.state.glob("housephone.sqlite*")} == before


@pytest.mark.parametrize(
    "words", [("checkin", "1003", "--last", "Farnham"), ("pause", "1003", "--reason", "engineer at work")]
)
def test_who_says_something_hears_that_it_was_not_noted_since_the_disk_is_read_only(
    sealed: House, words: tuple[str, ...]
) -> None:
    ran = sealed(*words)
    assert ran.code == 1
    assert "nothing was noted: the store" in ran.err
    assert "cannot be used (Read-only file system)" in ran.err
    assert "then say it again" in ran.err
