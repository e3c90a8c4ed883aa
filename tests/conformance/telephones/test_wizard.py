"""`reconcile init --wizard` against a real PBX: the accounts that are typed in register at once, or do not."""

import io
from pathlib import Path

import pytest

from reconciler.app.wizard.draft import Draft
from reconciler.app.wizard.interview import Interview
from reconciler.app.wizard.terminal import Terminal
from reconciler.configuration.file import load
from tests.conformance.telephones.peers import HOST, PASSWORD, Pbx, free_port

pytestmark = pytest.mark.integration


def test_accounts_are_registered_as_soon_as_they_are_given(tmp_path: Path, pbx: Pbx) -> None:
    lines = ["yes", HOST, pbx.port, "udp", free_port(), "9101"]
    answers = io.StringIO(
        "\n".join(map(str, [*lines, "wrong", "again", *lines, PASSWORD, "9100", ""])) + "\n"
    )
    said: list[str] = []

    def read(prompt: str) -> str:
        said.append(prompt)
        return answers.readline()

    draft = Draft(tmp_path)
    Interview(draft, Terminal(said.append, read, read), {}).telephones()
    draft.finish()

    told = [line.strip() for line in said if "account 9101: " in line]
    assert told[0].startswith("bad  account 9101: ")
    assert "compare user, auth_user, password" in told[0]
    assert told[1] == "ok   account 9101: is registered"
    settings = load(tmp_path / "housephone.yaml", {})
    assert settings.voice is not None
    assert (settings.voice.pilot, settings.voice.operator) == ("9100", "0")
    assert (tmp_path / "secrets" / "sip-9101").read_text().strip() == PASSWORD
