"""The four classes of service as rules, a country each."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.zoom import calling
from observed.extension import UNKNOWN

COUNTRIES = st.dictionaries(st.sampled_from(["US", "CA", "MX", "PT", "BR"]), st.integers(1, 4))
CLASSES = st.sampled_from(sorted(calling.CLASSES))


@given(COUNTRIES, CLASSES)
def test_what_was_written_is_read_back(present: dict[str, int], name: str) -> None:
    rules = {"US": 4, "BR": 4} | present
    after = rules | calling.changes(rules, name, "US")
    assert calling.service_class(after, "US") == name
    assert calling.changes(after, name, "US") == {}


def test_rules_that_make_no_class_are_unknown() -> None:
    assert calling.service_class({"US": 2, "CA": 1}, "US") == calling.MIXED
    assert calling.service_class({"CA": 1}, "US") is UNKNOWN
    assert calling.service_class({}, "US") is UNKNOWN


def test_at_most_300_countries_go_into_one_request() -> None:
    bodies = calling.bodies({f"{at:03}": 1 for at in range(700)})
    assert [len(each["country_regions"]) for each in bodies] == [300, 300, 100]


@pytest.mark.parametrize(
    "item", [{}, {"iso_code": "US"}, {"iso_code": 1, "rule": 1}, {"iso_code": "US", "rule": "1"}]
)
def test_rules_of_another_shape_are_not_guessed_at(item: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="countries_regions"):
        calling.rules([item])
