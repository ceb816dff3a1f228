"""`crackstudio propose`: a crack map for every image of a folder, with the threshold beside them."""

import contextlib
import json as json_text
import shutil
from collections import Counter
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

import numpy as np
from rich.console import Console

from crackstudio.commands.progress import tracked
from crackstudio.core import locations, wire
from crackstudio.core.errors import CheckpointError, FolderError, RasterError, RunError
from crackstudio.core.runs import CheckpointCard
from crackstudio.imaging.counts import level_of
from crackstudio.project import proposals_file, rasters
from crackstudio.project.atomic import replace
from crackstudio.project.digest import digest_of
from crackstudio.project.proposals_file import ProposalsFile, ProposedMap
from crackstudio.project.run_folder import checkpoint_at
from crackstudio.project.walk import Walk, require_folder

INCOMING = ".incoming"
"""Below the folder of the maps: where each is made, until it is moved to its place."""


def propose_command(folder: Path, *, out: Path, model: Path | None, binary: bool, device: str, json: bool) -> None:
    """Propose and print what came of it. Raises `RunError` where some images could not be read: the others are done."""
    proposals, problems = propose_folder(folder, out=out, model=model, binary=binary, device=device)
    if json:
        told = {"out": str(out), "maps": len(proposals.maps), "threshold": proposals.threshold}
        print(json_text.dumps({**told, "checkpoint": proposals.checkpoint, "problems": problems}))
    else:
        count, thing = len(proposals.maps), "mask" if binary else "crack map"
        words = f"{count} {thing}{'s' if count != 1 else ''} in {out}, threshold {proposals.threshold:.3f}"
        words += f", by {proposals.checkpoint}" if model else ", by the starter (--model names another network)"
        Console(highlight=False, soft_wrap=True).print(words)
    if problems:
        first = next(iter(problems.values()))
        raise RunError(f"{len(problems)} of {len(problems) + len(proposals.maps)} images were left out. {first}")


def propose_folder(
    folder: Path, *, out: Path, model: Path | None = None, binary: bool = False, device: str = "auto"
) -> tuple[ProposalsFile, dict[str, str]]:
    """Write `out/<relative path>.png` for every image and `proposals.json`; returns that and the problems by image.

    Raises `FolderError` without images, or where `out` holds pictures that are no crack maps of an earlier time;
    `CheckpointError` for a checkpoint that cannot be used.
    """
    checkpoint = checkpoint_at(model) if model else locations.starter()
    if not checkpoint.is_file():
        raise CheckpointError(
            "There is no starter network in this installation. Name a checkpoint or a run with --model."
        )
    require_folder(folder)
    pages = _pages(folder, skip=out)
    if not pages:
        raise FolderError(f"There are no images in {folder} (JPEG, PNG, BMP, WebP, GIF, TIFF). Nothing was done.")
    names = _names_of_maps([name for name, _, _ in pages])
    own = _own_digests(out)
    from crackstudio.engine.proposer import Proposer

    proposer = Proposer(checkpoint, device=device)
    wanted = [
        wire.ImageToPropose(id=index, image=str(image), page=page, out=str(out / INCOMING / names[index]))
        for index, (_, image, page) in enumerate(pages)
    ]
    proposals = _without_maps(proposer.card, checkpoint, binary=binary, digests=own)
    problems: dict[str, str] = {}
    try:
        with contextlib.closing(proposer.propose(wanted)) as events:
            for event in tracked(events, total=len(wanted), words="Proposing"):
                name = names[event.id]
                if isinstance(event, wire.ProposalFailed):
                    problems[pages[event.id][0]] = event.message
                elif not _is_ours(out, name, proposals.digests):
                    problems[pages[event.id][0]] = f"{out / name} was changed meanwhile, and left as it is."
                else:
                    proposals.digests[name] = _put(event, out / name, binary=binary)
                    proposals.maps[name] = ProposedMap(
                        image=wanted[event.id].image, score=event.score, share=event.share, cracked=event.cracked
                    )
    finally:  # what is cut short knows its threshold and its files, and can be done again
        shutil.rmtree(out / INCOMING, ignore_errors=True)
        proposals_file.write(out, proposals)
    return proposals, problems


def _own_digests(out: Path) -> dict[str, str]:
    """Of the maps in `out`, by name. Raises `FolderError` where there are others, or some that were changed since."""
    if not out.is_dir():
        return {}
    own = proposals_file.untouched(out)
    strangers = [found.path for files in Walk(out) for found in files if found.path not in own]
    if strangers:
        raise FolderError(
            f"{out} holds {len(strangers)} pictures that are no untouched crack maps of an earlier time "
            f"({strangers[0]}). Nothing was done; choose another folder for --out."
        )
    return own


def _is_ours(out: Path, name: str, digests: Mapping[str, str]) -> bool:
    """Whether the place of a map is free, or holds what `propose` wrote there."""
    return not (out / name).exists() or digest_of(out / name) == digests.get(name)


def _put(made: wire.Proposed, target: Path, *, binary: bool) -> str:
    """Move a map to its place; returns its digest."""
    path = Path(made.out)
    if binary:
        crack_map = rasters.read_mask(path)
        rasters.write_png(path, np.where(crack_map >= level_of(made.threshold), np.uint8(255), np.uint8(0)))
    digest = digest_of(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    replace(path, target)
    return digest


def _pages(folder: Path, *, skip: Path) -> list[tuple[str, Path, int]]:
    """Name, file and page of every image below the folder."""
    found = [file.path for files in Walk(folder.absolute(), skip=skip.absolute()) for file in files]
    return [
        (f"{path}#{page}" if page else path, (folder / path).absolute(), page)
        for path in found
        for page in range(_page_count(folder / path))
    ]


def _page_count(path: Path) -> int:
    try:
        return rasters.page_count(path)
    except RasterError:
        return 1  # the proposer will say what is wrong with it


def _names_of_maps(names: list[str]) -> list[str]:
    """`road/7.jpg` -> `road/7.png`; where another image has that stem, `road/7.jpg.png`."""
    stems = [_stem(name) for name in names]
    count = Counter(stems)
    return [f"{stem if count[stem] == 1 else name}.png" for name, stem in zip(names, stems, strict=True)]


def _stem(name: str) -> str:
    path, hash_sign, page = name.partition("#")
    return f"{PurePosixPath(path).with_suffix('')}{hash_sign}{page}"


def _without_maps(card: CheckpointCard, checkpoint: Path, *, binary: bool, digests: Mapping[str, str]) -> ProposalsFile:
    return ProposalsFile(
        threshold=card.threshold,
        method=card.method,
        checkpoint=str(checkpoint.absolute()),
        digest=digest_of(checkpoint),
        binary=binary,
        maps={},
        digests=dict(digests),
    )
