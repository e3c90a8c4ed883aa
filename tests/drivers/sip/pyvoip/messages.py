"""SIP messages as PBXs and telephones write them."""

SDP = """v=0
o=room 1 1 IN IP4 192.0.2.7
s=-
c=IN IP4 192.0.2.7
t=0 0
m=audio 40000 RTP/AVP 8 0 101
a=rtpmap:0 PCMU/8000
a=rtpmap:8 PCMA/8000
a=rtpmap:101 telephone-event/8000
a=fmtp:101 0-15
""".replace("\n", "\r\n")


def written(text: str, body: str = "") -> bytes:
    """A message with the line ends of the standard; its length is filled in."""
    head = text.strip().replace("\n", "\r\n")
    return f"{head}\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode()


INVITE = """
INVITE sip:9001@192.0.2.1:5060 SIP/2.0
Via: SIP/2.0/UDP 192.0.2.9:5060;branch=z9hG4bK1
Via: SIP/2.0/UDP 192.0.2.7:5062;branch=z9hG4bK2
Record-Route: <sip:192.0.2.9;lr>, <sip:192.0.2.8;lr>
From: "Room 1207" <sip:1207@pbx.example>;tag=abc
To: <sip:9001@pbx.example>
Call-ID: 1234@192.0.2.7
CSeq: 7 INVITE
Contact: <sip:1207@192.0.2.7:5062>
Diversion: <sip:1301@pbx.example>;reason=no-answer
Diversion: <sip:1302@pbx.example>;reason=user-busy
Max-Forwards: 70
Content-Type: application/sdp
"""
