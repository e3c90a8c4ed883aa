"""Which room is it? Headers as exchanges write them, and as nobody should."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from drivers.voice.addresses import addresses
from drivers.voice.caller import Caller, Directory, PaiMeans, Way, identify
from reconciler.rooms import RoomTable

ROOMS = RoomTable.of(["1201-1210", "0101", ("PH1", ["1901", "1902"], "", None)])
EXTENSIONS = {extension: entry.room for entry in ROOMS for extension in entry.extensions} | {"101": "0101"}
OWN = frozenset({"9000", "9001", "9002"})
"""The pilot and two channels."""


def told(*headers: str, pai_means: PaiMeans = "caller") -> Caller:
    pairs = [header.partition(":")[::2] for header in headers]
    return identify([(name, value.strip()) for name, value in pairs], Directory(EXTENSIONS, OWN, pai_means))


def short(caller: Caller) -> str:
    return f"{caller.way} {caller.room} by {caller.rule}"


FROM_1207 = 'From: "Ana Souza 1207" <sip:1207@pbx.example>;tag=a1'
FROM_OUTSIDE = "From: <sip:+13055550100@pbx.example>;tag=a1"


# A room calls


@pytest.mark.parametrize(
    "header",
    [
        FROM_1207,
        "f: sip:1207@pbx.example;tag=a1",
        "FROM : sip:1207@pbx.example",
        "From: <sip:1207@pbx.example;user=phone>;tag=a1",
        "From: <sip:1207;phone-context=harbour.example@pbx.example;user=phone>",
        "From: <sips:1207:secret@pbx.example:5061;transport=tls>",
        "From: <SIP:%31207@pbx.example>",
        "From: tel:1207;phone-context=harbour.example",
        "From: <tel:12-07>;tag=a1",
        'From: "Souza, Ana <1205>" <sip:1207@pbx.example>',
        'From: "Ana \\"the\\\\ 1205\\"" <sip:1207@pbx.example>',
        "From: Ana Souza\r\n <sip:1207@pbx.example>\r\n ;tag=a1",
        "From: <1207@pbx.example>",
        "From: <sip:1207@pbx.example",
    ],
)
def test_a_room_that_calls_reaches_its_menu(header: str) -> None:
    assert short(told(header)) == "menu 1207 by From"


def test_a_room_whose_number_the_exchange_asserts_reaches_its_menu() -> None:
    assert told(FROM_1207, "P-Asserted-Identity: <sip:1207@pbx.example>").way is Way.MENU
    both_forms = "P-Asserted-Identity: <tel:+13055551207>, <sip:1207@pbx.example>"
    assert told(FROM_1207, both_forms).way is Way.MENU


def test_any_telephone_of_a_suite_reaches_the_menu_of_the_suite() -> None:
    caller = told("From: <sip:1902@pbx.example>", "P-Asserted-Identity: <sip:1901@pbx.example>")
    assert short(caller) == "menu PH1 by From"


def test_a_room_with_a_leading_zero_is_known_without_it() -> None:
    assert told("From: <sip:101@pbx.example>").room == "0101"
    assert told("From: <sip:0101@pbx.example>").room == "0101"


def test_our_own_group_that_hands_a_call_out_does_not_make_it_a_forwarded_one() -> None:
    assert told(FROM_1207, "Diversion: <sip:9000@pbx.example>;reason=unconditional").way is Way.MENU
    handed_out = "History-Info: <sip:9000@pbx.example>;index=1, <sip:9001@pbx.example>;index=1.1"
    assert told(FROM_1207, handed_out).way is Way.MENU


# A call is forwarded


@pytest.mark.parametrize(
    ("headers", "told_as"),
    [
        (
            [FROM_OUTSIDE, "Diversion: <sip:1207@pbx.example>;reason=user-busy"],
            "mailbox 1207 by Diversion 1",
        ),
        (
            [FROM_OUTSIDE, "Diversion: <sip:1207@a>;reason=no-answer, <sip:1203@a>;reason=unconditional"],
            "mailbox 1207 by Diversion 1",
        ),
        (
            [FROM_OUTSIDE, "Diversion: <sip:7001@a>;reason=follow-me", "diversion: <tel:1203>"],
            "mailbox 1203 by Diversion 2",
        ),
        (
            [FROM_1207, "Diversion: <sip:1207@pbx.example>;reason=no-answer"],
            "mailbox 1207 by Diversion 1",
        ),
        (
            [FROM_1207, 'Diversion: "Room 1203" <sip:+13055551203@pbx.example>;reason=no-answer'],
            "mailbox 1203 by Diversion 1, display name",
        ),
        (
            [FROM_OUTSIDE, "History-Info: <sip:1203@a>;index=1,<sip:1207@a>;index=1.1,<sip:9000@a>;index=1.2"],
            "mailbox 1207 by History-Info 1.1",
        ),
        (
            [FROM_OUTSIDE, "History-Info: <sip:9000@a>;index=1.10", "History-Info: <sip:1207@a>;index=1.9",
             "History-Info: <sip:1203@a>;index=1.2"],
            "mailbox 1207 by History-Info 1.9",
        ),
        (
            [FROM_OUTSIDE, "History-Info: <sip:1203@a>, <sip:1207@a>, <sip:9000@a>"],
            "mailbox 1207 by History-Info 2",
        ),
        (
            [FROM_OUTSIDE, "History-Info: <sip:1203@a>;index=1", "Diversion: <sip:1207@a>"],
            "mailbox 1207 by Diversion 1",
        ),
        (
            [FROM_OUTSIDE, 'History-Info: "Ana Souza, 1207" <sip:x@a?Reason=SIP%3Bcause%3D486>;index=1'],
            "mailbox 1207 by History-Info 1, display name",
        ),
        ([FROM_1207, "P-Asserted-Identity: <sip:+13055550100@a>"], "mailbox 1207 by From"),
        ([FROM_1207, "P-Asserted-Identity: <tel:7001>"], "mailbox 1207 by From"),
        ([FROM_1207, 'P-Asserted-Identity: "1207" <sip:anonymous@anonymous.invalid>'], "mailbox 1207 by From"),
        ([FROM_1207, "Diversion: <sip:7001@a>;reason=no-answer"], "mailbox 1207 by From"),
        (
            [FROM_1207, "History-Info: <sip:7001@a>;index=1, <sip:9000@a>;index=1.1"],
            "mailbox 1207 by From",
        ),
        ([FROM_OUTSIDE, "P-Asserted-Identity: <sip:1207@a>"], "mailbox 1207 by P-Asserted-Identity"),
        (['From: "Ana Souza 1207" <sip:+13055550100@a>'], "mailbox 1207 by From, display name"),
        (["From: Room 1207 <sip:pbx.example>"], "mailbox 1207 by From, display name"),
        (
            [FROM_OUTSIDE, 'P-Asserted-Identity: "Room 1207" <sip:+13055551207@a>'],
            "mailbox 1207 by P-Asserted-Identity, display name",
        ),
        (
            ['From: "Room 1203" <sip:+13055550100@a>', "P-Asserted-Identity: <sip:1207@a>"],
            "mailbox 1207 by P-Asserted-Identity",
        ),
    ],
)  # fmt: skip
def test_a_forwarded_call_is_for_the_room_that_forwarded_it(headers: list[str], told_as: str) -> None:
    assert short(told(*headers)) == told_as


def test_where_both_headers_name_a_room_the_site_says_which_one_was_called() -> None:
    headers = ["From: <sip:1203@a>", "P-Asserted-Identity: <sip:1207@a>"]
    assert short(told(*headers, pai_means="caller")) == "mailbox 1203 by From"
    assert short(told(*headers, pai_means="room")) == "mailbox 1207 by P-Asserted-Identity"
    names = ['From: "Room 1203" <sip:x@a>', 'P-Asserted-Identity: "Room 1207" <sip:y@a>']
    assert told(*names, pai_means="caller").room == "1203"
    assert told(*names, pai_means="room").room == "1207"


def test_who_called_is_known_where_he_did_not_withhold_it() -> None:
    diversion = "Diversion: <sip:1207@a>"
    assert told(FROM_OUTSIDE, diversion).other == "+13055550100"
    assert told("From: <sip:1203@a>", diversion).other == "1203"
    assert told(FROM_1207, "P-Asserted-Identity: <tel:+1-305-555-0100>").other == "+13055550100"
    assert told("From: Anonymous <sip:anonymous@anonymous.invalid>", diversion).other == ""
    assert told(FROM_1207, diversion).other == ""


# Our own calls come back


@pytest.mark.parametrize(
    ("headers", "busy", "no_answer"),
    [
        (["From: <sip:9001@a>", "Diversion: <sip:1207@a>;reason=user-busy"], True, False),
        (["From: <sip:9001@a>", 'Diversion: <sip:1207@a>;reason="no-answer"'], False, True),
        (
            ["From: <sip:9001@a>", "History-Info: <sip:1207@a?Reason=SIP%3Bcause%3D486%3Btext%3D%22Busy%22>;index=1",
             "History-Info: <sip:9000@a>;index=1.1"],
            True, False,
        ),
        (
            ["From: <sip:9001@a>", "History-Info: <sip:1207@a>;index=1, <sip:9000@a;cause=408>;index=1.1"],
            False, True,
        ),
        ([FROM_1207, "P-Asserted-Identity: <sip:9002@a>"], False, False),
    ],
)  # fmt: skip
def test_a_call_of_our_own_that_comes_back_is_known_with_its_reason(
    headers: list[str], *, busy: bool, no_answer: bool
) -> None:
    caller = told(*headers)
    assert (caller.way, caller.room) == (Way.OURS, "1207")
    assert (caller.busy, caller.no_answer) == (busy, no_answer)


# Nobody we know


@pytest.mark.parametrize(
    "headers",
    [
        [],
        [FROM_OUTSIDE],
        ["From: <sip:+1207@a>"],
        ["From: <sip:01207@a>"],
        ["From: <sip:12070@a>"],
        ["From: <tel:+13055551207>"],
        ["From: <sip:1207>"],
        ["From: <urn:service:1207@a>"],
        ['From: "Suite 12070" <sip:x@a>'],
        ["From:"],
        ["From: ,,,"],
        ["To: <sip:1207@a>", "Contact: <sip:1207@a>", "Remote-Party-ID: <sip:1207@a>"],
    ],
)
def test_a_number_that_is_no_rooms_names_none(headers: list[str]) -> None:
    assert short(told(*headers)) == "stranger  by no room named"


# Whatever comes

_PIECES = st.sampled_from([
    "1207", "1203", "9001", "7001", "+1305", "sip:", "tel:", "@a", "<", ">", '"', "\\", ",", ";", "=", "?", "%",
    "%31", "reason", "no-answer", "index=1", "index=1.1", "index=x", "\r\n ", " ", "Ana", "é", "\0",
])  # fmt: skip
_TEXT = st.lists(_PIECES, max_size=12).map("".join) | st.text(max_size=30)
_HEADER = st.tuples(
    st.sampled_from(["From", "f", "P-Asserted-Identity", "Diversion", "History-Info", "X"]), _TEXT
)


@given(st.lists(_HEADER, max_size=6), st.sampled_from(["caller", "room"]))
@example([("From", "<sip:1207@a>"), ("Diversion", "<sip:1207@a>")], "caller")
def test_whatever_comes_a_menu_opens_only_to_the_rooms_own_number(
    headers: list[tuple[str, str]], pai_means: PaiMeans
) -> None:
    directory = Directory(EXTENSIONS, OWN, pai_means)
    caller = identify(headers, directory)

    assert caller.room in {*ROOMS.rooms, ""}
    assert (caller.room == "") == (caller.rule == "no room named")
    users = {
        name: {address.user for address in addresses(headers, name)}
        for name in ("from", "p-asserted-identity", "diversion")
    }
    if caller.way is Way.MENU:
        extensions = {number for number, room in directory.rooms.items() if room == caller.room}
        assert users["from"] & extensions
        assert not users["p-asserted-identity"] or users["p-asserted-identity"] & extensions
        assert users["diversion"] <= OWN
    if caller.way is Way.OURS:
        assert (users["from"] | users["p-asserted-identity"]) & OWN


@given(_TEXT, _TEXT)
def test_a_display_name_never_hides_the_number_behind_it(name: str, later: str) -> None:
    quoted = name.replace("\\", "\\\\").replace('"', '\\"')
    (first, *_) = addresses([("From", f'"{quoted}" <sip:1207@pbx.example>;x={later}')], "from")
    assert first.user == "1207"


def test_a_header_made_to_be_slow_is_cut() -> None:
    slow = [("From", '"\\' * 200_000), ("Diversion", ",<sip:7001@a>" * 100_000)]
    assert identify(slow, Directory(EXTENSIONS, OWN)).way is Way.STRANGER
