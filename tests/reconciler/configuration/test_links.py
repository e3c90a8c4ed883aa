"""PMS links in the configuration: what may be said of them, and how mistakes are told."""

from pathlib import Path
from textwrap import dedent

import pytest

from reconciler.configuration.file import load
from reconciler.configuration.links import PmsLink
from reconciler.errors import Misconfigured
from reconciler.rooms import RoomChoice

MINIMAL = "property: {timezone: America/New_York}\n"
LINK = "{kind: fias, host: 10.0.0.5, port: 5010"
OTHER = "{kind: fias, host: 10.0.0.6, port: 5010"


def links(folder: Path, text: str) -> list[PmsLink]:
    path = folder / "housephone.yaml"
    path.write_text(MINIMAL + dedent(text), encoding="utf-8")
    return load(path, {}).pms


def link(folder: Path, more: str = "") -> PmsLink:
    (only,) = links(folder, f"pms: [{LINK}{more}}}]")
    return only


def mistakes(folder: Path, text: str) -> list[str]:
    with pytest.raises(Misconfigured) as raised:
        links(folder, text)
    return [line.removeprefix(f"{folder / 'housephone.yaml'}:") for line in raised.value.message.splitlines()]


def test_kind_host_and_port_are_all_that_a_link_must_say(tmp_path: Path) -> None:
    tidy = link(tmp_path)
    assert (tidy.name, tidy.host, tidy.port, tidy.encoding, tidy.keepalive) == (
        "pms",
        "10.0.0.5",
        5010,
        "cp1252",
        "ls",
    )
    assert (tidy.trust_gs, tidy.guest_shown) == (True, "first")
    assert (tidy.message_counts, tidy.guest_service, tidy.strip_zeros) == (False, False, False)
    assert not tidy.resync_after_crash
    assert (tidy.log.enabled, tidy.log.masked) == (True, True)
    assert "anything" in tidy.choice


def test_a_hotel_without_a_pms_has_no_link(tmp_path: Path) -> None:
    assert links(tmp_path, "") == []


def test_everything_may_be_set(tmp_path: Path) -> None:
    odd = link(
        tmp_path,
        ", name: tower, encoding: utf-8-then:cp850, keepalive: none, trust_gs: false, guest_shown: last, "
        "message_counts: true, guest_service: true, strip_zeros: true, rooms: [1001-1003, PH1], "
        "resync_after_crash: true, auth_key_file: secrets/pms, private: {field: A3, value: 1}, log: {masked: false}",
    )
    assert odd.auth_key_file == tmp_path / "secrets/pms"
    assert odd.private is not None
    assert (odd.private.field, odd.private.value) == ("A3", "1")
    assert odd.log.enabled
    assert "1002" in odd.choice
    assert "1004" not in odd.choice


def test_links_without_a_name_are_numbered(tmp_path: Path) -> None:
    several = links(
        tmp_path, f"pms: [{LINK}}}, {OTHER}, name: tower}}, {{kind: fias, host: 10.0.0.5, port: 5011}}]"
    )
    assert [each.name for each in several] == ["pms", "tower", "pms3"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("pms: [{kind: fias, host: a, port: 5010, prot: 1}]", "2:41: pms.0.prot: unknown setting"),
        ("pms: [{kind: mews, host: a, port: 5010}]", "2:14: pms.0.kind: expected fias"),
        ("pms: [{kind: fias, port: 5010}]", "2:7: pms.0.host: missing"),
        ("pms: [{kind: fias, host: a, port: 0}]", "2:35: pms.0.port: "),
        (f"pms: [{LINK}, encoding: cp1252x}}]", '2:58: pms.0.encoding: unknown encoding "cp1252x"'),
        (f"pms: [{LINK}, encoding: utf-16}}]", '2:58: pms.0.encoding: unknown encoding "utf-16"'),
        (f"pms: [{LINK}, keepalive: ping}}]", "2:59: pms.0.keepalive: expected ls, la or none"),
        (f"pms: [{LINK}, rooms: [1010-1001]}}]", '2:7: pms.0: rooms.0: "1010-1001": the range must rise'),
        (
            f"pms: [{LINK}, private: {{field: flag}}}}]",
            "2:65: pms.0.private.field: expected the two characters",
        ),
        (f"pms: [{LINK}, name: a b}}]", "2:54: pms.0.name: expected up to 32 letters"),
        (f"pms: [{LINK}}}, {OTHER}, name: pms}}]", "2:6: pms: two links are called pms"),
        (
            f"pms: [{LINK}, rooms: [100-120]}}, {OTHER}, rooms: ['0100', 120-130]}}]",
            "2:6: pms: links pms and pms2 both feed room 120",
        ),
    ],
)
def test_mistakes_have_a_place(tmp_path: Path, text: str, told: str) -> None:
    (only,) = mistakes(tmp_path, text)
    assert only.startswith(told)


@pytest.mark.parametrize("host", ["pms.example", "PMS.example."])
def test_no_two_links_throw_each_other_off_the_same_interface(tmp_path: Path, host: str) -> None:
    (only,) = mistakes(
        tmp_path,
        f"""\
        pms:
          - {{kind: fias, host: pms.example, port: 5010, rooms: [100-120]}}
          - {{kind: fias, name: garden, host: {host}, port: 5010, rooms: [200-220]}}
        """,
    )
    assert only.startswith(f"3:3: pms: links pms and garden both connect to {host}:5010")


def test_a_broken_key_is_found_at_the_start_and_not_quoted(tmp_path: Path) -> None:
    (only,) = mistakes(tmp_path, f"pms: [{LINK}, auth_key: c2VjcmV0}}]")
    assert only.startswith("2:58: pms.0.auth_key: expected FidCrypt0S|")
    assert "c2VjcmV0" not in only
    assert "GVDp" not in repr(link(tmp_path, ", auth_key: 'FidCrypt0S|GVDpVnl6qYlTQXQJZxXdbw=='"))


@pytest.mark.parametrize(
    ("patterns", "fed", "not_fed"),
    [
        ([], ["1001", "PH1"], []),
        (["!1013", "!PH1"], ["1012", "0101"], ["1013", "PH1"]),
        (["1001-1003", "PH1", "!1002"], ["1001", "1003", "PH1"], ["1002", "1004", "ph1"]),
        (["0101-0103"], ["0102"], ["102"]),
    ],
)
def test_the_rooms_of_a_link_are_ranges_and_names(
    patterns: list[str], fed: list[str], not_fed: list[str]
) -> None:
    choice = RoomChoice.of(patterns)
    assert [room for room in fed if room not in choice] == []
    assert [room for room in not_fed if room in choice] == []
