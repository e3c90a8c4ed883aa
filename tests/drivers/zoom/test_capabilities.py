"""Scopes become features: any one of several suffices, and what is missing is named."""

import pytest

from drivers.zoom import operations as op
from drivers.zoom.capabilities import NEEDS, Abilities
from drivers.zoom.verdicts import NotAllowed
from reconciler.account.capability import Feature
from reconciler.account.operation import Operation
from reconciler.errors import Fatal

GRANULAR = frozenset(scopes[0] for scopes in op.SCOPES.values())
OPTIONAL = sorted(set(NEEDS) - {Feature.NAMES})


def with_scopes(scopes: frozenset[str]) -> Abilities:
    abilities = Abilities()
    abilities.granted(scopes)
    return abilities


def test_granular_scopes_allow_everything() -> None:
    assert all(with_scopes(GRANULAR).has(feature) for feature in Feature)


def test_every_operation_belongs_to_a_feature_that_its_loss_turns_off() -> None:
    assert {each for needs in NEEDS.values() for each in needs} == set(op.SCOPES)


@pytest.mark.parametrize("feature", OPTIONAL)
def test_an_optional_scope_that_is_missing_turns_its_features_off_and_nothing_else(feature: Feature) -> None:
    scope = op.SCOPES[NEEDS[feature][-1]][0]
    now = with_scopes(GRANULAR - {scope}).now()
    assert not now.has(feature)
    assert scope in now.reason(feature)
    assert scope in now.features[feature].remedy
    for other, needs in NEEDS.items():
        assert now.has(other) is all(op.SCOPES[each][0] != scope for each in needs)


@pytest.mark.parametrize("operation", NEEDS[Feature.NAMES], ids=str)
def test_a_required_scope_that_is_missing_is_an_error_that_names_it(operation: Operation) -> None:
    scope = op.SCOPES[operation][0]
    with pytest.raises(Fatal, match=scope) as error:
        with_scopes(GRANULAR - {scope})
    assert scope in error.value.remedy


def test_scopes_of_a_user_level_app_do_not_count() -> None:
    with pytest.raises(Fatal):
        with_scopes(frozenset({"user:read", "user:write", "phone:read", "phone:write"}))


def test_a_refusal_counts_until_the_next_token() -> None:
    abilities = with_scopes(GRANULAR)
    abilities.refused(op.SET_PRESENCE, NotAllowed("not in the plan", code="403"))
    assert abilities.now().reason(Feature.DND) == "not in the plan"
    abilities.granted(GRANULAR)
    assert abilities.has(Feature.DND)


def test_a_refused_list_of_phone_users_ends_everything() -> None:
    with pytest.raises(Fatal):
        with_scopes(GRANULAR).refused(op.LIST_PHONE_USERS, NotAllowed("not licensed", code="403"))
