"""The record of a run as a page: everything a lab would keep, escaped, and a person's notes left alone."""

from html.parser import HTMLParser

import numpy as np
import pytest

from crackstudio.core import wire
from crackstudio.core.errors import RunError
from crackstudio.core.runs import RunSpec, Snapshot
from crackstudio.project import rasters
from crackstudio.project.run_folder import RunFolder
from crackstudio.project.run_report import write_report

SPEC = RunSpec(
    method="unet", preset="paper", settings={"width": 8}, seed=3, steps=60, purpose="Is <b>paper</b> better?"
)


class Page(HTMLParser):
    """What a browser would find: the text, the pictures, and that every tag is closed."""

    void = frozenset({"meta", "img", "!doctype"})

    def __init__(self):
        super().__init__()
        self.words, self.pictures, self.open = [], [], []

    def handle_starttag(self, tag, attrs):
        if tag == "img":
            self.pictures.append(dict(attrs)["src"])
        elif tag not in self.void:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        pass

    def handle_endtag(self, tag):
        while self.open and self.open.pop() != tag:
            pass

    def handle_data(self, data):
        self.words.append(data)

    @property
    def text(self):
        return " ".join(" ".join(self.words).split())


@pytest.fixture
def run(tmp_path):
    run = RunFolder(tmp_path / "运行 1")
    run.path.mkdir()
    run.write_request(SPEC, Snapshot(items=(), digest="d1g357"), folder=tmp_path)
    run.append(wire.Started(device="cpu", precision="float32", parameters=1234, images=2))
    for step in range(0, 70, 10):
        picture = f"previews/0-crack-map-{step}.png"
        rasters.write_png(run.path / picture, np.zeros((4, 4), np.uint8))
        run.append(wire.Stepped(step=step, losses={"bce": 1 / (step + 1), "gone": None}, seconds=step))
        run.append(wire.PreviewSaved(step=step, probe="a<b>.png", pictures={"crack map": picture}))
        run.append(wire.Scored(step=step, scores={"iou": step / 100}, threshold=0.4, best=step < 60, state="healthy"))
    run.append(wire.GuardChanged(step=20, state="drifting", words="attention is fading"))
    run.append(wire.Finished(step=60, checkpoint="checkpoints/best.safetensors"))
    run.close()
    return run


def page_of(run):
    page = Page()
    page.feed(write_report(run).read_text(encoding="utf-8"))
    return page


def test_it_has_what_a_lab_would_keep(run):
    page = page_of(run)
    told = (
        "Is <b>paper</b> better?",
        "运行 1",
        "finished",
        "cpu, float32",
        "1,234 weights",
        "d1g357",
        "python",
        "step 50",
        "Loss (logarithmic)",
    )
    told += ("iou", "0.500", "100%", "attention is fading", "preset", "paper", "width", "crackstudio train", "Analysis")
    assert [words for words in told if words not in page.text] == []
    assert run.record().who in page.text


def test_previews_are_of_the_first_the_middle_and_the_last_stage(run):
    page = page_of(run)
    assert page.pictures == [f"previews/0-crack-map-{step}.png" for step in (0, 30, 60)]
    assert all((run.path / picture).exists() for picture in page.pictures)


def test_notes_are_shown_and_never_written_over(run):
    write_report(run)
    notes = run.path / "notes.txt"
    assert "Analysis" in notes.read_text()
    notes.write_text("Analysis\n\nToo <few> steps.\n", encoding="utf-8")
    assert "Too <few> steps." in page_of(run).text
    assert notes.read_text(encoding="utf-8") == "Analysis\n\nToo <few> steps.\n"


def test_a_run_that_has_told_nothing_has_a_page_too(tmp_path):
    run = RunFolder(tmp_path / "r")
    run.path.mkdir()
    run.write_request(SPEC, Snapshot(items=(), digest="d"), folder=tmp_path)
    assert "It was not scored yet." in page_of(run).text


def test_what_is_no_run_is_said(tmp_path):
    with pytest.raises(RunError, match="missing or damaged"):
        write_report(RunFolder(tmp_path))
    assert not list(tmp_path.iterdir())
