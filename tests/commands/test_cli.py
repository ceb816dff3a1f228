"""The command line as a person meets it: real processes, exit codes, one clear line."""

import json
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

from crackstudio.imaging.synthesis import draw


def crackstudio(*words: str | Path, **variables: str) -> subprocess.CompletedProcess[str]:
    import os

    return subprocess.run(
        [sys.executable, "-m", "crackstudio", *map(str, words)],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        env={**os.environ, "COLUMNS": "200", **variables},
    )


def write(path: Path, picture: np.ndarray) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    assert cv2.imwrite(str(path), picture)
    return path


def test_a_failure_is_one_line_and_exit_code_1(tmp_path: Path) -> None:
    done = crackstudio(tmp_path / "nowhere")
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.startswith("crackstudio: ")
    assert done.stderr.count("\n") == 1
    assert "is not there" in done.stderr


def test_wrong_usage_is_exit_code_2() -> None:
    assert crackstudio("synth").returncode == 2
    assert crackstudio("evaluate", "a", "b", "--threshold", "3").returncode == 2


def test_a_mistyped_command_is_named() -> None:
    done = crackstudio("propsoe", "photos", "--out", "maps")
    assert done.returncode == 2
    assert "crackstudio propose" in done.stderr


def test_version() -> None:
    assert crackstudio("--version").stdout.startswith("crackstudio 0.")


def test_synth_draws_images_with_masks_of_the_same_size(tmp_path: Path) -> None:
    out = tmp_path / "drawn images"
    assert crackstudio("synth", out, "--count", "4", "--seed", "3", "--size", "96").returncode == 0
    cracked, intact = sorted((out / "cracked").iterdir()), sorted((out / "intact").iterdir())
    assert len(cracked) == len(intact) == 2
    for path in cracked + intact:
        image, mask = cv2.imread(str(path)), cv2.imread(str(out / "masks" / path.name), cv2.IMREAD_GRAYSCALE)
        assert image.shape == (96, 96, 3)
        assert mask.shape == (96, 96)
        assert set(np.unique(mask)) <= {0, 255}
        assert mask.any() == (path.parent.name == "cracked")
    assert np.array_equal(cv2.imread(str(cracked[1]))[..., ::-1], draw((3, 2), cracked=True, height=96, width=96).image)


def test_synth_overwrites_nothing(tmp_path: Path) -> None:
    crackstudio("synth", tmp_path, "--count", "1", "--size", "64")
    before = (tmp_path / "cracked" / "00000.png").read_bytes()
    again = crackstudio("synth", tmp_path, "--count", "1", "--seed", "9", "--size", "64")
    assert again.returncode == 1
    assert "nothing was written" in again.stderr
    assert (tmp_path / "cracked" / "00000.png").read_bytes() == before


def test_synth_names_the_surfaces_there_are(tmp_path: Path) -> None:
    done = crackstudio("synth", tmp_path, "--count", "1", "--surface", "cheese")
    assert done.returncode == 2
    assert "asphalt" in done.stderr


@pytest.fixture
def truth(tmp_path: Path) -> Path:
    mask = np.zeros((40, 50), np.uint8)
    mask[20:23] = 255
    write(tmp_path / "truth" / "a.png", mask)
    write(tmp_path / "truth" / "b.png", np.zeros((40, 50), np.uint8))
    return tmp_path / "truth"


def test_evaluate_scores_binary_maps_without_a_threshold(tmp_path: Path, truth: Path) -> None:
    for name in ("a.png", "b.png"):
        write(tmp_path / "maps" / name, cv2.imread(str(truth / name), cv2.IMREAD_GRAYSCALE))
    done = crackstudio("evaluate", tmp_path / "maps", truth, "--json")
    assert done.returncode == 0, done.stderr
    scores = json.loads(done.stdout)
    assert scores["iou"] == scores["f1_tol2"] == 1
    assert scores["images"] == 2
    assert scores["baselines"]["all_background"]["iou"] == 0


def test_evaluate_refuses_greys_without_a_threshold(tmp_path: Path, truth: Path) -> None:
    write(tmp_path / "maps" / "a.png", np.linspace(0, 255, 2000).reshape(40, 50).astype(np.uint8))
    refused = crackstudio("evaluate", tmp_path / "maps", truth)
    assert refused.returncode == 1
    assert "--threshold" in refused.stderr
    given = crackstudio("evaluate", tmp_path / "maps", truth, "--threshold", "0.5", "--json")
    assert json.loads(given.stdout)["threshold"] == 0.5


def test_evaluate_refuses_another_size(tmp_path: Path, truth: Path) -> None:
    write(tmp_path / "maps" / "a.png", np.zeros((8, 8), np.uint8))
    done = crackstudio("evaluate", tmp_path / "maps", truth)
    assert done.returncode == 1
    assert "8 x 8" in done.stderr


def test_evaluate_refuses_an_ambiguous_mask(tmp_path: Path, truth: Path) -> None:
    write(tmp_path / "maps" / "deep" / "c.png", np.zeros((8, 8), np.uint8))
    for folder in ("x", "y"):
        write(truth / folder / "c.png", np.zeros((8, 8), np.uint8))
    done = crackstudio("evaluate", tmp_path / "maps", truth)
    assert done.returncode == 1
    assert "could have any of these masks" in done.stderr


def test_doctor_finds_this_machine_fit() -> None:
    done = crackstudio("doctor", "--json")
    findings = {finding["what"]: finding for finding in json.loads(done.stdout)["findings"]}
    assert done.returncode == 0, done.stdout
    assert findings["Qt"]["health"] == "good"
    assert "torch" in findings["Engine"]["found"]


def test_the_studio_without_a_display_says_what_works(tmp_path: Path) -> None:
    done = crackstudio(tmp_path, DISPLAY="", WAYLAND_DISPLAY="")
    assert done.returncode == 1
    assert "no display" in done.stderr


def test_methods_lists_every_card() -> None:
    cards = json.loads(crackstudio("methods", "--json").stdout)["methods"]
    assert {"attention-cyclegan", "segdec", "unet"} <= {card["key"] for card in cards}
    assert all(setting["help"] for card in cards for setting in card["settings"])


def test_a_place_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    done = crackstudio("synth", tmp_path / "file" / "out", "--count", "1", "--size", "64")
    assert done.returncode == 1
    assert done.stderr.startswith("crackstudio: ")
    assert done.stderr.count("\n") == 1
