"""What a hotel installs: the service is locked in, the container is nobody, and every library may be given along."""

import re
import shutil
import subprocess
import sys
import tomllib
from configparser import RawConfigParser
from pathlib import Path

import pytest

from desired.watch import MOUNTS
from tests.security.licences import ALLOWED, OF_EXTRAS, Library, is_within, libraries, page

ROOT = Path(__file__).parents[2]
UNIT = ROOT / "packaging" / "systemd" / "housephone.service"
DEBIAN = ROOT / "packaging" / "debian"
CONTAINER = ROOT / "packaging" / "container" / "Containerfile"

MOST_EXPOSED = 2.0
"""As systemd counts, from 0 to 10."""


@pytest.fixture(scope="module")
def installed() -> list[Library]:
    return [*libraries()]


# Licences


def test_every_library_may_be_given_along_and_the_gpl_stands_in_its_extra_alone(
    installed: list[Library],
) -> None:
    refused = [each for each in installed if not is_within(each.licence, OF_EXTRAS.get(each.extra, ALLOWED))]
    assert refused == []
    assert {each.extra for each in installed if re.search(r"\bGPL", each.licence)} <= {"pyvoip"}


def test_the_list_of_licences_is_that_of_what_is_installed(installed: list[Library]) -> None:
    """Python's own version decides whether some few are needed: those may stand there and not be installed."""
    listed = (ROOT / "docs" / "licences.md").read_text(encoding="utf-8").splitlines()
    missing = [line for line in page(installed).splitlines() if line not in listed]
    assert missing == [], "make licences"


def test_a_licence_that_asks_for_more_is_refused() -> None:
    assert is_within("MIT OR GPL-3.0-only", ALLOWED)
    assert is_within("Apache-2.0 AND BSD-2-Clause", ALLOWED)
    assert not is_within("MIT AND GPL-3.0-only", ALLOWED)
    assert not is_within("unknown", ALLOWED)


def pins(name: str) -> set[str]:
    """Libraries with their exact versions."""
    text = (ROOT / name).read_text(encoding="utf-8")
    return set(re.findall(r"^[a-z0-9][\w.-]*(?:\[[\w,]+\])?==[^\s;]+", text, re.MULTILINE))


def test_what_is_installed_at_a_hotel_is_what_was_tested_and_nothing_under_the_gpl(
    installed: list[Library],
) -> None:
    given_along = pins("packaging/runtime.lock")
    names = {re.split(r"==|\[", each)[0] for each in given_along}
    assert given_along | pins("packaging/build.lock") <= pins("requirements.lock")
    assert {each.name for each in installed if not each.extra} <= names
    assert names.isdisjoint({"pyvoip", "pytest", "playwright", "octodns"})


# The service


@pytest.fixture(scope="module")
def service() -> dict[str, str]:
    """The last value of each setting of the unit."""
    parser = RawConfigParser(strict=False, interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign]  # settings of systemd have capitals
    parser.read(UNIT, encoding="utf-8")
    return dict(parser["Service"])


@pytest.mark.integration
def test_systemd_finds_the_service_little_exposed() -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("needs systemd-analyze")
    ran = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", "--threshold=20", "--no-pager", str(UNIT)],  # noqa: S607
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    found = re.search(r"Overall exposure level for \S+: ([\d.]+)", ran.stdout)
    assert found, ran.stdout + ran.stderr
    assert float(found[1]) <= MOST_EXPOSED


def test_the_service_is_an_ordinary_user_who_writes_to_the_state_alone(service: dict[str, str]) -> None:
    assert service["User"] == "housephone"
    assert (service["CapabilityBoundingSet"], service["NoNewPrivileges"]) == ("", "yes")
    assert (service["ProtectSystem"], service["ProtectHome"]) == ("strict", "yes")
    assert (service["StateDirectory"], service["StateDirectoryMode"]) == ("housephone", "0700")
    assert (service["UMask"], service["LimitCORE"]) == ("0077", "0")
    assert not {"ReadWritePaths", "EnvironmentFile", "Environment"} & service.keys()


def test_the_service_gets_what_it_needs(service: dict[str, str]) -> None:
    """Netlink tells the telephone stack the machine's own addresses, /tmp takes its scratch files."""
    assert set(service["RestrictAddressFamilies"].split()) == {"AF_UNIX", "AF_INET", "AF_INET6", "AF_NETLINK"}
    assert service["PrivateTmp"] == "yes"
    assert service["Type"] == "notify"
    assert int(service["TimeoutStopSec"]) > 15, "a stop may take 15 seconds"
    assert service["KillMode"] == "mixed", "the telephone stack ends its calls in order"
    assert service["Restart"] == "on-failure", "also where the system ended it, as by SIGBUS"
    assert int(service["RestartSec"]) <= 10
    assert service["ExecReload"].startswith("/bin/sh "), "a small Debian has no /bin/kill"


# The container


@pytest.fixture(scope="module")
def stages() -> list[list[tuple[str, str]]]:
    """The instructions of each stage, those over several lines as one."""
    text = re.sub(r"^\s*#.*\n", "", CONTAINER.read_text(encoding="utf-8"), flags=re.MULTILINE)
    lines = re.sub(r"\\\n\s*", " ", text).splitlines()
    instructions = [(word, rest.strip()) for word, _, rest in (line.partition(" ") for line in lines if line)]
    starts = [number for number, (word, _) in enumerate(instructions) if word == "FROM"]
    return [instructions[a:b] for a, b in zip(starts, [*starts[1:], None], strict=True)]


