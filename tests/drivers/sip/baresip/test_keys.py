"""The library says of each key that it came, and not how: the trace tells which of them an INFO brought."""

from hypothesis import given
from hypothesis import strategies as st

from drivers.sip.baresip.keys import Keys

WAYS = {
    "sound": ("sound",),
    "info": ("info", "echo"),
    "both": ("info", "echo", "sound"),
    "late": ("sound", "info", "echo"),
}


@given(st.lists(st.sampled_from("0123456789*#"), max_size=12), st.sampled_from(sorted(WAYS)))
def test_each_press_counts_once_whatever_way_the_telephone_has(presses: list[str], way: str) -> None:
    keys, counted = Keys(), []
    for place, key in enumerate(presses):
        for step, what in enumerate(WAYS[way]):
            at = place * 0.3 + step * 0.05
            new = keys.info(key, at) if what == "info" else keys.reported(key, at)
            counted += [key] if new else []
    assert counted == presses
