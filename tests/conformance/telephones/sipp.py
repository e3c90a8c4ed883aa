"""Telephones played by sipp: what a room does when it rings, and what somebody does who calls us."""

import socket
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from tests.conformance.telephones.peers import HOST, STARTS_WITHIN, free_port, needed

KEYS: Final = Path("/usr/share/sip-tester")
BROKEN: Final = frozenset({254, 255})
"""What sipp ends with when it could not even begin: its port is taken, its scenario cannot be read."""
UDP: Final = Path("/proc/net/udp")
_FILE: Final = {"*": "star", "#": "pound"}

SDP: Final = """v=0
o=room 1 1 IN IP4 [local_ip]
s=-
c=IN IP4 [media_ip]
t=0 0
m=audio [media_port] RTP/AVP 0 101
a=rtpmap:0 PCMU/8000
a=rtpmap:101 telephone-event/8000
a=fmtp:101 0-15
a=ptime:20
"""
_BACK: Final = """[last_Via:]
[last_From:]
[last_To:]{tag}
[last_Call-ID:]
[last_CSeq:]
"""
_TAG: Final = ";tag=[pid]t[call_number]"


def say(text: str, attributes: str = "") -> str:
    """Send a message."""
    return f"<send {attributes}><![CDATA[\n\n{text}\n]]></send>\n"


def answer(status: str, extra: str = "", body: str = "", *, tag: bool = True, attributes: str = "") -> str:
    """Send an answer to the last request."""
    head = f"SIP/2.0 {status}\n" + _BACK.format(tag=_TAG if tag else "")
    kind = "Content-Type: application/sdp\n" if body else ""
    contact = "Contact: <sip:room@[local_ip]:[local_port]>\n"
    return say(
        f"{head}[last_Record-Route:]\n{contact}{extra}{kind}Content-Length: [len]\n\n{body}", attributes
    )


def wait(request: str, attributes: str = "", inside: str = "") -> str:
    """Wait for a request."""
    return f'<recv request="{request}" crlf="true" {attributes}>{inside}</recv>\n'


def pause(seconds: float) -> str:
    """Let time pass."""
    return f'<pause milliseconds="{int(seconds * 1000)}"/>\n'


def press(key: str) -> str:
    """Press a key, as RFC 4733 has it."""
    path = KEYS / f"dtmf_2833_{_FILE.get(key, key)}.pcap"
    return f'<nop><action><exec play_pcap_audio="{path}"/></action></nop>\n' + pause(0.4)


def ask(method: str, body: str = "", kind: str = "", extra: str = "", status: int = 200) -> str:
    """A request within the call, from this end of it."""
    content = f"Content-Type: {kind}\n" if kind else ""
    return (
        say(
            f"""{method} [$contact] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
[routes]
From: [$us]
To: [$them]
Call-ID: [call_id]
CSeq: [cseq] {method}
Contact: <sip:room@[local_ip]:[local_port]>
Max-Forwards: 70
{extra}{content}Content-Length: [len]

{body}""",
            'retrans="500"',
        )
        + f'<recv response="{status}"/>\n'
    )


def info(key: str, kind: str = "dtmf-relay") -> str:
    """Press a key, as SIP INFO has it; the plain kind counts although the library says 488 to it."""
    if kind == "dtmf":
        return ask("INFO", key, "application/dtmf", status=488)
    return ask("INFO", f"Signal={key}\nDuration=160\n", "application/dtmf-relay")


