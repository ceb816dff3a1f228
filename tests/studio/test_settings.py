"""What is remembered between sittings."""

from pathlib import Path

from crackstudio.studio.own_keys import KeyMap
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


def test_own_keys_are_kept_for_each_preset(tmp_path):
    settings = Settings(tmp_path / "studio.ini")
    assert settings.keymap == KeyMap()
    own = KeyMap(own={"brush": ("B", ",", "Ctrl+Alt+["), "flag": (), "of_tomorrow": ("J",)})
    settings.keymap = own
    settings.keymap = KeyMap(preset="napari", own={"fit": ("=",)})
    settings.sync()
    again = Settings(tmp_path / "studio.ini")
    assert again.keymap == KeyMap(preset="napari", own={"fit": ("=",)})
    again.preset = "default"
    assert again.keymap == own
    again.keymap = KeyMap()
    assert again.keymap.own == {}


def test_keys_written_by_hand_do_no_harm(tmp_path):
    (tmp_path / "studio.ini").write_text(
        "[General]\nkeys=default\n[own_keys]\ndefault\\brush=Q, R\ndefault\\flag=nonsense\n"
    )
    keymap = Settings(tmp_path / "studio.ini").keymap
    assert (keymap.keys_of("brush"), keymap.keys_of("flag")) == (("Q", "R"), ())
