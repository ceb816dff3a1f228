"""What was read of an image becomes an image on the desk: with an editor of its mask, and one of its tile tags."""

from PySide6.QtCore import QObject

from crackstudio.project.project import Project
from crackstudio.studio.bringing_back import bring_back
from crackstudio.studio.canvas.pyramid import ImagePyramid
from crackstudio.studio.loading import Loaded, kind_of
from crackstudio.studio.mask_editor import MaskEditor, ProposalSource
from crackstudio.studio.shelf import OpenImage
from crackstudio.studio.tile_editor import TileEditor


def laid(
    project: Project, identity: int, loaded: Loaded, *, proposal_source: ProposalSource, parent: QObject
) -> OpenImage:
    """With the strokes that an earlier sitting left. Raises `MaskError` where mask and picture differ in size."""
    picture = loaded.picture
    editor = MaskEditor(
        picture.height,
        picture.width,
        mask=loaded.mask,
        kind=kind_of(project, project.entry(identity)),
        proposal_source=proposal_source,
        journal=project.journal(identity).append,
    )
    editor.setParent(parent)
    brought = None if loaded.left is None else bring_back(editor, loaded.left)
    return OpenImage(
        id=identity,
        picture=picture,
        digest=loaded.digest,
        editor=editor,
        tiles=_tiles_of(project, identity, picture, editor),
        brought=brought,
    )


def _tiles_of(project: Project, identity: int, picture: ImagePyramid, editor: MaskEditor) -> TileEditor:
    book = project.tiles
    tiles = TileEditor(
        book.tags(identity, width=picture.width, height=picture.height),
        side=book.side,
        undo_stack=editor.undo_stack,
        keep=lambda tags: book.keep(identity, tags),
    )
    tiles.setParent(editor)
    return tiles
