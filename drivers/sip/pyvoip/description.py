"""What the other side can hear and say, from its session description. Pure."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from drivers.sip.pyvoip.client import Codecs
from drivers.sip.pyvoip.library import PayloadType
from drivers.sip.pyvoip.message import Message

_CONNECTION: Final = re.compile(r"^c=IN IP4 (\S+?)(?:/\S*)?\s*$", re.MULTILINE)
_PLAIN: Final = "RTP/AVP"
_STATIC: Final = {"0": PayloadType.PCMU, "8": PayloadType.PCMA}


class Nothing(Exception):
    """There is no sound that we can share."""


class Described(NamedTuple):
    """Where to send sound, and in which codecs."""

    remote: tuple[str, int]
    codecs: Codecs


def described(message: Message) -> Described:
    """The sound of a session. Nothing if it has none of ours, or wants it encrypted."""
    for media in message.body.get("m", []):
        if media["type"] != "audio" or not media["port"] or media["protocol"].value != _PLAIN:
            continue
        codecs = {
            int(number): codec
            for number in media["methods"]
            if (codec := _codec(number, media["attributes"]))
        }
        address = _address(message.content.decode("utf-8", "replace"))
        if address and {PayloadType.PCMU, PayloadType.PCMA} & set(codecs.values()):
            return Described((address, media["port"]), codecs)
    raise Nothing


def _codec(number: str, attributes: dict[str, dict[str, dict[str, str]]]) -> PayloadType | None:
    if number in _STATIC:
        return _STATIC[number]
    named = attributes.get(number, {}).get("rtpmap", {})
    return PayloadType.EVENT if named.get("name", "").lower() == "telephone-event" else None


def _address(text: str) -> str:
    """The address of the sound: its own, else that of the session."""
    before, _, after = text.partition("m=audio")
    own = _CONNECTION.search(after.partition("\nm=")[0])
    found = own or _CONNECTION.search(before)
    return found[1] if found else ""