def test_the_container_is_nobody_and_asks_for_its_own_health(stages: list[list[tuple[str, str]]]) -> None:
    _, last = stages
    by_word = dict(last)
    user, _, group = by_word["USER"].partition(":")
    assert int(user) > 0, "by number, so that whoever runs it can see that it is not root"
    assert int(group) > 0
    words = [word for word, _ in last]
    assert words.index("USER") < words.index("ENTRYPOINT")
    assert "/livez" in by_word["HEALTHCHECK"]
    assert by_word["VOLUME"] == '["/var/lib/housephone"]'
    assert (by_word["ENTRYPOINT"], by_word["CMD"]) == ('["reconcile"]', '["run"]'), (
        "no shell takes the signals"
    )


def test_the_container_holds_what_was_locked_and_neither_builders_nor_the_gpl(
    stages: list[list[tuple[str, str]]],
) -> None:
    build, last = stages
    installs = [rest for word, rest in build if word == "RUN"]
    assert all("--require-hashes" in each or "--no-index" in each for each in installs)
    assert "pyvoip" not in " ".join(rest.lower() for _, rest in (*build, *last))
    copied = [rest for word, rest in last if word in {"COPY", "ADD"}]
    assert copied == ["--from=build /opt/housephone /opt/housephone"]
    assert not [rest for word, rest in (*build, *last) if word in {"ARG", "ENV"} and "SECRET" in rest.upper()]


def test_every_image_that_it_stands_on_is_named_with_its_version(stages: list[list[tuple[str, str]]]) -> None:
    for (word, image), *_ in stages:
        assert word == "FROM"
        assert re.match(r"docker\.io/library/python:\$\{PYTHON\}-slim-\w+", image)


def test_a_linter_of_container_files_has_nothing_to_say() -> None:
    hadolint = shutil.which("hadolint")
    if hadolint is None:
        pytest.skip("needs hadolint")
    ran = subprocess.run([hadolint, str(CONTAINER)], capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stdout) == (0, "")


def test_a_hotels_own_files_get_into_no_image() -> None:
    """A checkout may hold them where somebody tries it out."""
    first, *rules = [
        line
        for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
        if line and not line.startswith("#")
    ]
    assert first == "*"
    let_in = {rule.removeprefix("!") for rule in rules if rule.startswith("!")}
    assert let_in.isdisjoint({"housephone.yaml", "rooms", "secrets", "state", "tests", ".git", "**"})


def test_all_that_the_wheel_is_made_of_gets_into_the_image() -> None:
    """The guide, too, which the wheel takes from docs."""
    wheel = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["hatch"]["build"][
        "targets"
    ]["wheel"]
    let_in = {
        line.removeprefix("!")
        for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
        if line.startswith("!")
    }
    assert {*wheel["packages"], *wheel["force-include"]} <= let_in


# The Debian package


def test_the_debian_package_asks_nothing_and_its_scripts_are_right() -> None:
    scripts = [DEBIAN / name for name in ("postinst", "prerm", "postrm")]
    for script in scripts:
        assert "read " not in script.read_text(encoding="utf-8")
        subprocess.run(["/bin/sh", "-n", script], check=True)
    assert "db_input" not in "".join(script.read_text(encoding="utf-8") for script in scripts)


def test_the_debian_package_holds_what_was_locked_and_nothing_under_the_gpl() -> None:
    build = re.sub(r"\\\n\s*", "", (DEBIAN / "build").read_text(encoding="utf-8"))
    installs = re.findall(r"install --no-compile .*", build)
    assert len(installs) == 2
    assert "--require-hashes" in installs[0]
    assert "packaging/runtime.lock" in installs[0]
    assert "--no-index" in installs[1]
    assert "pyvoip" not in build.lower()


WITHOUT_NEW_CODE = """
import asyncio, ctypes, mmap, sys
from drivers.sip.setup import Account, Setup

if ctypes.CDLL(None).prctl(65, 1, 0, 0, 0):
    sys.exit("no such kernel")
try:
    mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    sys.exit("nothing is refused")
except PermissionError:
    pass

from drivers.sip.baresip.stack import BaresipStack

class Listener:
    def tell(self, message): pass
    def heard(self, call, pcm): pass

async def work():
    account = Account("9001", password="x")
    setup = Setup("baresip", "127.0.0.1", 9, (account,), local_address="127.0.0.1", local_port=0)
    stack = BaresipStack(setup, Listener())
    await stack.start()
    assert await stack.alive()
    await stack.stop()

asyncio.run(work())
print("worked")
"""


@pytest.mark.skipif(sys.platform != "linux", reason="prctl is Linux's")
def test_the_telephone_stack_works_where_no_memory_may_be_written_and_then_run(
    service: dict[str, str],
) -> None:
    """As under the unit: the kernel's own switch (PR_SET_MDWE, Linux 6.3) refuses what systemd's filter does."""
    assert service["MemoryDenyWriteExecute"] == "yes"
    command = [sys.executable, "-c", WITHOUT_NEW_CODE]
    ran = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    if "no such kernel" in ran.stderr:
        pytest.skip("needs Linux 6.3")
    assert ran.stdout == "worked\n", ran.stderr


def test_where_shares_are_mounted_is_seen_also_without_the_rest_of_proc(service: dict[str, str]) -> None:
    """ProcSubset=pid leaves what belongs to processes; documents on a share are found by looking."""
    assert service["ProcSubset"] == "pid"
    assert MOUNTS.parts[:3] == ("/", "proc", "self")
