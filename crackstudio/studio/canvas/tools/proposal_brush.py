"""The proposal brush: paints only where the proposal reaches the threshold under the brush. The fastest correction."""

from crackstudio.imaging.taking import Where
from crackstudio.studio.canvas.tools.brush import BrushTool
from crackstudio.studio.canvas.tools.tool import Easel, Pointer, ToolKey
from crackstudio.studio.language import tr


class ProposalBrushTool(BrushTool):
    """Without a proposal it paints nothing; erasing works everywhere."""

    key = ToolKey.PROPOSAL_BRUSH
    uses_map = True

    @property
    def hint(self) -> str:
        return tr("Paint what the proposal holds over the threshold · right-drag or Ctrl erases")

    def press(self, easel: Easel, pointer: Pointer) -> None:
        if easel.proposal is not None:
            self.begin(easel, pointer, where=Where(crack_map=easel.proposal, threshold=easel.threshold))
        elif pointer.erases:
            self.begin(easel, pointer)
