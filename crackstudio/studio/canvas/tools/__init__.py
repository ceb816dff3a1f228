"""The tools of the canvas, one file each; a new one is a file and a line here."""

from crackstudio.studio.canvas.tools.brush import BrushTool
from crackstudio.studio.canvas.tools.eraser import EraserTool
from crackstudio.studio.canvas.tools.hand import HandTool
from crackstudio.studio.canvas.tools.proposal_brush import ProposalBrushTool
from crackstudio.studio.canvas.tools.tool import Tool, ToolKey


def make_tools() -> dict[ToolKey, Tool]:
    """A set of tools for one canvas."""
    return {tool.key: tool for tool in (BrushTool(), EraserTool(), ProposalBrushTool(), HandTool())}
