"""`reconcile init`: a hotel's first minute."""

import os
import re
import shutil
from pathlib import Path

import pytest

from desired.document import RoomDocument
from desired.reading import read
from reconciler.app.starter import lay_out, local_zone, starting_configuration
from reconciler.configuration.file import load
from reconciler.configuration.links import PmsLink
from reconciler.configuration.settings import Settings
from tests.reconciler.house import House


def filled_in(text: str) -> str:
    """The configuration with every default that it shows as a comment taken out of the comment."""
    lines = []
    for line in text.splitlines():
        bare = line.lstrip()
        shown = re.match(r"#(?=[a-z_]+:|  ?(?:occupied|vacant|device|vip):)", bare)
        lines.append(line[: len(line) - len(bare)] + bare[1:] if shown else line)
    return "\n".join(lines)


def test_what_it_writes_can_be_used_as_soon_as_the_account_is_filled_in(house: House) -> None:
    shutil.rmtree(house.folder)
    assert house("init", house.folder).code == 0
    text = house.config.read_text(encoding="utf-8")
    text = text.replace('account_id: ""', f"account_id: {house.cloud.account_id}\n  url: {house.url}")
    house.config.write_text(text.replace('client_id: ""', f"client_id: {house.cloud.client_id}"))
    (house.folder / "secrets" / "zoom").write_text(house.cloud.client_secret)
    house.document("1001", "guests: [{first: Ana, last: Souza}]")
    ran = house("--dry-run", "--format", "json")
    assert (ran.code, ran.err) == (2, "")
    assert {change["room"] for change in ran.json["changes"]} == {"1001"}


def test_every_setting_is_shown_with_its_default(tmp_path: Path) -> None:
    lay_out(tmp_path)
    text = (tmp_path / "housephone.yaml").read_text(encoding="utf-8")
    shown = tmp_path / "shown.yaml"
    shown.write_text(filled_in(text), encoding="utf-8")
    settings = load(shown, {})
    default = Settings.model_validate({"property": {"timezone": local_zone()}})
    assert settings.model_fields_set == set(Settings.model_fields)
    assert settings.property.model_fields_set == set(type(settings.property).model_fields)
    in_files = {"client_secret", "event_secret"}
    assert settings.zoom.model_fields_set == set(type(settings.zoom).model_fields) - in_files
    for name in set(Settings.model_fields) - {"desired", "state", "zoom"}:
        assert getattr(settings, name) == getattr(default, name), name
    same = set(type(settings.zoom).model_fields) - {"client_secret_file"}
    assert settings.zoom.model_dump(include=same) == default.zoom.model_dump(include=same)


def test_the_link_to_a_pms_is_shown_with_the_defaults_of_its_settings(tmp_path: Path) -> None:
    lay_out(tmp_path)
    text = (tmp_path / "housephone.yaml").read_text(encoding="utf-8")
    block = re.search(r"(?m)^#   pms:\n(?:#     .*\n)+", text)
    assert block is not None
    shown = tmp_path / "shown.yaml"
    shown.write_text(text + re.sub(r"(?m)^#   ", "", block[0]), encoding="utf-8")
    (link,) = load(shown, {}).pms
    default = PmsLink(kind="fias", host="10.0.0.5", port=5010, name="pms")
    assert link == default
    left_out = set(PmsLink.model_fields) - link.model_fields_set
    assert left_out == {"rooms", "auth_key", "auth_key_file", "private", "log"}


def test_the_example_is_a_document_and_is_not_read_as_one(tmp_path: Path) -> None:
    lay_out(tmp_path)
    sample = tmp_path / "rooms" / "example.yaml.sample"
    text = sample.read_bytes()
    reading = read(text)
    assert [document.room for document, _ in reading.documents] == ["1207"]
    every = read(re.sub(rb"(?m)^#(?=[a-z]+:)", b"", text))
    (document, _), *rest = every.documents
    assert (every.flaws, rest) == ((), [])
    left_out = set(RoomDocument.model_fields) - document.model_fields_set
    assert left_out == {"extensions", "message_light"}


def test_the_modeline_leads_to_the_schema(tmp_path: Path) -> None:
    lay_out(tmp_path)
    for file in (tmp_path / "housephone.yaml", tmp_path / "rooms" / "example.yaml.sample"):
        first, *_ = file.read_text(encoding="utf-8").splitlines()
        assert first.startswith("# yaml-language-server: $schema=")
        assert (file.parent / first.partition("$schema=")[2]).is_file()


def test_nothing_that_exists_is_overwritten(house: House) -> None:
    before = house.config.read_text()
    ran = house("init", house.folder)
    assert ran.code == 0
    assert house.config.read_text() == before
    assert f"kept     {house.config}" in ran.out


def test_only_the_owner_may_look_into_the_folder_of_secrets(tmp_path: Path) -> None:
    lay_out(tmp_path)
    assert (tmp_path / "secrets").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "housephone.yaml").stat().st_mode & 0o777 == 0o600


def test_below_etc_the_state_is_where_a_service_may_write(tmp_path: Path) -> None:
    assert "\nstate: /var/lib/housephone\n" in starting_configuration(Path("/etc/housephone"))
    assert "\n#state: state\n" in starting_configuration(tmp_path)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_what_root_writes_into_the_services_folder_is_for_the_service_to_read(tmp_path: Path) -> None:
    folder = tmp_path / "hotel"
    folder.mkdir()
    os.chown(folder, 4711, 4712)
    lay_out(folder)
    assert {(path.stat().st_uid, path.stat().st_gid) for path in folder.rglob("*")} == {(4711, 4712)}


def test_a_folder_that_cannot_be_made_is_named(house: House) -> None:
    house.folder.joinpath("file").touch()
    ran = house("init", house.folder / "file" / "hotel")
    assert ran.code == 1
    assert "file" in ran.err


def test_the_time_zone_is_guessed_from_the_machine(tmp_path: Path) -> None:
    zone = tmp_path / "zoneinfo" / "Europe" / "Lisbon"
    zone.parent.mkdir(parents=True)
    zone.touch()
    link = tmp_path / "localtime"
    link.symlink_to(zone)
    assert local_zone(link) == "Europe/Lisbon"
    assert local_zone(tmp_path / "missing") == "UTC"
