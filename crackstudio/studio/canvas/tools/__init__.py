"""The tools of the canvas, one file each; a new one is a file and a line here."""

from crackstudio.studio.canvas.tools.brush import BrushTool
from crackstudio.studio.canvas.tools.eraser import EraserTool
from crackstudio.studio.canvas.tools.fill import FillTool
from crackstudio.studio.canvas.tools.hand import HandTool
from crackstudio.studio.canvas.tools.lasso import LassoTool
from crackstudio.studio.canvas.tools.line import LineTool
from crackstudio.studio.canvas.tools.polygon import PolygonTool
from crackstudio.studio.canvas.tools.proposal_brush import ProposalBrushTool
from crackstudio.studio.canvas.tools.tiles import TilesTool
from crackstudio.studio.canvas.tools.tool import Tool, ToolKey
from crackstudio.studio.canvas.tools.trace import TraceTool
from crackstudio.studio.canvas.tools.wand import WandTool

_TOOLS = (
    BrushTool,
    EraserTool,
    ProposalBrushTool,
    TraceTool,
    LineTool,
    PolygonTool,
    FillTool,
    WandTool,
    LassoTool,
    TilesTool,
    HandTool,
)


def make_tools() -> dict[ToolKey, Tool]:
    """A set of tools for one canvas."""
    return {tool.key: tool() for tool in _TOOLS}
