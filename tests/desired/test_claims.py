"""Files that disagree: nobody is believed over the other, and what was accepted before stays."""

import pytest

from desired.claims import Settled, settle
from desired.placed import Documents, Placed
from desired.problem import Problem
from desired.reading import read

Texts = dict[str, str]


def files(texts: Texts) -> dict[str, Documents]:
    found = {}
    for name, text in texts.items():
        reading = read(text.encode())
        assert not reading.flaws
        found[name] = tuple(Placed(document, f"rooms/{name}", marks) for document, marks in reading.documents)
    return found


def decide(said: Texts, kept: Texts | None = None, listed: dict[str, list[str]] | None = None) -> Settled:
    return settle(files(said), files(kept or {}), listed or {})


def what_counts(settled: Settled) -> dict[str, list[str]]:
    return {
        name: [
            f"{placed.document.room} {sorted(placed.document.model_fields_set - {'room'})}"
            for placed in documents
        ]
        for name, documents in settled.accepted.items()
        if documents
    }


def only(settled: Settled) -> Problem:
    (problem,) = settled.problems
    return problem


def test_files_may_share_a_room_as_long_as_they_set_different_fields() -> None:
    settled = decide(
        {
            "a": "room: 1\nname: {first: Ana}\nmailbox: {description: Wing}\n",
            "b": "room: 1\nname: {last: Souza}\nmailbox: {room_id: A-1}\n",
            "c": "room: 1\ndnd: on\n",
        }
    )
    assert settled.problems == ()
    assert set(what_counts(settled)) == {"a", "b", "c"}


@pytest.mark.parametrize(
    ("one", "other", "field"),
    [
        ("dnd: on", "dnd: off", "dnd"),
        ("guests: null", "guests: []", "guests"),
        ("name: {display: A}", "name: {display: B}", "name.display"),
        ("name: null", "name: {last: B}", "name.last"),
        ("wakeups: []", "wakeups: [{at: '2026-11-22T06:30'}]", "wakeups"),
        ("dnd: on", "dnd: on", "dnd"),
    ],
)
def test_setting_one_field_twice_is_a_disagreement_even_with_equal_values(
    one: str, other: str, field: str
) -> None:
    settled = decide({"a": f"room: 1\n{one}\n", "b": f"room: 1\n{other}\n"})
    assert what_counts(settled) == {}
    assert only(settled).code == "two_sources"
    assert only(settled).message.startswith(f"{field}: set at rooms/a:2:")


def test_two_documents_of_one_file_may_disagree_too() -> None:
    problem = only(decide({"a": "room: 1\ndnd: on\n---\nroom: 1\ndnd: off\n"}))
    assert "rooms/a:2:1 and rooms/a:5:1" in problem.message


def test_a_file_that_withdrew_from_the_room_does_not_come_back() -> None:
    kept = {"a": "room: 1\ndnd: on\n", "b": "room: 1\ncalling: local\n"}
    settled = decide({"a": "room: 1\ndnd: off\n", "b": "room: 2\n", "c": "room: 1\ndnd: on\n"}, kept)
    assert what_counts(settled) == {"a": ["1 ['dnd']"], "b": ["2 []"]}


def test_two_rooms_cannot_have_one_extension() -> None:
    settled = decide(
        {"a": "room: 1\nextensions: [501]\n", "b": "room: 2\nextensions: [502, 501]\n", "c": "room: 3\n"}
    )
    assert set(what_counts(settled)) == {"c"}
    problem = only(settled)
    assert (problem.code, problem.where) == ("extension_claimed_twice", "rooms/b:2:1")
    assert "extension 501: claimed by the rooms 1 and 2 at rooms/a:2:1 and rooms/b:2:1" in problem.message


def test_a_room_without_extensions_has_those_of_the_list_or_its_own_number() -> None:
    said = {"a": "room: 1\n", "b": "room: 2\nextensions: [1]\n"}
    assert only(decide(said)).code == "extension_claimed_twice"
    assert decide(said, listed={"1": ["901"]}).problems == ()


def test_the_room_that_had_the_extension_keeps_it() -> None:
    settled = decide(
        {"a": "room: 1\nextensions: [501]\n", "b": "room: 2\nextensions: [501]\n"},
        kept={"b": "room: 2\nextensions: [501]\n"},
    )
    assert set(what_counts(settled)) == {"b"}
    assert only(settled).where == "rooms/a:2:1"


def test_a_room_that_goes_back_to_its_old_extension_takes_it_from_the_newcomer() -> None:
    settled = decide(
        {
            "a": "room: 1\nextensions: [503]\n",
            "b": "room: 2\nextensions: [503]\n",
            "c": "room: 3\nextensions: [501]\n",
        },
        kept={"a": "room: 1\nextensions: [501]\n", "b": "room: 2\nextensions: [502]\n"},
    )
    extensions = [d.document.extensions for documents in settled.accepted.values() for d in documents]
    assert extensions == [["501"], ["502"]]
    assert len(settled.problems) == 2


def test_rooms_that_clash_even_in_what_was_accepted_are_both_left_out() -> None:
    both = {"a": "room: 1\n", "b": "room: 2\n"}
    settled = decide(both, kept=both, listed={"1": ["501"], "2": ["501"]})
    assert what_counts(settled) == {}
    assert only(settled).code == "extension_claimed_twice"
