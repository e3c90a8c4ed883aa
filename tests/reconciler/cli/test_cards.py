"""`cards`: the page holds what the configuration says."""

from tests.reconciler.house import House


def test_the_cards_are_printed_from_the_configuration(house: House) -> None:
    house.configure(voice={"pilot": "9000", "housekeeping": {"code": "71", "preset": "plain"}})
    ran = house("cards", "housekeeping", "--language", "en", "--language", "pt")
    assert ran.code == 0
    assert ran.out.count("<section") == 2
    assert "dial 9000, then 71 and the key" in ran.out
    assert "Harbour View" in ran.out
    assert house("cards", "guest").out.count("<section") == 6


def test_without_a_number_to_dial_there_is_no_card(house: House) -> None:
    ran = house("cards", "guest")
    assert (ran.code, "set voice.pilot" in ran.err) == (1, True)
