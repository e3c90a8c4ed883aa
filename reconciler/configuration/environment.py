"""What the environment says of the configuration: which file it is, and settings that are laid over those in it.

Any setting may come from the environment (``HOUSEPHONE_ZOOM__CLIENT_SECRET``). The overlay is our own few lines,
because importing pydantic-settings alone costs 0.2 s of the half second that an audit of a thousand rooms may take.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

PREFIX = "HOUSEPHONE_"
FILE_NAME = "housephone.yaml"

_NO_SETTINGS = (f"{PREFIX}CONFIG", f"{PREFIX}TEST_")
"""Variables with our prefix that choose the configuration, or steer a test run."""


def find(explicit: Path | None, environment: Mapping[str, str] = os.environ) -> Path | None:
    """The configuration file: --config, $HOUSEPHONE_CONFIG, ./housephone.yaml, the platform's folder."""
    if explicit is not None:
        return explicit
    if environment.get(f"{PREFIX}CONFIG"):
        return Path(environment[f"{PREFIX}CONFIG"])
    if Path(FILE_NAME).is_file():
        return Path(FILE_NAME)
    from platformdirs import site_config_path, user_config_path  # only where nothing nearer is found

    for folder in (user_config_path("housephone"), site_config_path("housephone")):
        if (folder / FILE_NAME).is_file():
            return folder / FILE_NAME
    return None


def given(environment: Mapping[str, str]) -> dict[str, str]:
    """The variables that are settings."""
    return {
        key: value
        for key, value in environment.items()
        if key.startswith(PREFIX) and not key.startswith(_NO_SETTINGS)
    }


def overlay(data: Any, environment: Mapping[str, str]) -> Any:
    """Lay ``HOUSEPHONE_A__B=value`` over the file's data; JSON values are taken as JSON, others as text."""
    data = dict(data) if isinstance(data, dict) else {}
    for key, value in given(environment).items():
        *path, last = key.removeprefix(PREFIX).lower().split("__")
        section = data
        for step in path:
            inner = section.get(step)
            section[step] = section = dict(inner) if isinstance(inner, dict) else {}
        section[last] = _json_or_text(value)
    return data


def _json_or_text(value: str) -> Any:
    if value[:1] in "[{" or value in {"null", "true", "false"}:
        import json  # rare, and start-up time counts

        try:
            read = json.loads(value)
            json.dumps(read, ensure_ascii=False).encode()  # half a character, as JSON may have it, is no text
        except (ValueError, RecursionError):
            return value
        return read
    return value
