"""What we use of pyVoIP, imported in the one way that does no harm."""

from __future__ import annotations

import warnings

with warnings.catch_warnings():
    # Python 3.11 and 3.12 announce that audioop goes; on 3.13 the extra brings audioop-lts.
    warnings.simplefilter("ignore", DeprecationWarning)
    import audioop

    import pyVoIP.VoIP  # noqa: F401 - first of all: its parts import each other
    from pyVoIP.RTP import PayloadType, RTPClient, RTPMessage, RTPParseError, TransmitType
    from pyVoIP.SIP import SIPClient, SIPMessage, SIPMessageType

__all__ = [
    "PayloadType",
    "RTPClient",
    "RTPMessage",
    "RTPParseError",
    "SIPClient",
    "SIPMessage",
    "SIPMessageType",
    "TransmitType",
    "audioop",
]
