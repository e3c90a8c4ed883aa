"""Which files hold secrets, and which of them others than their owner may read."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from desired.yamltext import Refused, parse
from reconciler.configuration.settings import Settings
from reconciler.views.configured import secrets_in

OTHERS: Final = 0o077
"""Permission bits of everybody but the owner."""
_CREDENTIALS: Final = "CREDENTIALS_DIRECTORY"
"""systemd's own folder of secrets: it lets our user in by a list that looks like a permission of the group."""


def secret_files(settings: Settings) -> Iterator[Path]:
    """Every file that the configuration names as the place of a secret."""
    return _files_in(settings.model_dump())


def exposed(settings: Settings, configuration: Path) -> Iterator[Path]:
    """Files with secrets in them that others may read, the configuration among them."""
    yield from filter(is_open_to_others, secret_files(settings))
    if is_open_to_others(configuration) and holds_secrets(configuration):
        yield configuration


def is_open_to_others(file: Path) -> bool:
    """Tell whether others than the owner may read it; a file that is not there is read by nobody."""
    try:
        mode = file.stat().st_mode
    except OSError:
        return False
    return bool(mode & OTHERS) and str(file.parent) != os.environ.get(_CREDENTIALS)


def holds_secrets(configuration: Path) -> bool:
    """Tell whether secrets stand in the configuration itself."""
    try:
        roots = parse(configuration.read_text(encoding="utf-8-sig")).roots
    except (OSError, UnicodeDecodeError, Refused):
        return False
    return any(True for root, _ in roots for _ in secrets_in(root))


def _files_in(value: Any, name: str = "") -> Iterator[Path]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _files_in(inner, str(key))
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _files_in(inner, name)
    elif isinstance(value, Path) and name.endswith("_file") and name != "ca_file":
        yield value
