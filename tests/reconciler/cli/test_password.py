"""`reconcile password`: the hash for a user of the desk, from a terminal or from another program."""

import io
import os
import pty
import subprocess
import sys

import pytest

from reconciler.configuration.deskusers import User
from reconciler.desk.passwords import fits
from tests.reconciler.house import COMMAND, Run, in_this_process


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    return in_this_process(monkeypatch, capsys)


def test_a_program_gives_the_password_on_stdin(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("bright harbour lamp\r\n"))
    ran = run(["password"])
    assert ran.code == 0
    user = User.model_validate({"name": "Alice", "password_hash": ran.out.strip()})
    assert user.password_hash
    assert fits(user.password_hash.get_secret_value(), "bright harbour lamp")


def test_a_short_password_has_no_hash(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("1234567\n"))
    ran = run(["password"])
    assert (ran.code, ran.out) == (1, "")
    assert "8 to 1024 characters" in ran.err


@pytest.mark.parametrize(("again", "code"), [("bright harbour lamp", 0), ("bright harbour lmap", 1)])
def test_a_person_types_it_twice_and_nobody_sees_it(again: str, code: int) -> None:
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [*COMMAND, "password"], stdin=theirs, stderr=theirs, stdout=subprocess.PIPE, start_new_session=True
    )
    os.close(theirs)
    shown = b""
    try:
        for question, typed in ((b"Password: ", "bright harbour lamp"), (b"again: ", again)):
            while question not in shown:
                shown += os.read(ours, 1000)
            os.write(ours, typed.encode() + b"\n")
        out, _ = process.communicate(timeout=20)
    finally:
        process.kill()
        process.wait()
        os.close(ours)
    assert process.returncode == code
    assert out.startswith(b"$argon2id$") is (code == 0)
    assert b"harbour" not in shown
