"""The error tree. Every message says what happened, what was kept, and what to do.

CrackStudioError
├── ProjectError            the project folder
│   ├── FolderError         a folder is missing, unreadable or read-only
│   ├── ProjectLockedError  another studio has it open
│   └── NewerProjectError   written by a newer CrackStudio
├── RasterError             a picture cannot be decoded or encoded
├── MaskError               a mask does not fit its image
│   └── MaskSizeError       it is of another size
├── CheckpointError         a checkpoint is damaged, foreign or of another method
├── SettingError            a setting is unknown or out of range
├── NeedsError              a method was started without what it needs
├── TableError              a table does not say what it should
├── ScoreError              maps and truth cannot be compared
└── RunError                a run ended without a result
"""


class CrackStudioError(Exception):
    """Something the person at the screen can act on; `str(error)` is shown to them as it is."""


class ProjectError(CrackStudioError):
    """The project folder is not as it should be."""


class FolderError(ProjectError):
    """A folder is missing, unreadable or read-only."""


class ProjectLockedError(ProjectError):
    """Another studio has this project open."""


class NewerProjectError(ProjectError):
    """The project was written by a newer CrackStudio."""


class RasterError(CrackStudioError):
    """A picture cannot be decoded or encoded."""


class MaskError(CrackStudioError):
    """A mask does not fit its image."""


class MaskSizeError(MaskError):
    """A mask is of another size than its image."""


class CheckpointError(CrackStudioError):
    """A checkpoint is damaged, foreign or of another method."""


class SettingError(CrackStudioError):
    """A setting is unknown or out of range."""


class NeedsError(CrackStudioError):
    """A method was started without what it needs."""


class TableError(CrackStudioError):
    """A table does not say what it should."""


class ScoreError(CrackStudioError):
    """Maps and truth cannot be compared."""


class RunError(CrackStudioError):
    """A run ended without a result."""
