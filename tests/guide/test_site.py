"""The guide can be built as a site, and the generator finds no link that leads nowhere."""

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_site_is_built_with_every_page_and_no_warning(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "docs", tmp_path / "docs")
    shutil.copy(ROOT / "zensical.toml", tmp_path)
    command = [sys.executable, "-c", "from zensical.main import cli; cli()", "build", "--strict"]
    built = subprocess.run(command, cwd=tmp_path, check=False, capture_output=True, text=True)
    assert built.returncode == 0, built.stdout + built.stderr
    site = tmp_path / "build" / "site"
    pages = {
        path.relative_to(tmp_path / "docs").with_suffix("") for path in (tmp_path / "docs").rglob("*.md")
    }
    assert [
        str(page) for page in pages if page.name != "index" and not (site / page / "index.html").is_file()
    ] == []
    assert (site / "index.html").is_file()
