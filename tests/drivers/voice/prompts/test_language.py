"""What a guest hears, read as text: numbers, times and sentences in each language."""

from datetime import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.voice.phrases import PHRASES, WORDS, Kind, Phrase, Value
from drivers.voice.prompts.language import RULES, language
from drivers.voice.prompts.script import PAUSES

CODES = list(RULES)
CLOCKS = (12, 24)

VALUES: dict[Kind, st.SearchStrategy[Value]] = {
    Kind.CLOCK: st.times(),
    Kind.NUMBER: st.integers(min_value=0, max_value=2_000),
    Kind.SPELT: st.text(max_size=12),
    **{kind: st.sampled_from(words) for kind, words in WORDS.items()},
}


@st.composite
def any_phrase(draw: st.DrawFn) -> Phrase:
    name = draw(st.sampled_from(sorted(PHRASES)))
    return Phrase(name, **{value: draw(VALUES[kind]) for value, kind in PHRASES[name].items()})


def heard(code: str, phrase: Phrase, clock: int = 24) -> str:
    return language(code).sentence(phrase, clock)


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("clock", CLOCKS)
@given(phrase=any_phrase())
def test_every_phrase_can_be_said_whatever_its_values(code: str, clock: int, phrase: Phrase) -> None:
    spoken = language(code)
    parts = spoken.parts(phrase, clock)
    assert parts
    assert set(parts) <= spoken.script.parts.keys() | PAUSES


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("clock", CLOCKS)
def test_every_minute_of_the_day_has_words_of_its_own(code: str, clock: int) -> None:
    spoken = {
        heard(code, Phrase("wakeup_call", at=time(*divmod(minute, 60))), clock) for minute in range(24 * 60)
    }
    assert len(spoken) == 24 * 60


@pytest.mark.parametrize("code", CODES)
def test_every_count_has_words_of_its_own(code: str) -> None:
    assert len({heard(code, Phrase("messages_new", count=count)) for count in range(1_000)}) == 1_000


@pytest.mark.parametrize("code", CODES)
def test_every_word_of_the_script_can_be_reached(code: str) -> None:
    """No sound is shipped that nobody can hear."""
    every: dict[Kind, list[Value]] = {
        Kind.CLOCK: [time(*divmod(minute, 60)) for minute in range(24 * 60)],
        Kind.NUMBER: list(range(100)),
        Kind.SPELT: ["0123456789*#", "abcdefghijklmnopqrstuvwxyz"],
        **{kind: list(words) for kind, words in WORDS.items()},
    }
    reached = {
        part
        for name, kinds in PHRASES.items()
        for clock in CLOCKS
        for count in range(max((len(every[kind]) for kind in kinds.values()), default=1))
        for part in language(code).parts(
            Phrase(name, **{value: every[kind][count % len(every[kind])] for value, kind in kinds.items()}),
            clock,
        )
    }
    assert language(code).script.parts.keys() - reached == set()


@pytest.mark.parametrize(
    ("at", "twelve", "twenty_four"),
    [
        (time(0, 0), "midnight", "midnight"),
        (time(0, 5), "twelve oh five A.M.", "zero zero oh five"),
        (time(6, 0), "six A.M.", "oh six hundred"),
        (time(6, 5), "six oh five A.M.", "oh six oh five"),
        (time(6, 30), "six thirty A.M.", "oh six thirty"),
        (time(12, 0), "noon", "noon"),
        (time(12, 1), "twelve oh one P.M.", "twelve oh one"),
        (time(18, 0), "six P.M.", "eighteen hundred"),
        (time(23, 59), "eleven fifty nine P.M.", "twenty three fifty nine"),
    ],
)
def test_times_in_english(at: time, twelve: str, twenty_four: str) -> None:
    call = Phrase("wakeup_call", at=at)
    begin = "Hello. This is your wake-up call. It is"
    assert heard("en", call, 12) == f"{begin} {twelve}".rstrip(".") + "."
    assert heard("en", call, 24) == f"{begin} {twenty_four}."


@pytest.mark.parametrize(
    ("at", "twelve", "twenty_four"),
    [
        (time(0, 0), "las doce de la noche", "las cero horas"),
        (time(1, 0), "la una de la madrugada", "la una en punto"),
        (time(1, 1), "la una y uno de la madrugada", "la una y un minuto"),
        (time(6, 15), "las seis y cuarto de la mañana", "las seis horas y quince minutos"),
        (time(6, 30), "las seis y media de la mañana", "las seis horas y treinta minutos"),
        (time(12, 0), "las doce del mediodía", "las doce horas"),
        (time(13, 21), "la una y veintiuno de la tarde", "las trece horas y veintiún minutos"),
        (
            time(21, 41),
            "las nueve y cuarenta y uno de la noche",
            "las veintiuna horas y cuarenta y un minutos",
        ),
    ],
)
def test_times_in_spanish(at: time, twelve: str, twenty_four: str) -> None:
    call = Phrase("wakeup_call", at=at)
    assert heard("es", call, 12) == f"Hola. Le llamamos para despertarle. Hora: {twelve}."
    assert heard("es", call, 24) == f"Hola. Le llamamos para despertarle. Hora: {twenty_four}."


@pytest.mark.parametrize(
    ("count", "english", "spanish"),
    [
        (0, "You have no new messages.", "No tiene mensajes nuevos."),
        (1, "You have one new message.", "Tiene un mensaje nuevo."),
        (2, "You have two new messages.", "Tiene dos mensajes nuevos."),
        (21, "You have twenty one new messages.", "Tiene veintiún mensajes nuevos."),
        (31, "You have thirty one new messages.", "Tiene treinta y un mensajes nuevos."),
        (120, "You have one two zero new messages.", "Tiene uno dos cero mensajes nuevos."),
    ],
)
def test_counts_of_messages(count: int, english: str, spanish: str) -> None:
    assert heard("en", Phrase("messages_new", count=count)) == english
    assert heard("es", Phrase("messages_new", count=count)) == spanish


def test_a_wakeup_call_is_read_back_with_its_day() -> None:
    call = Phrase("wakeup_set", day="tomorrow", at=time(6, 30))
    assert heard("en", call, 12) == "Your wake-up call is set for tomorrow, at six thirty A.M."
    assert heard("es", call, 12) == "Le llamaremos mañana, a las seis y media de la mañana."


def test_a_room_is_spelt_with_its_letters() -> None:
    alert = Phrase("alert_busy", room="PH-1é", at=time(6, 0))
    assert "room P H one E, oh six hundred." in heard("en", alert)


def test_keys_are_called_by_their_names() -> None:
    assert heard("en", Phrase("menu_repeat", key="*")) == "To hear it again, press star."
    assert heard("es", Phrase("test_key", key="#")) == "Ha pulsado almohadilla."
