"""Renders the built-in sounds from the scripts, with espeak-ng and sox: a tool for whoever changes a text.

    python -m drivers.voice.prompts.render [--all]

Only parts whose words have changed are rendered again, and sounds that no part needs are removed; ``--all`` renders
everything. The same versions of espeak-ng and sox give the same bytes. ``words.json`` beside the sounds keeps what
was rendered, so that a test can tell a sound that no longer says what the script says.
"""

from __future__ import annotations

import argparse
import json
import math
import subprocess
from array import array
from pathlib import Path
from typing import Final

from drivers.voice.prompts import sounds
from drivers.voice.prompts.language import RULES, language
from drivers.voice.prompts.library import SOUNDS
from drivers.voice.prompts.script import TONE, Script
from reconciler.telephones.call import SAMPLE_RATE

WORDS: Final = "words.json"

TONE_HERTZ: Final = 1_000
TONE_SECONDS: Final = 0.4

LEVEL: Final = 10 ** (-21 / 20)
"""How loud speech is on average: 21 dB below the loudest that can be, as in telephone announcements."""
PEAK: Final = 10 ** (-2 / 20)
QUIET: Final = 0.01
"""Below this part of its own peak a sound is silence, to be trimmed."""
EDGE: Final = SAMPLE_RATE // 200
"""Samples around the speech over which the ends fade, so that nothing clicks."""
FULL: Final = 32_767


def render(words: str, script: Script) -> bytes:
    """The PCM of some words, trimmed and levelled. CalledProcessError or FileNotFoundError if a tool fails."""
    samples = tone() if words == TONE else trimmed(spoken(words, script))
    return faded(levelled(samples)).tobytes()


def spoken(words: str, script: Script) -> array[int]:
    """What espeak-ng says. Words that do not end a sentence get a comma: the voice stays up for what follows."""
    text = words if words[-1] in ".?!" else f"{words},"
    speech = ["espeak-ng", "-v", script.voice, "-s", str(script.speed), "--stdin", "--stdout"]
    form = ["-t", "raw", "-r", str(SAMPLE_RATE), "-e", "signed", "-b", "16", "-c", "1", "-L"]
    lower = ["sox", "-V1", "-R", "-D", "--ignore-length", "-t", "wav", "-", *form, "-", "highpass", "120"]
    wav = subprocess.run(speech, input=text.encode(), capture_output=True, check=True).stdout  # noqa: S603 - our words
    return array("h", subprocess.run(lower, input=wav, capture_output=True, check=True).stdout)  # noqa: S603


def tone() -> array[int]:
    """The tone after which a caller speaks."""
    step = 2 * math.pi * TONE_HERTZ / SAMPLE_RATE
    return array(
        "h", [round(FULL / 2 * math.sin(step * n)) for n in range(round(TONE_SECONDS * SAMPLE_RATE))]
    )


def trimmed(samples: array[int]) -> array[int]:
    """Without the silence at both ends."""
    limit = QUIET * max(map(abs, samples))
    loud = [n for n, sample in enumerate(samples) if abs(sample) > limit]
    return samples[max(0, loud[0] - EDGE) : loud[-1] + EDGE]


def levelled(samples: array[int]) -> array[int]:
    """As loud as every other, unless its peak would be cut."""
    average = math.sqrt(sum(sample * sample for sample in samples) / len(samples))
    gain = min(LEVEL * FULL / average, PEAK * FULL / max(map(abs, samples)))
    return array("h", [round(sample * gain) for sample in samples])


def faded(samples: array[int]) -> array[int]:
    """With soft ends."""
    for n in range(min(EDGE, len(samples) // 2)):
        samples[n] = samples[n] * n // EDGE
        samples[-1 - n] = samples[-1 - n] * n // EDGE
    return samples


def bring_up_to_date(script: Script, folder: Path, *, everything: bool = False) -> int:
    """Render what has changed into this folder, remove what is no longer said; returns how many were rendered."""
    folder.mkdir(parents=True, exist_ok=True)
    list_ = folder / WORDS
    known = json.loads(list_.read_text(encoding="utf-8")) if list_.exists() and not everything else {}
    rendered = 0
    for part, words in script.parts.items():
        path = folder / f"{part}.wav"
        if known.get(part) != words or not path.exists():
            sounds.write(path, render(words, script))
            rendered += 1
    for path in folder.glob("*.wav"):
        if path.stem not in script.parts:
            path.unlink()
    list_.write_text(json.dumps(dict(script.parts), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return rendered


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m drivers.voice.prompts.render", description=__doc__)
    parser.add_argument("--all", action="store_true", help="render every part, changed or not")
    everything = parser.parse_args().all
    for code in RULES:
        rendered = bring_up_to_date(language(code).script, SOUNDS / code, everything=everything)
        print(f"{code}: {rendered} rendered")  # noqa: T201 - a tool for the terminal


if __name__ == "__main__":
    main()
