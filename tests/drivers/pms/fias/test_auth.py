"""The key of a link, checked against the example of the specification."""

import base64

import pytest

from drivers.pms.fias.auth import answer, key_of

KEY = "GVDpVnl6qYlTQXQJZxXdbw=="
START = base64.b64decode("3k57hsoHm04fGEyaA3+UVw==")


def start(size: int) -> bytes:
    assert size == len(START)
    return START


def test_the_answer_is_that_of_the_specification() -> None:
    expected = "FidCryptAB;3k57hsoHm04fGEyaA3+UVw==oNTebC0J36LY8GV9azyhzw=="
    assert answer(key_of(KEY), "170831102201", start) == expected


def test_a_key_comes_with_or_without_its_name() -> None:
    assert key_of(f"FidCrypt0S|{KEY}\n") == key_of(KEY) == base64.b64decode(KEY)


@pytest.mark.parametrize(
    "text", ["", "GVDpVnl6qYlTQXQJZxXd", "not base64!", "FidCrypt0S|x", KEY + KEY, "schlüssel"]
)
def test_a_broken_key_is_refused_without_quoting_it(text: str) -> None:
    with pytest.raises(ValueError, match="sixteen bytes") as raised:
        key_of(text)
    assert not text or text not in str(raised.value)
