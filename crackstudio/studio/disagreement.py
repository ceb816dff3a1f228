"""How far two networks disagree on an image: the share of pixels on which their proposals differ."""

import numpy as np

from crackstudio.core.images import ImageEntry
from crackstudio.imaging.counts import level_of
from crackstudio.project.kept_answers import Moment
from crackstudio.project.project import Project
from crackstudio.studio.finding import Question
from crackstudio.studio.thresholds import threshold_of


class Disagreement(Question[float]):
    """In [0, 1], each proposal at its threshold; of images that have a present and a previous one."""

    topic = "disagreement"
    kind = float

    def terms(self, project: Project, entry: ImageEntry) -> Moment | None:
        if entry.proposed_by is None:
            return None
        now, before = threshold_of(project, entry), project.proposals.previous_threshold(entry.id)
        return level_of(now), level_of(before), project.sources.proposal_writes(entry.name)

    def moment(self, project: Project, entry: ImageEntry, terms: Moment) -> Moment | None:
        now = project.sources.proposal_signature(entry.name)
        before = project.sources.proposal_signature(entry.name, previous=True)
        return None if now is None or before is None else (*terms[:2], *now, *before)

    def answer(self, project: Project, entry: ImageEntry, terms: Moment) -> float | None:
        now, before = project.proposals.load(entry.id), project.proposals.load_previous(entry.id)
        if now is None or before is None or now.shape != before.shape:
            return None
        level, level_before, _ = map(int, terms)
        return float(np.count_nonzero((now >= level) != (before >= level_before))) / now.size
