"""Many hotels in one configuration: what a group says of all of them, and one file for each.

The group's file names a folder, ``properties:``. Each ``*.yaml`` in there is the configuration of one property, laid
over everything else that the group's file says. A file that cannot be used costs nobody else anything.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, SecretStr

from reconciler.configuration.anchored import anchored, anchored_desk
from reconciler.configuration.deskusers import Desk
from reconciler.configuration.environment import PREFIX, overlay
from reconciler.configuration.file import CORRECT_IT, checked, first_of, read, validated
from reconciler.configuration.layers import Layers, Said
from reconciler.configuration.settings import Settings
from reconciler.errors import Misconfigured

FOLDER: Final = "properties"
"""The setting that makes a configuration that of a group."""

_OWN: Final = (("desired",), ("state",), ("report", "folder"))
"""Folders of which each property has one of its own; where the group's file names one, they lie in it."""

ONE_ACCOUNT: Final = (
    "url",
    "client_id",
    "client_secret",
    "client_secret_file",
    "allowed_hosts",
    "plan",
    "share",
)
"""What all properties of a Zoom account say alike: they share its token and its limits."""


class Common(BaseModel):
    """What the group's file says for the group itself."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    properties: Path
    state: Path = Path("state")
    database: SecretStr | None = None
    log_names: bool = False
    desk: Desk = Desk()


@dataclass(frozen=True, slots=True)
class Member:
    """One property of a group. ``has_page``: its file sets up a desk of its own."""

    path: Path
    settings: Settings
    has_page: bool

    @property
    def name(self) -> str:
        """The property's name."""
        return self.settings.property.name


@dataclass(frozen=True, slots=True)
class Group:
    """The properties by their names in the order of their files, and why others cannot be used, by their file."""

    path: Path
    common: Common
    members: Mapping[str, Member]
    broken: Mapping[Path, Misconfigured]

    def named(self, name: str | None) -> Member:
        """The property that somebody means, by its name or that of its file. Misconfigured if there is none."""
        for member in self.members.values():
            if name is not None and name.casefold() in {member.name.casefold(), member.path.stem.casefold()}:
                return member
        for path, trouble in self.broken.items():
            if name is not None and name.casefold() == path.stem.casefold():
                raise trouble
        if name is None:
            said = f"{self.path} is the configuration of several properties, and this is about one"
        else:
            said = f"there is no property {name} in {self.path}"
        raise Misconfigured(said, f"name one in front of the command, as in --property {self._known()}")

    def _known(self) -> str:
        names = [f'"{name}"' if " " in name else name for name in self.members]
        return " or ".join(names) or "NAME, once one of their files can be used"

    @property
    def trouble(self) -> Misconfigured | None:
        """What is wrong with files of properties, all of it in one; None if they are well."""
        if not self.broken:
            return None
        lines = chain.from_iterable(each.message.splitlines() for each in self.broken.values())
        remedies = {each.remedy for each in self.broken.values()}
        remedy = remedies.pop() if len(remedies) == 1 else CORRECT_IT
        return Misconfigured(first_of(list(dict.fromkeys(lines))), remedy)  # one of the group's is told once


def configured(path: Path | None, environment: Mapping[str, str]) -> Settings | Group:
    """Read and check a configuration, be it of one hotel or of a group.

    Misconfigured where what it says is wrong, for a group where none of its properties can be used.
    """
    ours = read(path)
    if FOLDER not in overlay(ours.root, environment):
        return checked(Layers((ours,)), environment)
    common = _common(ours, environment)
    members: dict[str, Member] = {}
    broken: dict[Path, Misconfigured] = {}
    claimed: dict[Hashable, Member] = {}
    for file in _files(common.properties, ours):
        try:
            member = _not_at_our_desk(_member(ours, file, environment), common)
            claimed.update(_apart(member, claimed))
        except Misconfigured as trouble:
            broken[file] = trouble
        else:
            members[member.name] = member
    group = Group(ours.path, common, members, broken)
    if not members and group.trouble is not None:
        raise group.trouble
    return group


def _common(ours: Said, environment: Mapping[str, str]) -> Common:
    found = validated(Common, Layers((ours,)), environment)
    whole = {
        "properties": ours.folder / found.properties,
        "state": ours.folder / found.state,
        "desk": anchored_desk(found.desk, lambda *_: ours.folder),
    }
    return found.model_copy(update=whole)