@dataclass
class Telephone:
    """A telephone that does one thing for as many calls as come. Its extension is its port."""

    folder: Path
    scenario: str
    port: int = field(default_factory=free_port)
    arguments: Sequence[str] = ()
    host: str = HOST

    @property
    def extension(self) -> str:
        """By which it is dialled."""
        return str(self.port)

    def start(self) -> None:
        """Plug it in."""
        self._start()
        assert self.process.poll() not in BROKEN, self.mistakes()

    def _start(self) -> None:
        path = self.folder / f"{self.port}.xml"
        path.write_text(
            '<?xml version="1.0" encoding="ISO-8859-1" ?>\n<scenario name="telephone">\n'
            f"{self.scenario}</scenario>\n",
            encoding="latin-1",
        )
        media = free_port(4)  # sound and picture, each with its reports
        with (self.folder / f"{self.port}.log").open("wb") as log:
            self.process = subprocess.Popen(
                [
                    needed("sipp"), "-sf", path, "-i", self.host, "-p", self.extension, "-mi", self.host,
                    "-mp", str(media), "-nostdin", "-trace_err",
                    "-error_file", self.folder / f"{self.port}.err",
                    "-trace_msg", "-message_file", self.folder / f"{self.port}.msg", *self.arguments,
                ],
                stdout=log, stderr=log, stdin=subprocess.DEVNULL,
            )  # fmt: skip

        end = time.monotonic() + STARTS_WITHIN
        while not self._rings() and self.process.poll() is None:
            assert time.monotonic() < end, self.mistakes()
            time.sleep(0.005)

    def _rings(self) -> bool:
        """Whether somebody has its port by now. Looked up, never tried: to try it would take it from sipp."""
        address = socket.inet_aton(self.host)[::-1].hex().upper()
        return f" {address}:{self.port:04X} " in UDP.read_text(encoding="ascii")

    def stop(self) -> None:
        """Unplug it."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(timeout=5)

    def passed(self) -> str:
        """Every message that went through it."""
        path = self.folder / f"{self.port}.msg"
        return path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""

    def went_well(self) -> bool:
        """Wait for the end of a scenario that is played once: whether all went as it says."""
        return self.process.wait(timeout=10) == 0

    def mistakes(self) -> str:
        """What sipp did not expect."""
        path = self.folder / f"{self.port}.err"
        return path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""


# What a room does. Each is a scenario for sipp.

_RING: Final = """<recv request="INVITE" rrs="true"><action>
<ereg regexp="[0-9]+" search_in="hdr" header="CSeq:" assign_to="cseq"/>
<ereg regexp=".*" search_in="hdr" header="From:" assign_to="them"/>
<ereg regexp=".*" search_in="hdr" header="To:" assign_to="called"/>
<ereg regexp="sip:[^>]*" search_in="hdr" header="Contact:" assign_to="contact"/>
<assignstr assign_to="us" value="[$called];tag=[pid]t[call_number]"/>
</action></recv>
"""
_USED: Final = '<Reference variables="cseq,them,called,contact,us"/>\n'
_BYE: Final = wait("BYE") + answer("200 OK", tag=False)
_TAKE: Final = answer("200 OK", body=SDP, attributes='retrans="500"') + wait("ACK")


def picks_up(after: float = 0.2, then: str = "") -> str:
    """Answers, does what ``then`` says, and waits until we hang up."""
    return _RING + answer("180 Ringing") + pause(after) + _TAKE + then + _BYE + _USED


def hangs_up(after: float = 0.5) -> str:
    """Answers, and puts the handset down a while later."""
    return _RING + _TAKE + pause(after) + ask("BYE") + _USED


def refuses(status: str) -> str:
    """Gives a final answer other than yes."""
    return _RING + answer("180 Ringing") + answer(status, attributes='retrans="500"') + wait("ACK") + _USED


def rings_for_ever() -> str:
    """Does not pick up, and takes it well when the caller gives up."""
    head = _BACK.format(tag=_TAG).replace("[last_CSeq:]", "CSeq: [$cseq] INVITE")
    given_up = say(f"SIP/2.0 487 Request Terminated\n{head}Content-Length: 0\n\n", 'retrans="500"')
    return _RING + answer("180 Ringing") + wait("CANCEL") + answer("200 OK") + given_up + wait("ACK") + _USED


def takes_a_transfer() -> str:
    """Answers, follows a REFER, and reports that it went well."""
    went = {"Event": "refer", "Subscription-State": "terminated;reason=noresource"}
    extra = "".join(f"{name}: {value}\n" for name, value in went.items())
    report = ask("NOTIFY", "SIP/2.0 200 OK\n", "message/sipfrag;version=2.0", extra)
    return _RING + _TAKE + wait("REFER") + answer("202 Accepted", tag=False) + report + _BYE + _USED


def refuses_a_transfer() -> str:
    """Answers, and does not follow a REFER."""
    return _RING + _TAKE + wait("REFER") + answer("603 Decline", tag=False) + _BYE + _USED


# What a caller does.


def calls(
    extension: str, headers: str = "", caller: str = "1207", then: str = "", *, acknowledges: bool = True
) -> str:
    """Dials one of our channels, with these headers, and waits until we hang up."""
    invite = say(
        f"""INVITE sip:{extension}@[remote_ip]:[remote_port] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
