"""Messages that try a SIP parser, each after a case of RFC 4475, in words of our own, and mutations of good ones."""

import random
from collections.abc import Iterator

BODY = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 40000 RTP/AVP 0\r\n"
LONG = "x" * 3000


def request(
    to: str,
    method: str = "INVITE",
    *,
    line: str = "",
    without: tuple[str, ...] = (),
    more: str = "",
    body: str = BODY,
    **headers: str,
) -> str:
    """A good request for this SIP address, but for what is asked otherwise; names with ``_`` for ``-``."""
    values = {
        "Via": f"SIP/2.0/UDP 127.0.0.1:5999;branch=z9hG4bK{random.getrandbits(48):x}",
        "From": "<sip:tester@pbx.example>;tag=t1",
        "To": f"<{to}>",
        "Call-ID": f"{random.getrandbits(48):x}@torture",
        "CSeq": f"1 {method}",
        "Max-Forwards": "70",
        "Contact": "<sip:tester@127.0.0.1:5999>",
        "Content-Type": "application/sdp",
        "Content-Length": str(len(body)),
    } | {name.replace("_", "-"): value for name, value in headers.items()}
    kept = "".join(f"{name}: {value}\r\n" for name, value in values.items() if name not in without)
    return f"{line or f'{method} {to} SIP/2.0'}\r\n{kept}{more}\r\n{body}"


def reply(status: str, like: str) -> str:
    """An answer with the headers of this request."""
    return f"SIP/2.0 {status}\r\n" + like.partition("\r\n")[2]


