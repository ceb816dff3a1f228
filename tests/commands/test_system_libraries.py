"""What Qt lacks is named with the one line that mends it."""

import pytest

from crackstudio.commands import system_libraries


def test_a_missing_library_is_named_with_its_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", "linux")
    lacking = {"libEGL.so.1", "libxcb-cursor.so.0"}
    monkeypatch.setattr(system_libraries, "_loads", lambda library: library not in lacking)
    assert system_libraries.missing_packages(window=False) == ["libegl1"]
    with pytest.raises(system_libraries.MissingLibrariesError, match=r"apt-get install .*libegl1 libxcb-cursor0"):
        system_libraries.require_libraries(window=True)


def test_a_library_that_is_not_there_does_not_load() -> None:
    assert not system_libraries._loads("libnosuchthing.so.9")
