"""What is remembered between sittings."""

from pathlib import Path

from crackstudio.studio.settings import RECENTS, Scheme, Settings


def test_recent_folders_are_unique_newest_first_and_few(tmp_path):
    settings = Settings(tmp_path / "a" / "studio.ini")
    for number in range(RECENTS + 3):
        settings.remember_folder(Path(f"/data/größe {number}"))
    settings.remember_folder(Path("/data/größe 5"))
    settings.sync()
    again = Settings(tmp_path / "a" / "studio.ini")
    assert again.recents()[0] == Path("/data/größe 5")
    assert len(again.recents()) == len(set(again.recents())) == RECENTS
    again.forget_folder(Path("/data/größe 5"))
    assert Path("/data/größe 5") not in again.recents()


def test_look_and_brush_survive(tmp_path):
    settings = Settings(tmp_path / "studio.ini")
    assert settings.scheme is Scheme.SYSTEM
    settings.scheme, settings.brush_size = Scheme.LIGHT, 40
    settings.sync()
    again = Settings(tmp_path / "studio.ini")
    assert (again.scheme, again.brush_size) == (Scheme.LIGHT, 40)


def test_a_damaged_file_gives_the_defaults(tmp_path):
    (tmp_path / "studio.ini").write_text("[General]\nlook=purple\nbrush_size=wide\nrecents=\n")
    settings = Settings(tmp_path / "studio.ini")
    assert (settings.scheme, settings.brush_size, settings.recents()) == (Scheme.SYSTEM, 12, ())
