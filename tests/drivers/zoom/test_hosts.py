"""Where an access token may go, and where nobody can lead it."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from drivers.zoom.hosts import Hosts, same_origin
from reconciler.errors import Fatal

EVIL = [
    "https://evil.example",
    "https://zoom.us.evil.example",
    "https://evilzoom.us",
    "https://zoom.us@evil.example",
    "https://user:pass@" + "api-us.zoom.us",
    "https://evil.example#.zoom.us",
    "https://evil.example?.zoom.us",
    "https://evil.example\\.zoom.us",
    "https://evil.example/.zoom.us",
    "https://api-us.zoom.us/path",
    "https://api-us.zoom.us:8443",
    "http://api-us.zoom.us",
    "ftp://api-us.zoom.us",
    "//api-us.zoom.us",
    "api-us.zoom.us",
    "https://127.0.0.1",
    "https://localhost",
    "http://localhost:8900",
    "https://api-us.zoom.us:99999",
    "https://[::1",
    "https://\u0430pi.zoom.us",
    "https://api-us.zoom.us\n.evil.example",
    "https://",
    "",
    17,
    ["https://api-us.zoom.us"],
]


@pytest.mark.parametrize("api_url", EVIL)
def test_a_hotel_s_token_is_not_led_away_from_zoom(api_url: object) -> None:
    with pytest.raises(Fatal):
        Hosts("https://zoom.us").base_of(api_url)


@pytest.mark.parametrize(
    ("api_url", "base"),
    [
        ("https://api-us.zoom.us", "https://api-us.zoom.us"),
        ("https://API-EU.zoom.us/", "https://api-eu.zoom.us"),
        ("https://api-au.zoom.us:443", "https://api-au.zoom.us:443"),
        ("https://zoom.us", "https://zoom.us"),
        (None, "https://api.zoom.us"),
    ],
)
def test_the_regions_of_zoom_are_taken(api_url: object, base: str) -> None:
    assert Hosts("https://zoom.us").base_of(api_url) == base


def test_a_vanity_host_is_taken_once_the_configuration_names_it() -> None:
    with pytest.raises(Fatal):
        Hosts("https://zoom.us").base_of("https://harbour.example")
    assert Hosts("https://zoom.us", ["Harbour.example"]).base_of("https://harbour.example")
    with pytest.raises(Fatal):
        Hosts("https://zoom.us", ["harbour.example"]).base_of("http://harbour.example")


def test_a_token_host_elsewhere_trusts_itself_only() -> None:
    hosts = Hosts("https://sso.harbour.co.uk")
    assert hosts.base_of("https://sso.harbour.co.uk")
    with pytest.raises(Fatal):
        hosts.base_of("https://evil.co.uk")


def test_a_simulated_zoom_on_this_machine_may_name_another_port_of_it() -> None:
    assert Hosts("http://127.0.0.1:8900").base_of("http://127.0.0.1:8901") == "http://127.0.0.1:8901"
    assert Hosts("http://localhost:8900").base_of(None) == "http://localhost:8900"
    with pytest.raises(Fatal):
        Hosts("http://127.0.0.1:8900").base_of("http://10.0.0.1:8901")


@pytest.mark.parametrize(
    "url", ["http://zoom.us", "zoom.us", "https://", "https://a@" + "zoom.us", "https://zoom.us/x", ""]
)
def test_a_configured_address_that_is_unsafe_is_refused(url: str) -> None:
    with pytest.raises(Fatal, match=r"zoom\.url"):
        Hosts(url)


@given(st.text(max_size=60))
@example(".")
@example("..")
def test_no_text_at_all_makes_a_stranger_trusted(text: str) -> None:
    for address in (text, f"https://{text}", f"https://zoom.us{text}", f"https://{text}zoom.us"):
        try:
            base = Hosts("https://zoom.us").base_of(address)
        except Fatal:
            continue
        host = base.removeprefix("https://").removesuffix(":443")
        assert host == "zoom.us" or host.endswith(".zoom.us")
        assert not set(host) & set("/@?#\\ %")


@given(st.text(max_size=40))
def test_a_redirect_is_only_followed_to_the_very_same_place(location: str) -> None:
    found = same_origin("https://api.zoom.us/v2/users", location)
    assert found is None or found.startswith("https://api.zoom.us/") or found == location
