"""The runs of a project: what there is to train on, frozen for each of them."""

import shutil
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TypeVar

from crackstudio.core.errors import RunError
from crackstudio.core.runs import RunSpec, Snapshot, Stock
from crackstudio.project.catalogue import Catalogue
from crackstudio.project.contents import Contents
from crackstudio.project.layout import HOME_NAME, Layout
from crackstudio.project.masks import MaskStore
from crackstudio.project.run_folder import RunFolder, new_run
from crackstudio.project.snapshot import build_snapshot, drafts_of_project, in_doubt
from crackstudio.project.stock import count_stock

_Asked = TypeVar("_Asked")


class Runs:
    """Asking for the stock or a folder is instant; all else reads and writes the disk, off the main thread."""

    def __init__(
        self, folder: Path, layout: Layout, *, catalogue: Catalogue, masks: MaskStore, contents: Contents
    ) -> None:
        self._folder, self._layout = folder, layout
        self._catalogue, self._masks, self._contents = catalogue, masks, contents

    def stock(self) -> Stock:
        """What there is to train on."""
        return count_stock(self._catalogue.images())

    def all(self) -> list[RunFolder]:
        """Every run, the oldest first."""
        return [RunFolder(record.parent) for record in sorted(self._layout.runs.glob("*/run.json"))]

    def folder(self, run_id: str) -> RunFolder:
        """The folder of a run, wherever it stands; instant, nothing is read."""
        return RunFolder(self._layout.runs / run_id)

    def create(self, spec: RunSpec, *, stop: threading.Event | None = None) -> RunFolder:
        """A run folder with its snapshot and `run.json`, ready for an engine.

        Raises `RunError` as `freeze` does. A folder left half-made is taken away: it holds nothing but copies.
        """
        run = new_run(self._layout.runs, spec.method)
        try:
            snapshot = self.freeze(run, stop=stop)
            home = self._layout.home
            elsewhere = None if home == self._folder.absolute() / HOME_NAME else home
            run.write_request(spec, snapshot, folder=self._folder, project=elsewhere)
        except BaseException:
            shutil.rmtree(run.path, ignore_errors=True)
            raise
        return run

    def freeze(self, run: RunFolder, *, stop: threading.Event | None = None) -> Snapshot:
        """Copy the confirmed masks and write `snapshot.json`; files not seen yet are hashed.

        So are those written since the last scan: a mask whose file holds another picture now is not confirmed any more.
        Raises `RunError` at the next image after `stop` is set.
        """
        doubtful = in_doubt(_until(stop, self._catalogue.images()), folder=self._folder)
        written = {entry.id: self._contents.digest(entry) for entry in _until(stop, doubtful)}
        self._contents.renew({image: digest for image, digest in written.items() if digest is not None})
        drafts = drafts_of_project(
            _until(stop, self._catalogue.images()),
            folder=self._folder,
            masks=self._masks,
            run=run,
            digest=self._contents.first_digest,
        )
        return build_snapshot(drafts, run)


def _until(stop: threading.Event | None, images: Iterable[_Asked]) -> Iterator[_Asked]:
    for image in images:
        if stop is not None and stop.is_set():
            raise RunError("The run was given up before it began. Nothing of it was kept; start it anew.")
        yield image
