"""Which device a run uses, at which precision, on how many threads, and why a GPU lies idle."""

import os
import shutil
import subprocess
import sys
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from enum import StrEnum

import torch
from torch import nn

from crackstudio.core.errors import SettingError


class Precision(StrEnum):
    """What the forward and backward pass compute in; weights stay float32."""

    FLOAT32 = "float32"
    BFLOAT16 = "bfloat16"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A device and the precision that is fast on it."""

    device: torch.device
    precision: Precision

    @property
    def name(self) -> str:
        """For a person, e.g. `NVIDIA H200` or `CPU, 2 threads`."""
        if self.device.type == "cuda":
            return torch.cuda.get_device_name(self.device)
        if self.device.type == "mps":
            return "Apple GPU"
        threads = torch.get_num_threads()
        return "CPU, 1 thread" if threads == 1 else f"CPU, {threads} threads"

    def autocast(self) -> AbstractContextManager[object]:
        """The context a step or a crack map runs in."""
        if self.precision is Precision.FLOAT32:
            return nullcontext()
        return torch.autocast(self.device.type, dtype=torch.bfloat16)

    def used_memory_mib(self) -> float | None:
        """What torch holds on a GPU; None on the CPU."""
        if self.device.type == "cuda":
            return torch.cuda.memory_reserved(self.device) / 2**20
        if self.device.type == "mps":
            return torch.mps.driver_allocated_memory() / 2**20
        return None


def choose_place(name: str = "auto") -> Place:
    """`auto` takes CUDA, then MPS, then the CPU. Raises SettingError for a device that is not here."""
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "mps" if torch.backends.mps.is_available() else "cpu"
    try:
        device = torch.device(name)
        torch.empty(1, device=device)
    except (RuntimeError, AssertionError) as error:  # torch asserts where it was built without CUDA
        raise SettingError(f"There is no device {name!r} here. {gpu_hint() or 'Choose auto or cpu.'}") from error
    return Place(device=device, precision=_fast_precision(device))


def put(network: nn.Module, place: Place) -> None:
    """Onto the device, channels-last: 1.4 to 9 times faster for depthwise blocks on a CPU, no slower for the others."""
    network.to(place.device, memory_format=torch.channels_last)  # type: ignore[call-overload]


def settle_threads() -> None:
    """Of an engine beside a window: all cores but one for it, but two at least where there are two.

    One thread on two cores would train at half the speed; at low priority two leave the window its time as well.
    """
    cores = _cores()
    asked = os.environ.get("OMP_NUM_THREADS", "")
    torch.set_num_threads(int(asked) if asked.isdigit() else max(min(2, cores), cores - 1))


def gpu_hint() -> str:
    """Why a GPU is unused and the line that mends it; empty where nothing is amiss."""
    if torch.cuda.is_available() or torch.backends.mps.is_available() or not _has_nvidia_gpu():
        return ""
    if torch.version.cuda is None:
        return (
            "An NVIDIA GPU is here, but this torch was built for the CPU. Mend it with: "
            f'"{sys.executable}" -m pip install --force-reinstall torch --index-url https://download.pytorch.org/whl/cu128'
        )
    return "An NVIDIA GPU is here, but torch cannot use it: its driver is too old or not loaded. Update the driver."


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _fast_precision(device: torch.device) -> Precision:
    """bfloat16 where the hardware multiplies it: measured 1.7 to 2 times float32 on a CPU with AVX512-BF16.

    Older GPUs stay at float32: float16 would need loss scaling inside every method.
    """
    if device.type == "cuda":
        return Precision.BFLOAT16 if torch.cuda.is_bf16_supported(including_emulation=False) else Precision.FLOAT32
    if device.type == "cpu" and _cpu_multiplies_bfloat16():
        return Precision.BFLOAT16
    return Precision.FLOAT32


def _cpu_multiplies_bfloat16() -> bool:
    has: dict[str, bool] = getattr(torch.cpu, "get_capabilities", dict)()  # from torch 2.10 on
    return bool(has.get("avx512_bf16") or has.get("amx_bf16"))


def _has_nvidia_gpu() -> bool:
    program = shutil.which("nvidia-smi")
    if not program:
        return os.path.exists("/proc/driver/nvidia/version")  # noqa: PTH110 - a device file, not a path of ours
    try:
        listing = subprocess.run([program, "-L"], capture_output=True, text=True, timeout=5, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return "GPU 0" in listing.stdout
