"""An order of the desk at the centre is noted at the property once, or the property says that it is not."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.reconciler.branch.inn import ORDER, Inn, power_cut

pytestmark = pytest.mark.anyio
A_WHILE = timedelta(minutes=5)


async def test_a_property_that_died_before_it_noted_an_order_says_so_and_forgets_it(inn: Inn) -> None:
    number = inn.store.ask(ORDER.model_dump(mode="json"), "desk", A_WHILE)
    inn.before_noting = power_cut
    with pytest.raises(KeyboardInterrupt):
        await inn.looks(inn.store.claim())
    inn.before_noting = lambda: None
    await inn.looks(inn.store.claim())
    assert inn.noted == []
    found = inn.store.errand(number)
    assert found is not None
    assert found.answer == {
        "declined": "nothing was noted: the property broke off before",
        "remedy": "say it again",
    }


async def test_a_property_that_died_after_it_noted_an_order_does_not_do_it_again(inn: Inn) -> None:
    number = inn.store.ask(ORDER.model_dump(mode="json"), "desk", A_WHILE)
    inn.after_noting = power_cut
    with pytest.raises(KeyboardInterrupt):
        await inn.looks(inn.store.claim())
    inn.after_noting = lambda: None
    await inn.looks(inn.store.claim())
    assert inn.noted == [ORDER]
    found = inn.store.errand(number)
    assert found is not None
    assert found.answer == {"said": "noted"}


async def test_an_order_of_a_newer_centre_is_refused(inn: Inn) -> None:
    number = inn.store.ask({"verb": "upgrade_room"}, "desk", A_WHILE)
    await inn.looks(inn.store.claim())
    found = inn.store.errand(number)
    assert found is not None
    assert "does not know such an order" in str(found.answer)
