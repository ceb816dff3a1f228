"""`proposals.json`: what lies beside a folder of crack maps, so that nobody has to guess their threshold."""

from pathlib import Path

import msgspec

from crackstudio.core.errors import ScoreError
from crackstudio.project.atomic import write_bytes
from crackstudio.project.digest import digest_of

NAME = "proposals.json"


class ProposedMap(msgspec.Struct, frozen=True, kw_only=True):
    """One crack map: `image` it was made of (absolute), `score` how unsure it is, `share` of pixels over the threshold.

    `cracked` is the probability that the image is cracked, where the method has one.
    """

    image: str
    score: float
    share: float
    cracked: float | None = None


class ProposalsFile(msgspec.Struct, frozen=True, kw_only=True):
    """`maps` by path relative to the folder. `digest` is the SHA-256 of the checkpoint's file.

    `digests` are those of the maps' files, by the same paths: a file that differs was changed since.
    """

    threshold: float
    method: str
    checkpoint: str
    digest: str
    binary: bool = False
    maps: dict[str, ProposedMap]
    digests: dict[str, str] = msgspec.field(default_factory=dict)


def write(folder: Path, proposals: ProposalsFile) -> None:
    """Write `proposals.json` into `folder`, atomically."""
    write_bytes(folder / NAME, msgspec.json.format(msgspec.json.encode(proposals), indent=1))


def untouched(folder: Path) -> dict[str, str]:
    """The digests of the maps that are as `propose` wrote them, by name. Raises `ScoreError`, `RasterError`."""
    beside = read(folder)
    made = beside.digests if beside else {}
    return {name: digest for name, digest in made.items() if _holds(folder / name, digest)}


def read(folder: Path) -> ProposalsFile | None:
    """The folder's `proposals.json`, or None where there is none. Raises `ScoreError` for a damaged one."""
    path = folder / NAME
    if not path.exists():
        return None
    try:
        return msgspec.json.decode(path.read_bytes(), type=ProposalsFile)
    except msgspec.DecodeError as error:
        raise ScoreError(
            f"{path} is damaged ({error}). Propose again, or name a threshold with --threshold."
        ) from error


def _holds(path: Path, digest: str) -> bool:
    return path.exists() and digest_of(path) == digest
