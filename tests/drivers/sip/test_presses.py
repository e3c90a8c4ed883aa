"""A key that a telephone sends over one way or both is pressed once."""

from drivers.sip.presses import TOGETHER, Presses


def test_a_key_that_comes_both_ways_is_one_press_whichever_way_is_faster() -> None:
    presses = Presses()
    assert presses.sound("1", 10.0)
    assert not presses.info("1", 10.1)
    assert presses.info("2", 11.0)
    assert not presses.sound("2", 11.1)


def test_a_key_that_is_pressed_twice_is_two_presses() -> None:
    presses = Presses()
    assert [presses.info("1", at) for at in (10.0, 10.3)] == [True, True]
    assert [presses.sound("1", at) for at in (10.1, 10.4)] == [False, False]
    assert presses.sound("1", 10.7)


def test_keys_far_apart_are_not_the_same_press() -> None:
    presses = Presses()
    assert presses.sound("1", 10.0)
    assert presses.info("1", 10.0 + TOGETHER + 0.1)


def test_different_keys_are_different_presses() -> None:
    presses = Presses()
    assert presses.sound("1", 10.0)
    assert presses.info("2", 10.1)
