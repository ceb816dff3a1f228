"""Answers kept beside a project: for one moment only, whole after a kill, small again in time."""

import pytest

from crackstudio.core.figures import Figures, MaskFigures
from crackstudio.project import kept_answers
from crackstudio.project.kept_answers import KeptAnswers

FIGURES = Figures(cracks=1, length=50.1, mean_width=3, max_width=3.25, p95_width=3, area=150)
ANSWER = MaskFigures(classes={1: FIGURES, 7: FIGURES}, scored=2400)
MOMENT = ("mask", 1234, 1_763_650_000_123_456_789)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "kept" / "figures.jsonl"


def kept(path):
    return KeptAnswers(path, MaskFigures)


def test_another_sitting_finds_them_to_the_last_digit(path):
    kept(path).put({"a/裂缝.png": (MOMENT, ANSWER)})
    assert kept(path).get("a/裂缝.png", MOMENT) == ANSWER


def test_another_moment_is_no_answer(path):
    kept(path).put({"a.png": (MOMENT, ANSWER)})
    assert kept(path).get("a.png", ("mask", 1234, MOMENT[2] + 1)) is None
    assert kept(path).get("b.png", MOMENT) is None


def test_the_last_one_counts(path):
    kept(path).put({"a.png": (MOMENT, ANSWER)})
    later = ("proposal", 128, 5, 6)
    kept(path).put({"a.png": (later, ANSWER)})
    assert kept(path).get("a.png", MOMENT) is None
    assert kept(path).get("a.png", later) == ANSWER


def test_a_line_that_was_cut_off_costs_its_answer_alone(path):
    kept(path).put({"a.png": (MOMENT, ANSWER), "b.png": (MOMENT, ANSWER)})
    path.write_bytes(path.read_bytes()[:-20])
    kept(path).put({"c.png": (MOMENT, ANSWER), "d.png": (MOMENT, ANSWER)})
    assert [name for name in "abcd" if kept(path).get(f"{name}.png", MOMENT)] == ["a", "d"]


def test_what_is_no_answer_of_ours_is_worked_out_again(path):
    path.parent.mkdir()
    path.write_bytes(b'\xff\xfe\n["a.png",["mask",1],{"classes":7}]\n[]\n')
    assert kept(path).get("a.png", ("mask", 1)) is None


def test_overtaken_ones_are_swept_out(path, monkeypatch):
    monkeypatch.setattr(kept_answers, "SPARE_LINES", 3)
    for number in range(6):
        kept(path).put({"a.png": ((number,), ANSWER)})
    assert kept(path).get("a.png", (5,)) == ANSWER
    assert path.read_bytes().count(b"\n") == 1
    assert kept(path).get("a.png", (5,)) == ANSWER


def test_a_drive_that_was_pulled_out_is_not_made_anew(tmp_path):
    answers = kept(tmp_path / "gone" / "kept" / "figures.jsonl")
    answers.put({"a.png": (MOMENT, ANSWER)})
    assert answers.get("a.png", MOMENT) == ANSWER
    assert not (tmp_path / "gone").exists()
