"""What was painted on a picture whose file holds one of another size now: kept aside, and told."""

from dataclasses import dataclass

from crackstudio.core.errors import MaskError
from crackstudio.core.images import MaskKind
from crackstudio.imaging.tiled_mask import TiledMask
from crackstudio.project.project import Project
from crackstudio.studio.language import tr
from crackstudio.studio.shelf import OpenImage


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsaved:
    """A mask that is on no disk as it is."""

    mask: TiledMask
    kind: MaskKind


def unsaved_of(image: OpenImage) -> Unsaved | None:
    """None where there is no mask."""
    return Unsaved(mask=image.editor.snapshot(), kind=image.editor.kind) if image.editor.touched else None


def part_with(project: Project, unsaved: Unsaved | None, image: int) -> None:
    """A mask on disk is kept aside by whoever reads it next. Off the main thread. Raises `FolderError`."""
    if unsaved is not None:
        try:
            project.save_mask(image, unsaved.mask.to_array(), unsaved.kind)
        except MaskError as error:  # it does not fit
            project.report(str(error))
    project.set_strokes_aside(image, why=tr("The picture has another size now."))
    project.flush()
