"""Answers that took long, kept beside the project: lines of JSON, one for each image, the last one counts.

They are no part of the project: what is lost or damaged is worked out again.
"""

import contextlib
from collections.abc import Mapping
from pathlib import Path
from typing import Generic, TypeVar

import msgspec

from crackstudio.project import atomic

Answer = TypeVar("Answer")
Moment = tuple[int | float | str, ...]
"""Sizes and times of files, thresholds: what an answer was given for. Another one needs another answer."""

SPARE_LINES = 1000
"""Overtaken ones that may stay in a file beside as many as there are that count."""


class _Line(msgspec.Struct, frozen=True, array_like=True, gc=False):
    name: str
    moment: Moment
    answer: msgspec.Raw


class KeptAnswers(Generic[Answer]):
    """By the name of the image. One thread at a time; the file is read when the first one is asked for."""

    def __init__(self, path: Path, kind: type[Answer]) -> None:
        self._path = path
        self._decoder = msgspec.json.Decoder(kind)
        self._lines: dict[str, _Line] | None = None

    def get(self, name: str, moment: Moment) -> Answer | None:
        """What was answered for this very moment."""
        line = self._known().get(name)
        if line is None or line.moment != moment:
            return None
        try:
            return self._decoder.decode(line.answer)
        except msgspec.DecodeError:
            return None

    def put(self, answers: Mapping[str, tuple[Moment, Answer]]) -> None:
        """Keep them; on a disk that takes nothing just now they are kept in memory."""
        known = self._known()
        lines = [
            _Line(name, moment, msgspec.Raw(msgspec.json.encode(answer))) for name, (moment, answer) in answers.items()
        ]
        known.update({line.name: line for line in lines})
        if lines and self._path.parent.parent.is_dir():  # a drive that was pulled out is not made anew
            with contextlib.suppress(OSError):
                self._path.parent.mkdir(exist_ok=True)
                with self._path.open("ab") as file:
                    file.write(msgspec.json.Encoder().encode_lines(lines))

    def _known(self) -> dict[str, _Line]:
        if self._lines is None:
            self._lines = {}
            with contextlib.suppress(OSError):
                self._read()
        return self._lines

    def _read(self) -> None:
        assert self._lines is not None
        read, decoder = 0, msgspec.json.Decoder(_Line)
        with self._path.open("rb") as file:
            for text in file:  # one by one, as below: nobody waits for Python's lock
                read += 1
                with contextlib.suppress(msgspec.DecodeError):  # a line that a kill or a full disk has cut off
                    line = decoder.decode(text)
                    self._lines[line.name] = msgspec.structs.replace(line, answer=line.answer.copy())
        if read > 2 * len(self._lines) + SPARE_LINES:
            whole = b"".join(msgspec.json.encode(line) + b"\n" for line in self._lines.values())
            atomic.write_bytes(self._path, whole)
