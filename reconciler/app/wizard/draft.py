"""The configuration in the making: the commented one that `init` writes, with the answers in their places.

It stands in a file beside the configuration's place, of the same form, so that what was answered can be tried and
taken up again. Secrets go into files of their own at once. Only when all is answered it becomes the configuration,
and never in the place of another.
"""

from __future__ import annotations

import io
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from reconciler.app.starter import PRIVATE_FILE, PRIVATE_FOLDER, give_to_owner_of, starting_configuration
from reconciler.configuration.file import load
from reconciler.configuration.settings import Settings
from reconciler.errors import Fatal

CONFIGURATION: Final = "housephone.yaml"
DRAFT: Final = ".housephone.yaml.draft"
SECRETS: Final = "secrets"

_IN_SECTIONS: Final = ("property", "zoom")
"""Sections that stand in the commented configuration as such; all others are given whole."""


class Draft:
    """The answers so far, by section. Fatal where the folder cannot be written, or holds a configuration already."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.configuration = folder / CONFIGURATION
        self._file = folder / DRAFT
        if self.configuration.exists():
            remedy = "change it there and try it with `reconcile check`, or name another folder"
            raise Fatal(f"{self.configuration}: there is a configuration already", remedy)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            (folder / SECRETS).mkdir(mode=PRIVATE_FOLDER, exist_ok=True)
            give_to_owner_of(folder, folder / SECRETS)
            self.taken_up = self._file.exists()
            self.answers = self._read()
        except OSError as error:
            raise _unwritable(error) from error

    def get(self, section: str, name: str | None = None) -> Any:
        """An answer, None where there is none yet."""
        found = self.answers.get(section)
        if name is None:
            return found
        return found.get(name) if isinstance(found, Mapping) else None

    def put(self, section: str, value: Any, name: str | None = None) -> None:
        """Keep an answer; None takes it back."""
        answers, key = (
            (self.answers, section) if name is None else (self.answers.setdefault(section, {}), name)
        )
        if value is None:
            answers.pop(key, None)
        else:
            answers[key] = value
        self.save()

    def settings(self, environment: Mapping[str, str]) -> Settings:
        """The answers as they would be used. Misconfigured, with every mistake's place."""
        return load(self._file, environment)

    def secret(self, name: str) -> Path:
        """The file of a secret, there or not."""
        return self.folder / SECRETS / name

    def keep_secret(self, name: str, value: str) -> str:
        """Write a secret into a file of its own; its path as the configuration names it."""
        try:
            self._write(self.secret(name), value + "\n")
        except OSError as error:
            raise _unwritable(error) from error
        return f"{SECRETS}/{name}"

    def save(self) -> None:
        """Write the draft."""
        try:
            self._write(self._file, self.text())
        except OSError as error:
            raise _unwritable(error) from error

    def finish(self) -> None:
        """Let the draft become the configuration. Fatal if one has come there meanwhile."""
        self.save()
        try:
            os.link(self._file, self.configuration)
        except FileExistsError:
            raise Fatal(
                f"{self.configuration}: somebody else has written one meanwhile",
                f"compare the two; the answers are in {self._file}",
            ) from None
        self._file.unlink()

    def text(self) -> str:
        """The commented configuration with the answers."""
        text = starting_configuration(self.folder)
        for section, value in self.answers.items():
            if section in _IN_SECTIONS and isinstance(value, Mapping):
                for name, inner in value.items():
                    text = _filled(text, f"  {name}", {name: inner}, indent=2)
            else:
                text = _filled(text, section, {section: value})
        return text

    def _read(self) -> dict[str, Any]:
        """The answers of an earlier time; a draft that somebody has spoilt is begun anew."""
        try:
            found = YAML(typ="safe", pure=True).load(self._file.read_text(encoding="utf-8"))
        except (FileNotFoundError, YAMLError, UnicodeDecodeError):
            found = None
        return found if isinstance(found, dict) else {}

    def _write(self, path: Path, text: str) -> None:
        """Write a file whole, readable by nobody else at any moment."""
        new = path.with_name(f"{path.name}.tmp")
        new.unlink(missing_ok=True)
        descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE_FILE)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
        give_to_owner_of(path.parent, new)
        new.replace(path)


def _filled(text: str, place: str, value: Mapping[str, Any], *, indent: int = 0) -> str:
    """Put a setting where its default stands in the text, in or out of a comment."""
    written = io.StringIO()
    yaml = YAML()
    yaml.default_flow_style = False
    yaml.indent(mapping=2, sequence=4, offset=2)
    yaml.dump(dict(value), written)
    lines = "".join(f"{' ' * indent}{line}\n" for line in written.getvalue().splitlines())
    margin, name = re.fullmatch(r"( *)(.*)", place).groups()  # type: ignore[union-attr]  # it matches anything
    pattern = rf"(?m)^{margin}#?{re.escape(name)}:(?: .*)?\n"
    filled, count = re.subn(pattern, lambda _: lines, text, count=1)
    return filled if count else f"{text}{lines}"


def _unwritable(error: OSError) -> Fatal:
    return Fatal(f"{error.filename}: {error.strerror}", "name a folder that you may write to")