def torture(to: str) -> dict[str, bytes]:
    """By the short name of their case (RFC 4475, section 3); ``to`` is the SIP address of an account."""
    user, _, host = to.removeprefix("sip:").partition("@")
    texts = {
        # 3.1.1: odd, and right.
        "wsinv": request(
            to, without=("To", "Subject"), CSeq="0009\r\n  INVITE", Max_Forwards="  0068  ",
            more=f"TO :\r\n {to} ;   tag    = 1918181833n\r\ns :\r\nl: {len(BODY)}\r\nNewFangled:   x;;,y;w\r\n",
        ),
        "intmeth": request(to, "!interesting-Method0123456789_*+`.%indeed'~", body=""),
        "esc01": request(to, line=f"INVITE sip:{''.join(f'%{ord(c):02x}' for c in user)}@{host} SIP/2.0"),
        "escnull": request(to, "REGISTER", From="sip:null-%00-null@pbx.example;tag=8", body=""),
        "esc02": request(to, "RE%47IST%45R", body=""),
        "lwsdisp": request(to, "OPTIONS", From="caller<sip:caller@pbx.example>;tag=3", body=""),
        "longreq": request(
            to, From=f'"{LONG}" <sip:{LONG}@pbx.example>;tag={LONG}', Call_ID=LONG,
            more="".join(f"Via: SIP/2.0/UDP host{n}.example;branch=z9hG4bK{n}\r\n" for n in range(60)),
        ),
        "dblreq": request(to, "REGISTER", body="") + request(to),
        "semiuri": request("sip:user;par=u%40example.net@pbx.example", "OPTIONS", body=""),
        "transports": request(to, "OPTIONS", Via="SIP/2.0/UNKNOWN t4.example;branch=z9hG4bKkdjuw", body=""),
        "mpart01": request(
            to, "MESSAGE", body="--b\r\nContent-Type: text/plain\r\n\r\nHi\r\n--b\r\n\r\n\0\1\2\r\n--b--\r\n",
            Content_Type='multipart/mixed;boundary="b"',
        ),
        "unreason": reply("200 = 2**3 * 5**2 но сто девяносто девять", request(to)),
        "noreason": reply("100 ", request(to, body="")),
        # 3.1.2: wrong.
        "badinv01": request(to, Contact='"Joe" <sip:joe@example.org>;;;;', Via="SIP/2.0/UDP 192.0.2.15;;,;,,"),
        "clerr": request(to, Content_Length="9999"),
        "ncl": request(to, Content_Length="-999"),
        "scalar02": request(to, "REGISTER", CSeq="36893488147419103232 REGISTER", Max_Forwards="300", body=""),
        "scalarlg": reply("503 Gone", request(to, Retry_After="949302838503028349304023988")),
        "quotbal": request(to, To=f'"Mr. J. User <{to}>'),
        "ltgtruri": request(to, line=f"INVITE <{to}> SIP/2.0"),
        "lwsruri": request(to, line=f"INVITE {to}; lr SIP/2.0"),
        "lwsstart": request(to, line=f"INVITE  {to}  SIP/2.0"),
        "trws": request(to, line=f"OPTIONS {to} SIP/2.0  "),
        "escruri": request(to, line=f"INVITE {to}?Route=%3Csip:example.com%3E SIP/2.0"),
        "baddate": request(to, more="Date: Fri, 01 Jan 2010 16:00:00 EST\r\n"),
        "regbadct": request(to, "REGISTER", Contact="sip:user@example.com?Route=%3Csip:sip.example.com%3E", body=""),
        "badaspec": request(to, "OPTIONS", To='"Watson, Thomas" < sip:t.watson@example.org >', body=""),
        "baddn": request(to, "OPTIONS", From="Bell, Alexander <sip:a.g.bell@example.com>;tag=43", body=""),
        "badvers": request(to, "OPTIONS", line=f"OPTIONS {to} SIP/7.0", body=""),
        "mismatch01": request(to, "OPTIONS", CSeq="8 INVITE", body=""),
        "mismatch02": request(to, "NEWMETHOD", CSeq="8 INVITE"),
        "bigcode": reply("4294967301 no such number", request(to)),
        # 3.2 to 3.4: what an application must not stumble over.
        "badbranch": request(to, "OPTIONS", Via="SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK", body=""),
        "insuf": request(to, without=("Call-ID", "From", "To")),
        "unkscm": request(to, "OPTIONS", line="OPTIONS nobodyKnowsThisScheme:totallyopaquecontent SIP/2.0", body=""),
        "novelsc": request(to, "OPTIONS", line="OPTIONS soap.beep://192.0.2.103:3002 SIP/2.0", body=""),
        "unksm2": request(to, "REGISTER", To="isbn:2983792873", From="<http://www.example.com>;tag=3", body=""),
        "bext01": request(to, "OPTIONS", more="Require: nothingSupportsThis\r\n", body=""),
        "invut": request(to, Content_Type="application/unknownformat", body="<audio>\0\xff</audio>"),
        "regaut01": request(to, "REGISTER", more="Authorization: NoOneKnowsThisScheme opaque-data=here\r\n", body=""),
        "multi01": request(to, more="CSeq: 5 INVITE\r\nCall-ID: other@x\r\nTo: sip:b@x\r\nFrom: sip:c@x\r\n"),
        "mcl01": request(to, more="Content-Length: 5\r\n"),
        "bcast": reply("200 OK", request(to, Via="SIP/2.0/UDP 255.255.255.255;branch=z9hG4bK1")),
        "zeromf": request(to, "OPTIONS", Max_Forwards="0", body=""),
        "cparam01": request(to, "REGISTER", Contact="sip:+15550102222@gw1.example;unknownparam", body=""),
        "sdp01": request(to, Content_Type="text/plain", more="Accept: text/nothing\r\n", body="x"),
        "inv2543": f"INVITE {to} SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1\r\nFrom: <sip:a@x>\r\nTo: {to}\r\n"
        f"Call-ID: 2543\r\nCSeq: 1 INVITE\r\n\r\n{BODY}",
    }  # fmt: skip
    return {name: text.encode("utf-8", "surrogateescape") for name, text in texts.items()}


def rubbish(to: str, count: int, chance: random.Random) -> Iterator[bytes]:
    """So many datagrams: random bytes, and good requests with some bytes changed, doubled or cut off."""
    for number in range(count):
        if number % 4 == 0:
            yield chance.randbytes(chance.randrange(1500))
            continue
        data = bytearray(request(to, chance.choice(("INVITE", "OPTIONS", "INFO", "BYE", "NOTIFY"))).encode())
        for _ in range(chance.randrange(1, 12)):
            at = chance.randrange(len(data))
            match chance.randrange(4):
                case 0:
                    data[at] = chance.randrange(256)
                case 1:
                    del data[at : at + chance.randrange(40)]
                case 2:
                    data[at:at] = data[at : at + chance.randrange(60)]
                case _:
                    data[at:at] = chance.choice((b"\r\n", b"\0", b'"', b"<", b">;", b"%", b"\xff" * 8, b": "))
        yield bytes(data)
