"""How a run that broke says so: what happened, what was kept, what to do."""

import traceback

import torch

from crackstudio.core.errors import CrackStudioError
from crackstudio.core.wire import Failed


def failure(error: Exception, *, step: int, checkpoint: str | None) -> Failed:
    """`checkpoint` is the best one, where the run has come to have one."""
    kept = "The best checkpoint was kept." if checkpoint else "No checkpoint was written yet."
    if isinstance(error, CrackStudioError):
        message = str(error)
    elif is_out_of_memory(error):
        message = f"The memory ran out at step {step}. {kept} Make the setting tile or batch smaller and retrain."
    else:
        message = f"Training broke at step {step}: {error or type(error).__name__}. {kept} The log has the details."
    cause = "".join(traceback.format_exception(error))
    return Failed(message=message, cause=cause, step=step, checkpoint=checkpoint)


def is_out_of_memory(error: Exception) -> bool:
    """Whether it says that there is no memory left, on a GPU or beside it."""
    # on the CPU torch raises a bare RuntimeError
    words = ("not enough memory", "can't allocate memory", "out of memory")
    return isinstance(error, MemoryError | torch.OutOfMemoryError) or any(word in str(error) for word in words)
