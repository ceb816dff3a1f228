"""The journal: what is appended is there after a kill; what is damaged is dropped, and only that."""

import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crackstudio.project import frames
from crackstudio.project.journal import Journal

PAYLOADS = st.lists(st.binary(max_size=60), max_size=8)


class AtOnce:
    """A writer that does what it is given at once, or never."""

    def __init__(self):
        self.waiting = None

    def do(self, _key, act, *, last=False):
        if self.waiting is None:
            act()
        else:
            self.waiting.append(act)


@pytest.fixture
def writer():
    return AtOnce()


@pytest.fixture
def new_journal(tmp_path, writer):
    """A journal as a new session makes it."""
    return lambda: Journal(tmp_path / "j" / "a.journal", writer=writer, aside=lambda: tmp_path / "aside")


@given(PAYLOADS, st.data())
def test_any_truncation_gives_a_prefix(tmp_path_factory, payloads, data):
    path = tmp_path_factory.mktemp("cut") / "a.journal"
    whole = b"".join(map(frames.framed, payloads))
    cut = data.draw(st.integers(0, len(whole)))
    path.write_bytes(whole[:cut])
    records, position = frames.read(path)
    assert records == payloads[: len(records)]
    assert len(b"".join(map(frames.framed, records))) == position <= cut
    assert len(records) == len(payloads) or cut < len(b"".join(map(frames.framed, payloads[: len(records) + 1])))


@given(PAYLOADS, st.binary(max_size=40), PAYLOADS)
def test_what_is_written_behind_a_damaged_tail_can_be_read(tmp_path_factory, before, tail, after):
    path = tmp_path_factory.mktemp("tail") / "a.journal"
    path.write_bytes(b"".join(map(frames.framed, before)) + tail)
    kept = frames.read(path)[0]
    journal = Journal(path, writer=AtOnce(), aside=lambda: path.with_name("aside"))
    for payload in after:
        journal.append(payload)
    assert journal.read() == kept + after
    assert kept[: len(before)] == before


def test_zeros_after_a_power_cut_are_no_records(tmp_path):
    path = tmp_path / "a.journal"
    path.write_bytes(frames.framed(b"stroke") + bytes(64))
    assert frames.read(path)[0] == [b"stroke"]


def test_a_changed_byte_ends_the_record_and_all_behind_it(tmp_path):
    path = tmp_path / "a.journal"
    data = bytearray(b"".join(map(frames.framed, [b"one", b"two", b"three"])))
    data[len(frames.framed(b"one")) + 9] ^= 1
    path.write_bytes(data)
    assert frames.read(path)[0] == [b"one"]


@given(PAYLOADS, st.data())
def test_clearing_drops_what_the_mark_covers_and_nothing_else(tmp_path_factory, payloads, data):
    path = tmp_path_factory.mktemp("clear") / "a.journal"
    journal = Journal(path, writer=AtOnce(), aside=lambda: path.with_name("aside"))
    marks = [journal.mark()]
    for payload in payloads:
        journal.append(payload)
        marks.append(journal.mark())
    upto = data.draw(st.integers(0, len(payloads)))
    journal.clear(marks[upto])
    journal.clear(marks[upto])
    assert journal.read() == payloads[upto:]
    journal.append(b"more")
    assert journal.read() == [*payloads[upto:], b"more"]


def test_strokes_still_in_memory_are_read_and_a_save_covers_them_too(writer, new_journal):
    writer.waiting = []
    journal = new_journal()
    journal.append(b"one")
    journal.append(b"two")
    assert journal.read() == [b"one", b"two"]
    journal.clear(journal.mark())
    journal.append(b"three")
    acts, writer.waiting = writer.waiting, None
    for act in acts:
        act()
    assert journal.read() == [b"three"]


def test_strokes_of_a_killed_session_that_nobody_read_are_kept_aside(tmp_path, new_journal):
    new_journal().append(b"lost?")
    later = new_journal()
    later.append(b"new")
    later.clear(later.mark())
    assert frames.read(tmp_path / "aside")[0] == [b"lost?", b"new"]
    assert new_journal().read() == []


def test_strokes_of_a_killed_session_that_were_read_are_covered_by_the_save(tmp_path, new_journal):
    new_journal().append(b"recovered")
    later = new_journal()
    assert later.read() == [b"recovered"]
    later.clear(later.mark())
    assert not (tmp_path / "aside").exists()
    assert later.read() == []


def test_appending_never_waits_for_the_disk(new_journal):
    journal = new_journal()
    with journal._disk:
        thread = threading.Thread(target=lambda: (setattr(journal._writer, "waiting", []), journal.append(b"stroke")))
        thread.start()
        thread.join(timeout=5)
        assert not thread.is_alive()


def test_a_disk_that_takes_only_a_part_leaves_the_file_as_it_was(tmp_path, monkeypatch):
    path = tmp_path / "a.journal"
    frames.append(path, [b"one"])
    before = path.read_bytes()

    class Short:
        def __init__(self, file):
            self._file = file

        def __enter__(self):
            return self

        def __exit__(self, *_args):
            self._file.close()

        def write(self, data):
            return self._file.write(data[: len(data) // 2])

        def __getattr__(self, name):
            return getattr(self._file, name)

    opened = type(path).open
    monkeypatch.setattr(type(path), "open", lambda self, *args, **how: Short(opened(self, *args, **how)))
    with pytest.raises(OSError, match="space"):
        frames.append(path, [b"two"])
    monkeypatch.undo()
    assert path.read_bytes() == before
