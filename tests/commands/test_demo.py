"""The demo's images: all of them, or none yet."""

from pathlib import Path

import pytest

from crackstudio.commands import demo


def test_images_whose_drawing_was_cut_short_are_drawn_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(demo, "tracked", cut_short)
        with pytest.raises(KeyboardInterrupt):
            demo._drawn(tmp_path / "images", count=4, seed=1)
    folder = demo._drawn(tmp_path / "images", count=4, seed=1)
    assert folder == tmp_path / "images"
    assert len(list(folder.glob("*/*.png"))) == 8
    assert list(tmp_path.iterdir()) == [folder]


def cut_short(things, **_how):
    yield next(iter(things))
    raise KeyboardInterrupt
