"""The figures of each image of the project: of its mask, or of its proposal where it has none."""

import numpy as np

from crackstudio.core.classes import CRACK
from crackstudio.core.figures import MaskFigures
from crackstudio.core.images import ImageEntry, MaskKind
from crackstudio.imaging.counts import level_of
from crackstudio.imaging.measuring import EDITION, figures_of
from crackstudio.project.kept_answers import Moment
from crackstudio.project.project import Project
from crackstudio.studio.finding import Question
from crackstudio.studio.thresholds import threshold_of

_MASK, _PROPOSAL = "mask", "proposal"


class CrackFigures(Question[MaskFigures]):
    """A coarse region has none: it is no crack."""

    topic = f"figures-{EDITION}"
    kind = MaskFigures

    def terms(self, project: Project, entry: ImageEntry) -> Moment | None:
        if entry.mask_kind is MaskKind.EXACT:
            return _MASK, project.sources.mask_writes(entry.name)
        if entry.mask_kind is None and entry.proposed_by is not None:
            level = level_of(threshold_of(project, entry))
            return _PROPOSAL, level, project.sources.proposal_writes(entry.name)
        return None

    def moment(self, project: Project, entry: ImageEntry, terms: Moment) -> Moment | None:
        source, *level, _writes = terms
        if source == _MASK:
            signature = project.sources.mask_signature(entry.name)
        else:
            signature = project.sources.proposal_signature(entry.name)
        return None if signature is None else (source, *level, *signature)

    def answer(self, project: Project, entry: ImageEntry, terms: Moment) -> MaskFigures | None:
        source, *level, _writes = terms
        if source == _MASK:
            return figures_of(project.sources.mask(entry.name))
        crack_map = project.proposals.load(entry.id)
        return None if crack_map is None else figures_of((crack_map >= int(level[0])) * np.uint8(CRACK.id))
