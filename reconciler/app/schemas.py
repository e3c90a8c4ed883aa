"""The JSON Schemas of the room document and of the configuration, for editors and for other programs."""

from __future__ import annotations

import json
from typing import Any, Final, Literal

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema

from desired.document import RoomDocument
from reconciler.configuration.settings import Settings

Subject = Literal["room", "configuration"]

_MODELS: Final[dict[Subject, tuple[type[BaseModel], str]]] = {
    "room": (RoomDocument, "A room document of housephone"),
    "configuration": (Settings, "The configuration of housephone"),
}


def schema(subject: Subject) -> dict[str, Any]:
    """The schema (draft 2020-12) that yaml-language-server and validators understand."""
    model, title = _MODELS[subject]
    return {"$schema": GenerateJsonSchema.schema_dialect, **model.model_json_schema(), "title": title}


def schema_text(subject: Subject) -> str:
    """The same as a file."""
    return json.dumps(schema(subject), indent=2, ensure_ascii=False) + "\n"
