"""Records in the code pages of the world."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.pms.fias.records import Codec, Record, decode, encode, parse

CP1252 = Codec.of("cp1252")


def test_fields_stay_in_their_order_and_may_come_twice() -> None:
    record = decode(b"GC|RN102|GSN|RO101|GSY|G#7|", CP1252)
    assert record == Record("GC", (("RN", "102"), ("GS", "N"), ("RO", "101"), ("GS", "Y"), ("G#", "7")))


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("GI|RN0101|", (("RN", "0101"),)),
        ("GI|RN 101|", (("RN", " 101"),)),
        ("GI|RN101", (("RN", "101"),)),
        ("GI||RN101|||", (("RN", "101"),)),
        ("GI|R|RN101|", (("RN", "101"),)),
        ("GI|RN101|SF|", (("RN", "101"), ("SF", ""))),
        ("GI", ()),
        ("GI|", ()),
    ],
)
def test_a_record_is_read_kindly(text: str, fields: tuple[tuple[str, str], ...]) -> None:
    assert parse(text) == Record("GI", fields)


@pytest.mark.parametrize("text", ["", "|", "G|RN1|", "GIRN101|", "gi|RN1|", "G?|RN1|", "ÄÖ|RN1|", " GI|RN1|"])
def test_a_record_without_a_proper_id_is_malformed(text: str) -> None:
    assert parse(text) is None


@pytest.mark.parametrize(
    ("encoding", "name"),
    [
        ("cp850", "Müller-Lüdenscheidt"),
        ("cp1252", "Société “Élan”"),
        ("iso8859-1", "Núñez"),
        ("cp1250", "Dvořák"),
        ("cp1251", "Чехов"),
        ("cp1253", "Παπαδόπουλος"),
        ("cp1254", "Yıldız"),
        ("cp1256", "محمد"),
        ("utf-8", "陳 Ωmega 🙂"),
        ("gbk", "李雷"),
        ("big5", "陳大文"),
        ("shift_jis", "山田太郎"),
    ],
)
def test_names_come_through_in_the_code_page_of_the_link(encoding: str, name: str) -> None:
    codec = Codec.of(encoding)
    sent = Record("GI", (("RN", "1207"), ("GN", name)))
    assert decode(encode(sent, codec), codec) == sent


@pytest.mark.parametrize(("encoding", "letter"), [("big5", "育"), ("gbk", "縷"), ("shift_jis", "ポ")])
def test_a_letter_whose_second_byte_looks_like_a_separator_stays_whole(encoding: str, letter: str) -> None:
    codec = Codec.of(encoding)
    data = f"GI|RN1207|GN{letter}|G#7|".encode(encoding)
    assert data.count(b"|") == 5, "the letter holds 0x7C"
    record = decode(data, codec)
    assert record is not None
    assert record.get("GN") == letter
    assert record.get("G#") == "7"
    assert not record.undecodable


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "big5", "gbk", "shift_jis"])
def test_a_byte_that_nobody_knows_spoils_only_its_own_field(encoding: str) -> None:
    record = decode(b"GI|RN1207|GNSou\x81\xffza|GFAna|", Codec.of(encoding))
    assert record is not None
    assert record.undecodable
    assert (record.get("RN"), record.get("GF")) == ("1207", "Ana")
    assert "�" in (record.get("GN") or "")


def test_a_link_may_speak_utf8_at_times_and_its_code_page_at_others() -> None:
    codec = Codec.of("utf-8-then:cp850")
    for encoding in ("utf-8", "cp850"):
        record = decode("GI|GNMüller|".encode(encoding), codec)
        assert record is not None
        assert record.get("GN") == "Müller"
        assert not record.undecodable


def test_what_the_code_page_lacks_is_replaced_when_it_is_sent() -> None:
    assert encode(Record("RE", (("RN", "1"), ("ID", "Łoś"))), CP1252) == b"RE|RN1|ID?o?|"


def test_nothing_that_is_sent_can_break_a_record() -> None:
    assert encode(Record("RE", (("RN", "1"), ("ID", "a|b\x02\x03\r\nc"))), CP1252) == b"RE|RN1|IDa b    c|"


@pytest.mark.parametrize(
    "encoding",
    ["utf-16", "utf-7", "cp037", "hex", "idna", "iso2022_jp", "latin-99", "", "utf-8-then:", "x\0"],
)
def test_a_code_page_must_exist_and_hold_ascii(encoding: str) -> None:
    with pytest.raises(ValueError, match="unknown encoding"):
        Codec.of(encoding)


@given(st.binary(max_size=200), st.sampled_from(["cp850", "utf-8", "big5", "utf-8-then:gbk", "shift_jis"]))
def test_no_bytes_are_refused(data: bytes, encoding: str) -> None:
    record = decode(data, Codec.of(encoding))
    assert record is None or len(record.id) == 2
