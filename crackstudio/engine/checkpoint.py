"""Checkpoints: the proposing network's weights and a card in one safetensors file. No pickle anywhere.

A second kind of file, the run's state, holds every network, every optimiser and the random state, so that a run
continues where it was after a stop or a kill.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import safetensors
import torch
from safetensors.torch import save as to_bytes
from torch import Tensor
from torch.optim import Optimizer

from crackstudio.core.errors import CheckpointError, SettingError
from crackstudio.core.runs import CheckpointCard
from crackstudio.engine.cards import config_from
from crackstudio.engine.method import Method
from crackstudio.engine.methods import method_class
from crackstudio.project.atomic import write_bytes

FORMAT = 1
_CARD = "crackstudio.card"
_STATE = "crackstudio.state"


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a run was when its state was saved."""

    step: int
    seconds: float


def save_checkpoint(path: Path, method: Method, card: CheckpointCard) -> None:
    """Write the proposing network and its card as one file, atomically."""
    weights = _on_cpu(method.networks()[method.proposer()].state_dict())
    write_bytes(path, to_bytes(weights, {_CARD: msgspec.json.encode(card).decode()}))


def read_card(path: Path) -> CheckpointCard:
    """The card alone, without the weights. Raises CheckpointError."""
    metadata, _ = _read(path, tensors=False)
    if _CARD not in metadata:
        raise CheckpointError(f"{path} is no CrackStudio checkpoint: it has no card. Choose another file.")
    try:
        card = msgspec.json.decode(metadata[_CARD], type=CheckpointCard)
    except msgspec.DecodeError as error:
        raise CheckpointError(f"The card of {path} is damaged ({error}). Choose another checkpoint.") from error
    if card.format > FORMAT:
        raise CheckpointError(f"{path} was written by a newer CrackStudio. Update CrackStudio to use it.")
    return card


def load_method(path: Path) -> tuple[Method, CheckpointCard]:
    """The method a checkpoint was trained with, ready to propose on the CPU. Raises CheckpointError."""
    card = read_card(path)
    try:
        kind = method_class(card.method)
        method = kind(config_from(kind, card.settings))
    except SettingError as error:
        raise CheckpointError(f"{path} cannot be used by this CrackStudio: {error}") from error
    _give_weights(path, method, to=method.networks()[method.proposer()].load_state_dict)
    return method, card


def start_from(method: Method, path: Path) -> None:
    """Take the weights of a checkpoint of the same method and size. Raises CheckpointError."""
    card = read_card(path)
    if card.method != method.card.key:
        raise CheckpointError(
            f"{path} was trained by {card.method}, and this run is {method.card.key}. "
            "Start from a checkpoint of the same method."
        )
    _give_weights(path, method, to=method.take_over)


def save_state(path: Path, method: Method, progress: Progress) -> None:
    """Everything a run needs to continue, atomically."""
    tensors, metadata = state_of(method)
    tensors["random"] = torch.get_rng_state()
    if torch.cuda.is_available():
        tensors["random.cuda"] = torch.cuda.get_rng_state()
    metadata[_STATE] = json.dumps({"step": progress.step, "seconds": progress.seconds, "softened": method.softened})
    write_bytes(path, to_bytes(tensors, metadata))


def load_state(path: Path, method: Method) -> Progress:
    """Put networks, optimisers and random state back, as soft as they were. Raises CheckpointError."""
    metadata, tensors = _read(path, tensors=True)
    try:
        put_back(method, tensors, metadata)
        torch.set_rng_state(tensors["random"])
        if "random.cuda" in tensors and torch.cuda.is_available():
            torch.cuda.set_rng_state(tensors["random.cuda"])
        state = json.loads(metadata[_STATE])
        for _ in range(state.get("softened", 0)):
            method.soften()
        return Progress(step=state["step"], seconds=state["seconds"])
    except (KeyError, ValueError, TypeError, AttributeError, RuntimeError) as error:
        raise CheckpointError(
            f"{path} does not fit this run ({error}). Its best checkpoint is whole: start a new run from that."
        ) from error


def state_of(method: Method) -> tuple[dict[str, Tensor], dict[str, str]]:
    """Copies of all networks and optimisers on the CPU, flat: what the guard rolls back to, and what is saved."""
    tensors: dict[str, Tensor] = {}
    metadata: dict[str, str] = {}
    for name, network in method.networks().items():
        tensors |= {f"network/{name}/{key}": value for key, value in _on_cpu(network.state_dict()).items()}
    for name, optimiser in method.optimisers().items():
        state = optimiser.state_dict()
        for index, slots in state["state"].items():
            tensors |= {f"optimiser/{name}/{index}/{slot}": _copied(value) for slot, value in slots.items()}
        metadata[f"optimiser/{name}"] = json.dumps(state["param_groups"])
    return tensors, metadata


def put_back(method: Method, tensors: Mapping[str, Tensor], metadata: Mapping[str, str]) -> None:
    """The inverse of `state_of`."""
    for name, network in method.networks().items():
        network.load_state_dict(_below(f"network/{name}/", tensors))
    for name, optimiser in method.optimisers().items():
        slots: dict[int, dict[str, Tensor]] = {}
        for key, value in _below(f"optimiser/{name}/", tensors).items():
            index, slot = key.split("/")
            slots.setdefault(int(index), {})[slot] = value.clone()  # an optimiser works on what it is given
        groups = json.loads(metadata[f"optimiser/{name}"])
        _load_optimiser(optimiser, slots, groups)


def _load_optimiser(optimiser: Optimizer, slots: Mapping[int, Mapping[str, Tensor]], groups: list[Any]) -> None:
    for group in groups:  # JSON turned tuples such as betas into lists
        group |= {key: tuple(value) for key, value in group.items() if isinstance(value, list) and key != "params"}
    optimiser.load_state_dict({"state": dict(slots), "param_groups": groups})


def _give_weights(path: Path, method: Method, *, to: Callable[[dict[str, Tensor]], object]) -> None:
    _, weights = _read(path, tensors=True)
    try:
        to(weights)
    except RuntimeError as error:
        what = re.sub(r"\s+", " ", str(error))[:200]
        raise CheckpointError(
            f"The weights in {path} do not fit {method.card.title} with these settings ({what}). "
            "Use the settings it was trained with."
        ) from error


def _read(path: Path, *, tensors: bool) -> tuple[dict[str, str], dict[str, Tensor]]:
    try:
        with safetensors.safe_open(path, framework="pt") as file:
            found = {key: file.get_tensor(key) for key in file.keys()} if tensors else {}  # noqa: SIM118 - no mapping
            return dict(file.metadata() or {}), found
    except FileNotFoundError as error:
        raise CheckpointError(f"There is no checkpoint at {path}.") from error
    except (OSError, safetensors.SafetensorError) as error:
        raise CheckpointError(
            f"{path} is damaged or no checkpoint ({error}). Nothing of it was used; choose another file."
        ) from error


def _below(prefix: str, tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    return {key.removeprefix(prefix): value for key, value in tensors.items() if key.startswith(prefix)}


def _on_cpu(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    return {key: _copied(value) for key, value in state.items()}


def _copied(value: Tensor | float) -> Tensor:
    # safetensors refuses views and strides: a plain contiguous copy
    return torch.as_tensor(value).detach().to("cpu", copy=True).contiguous()
