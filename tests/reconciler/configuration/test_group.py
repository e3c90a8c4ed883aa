"""Many hotels in one configuration: what the group says of all, what each says of itself, how mistakes are told."""

from pathlib import Path
from textwrap import dedent

import pytest

from reconciler.configuration.environment import find
from reconciler.configuration.group import Group, configured
from reconciler.configuration.settings import Settings
from reconciler.errors import Misconfigured

GROUP = """
properties: hotels
zoom: {account_id: A, client_id: C, client_secret_file: secrets/zoom, share: 0.8}
names:
  vacant: {first: Room, last: "${extension}", display: "Zimmer ${extension}"}
safety: {max_deletes: 7}
"""
HARBOUR = 'property: {name: Harbour View, timezone: America/New_York}\nrooms: ["1001-1240"]\n'
HILL = 'property: {name: Hill House, timezone: Europe/Lisbon}\nrooms: ["2001-2050"]\n'


class Papers:
    """The files of a group of hotels."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.path = folder / "housephone.yaml"
        (folder / "hotels").mkdir()

    def group(self, text: str = GROUP) -> None:
        self.path.write_text(dedent(text), encoding="utf-8")

    def hotel(self, file: str, text: str) -> Path:
        path = self.folder / "hotels" / f"{file}.yaml"
        path.write_text(dedent(text), encoding="utf-8")
        return path

    def read(self, **environment: str) -> Group:
        found = configured(self.path, environment)
        assert isinstance(found, Group)
        return found

    def mistake(self) -> str:
        """The one mistake, by its place in this folder."""
        trouble = self.read().trouble
        assert trouble is not None
        return trouble.message.replace(f"{self.folder}/", "")


@pytest.fixture
def papers(tmp_path: Path) -> Papers:
    papers = Papers(tmp_path)
    papers.group()
    papers.hotel("harbour", HARBOUR)
    papers.hotel("hill", HILL)
    return papers


def test_each_property_says_only_what_is_its_own(papers: Papers) -> None:
    papers.hotel("hill", HILL + "safety: {max_blanked: 50%}\nnames: {vip: {'1': Gold}}\n")
    group = papers.read()
    assert list(group.members) == ["Harbour View", "Hill House"]
    harbour, hill = (member.settings for member in group.members.values())
    assert harbour.zoom == hill.zoom
    assert hill.names.vacant.display == "Zimmer ${extension}"
    assert hill.names.vip == {"1": "Gold"}
    assert harbour.names.vip == {}
    assert (hill.safety.max_deletes, hill.safety.max_blanked) == (7, 0.5)
    assert group.trouble is None


def test_a_list_replaces_what_the_group_says(papers: Papers) -> None:
    papers.group(GROUP + "alerts: {mail: {server: m, from: a@b.c, to: [all@b.c]}}\n")
    papers.hotel("hill", HILL + "alerts: {mail: {to: [hill@b.c]}}\n")
    mail = papers.read().members["Hill House"].settings.alerts.mail
    assert mail is not None
    assert (mail.server, mail.to) == ("m", ["hill@b.c"])


def test_paths_start_at_the_file_that_says_them(papers: Papers) -> None:
    papers.hotel("hill", HILL + "zoom: {event_secret_file: hill-events}\n")
    zoom = papers.read().members["Hill House"].settings.zoom
    assert zoom.client_secret_file == papers.folder / "secrets" / "zoom"
    assert zoom.event_secret_file == papers.folder / "hotels" / "hill-events"


def test_each_property_has_its_own_documents_state_and_reports(papers: Papers) -> None:
    papers.group(GROUP + "state: /var/lib/housephone\nreport: {folder: reports}\n")
    papers.hotel("hill", HILL + "state: my-state\n")
    group = papers.read()
    harbour, hill = (member.settings for member in group.members.values())
    assert harbour.state == Path("/var/lib/housephone/harbour")
    assert hill.state == papers.folder / "hotels" / "my-state"
    assert (harbour.desired, hill.desired) == (
        papers.folder / "rooms" / "harbour",
        papers.folder / "rooms" / "hill",
    )
    assert harbour.report.folder == papers.folder / "reports" / "harbour"
    assert group.common.state == Path("/var/lib/housephone")


def test_a_state_folder_from_the_environment_is_still_one_for_each(papers: Papers) -> None:
    members = papers.read(HOUSEPHONE_STATE="/srv/state").members.values()
    assert [member.settings.state for member in members] == [
        Path("/srv/state/harbour"),
        Path("/srv/state/hill"),
    ]


def test_a_property_without_a_name_is_called_as_its_file(papers: Papers) -> None:
    papers.hotel("quay", "property: {timezone: Europe/Lisbon}\nrooms: ['3001']\n")
    assert papers.read().named("quay").name == "quay"


def test_only_a_property_that_sets_up_a_desk_has_a_page(papers: Papers) -> None:
    papers.group(GROUP + "desk: {listen: 127.0.0.1:8000}\n")
    papers.hotel("hill", HILL + "desk: {listen: 127.0.0.1:8001}\n")
    group = papers.read()
    assert group.common.desk.listen == "127.0.0.1:8000"
    assert [member.has_page for member in group.members.values()] == [False, True]
    assert group.named("hill").settings.desk.listen == "127.0.0.1:8001"


def test_a_property_is_found_by_its_name_and_by_that_of_its_file(papers: Papers) -> None:
    group = papers.read()
    assert group.named("hill house") == group.named("hill") == group.members["Hill House"]


@pytest.mark.parametrize("name", [None, "Hotel California"])
def test_who_names_no_property_hears_which_there_are(papers: Papers, name: str | None) -> None:
    with pytest.raises(Misconfigured) as raised:
        papers.read().named(name)
    assert 'as in --property "Harbour View" or "Hill House"' in raised.value.remedy


def test_a_single_hotel_is_no_group(papers: Papers) -> None:
    papers.group(HARBOUR)
    assert isinstance(configured(find(papers.path), {}), Settings)


# Mistakes


def test_a_broken_property_costs_the_others_nothing(papers: Papers) -> None:
    papers.hotel("hill", HILL + "zoom: {shard: 1}\n")
    assert list(papers.read().members) == ["Harbour View"]
    assert papers.mistake().startswith("hotels/hill.yaml:3:8: zoom.shard: unknown setting")


def test_a_mistake_of_the_group_is_told_once_and_in_its_place(papers: Papers) -> None:
    papers.group(GROUP.replace("share: 0.8", "share: 8"))
    with pytest.raises(Misconfigured) as raised:
        papers.read()
    assert raised.value.message == f"{papers.path}:3:78: zoom.share: expected at most 1"


def test_a_mistake_in_a_file_that_is_no_yaml_has_its_place(papers: Papers) -> None:
    papers.hotel("hill", "property: {name: Hill House\n")
    assert papers.mistake().startswith("hotels/hill.yaml:1:11: ")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "property: {name: Harbour View, timezone: Europe/Lisbon}",
            "there is a property Harbour View already",
        ),
        (HILL + "state: ../state/harbour", "state: Harbour View keeps its store in the same folder"),
        (HILL.replace("2001-2050", "1240-1300"), "rooms: extension 1240 belongs to Harbour View"),
        (
            HILL + "zoom: {share: 0.5}",
            "zoom.share: Harbour View is in the same Zoom account and says otherwise",
        ),
        (HILL + "pms: [{kind: fias, host: PMS., port: 1}]", "pms: Harbour View connects to PMS.:1 as well"),
        (HILL + "desk: {listen: 127.0.0.1:9000}", "desk.listen: Harbour View listens there"),
    ],
)
def test_two_properties_cannot_have_the_same(papers: Papers, text: str, said: str) -> None:
    papers.hotel(
        "harbour", HARBOUR + "pms: [{kind: fias, host: pms, port: 1}]\ndesk: {listen: 127.0.0.1:9000}\n"
    )
    papers.hotel("hill", text)
    assert list(papers.read().members) == ["Harbour View"]
    assert papers.mistake().startswith(f"hotels/hill.yaml: {said}") or said in papers.mistake()


def test_the_page_of_a_property_is_not_where_the_groups_is(papers: Papers) -> None:
    papers.group(GROUP + "desk: {listen: 127.0.0.1:8000}\n")
    papers.hotel("hill", HILL + "desk: {users: []}\n")
    assert papers.mistake() == "hotels/hill.yaml: desk.listen: the group's own page is at 127.0.0.1:8000"


def test_rooms_of_two_accounts_may_have_the_same_extensions(papers: Papers) -> None:
    papers.hotel("hill", HILL.replace("2001-2050", "1001-1240") + "zoom: {account_id: B, share: 0.1}\n")
    assert papers.read().trouble is None


def test_a_property_cannot_be_a_group(papers: Papers) -> None:
    papers.hotel("hill", HILL + "properties: more\n")
    assert papers.mistake() == "hotels/hill.yaml:3:1: properties: a property has no properties of its own"


def test_a_group_without_files_says_what_belongs_into_its_folder(papers: Papers) -> None:
    for file in (papers.folder / "hotels").iterdir():
        file.unlink()
    with pytest.raises(Misconfigured, match="hotels: there is no"):
        papers.read()