From: "{caller}" <sip:{caller}@pbx.example>;tag=[pid]c[call_number]
To: <sip:{extension}@pbx.example>
Call-ID: [call_id]
CSeq: 1 INVITE
Contact: <sip:{caller}@[local_ip]:[local_port]>
Max-Forwards: 70
{headers}Content-Type: application/sdp
Content-Length: [len]

{SDP}""",
        'retrans="500"',
    )
    answered = """<recv response="100" optional="true"/>
<recv response="180" optional="true"/>
<recv response="200" rrs="true"><action>
<ereg regexp=".*" search_in="hdr" header="From:" assign_to="us"/>
<ereg regexp=".*" search_in="hdr" header="To:" assign_to="them"/>
<ereg regexp="sip:[^>]*" search_in="hdr" header="Contact:" assign_to="contact"/>
</action></recv>
"""
    acknowledge = say(
        """ACK [$contact] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
[routes]
From: [$us]
To: [$them]
Call-ID: [call_id]
CSeq: 1 ACK
Max-Forwards: 70
Content-Length: 0

"""
    )
    end = _BYE if acknowledges else pause(120)
    return (
        invite
        + answered
        + (acknowledge if acknowledges else "")
        + then
        + end
        + '<Reference variables="us,them,contact"/>\n'
    )


def is_refused(extension: str, headers: str = "", status: int = 486) -> str:
    """Dials one of our channels, and expects to be refused."""
    begin = calls(extension, headers).partition("<recv")[0]
    optional = "".join(f'<recv response="{code}" optional="true"/>\n' for code in (100, 180))
    return f'{begin}{optional}<recv response="{status}"/>\n{_takes_the_refusal(extension)}'


def calls_or_is_refused(extension: str, then: str = "") -> str:
    """Dials one of our channels, and takes it well if that is busy."""
    begin, answered, rest = calls(extension, then=then).partition('<recv response="200"')
    return (
        f'{begin}<recv response="486" optional="true" next="1"/>\n{answered}{rest}'
        f'<nop next="2"/>\n<label id="1"/>\n{_takes_the_refusal(extension)}<label id="2"/>\n'
    )


def _takes_the_refusal(extension: str) -> str:
    return say(
        f"""ACK sip:{extension}@[remote_ip]:[remote_port] SIP/2.0
[last_Via:]
[last_From:]
[last_To:]
[last_Call-ID:]
CSeq: 1 ACK
Max-Forwards: 70
Content-Length: 0

"""
    )


def gives_up(extension: str) -> str:
    """Dials one of our channels, and takes it back while it rings."""
    begin = calls(extension).partition("<recv")[0]
    same = f"""sip:{extension}@[remote_ip]:[remote_port] SIP/2.0
[last_Via:]
[last_From:]
{{to}}
[last_Call-ID:]
CSeq: 1 """
    rest = "Max-Forwards: 70\nContent-Length: 0\n\n"
    cancel = say(
        "CANCEL " + same.format(to=f"To: <sip:{extension}@pbx.example>") + f"CANCEL\n{rest}", 'retrans="500"'
    )
    acknowledge = say("ACK " + same.format(to="[last_To:]") + f"ACK\n{rest}")
    # The answers to both may cross.
    return (
        f'{begin}<recv response="100" optional="true"/>\n<recv response="180"/>\n{pause(0.2)}{cancel}'
        '<recv response="487" optional="true" next="1"/>\n'
        f'<recv response="200"/>\n<recv response="487"/>\n{acknowledge}'
        f'<nop next="2"/>\n<label id="1"/>\n{acknowledge}<recv response="200"/>\n<label id="2"/>\n'
    )
