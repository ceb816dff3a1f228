"""Which device, at which precision, and why a GPU lies idle."""

import sys

import pytest
import torch

from crackstudio.core.errors import SettingError
from crackstudio.engine import device
from crackstudio.engine.device import Place, Precision, choose_place, gpu_hint, settle_threads


def test_auto_is_a_device_that_works() -> None:
    place = choose_place()
    assert torch.zeros(1, device=place.device).sum() == 0
    assert place.name


@pytest.mark.parametrize("name", ["cuda:99", "toaster"])
def test_a_device_that_is_not_here_is_refused_by_name(name: str) -> None:
    with pytest.raises(SettingError, match=name):
        choose_place(name)


@pytest.mark.parametrize("precision", Precision)
def test_autocast_is_what_the_precision_says(precision: Precision) -> None:
    place = Place(device=torch.device("cpu"), precision=precision)
    with place.autocast():
        made = torch.nn.Linear(2, 2)(torch.ones(1, 2))
    assert str(made.dtype) == f"torch.{precision.value}"


def test_a_gpu_that_this_torch_cannot_use_gets_the_line_that_mends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(device, "_has_nvidia_gpu", lambda: True)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.version, "cuda", None)
    assert sys.executable in gpu_hint()
    assert "https://download.pytorch.org/whl/cu" in gpu_hint()
    monkeypatch.setattr(torch.version, "cuda", "12.8")
    assert "driver" in gpu_hint()


def test_without_a_gpu_nothing_is_amiss(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(device, "_has_nvidia_gpu", lambda: False)
    assert gpu_hint() == ""


@pytest.mark.parametrize(("cores", "threads"), [(1, 1), (2, 2), (3, 2), (8, 7)])
def test_a_core_is_left_to_the_window_where_there_are_enough(
    monkeypatch: pytest.MonkeyPatch, cores: int, threads: int
) -> None:
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    monkeypatch.setattr(device, "_cores", lambda: cores)
    settle_threads()
    assert torch.get_num_threads() == threads
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    settle_threads()
    assert torch.get_num_threads() == 1


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")
def test_a_gpu_has_a_name_and_counts_its_memory() -> None:
    place = choose_place("cuda")
    assert place.name
    assert place.used_memory_mib() is not None
