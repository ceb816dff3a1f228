"""The display: a stage that is told what to show, and says what it shows."""

from collections.abc import Sequence

from crackstudio.core.classes import DefectClass
from crackstudio.imaging.patch import Pixels
from crackstudio.studio.canvas.pyramid import ImagePyramid
from crackstudio.studio.canvas.stage import Stage
from crackstudio.studio.canvas.weights import WeightRule
from crackstudio.studio.mask_editor import MaskEditor
from crackstudio.studio.tile_editor import TileEditor


class Display(Stage):
    """One image with its mask and maps. `set_image` comes first; editor and maps must be of its size."""

    def set_image(self, image: Pixels | ImagePyramid | None) -> None:
        """Show (H, W, 3) uint8 RGB, or a pyramid of it that was prepared elsewhere; editor and maps are taken off."""
        self.set_pyramid(image if image is None or isinstance(image, ImagePyramid) else ImagePyramid(image))

    def set_editor(self, editor: MaskEditor | None) -> None:
        """Show this mask. Raises `MaskError` where it is not of the image's size."""
        self.scene.set_editor(editor)

    def set_proposal(self, crack_map: Pixels | None) -> None:
        """Show a (H, W) uint8 crack map. Raises `MaskError` where it is not of the image's size."""
        self.scene.set_maps(proposal=crack_map, previous=self.scene.previous)

    def set_previous_proposal(self, crack_map: Pixels | None) -> None:
        """The crack map before the last retrain, for `show_previous`."""
        self.scene.set_maps(proposal=self.scene.proposal, previous=crack_map)

    def set_classes(self, classes: Sequence[DefectClass]) -> None:
        """Names and colours of what can be painted."""
        self.scene.set_classes(classes)

    def set_weighting(self, *, power: float, positive_weight: float, floor: float) -> None:
        """The rule of the weights layer."""
        self.scene.weights.set_rule(WeightRule(power=power, positive_weight=positive_weight, floor=floor))

    @property
    def threshold(self) -> float:
        """In [0, 1]: what of the crack map would be taken."""
        return self.scene.threshold

    @threshold.setter
    def threshold(self, threshold: float) -> None:
        self.scene.set_threshold(threshold)

    @property
    def show_previous(self) -> bool:
        """Whether the crack map before the last retrain is shown in place of the present one."""
        return self.scene.shows_previous

    @show_previous.setter
    def show_previous(self, shows: bool) -> None:
        self.scene.show_previous(shows)

    def peek(self, hides_mask: bool) -> None:
        """Hide the mask, for as long as a key is held."""
        self.scene.peek(hides_mask)

    @property
    def editor(self) -> MaskEditor | None:
        """The mask to paint."""
        return self.scene.editor

    def set_tiles(self, tiles: TileEditor | None) -> None:
        """Show these tile tags."""
        self.scene.set_tiles(tiles)

    @property
    def tiles(self) -> TileEditor | None:
        """The tile tags."""
        return self.scene.tiles

    @property
    def scale(self) -> float:
        """Device pixels per image pixel; 1 without an image."""
        return self.view.scale if self.view is not None else 1.0

    @property
    def picture(self) -> Pixels | None:
        """The image, (H, W, 3) uint8 RGB."""
        return self.scene.picture

    @property
    def proposal(self) -> Pixels | None:
        """The crack map that the proposal brush paints from."""
        return self.scene.proposal
