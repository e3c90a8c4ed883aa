"""The JSON Schemas of the room document and of the configuration, for editors and for other programs."""

from __future__ import annotations

import json
from typing import Any, Final, Literal

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema

from desired.document import RoomDocument
from reconciler.configuration.group import FOLDER
from reconciler.configuration.settings import Settings

Subject = Literal["room", "configuration"]

_MODELS: Final[dict[Subject, tuple[type[BaseModel], str]]] = {
    "room": (RoomDocument, "A room document of housephone"),
    "configuration": (Settings, "The configuration of housephone"),
}


def schema(subject: Subject) -> dict[str, Any]:
    """The schema (draft 2020-12) that yaml-language-server and validators understand."""
    model, title = _MODELS[subject]
    found = model.model_json_schema()
    if subject == "configuration":
        found = _also_of_a_group(found)
    return {"$schema": GenerateJsonSchema.schema_dialect, **found, "title": title}


def _also_of_a_group(found: dict[str, Any]) -> dict[str, Any]:
    """The same for a group's file, which names a folder of properties; any part may stand in either file."""
    folder = {"type": "string", "description": "The folder of a group's properties: one file each."}
    alone_or_group = {"anyOf": [{"required": found["required"]}, {"required": [FOLDER]}]}
    known = {**found["properties"], FOLDER: folder}
    return {**{k: v for k, v in found.items() if k != "required"}, "properties": known, **alone_or_group}


def schema_text(subject: Subject) -> str:
    """The same as a file."""
    return json.dumps(schema(subject), indent=2, ensure_ascii=False) + "\n"
