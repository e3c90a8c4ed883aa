"""The library of prompts: guests' languages, the hotel's own recordings, and what is known to be missing at once."""

import shutil
import wave
from datetime import time
from pathlib import Path

import pytest

from drivers.voice.phrases import Phrase
from drivers.voice.prompts import library, sounds
from drivers.voice.prompts.library import Prompts, PromptsMissing
from drivers.voice.prompts.sounds import silence

GOODBYE = Phrase("goodbye")
OWN = silence(0.25)


def recording(
    path: Path, *, rate: int = 8_000, width: int = 2, channels: int = 1, seconds: float = 0.25
) -> None:
    path.parent.mkdir(exist_ok=True)
    with wave.open(str(path), "wb") as sound:
        sound.setframerate(rate)
        sound.setsampwidth(width)
        sound.setnchannels(channels)
        sound.writeframes(bytes(int(rate * seconds) * width * channels))


def test_a_guest_hears_his_own_language_where_it_is_there_and_else_the_hotels() -> None:
    prompts = Prompts("en", 24)
    assert prompts.languages == ("en", "es")
    assert prompts.say(GOODBYE, "es") == prompts.say(GOODBYE, "es-MX") != prompts.say(GOODBYE)
    assert (
        prompts.say(GOODBYE, "pt")
        == prompts.say(GOODBYE, "est")
        == prompts.say(GOODBYE, "en")
        == prompts.say(GOODBYE)
    )
    assert Prompts("es", 24).say(GOODBYE, "pt") == prompts.say(GOODBYE, "es")
    assert prompts.sentence(GOODBYE, "es") == "Muchas gracias. Hasta pronto."


def test_a_phrase_is_its_parts_with_pauses() -> None:
    pcm = Prompts("en", 24).say(Phrase("wakeup_call", at=time(6, 30)))
    folder = library.SOUNDS / "en"
    parts = ["say-hello", "say-this-is-your-wake-up-call", "say-it-is", "clock-oh", "number-6", "number-30"]
    spoken = sum(len(sounds.read(folder / f"{part}.wav")) for part in parts)
    assert spoken < len(pcm) < spoken + 2 * len(silence(1))
    assert pcm.startswith(sounds.read(folder / "say-hello.wav"))


def test_the_clock_of_the_hotel_decides_how_times_are_said() -> None:
    call = Phrase("wakeup_call", at=time(18, 30))
    assert Prompts("en", 12).sentence(call).endswith("It is six thirty P.M.")
    assert Prompts("en", 24).sentence(call).endswith("It is eighteen thirty.")


def test_a_hotel_without_prompts_in_its_language_hears_so_at_the_start() -> None:
    with pytest.raises(PromptsMissing, match="no prompts in 'fr', only in en, es"):
        Prompts("fr", 24)


def test_a_sound_that_is_not_installed_is_missed_at_the_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(library.SOUNDS, tmp_path / "sounds")
    (tmp_path / "sounds" / "es" / "number-7.wav").unlink()
    monkeypatch.setattr(library, "SOUNDS", tmp_path / "sounds")
    with pytest.raises(PromptsMissing, match=r"number-7\.wav"):
        Prompts("en", 24)


def test_a_recording_of_a_part_is_heard_in_every_phrase_with_these_words(tmp_path: Path) -> None:
    recording(tmp_path / "en" / "say-thank-you.wav")
    prompts, built_in = Prompts("en", 24, tmp_path), Prompts("en", 24)
    assert prompts.problems == ()
    for phrase in (GOODBYE, Phrase("mailbox_saved")):
        assert prompts.say(phrase).startswith(OWN)
        assert prompts.say(phrase, "es") == built_in.say(phrase, "es")


def test_a_recording_of_a_phrase_stands_for_all_of_it(tmp_path: Path) -> None:
    recording(tmp_path / "en" / "wakeup_call.wav")
    prompts = Prompts("en", 24, tmp_path)
    assert prompts.say(Phrase("wakeup_call", at=time(6, 30))) == OWN
    assert prompts.problems == ()


@pytest.mark.parametrize(
    ("form", "why"),
    [
        ({"rate": 44_100}, "44100 Hz"),
        ({"width": 1}, "8 bit"),
        ({"channels": 2}, "2 channels"),
        ({"seconds": 61}, "longer than 60 seconds"),
    ],
)
def test_a_recording_of_another_form_is_named_and_ours_is_heard(
    tmp_path: Path, form: dict[str, int], why: str
) -> None:
    recording(tmp_path / "en" / "goodbye.wav", **form)
    prompts = Prompts("en", 24, tmp_path)
    (problem,) = prompts.problems
    assert "goodbye.wav" in problem
    assert why in problem
    assert prompts.say(GOODBYE) == Prompts("en", 24).say(GOODBYE)


@pytest.mark.parametrize("content", [b"", b"ID3\x04 not a wave file at all", b"RIFF\x24\x00\x00\x00WAVEfmt "])
def test_a_file_that_is_no_recording_is_named(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "en").mkdir()
    (tmp_path / "en" / "goodbye.wav").write_bytes(content)
    (problem,) = Prompts("en", 24, tmp_path).problems
    assert "not an uncompressed WAV file" in problem


def test_a_recording_that_is_cut_off_is_named(tmp_path: Path) -> None:
    path = tmp_path / "en" / "goodbye.wav"
    recording(path)
    path.write_bytes(path.read_bytes()[:-100])
    (problem,) = Prompts("en", 24, tmp_path).problems
    assert "cut off" in problem


@pytest.mark.parametrize(
    ("file", "why"),
    [
        ("en/good-bye.wav", "no prompt of that name"),
        ("goodbye.wav", "a folder of their language"),
        ("fr/goodbye.wav", "a folder of their language"),
    ],
)
def test_a_recording_that_nobody_would_hear_is_named(tmp_path: Path, file: str, why: str) -> None:
    recording(tmp_path / file)
    (problem,) = Prompts("en", 24, tmp_path).problems
    assert why in problem


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    (problem,) = Prompts("en", 24, tmp_path / "prompts").problems
    assert "no such folder" in problem


def test_other_files_beside_the_recordings_do_no_harm(tmp_path: Path) -> None:
    recording(tmp_path / "en" / "goodbye.WAV")
    (tmp_path / "en" / "studio.txt").write_text("recorded in May", encoding="utf-8")
    prompts = Prompts("en", 24, tmp_path)
    assert prompts.problems == ()
    assert prompts.say(GOODBYE) == OWN
