"""The sounds that are shipped: their form, how loud and how long they are, and that they say what the scripts say."""

from __future__ import annotations

import json
import math
import shutil
import wave
from array import array
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest

from drivers.voice.prompts import sounds
from drivers.voice.prompts.language import RULES, language
from drivers.voice.prompts.library import SOUNDS
from drivers.voice.prompts.render import WORDS, bring_up_to_date, render
from drivers.voice.prompts.script import TONE

CODES = list(RULES)
MOST_BYTES = 5_000_000
"""What all sounds together may take."""


@cache
def shipped(code: str) -> dict[str, array[int]]:
    return {path.stem: array("h", sounds.read(path)) for path in (SOUNDS / code).glob("*.wav")}


def decibels(ratio: float) -> float:
    return 20 * math.log10(ratio)


@pytest.mark.parametrize("code", CODES)
def test_each_part_has_a_sound_and_each_sound_a_part(code: str) -> None:
    assert shipped(code).keys() == language(code).script.parts.keys()


@pytest.mark.parametrize("code", CODES)
def test_the_sounds_say_what_the_script_says(code: str) -> None:
    words = json.loads((SOUNDS / code / WORDS).read_text(encoding="utf-8"))
    assert words == language(code).script.parts, "run `python -m drivers.voice.prompts.render`"


@pytest.mark.parametrize("code", CODES)
def test_every_sound_is_as_telephones_want_it(code: str) -> None:
    for path in (SOUNDS / code).glob("*.wav"):
        with wave.open(str(path)) as sound:
            assert sound.getparams()[:3] == (1, 2, 8_000), path.name
            assert sound.getcomptype() == "NONE"


@pytest.mark.parametrize("code", CODES)
def test_every_sound_is_about_as_loud_as_the_others_and_none_is_cut(code: str) -> None:
    for part, samples in shipped(code).items():
        loudness = decibels(math.sqrt(sum(sample * sample for sample in samples) / len(samples)) / 32_768)
        assert -24 < loudness < -20, part
        assert decibels(max(map(abs, samples)) / 32_768) < -1.5, part


@pytest.mark.parametrize("code", CODES)
def test_every_sound_begins_and_ends_at_once_and_without_a_click(code: str) -> None:
    for part, samples in shipped(code).items():
        assert samples[0] == samples[-1] == 0, part
        for edge in (samples[:800], samples[-800:]):
            assert max(map(abs, edge)) > 300, part


@pytest.mark.parametrize("code", CODES)
def test_every_sound_lasts_as_long_as_its_words_need(code: str) -> None:
    words = language(code).script.parts
    for part, samples in shipped(code).items():
        assert 0.1 <= len(samples) / 8_000 <= 0.9 + 0.11 * len(words[part]), part


def test_all_sounds_together_are_small() -> None:
    assert sum(path.stat().st_size for path in SOUNDS.rglob("*.wav")) < MOST_BYTES


def test_a_tone_is_a_tone() -> None:
    samples = array("h", render(TONE, language("en").script))
    assert len(samples) == 3_200
    rising = sum(1 for before, after in pairwise(samples) if before < 0 <= after)
    assert 398 <= rising <= 400


@pytest.mark.integration
@pytest.mark.skipif(not (shutil.which("espeak-ng") and shutil.which("sox")), reason="no espeak-ng, no sox")
@pytest.mark.parametrize(("code", "part"), [("en", "say-thank-you"), ("es", "say-muchas-gracias")])
def test_the_tools_render_what_is_shipped(code: str, part: str) -> None:
    script = language(code).script
    fresh = array("h", render(script.parts[part], script))
    kept = shipped(code)[part]
    assert len(fresh) == pytest.approx(len(kept), rel=0.1)
    assert _alike(fresh, kept) > 0.9


def _alike(one: array[int], other: array[int]) -> float:
    """1 for the same loudness in each twentieth of a second, 0 for none in common."""
    first, second = (
        [sum(map(abs, sound[start : start + 400])) for start in range(0, len(sound), 400)]
        for sound in (one, other)
    )
    product = sum(a * b for a, b in zip(first, second, strict=False))
    return product / math.sqrt(sum(a * a for a in first) * sum(b * b for b in second))


def test_only_what_has_changed_is_rendered_again(tmp_path: Path) -> None:
    script = language("en").script
    for path in (SOUNDS / "en").iterdir():
        shutil.copy(path, tmp_path)
    (tmp_path / "tone.wav").unlink()
    (tmp_path / "say-good-night.wav").touch()
    assert bring_up_to_date(script, tmp_path) == 1
    assert {path.stem for path in tmp_path.glob("*.wav")} == script.parts.keys()
    assert (tmp_path / "tone.wav").read_bytes() == (SOUNDS / "en" / "tone.wav").read_bytes()