def _files(folder: Path, ours: Said) -> list[Path]:
    shown = (
        ours.path.parent / folder.relative_to(ours.folder) if folder.is_relative_to(ours.folder) else folder
    )
    try:
        found = sorted(each for each in shown.iterdir() if each.suffix == ".yaml" and each.name[0] != ".")
    except OSError as error:
        raise Misconfigured(
            f"{ours.path}: {FOLDER}: {folder}: {error.strerror}",
            "name the folder that holds one file for each property",
        ) from error
    if not found:
        raise Misconfigured(
            f"{ours.path}: {FOLDER}: {folder}: there is no *.yaml in it", "put a file there for each property"
        )
    return found


def _member(ours: Said, file: Path, environment: Mapping[str, str]) -> Member:
    own = read(file)
    if FOLDER in own.root:
        line, column = own.root.places[FOLDER][0]
        raise Misconfigured(
            f"{file}:{line}:{column}: {FOLDER}: a property has no properties of its own", "leave it out"
        )
    has_page = own.says("desk")
    layers = Layers((_of_all(ours, desk=has_page), own))
    settings = anchored(validated(Settings, layers, environment), layers.folder)
    settings = _in_own_folders(settings, own, environment)
    if "name" not in settings.property.model_fields_set:
        named = settings.property.model_copy(update={"name": file.stem})
        settings = settings.model_copy(update={"property": named})
    return Member(file, settings, has_page)


def _of_all(ours: Said, *, desk: bool) -> Said:
    """What the group's file says for its properties; its desk only for one that has a page of its own."""
    said = Said(ours.path, type(ours.root)(ours.root.start), ours.start)
    left_out = {FOLDER} if desk else {FOLDER, "desk"}
    said.root.update({key: value for key, value in ours.root.items() if key not in left_out})
    said.root.places.update(ours.root.places)
    return said


def _in_own_folders(settings: Settings, own: Said, environment: Mapping[str, str]) -> Settings:
    """Give the property a folder in each that the group, or nobody, has named."""
    update: dict[str, Any] = {}
    for way in _OWN:
        variable = PREFIX + "__".join(way).upper()
        if own.says(*way) and variable not in environment:
            continue
        if way[0] == "report":
            if settings.report.folder is not None:
                place = settings.report.folder / own.path.stem
                update["report"] = settings.report.model_copy(update={"folder": place})
        else:
            update[way[0]] = getattr(settings, way[0]) / own.path.stem
    return settings.model_copy(update=update)


def _not_at_our_desk(member: Member, common: Common) -> Member:
    """The property. Misconfigured where its page would be where that of the group is."""
    if member.has_page and member.settings.desk.listen == common.desk.listen:
        raise Misconfigured(
            f"{member.path}: desk.listen: the group's own page is at {common.desk.listen}",
            "give the property's page an address of its own",
        )
    return member


def _apart(member: Member, claimed: Mapping[Hashable, Member]) -> dict[Hashable, Member]:
    """What a property claims for itself. Misconfigured where another one has it already."""
    for claim, said in _claims(member):
        other = claimed.get(claim)
        if other is not None:
            raise Misconfigured(
                f"{member.path}: {said.format(other.name)}",
                f"compare it with {other.path}, and change one of the two",
            )
    account = _account(member)
    first = claimed.get(account)
    if first is not None and member.settings.zoom.account_id:
        _say_the_same(member, first)
    return {claim: member for claim, _ in _claims(member)} | {account: first or member}


def _claims(member: Member) -> Iterator[tuple[Hashable, str]]:
    """What only one property can have, with the words for where another one has it."""
    settings = member.settings
    yield ("name", member.name.casefold()), f"property.name: there is a property {member.name} already"
    yield ("state", settings.state.resolve()), "state: {} keeps its store in the same folder"
    if member.has_page:
        yield ("desk", settings.desk.listen), "desk.listen: {} listens there"
    for link in settings.pms:
        where = f"{link.host}:{link.port}"
        yield (
            ("pms", link.interface),
            f"pms: {{}} connects to {where} as well, and an interface serves one connection",
        )
    table = settings.grounds.table if settings.zoom.account_id else None
    for extension in table.owners if table is not None else ():
        yield (
            (*_account(member), extension),
            f"rooms: extension {extension} belongs to {{}} in this Zoom account",
        )


def _account(member: Member) -> tuple[str, str]:
    return "account", member.settings.zoom.account_id


def _say_the_same(member: Member, first: Member) -> None:
    """Misconfigured where two properties of one account have different apps, or share it differently."""
    for name in ONE_ACCOUNT:
        if getattr(member.settings.zoom, name) != getattr(first.settings.zoom, name):
            raise Misconfigured(
                f"{member.path}: zoom.{name}: {first.name} is in the same Zoom account and says otherwise",
                "an account has one app and one budget: say it once, in the group's file",
            )
