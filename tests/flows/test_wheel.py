"""The wheel works outside the checkout, installed alone, with resources and models inside."""

import json
import os
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[2]


def run(*words: str | Path, cwd: Path) -> str:
    done = subprocess.run(
        [str(word) for word in words], cwd=cwd, capture_output=True, text=True, check=False, timeout=240, env=_clean()
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def _clean() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "VIRTUAL_ENV")}


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment of its own with the wheel; the packages it stands on are reached through a .pth."""
    folder = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder, cwd=CHECKOUT)
    (wheel,) = folder.glob("*.whl")
    run(sys.executable, "-m", "venv", folder / "env", cwd=folder)
    binaries = folder / "env" / ("Scripts" if os.name == "nt" else "bin")
    run(binaries / "python", "-m", "pip", "install", "--no-deps", "--no-index", wheel, cwd=folder)
    where = "import sysconfig; print(sysconfig.get_path('purelib'))"
    own = Path(run(binaries / "python", "-c", where, cwd=folder).strip())
    (own / "third_party.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return binaries


@pytest.mark.flow
def test_the_wheel_carries_the_code_resources_and_models(installed: Path, tmp_path: Path) -> None:
    code = (
        "from crackstudio.core import locations as l; import crackstudio as c; "
        "print(c.__file__, l.resources().is_dir(), l.starter().is_file(), l.starter())"
    )
    said = run(installed / "python", "-c", code, cwd=tmp_path)
    assert str(CHECKOUT / "crackstudio") not in said
    assert said.split()[1:3] == ["True", "True"]


@pytest.mark.flow
def test_doctor_and_propose_run_from_the_wheel(installed: Path, tmp_path: Path) -> None:
    findings = json.loads(run(installed / "crackstudio", "doctor", "--json", cwd=tmp_path))["findings"]
    assert all(finding["health"] != "bad" for finding in findings)
    run(installed / "crackstudio", "synth", "drawn", "--count", "2", "--size", "128", cwd=tmp_path)
    run(installed / "crackstudio", "propose", "drawn/cracked", "--out", "maps", cwd=tmp_path)
    beside = json.loads((tmp_path / "maps" / "proposals.json").read_text())
    assert 0 < beside["threshold"] < 1
    assert len(beside["maps"]) == len(list((tmp_path / "maps").glob("*.png"))) == 1
