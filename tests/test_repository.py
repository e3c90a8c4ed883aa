"""What holds for the repository as a whole: what is committed, what modules have, who may know whom."""

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
import ruamel.yaml

ROOT = Path(__file__).parent.parent
PACKAGES = ("desired", "observed", "reconciler", "drivers", "fixtures")

# The core decides, so it may know nothing that can surprise it: only values, arithmetic and itself.
# fmt: off
PURE_LIBRARY = frozenset({
    "__future__", "bisect", "builtins", "collections", "contextlib", "copy", "dataclasses", "datetime",
    "decimal", "enum", "errno", "fnmatch", "fractions", "functools", "hashlib", "heapq", "itertools", "json",
    "math", "operator", "re", "string", "types", "typing", "unicodedata", "zoneinfo",
})
# fmt: on


@cache
def pyproject() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


@cache
def tracked_files() -> tuple[Path, ...]:
    if not (ROOT / ".git").exists():
        pytest.skip("not a git checkout")
    names = subprocess.run(
        ["git", "ls-files", "-z"],  # noqa: S607 - whichever git the developer uses
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout.split("\0")
    return tuple(ROOT / name for name in names if name and (ROOT / name).is_file())


def modules(*packages: str) -> Iterator[Path]:
    for package in packages:
        yield from sorted((ROOT / package).rglob("*.py"))


def imports(path: Path) -> Iterator[tuple[int, str]]:
    """Line and full name of every module that this one imports."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.lineno, node.module or ""


def contracts() -> list[dict[str, Any]]:
    """The import contracts: first the layers, then the purity of what decides."""
    listed: list[dict[str, Any]] = pyproject()["tool"]["importlinter"]["contracts"]
    return listed


def reconciler_modules() -> set[str]:
    """Every module of reconciler, by the name that a layer has for it.

    A package that is wholly of one layer has one name; modules of any other are named one by one.
    """
    listed = frozenset[str]().union(*layers().values())
    return {layered(path, listed) for path in modules("reconciler") if path.stem != "__init__"}


def layered(path: Path, listed: frozenset[str]) -> str:
    """The name, below reconciler, by which a layer would have this module."""
    parts = path.relative_to(ROOT / "reconciler").with_suffix("").parts
    return parts[0] if parts[0] in listed else ".".join(parts)


def layers() -> dict[str, frozenset[str]]:
    """Modules of reconciler by layer, as the import contract in pyproject.toml lists them."""
    contract = contracts()[0]["layers"]
    drivers, core = contract.index("drivers"), contract.index("observed") - 1
    return {
        "shell": frozenset(re.findall(r"reconciler\.([\w.]+)", " ".join(contract[:drivers]))),
        "between": frozenset(re.findall(r"reconciler\.([\w.]+)", " ".join(contract[drivers:core]))),
        "core": frozenset(re.findall(r"reconciler\.([\w.]+)", contract[core])),
    }


@pytest.mark.parametrize(
    ("what", "pattern"),
    [
        ("a path of somebody's machine", r"(?<![\w.])/(?:work|root|tmp)/"),
        ("the host of a package index", r"(?:pypi|pythonhosted|npmjs)\.(?:org|com)"),
        ("a choice of package index", r"(?<!emit)-(?:index-url|find-links|trusted-host)\b"),
        (
            "a real e-mail address",
            r"(?<![\w.+-])[\w.+-]{1,64}@(?:[\w-]+\.)+(?!example\b|invalid\b|test\b)[a-z]{2,}(?<!example\.com)(?<!example\.org)\b(?![.\w])",
        ),
    ],
)
def test_nothing_that_belongs_to_one_machine_or_person_is_committed(what: str, pattern: str) -> None:
    found = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()}"
        for path in tracked_files()
        for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1)
        if re.search(pattern, line)
    ]
    assert not found, f"{what}:\n" + "\n".join(found)


def test_every_module_says_what_it_is_for() -> None:
    silent = [
        str(path.relative_to(ROOT))
        for path in modules(*PACKAGES)
        if not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert silent == []


def test_every_module_of_reconciler_stands_in_the_shell_or_in_the_core_or_between_them() -> None:
    listed = frozenset[str]().union(*layers().values())
    assert sorted(reconciler_modules() - listed) == [], "add these to a layer of the first import contract"


def test_every_module_of_the_core_is_held_to_be_pure() -> None:
    pure = {name.removeprefix("reconciler.") for name in contracts()[1]["source_modules"]}
    assert sorted(reconciler_modules() & layers()["core"] - pure) == [], (
        "add these to the second import contract"
    )


def test_the_core_imports_only_values_arithmetic_and_itself() -> None:
    core = layers()["core"]
    own = frozenset(f"reconciler.{name}" for name in core)
    strangers = [
        f"{path.name}:{line}: {name}"
        for path in modules("reconciler")
        if layered(path, core) in core
        for line, name in imports(path)
        if name not in own and name.split(".")[0] not in PURE_LIBRARY | {"desired", "observed"}
    ]
    assert strangers == []


def test_yaml_is_read_by_the_fast_parser() -> None:
    parser = ruamel.yaml.YAML(typ="safe").Parser
    assert parser.__module__ == "ruamel.yaml.clib._ruamel_yaml"


def test_the_licence_is_apache_2() -> None:
    text = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert "Apache License" in text
    assert "Version 2.0, January 2004" in text
    assert pyproject()["project"]["license"] == "Apache-2.0"


def test_the_readme_names_the_two_commands() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert "make demo" in readme
    assert "make test" in readme


def test_the_links_between_the_pages_lead_somewhere() -> None:
    pages = [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")]
    broken = [
        f"{page.relative_to(ROOT)}: {target}"
        for page in pages
        for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text(encoding="utf-8"))
        if not (page.parent / target).exists()
    ]
    assert broken == []


def test_one_version_everywhere() -> None:
    declared = pyproject()["project"]["version"]
    assert version("housephone") == declared, (
        "run `make install`: the installed metadata is of another version"
    )
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert f"## [{declared}]" in changelog or "## [Unreleased]" in changelog


def test_the_tools_check_for_the_oldest_python_that_is_promised() -> None:
    tools = pyproject()["tool"]
    oldest = pyproject()["project"]["requires-python"].removeprefix(">=")
    assert tools["mypy"]["python_version"] == oldest
    assert tools["ruff"]["target-version"] == "py" + oldest.replace(".", "")
    assert sys.version_info >= tuple(map(int, oldest.split(".")))


def test_the_lock_pins_everything_with_hashes_and_names_no_place() -> None:
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    pinned = re.findall(
        r"^([a-z0-9][a-z0-9.-]*)==\S+.*\\\n    --hash=sha256:[0-9a-f]{64}", lock, re.MULTILINE
    )
    project = pyproject()["project"]
    wanted = [
        *project["dependencies"],
        *(name for extra in project["optional-dependencies"].values() for name in extra),
        *pyproject()["dependency-groups"]["dev"],
    ]
    names = {re.split(r"[\[<>=; ]", name)[0].replace(".", "-").lower() for name in wanted}
    assert names <= {name.replace(".", "-") for name in pinned}, "run `make lock`"
    assert len(pinned) == len(re.findall(r"^[a-z0-9]", lock, re.MULTILINE))
    assert "://" not in lock
    assert not re.search(r"^-", lock, re.MULTILINE)
