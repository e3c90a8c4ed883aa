"""What a request says of where it comes from, read from headers that anybody may write."""

import string
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.desk.access.arrival import arrival, form_fields, from_another_site, is_loopback, local_path


@given(st.text())
def test_after_the_sign_in_nobody_leaves_the_page(wanted: str) -> None:
    path = local_path(wanted)
    assert path.startswith("/")
    assert not path.startswith("//")
    assert not set(path) & set("\\\r\n\t\0")
    assert path in {wanted, "/"}


@given(st.text(alphabet=string.ascii_letters + string.digits + ".:[]@/%-_ ", max_size=40))
def test_a_name_that_others_may_give_never_passes_for_this_machine(host: str) -> None:
    if is_loopback(host):
        name = host.lower()
        assert "localhost" in name or "127." in name or "::" in name or "0:" in name


@pytest.mark.parametrize(
    "host",
    ["localhost", "LOCALHOST:80", "127.0.0.1", "127.9.9.9:1", "[::1]", "[::1]:8080", "a.localhost:8080"],
)
def test_what_can_only_mean_this_machine(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize(
    "host",
    [
        "localhost.evil.example",
        "evil-localhost",
        "127.0.0.1.nip.example",
        "2130706433",
        "0.0.0.0",  # noqa: S104 - a name that a page may use, not an address to listen on
        "[::]",
        "::1",
        "[::1",
        "localhost:80@evil.example",
        "localhost/x@evil.example",
        "",
        " ",
    ],
)
def test_what_may_mean_another(host: str) -> None:
    assert not is_loopback(host)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(
                [b"host", b"origin", b"sec-fetch-site", b"x-forwarded-for", b"x-forwarded-proto"]
            ),
            st.binary(max_size=30),
        )
    ),
    st.sampled_from([None, ("10.0.0.5", 50000), ("unix", 0), ("::1", 1)]),
)
def test_no_header_can_make_it_fail(
    headers: list[tuple[bytes, bytes]], client: tuple[str, int] | None
) -> None:
    scope = {
        "type": "http",
        "method": "POST",
        "path": "/",
        "query_string": b"",
        "scheme": "http",
        "headers": headers,
        "client": client,
    }
    arrived = arrival(scope)
    assert arrived.address == (client[0] if client else ""), "only a proxy that is named says otherwise"
    assert not arrived.secure
    from_another_site(arrived)
    is_loopback(arrived.host)


@given(st.dictionaries(st.text(), st.text(), max_size=5))
def test_what_a_browser_sends_is_read_as_it_was_typed(typed: dict[str, str]) -> None:
    assert form_fields(urlencode(typed).encode()) == typed


@given(st.binary(max_size=200))
def test_bytes_that_are_no_text_are_an_empty_form(body: bytes) -> None:
    assert form_fields(body + b"\xff=x") == {}
