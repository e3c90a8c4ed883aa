"""What proves to a PBX that we know the password."""

import pytest

from drivers.sip.pyvoip.digest import Unanswerable, challenge, credentials

# RFC 7616, section 3.9.1: the example of both algorithms.
RFC_7616 = (
    'Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm={}, '
    'nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"'
)
CNONCE = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ"


@pytest.mark.parametrize(
    ("algorithm", "response"),
    [
        ("MD5", "8ca523f5e9506fed4657c9700eebdbec"),
        ("SHA-256", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"),
    ],
)
def test_the_answers_are_those_of_the_standard(algorithm: str, response: str) -> None:
    asked = challenge([RFC_7616.format(algorithm)])
    given = credentials(asked, "Mufasa", "Circle of Life", "GET", "/dir/index.html", CNONCE)
    assert f'response="{response}"' in given
    assert f'opaque="{asked["opaque"]}"' in given


def test_an_old_pbx_that_asks_without_quality_gets_an_old_answer() -> None:
    # RFC 2617 without qop: MD5(MD5(A1):nonce:MD5(A2)).
    asked = challenge(['Digest realm="Harbour, View", nonce="abc"'])
    given = credentials(asked, "9001", "open sesame", "REGISTER", "sip:pbx.example", "unused")
    assert 'realm="Harbour, View"' in given
    assert "qop" not in given
    assert 'response="3a0a28bb9a3a5422d920286a4d6cc8ab"' in given


def test_of_several_challenges_the_first_is_taken_that_we_can_answer() -> None:
    asked = challenge([RFC_7616.format("SHA-512-256"), RFC_7616.format("MD5"), RFC_7616.format("SHA-256")])
    assert asked["algorithm"] == "MD5"


@pytest.mark.parametrize(
    "offered", [[], [RFC_7616.format("AKAv1-MD5")], ["Basic realm=x"], ['Digest realm="x"']]
)
def test_a_challenge_that_we_cannot_answer_is_said(offered: list[str]) -> None:
    with pytest.raises(Unanswerable, match="a digest that we cannot give"):
        challenge(offered)
