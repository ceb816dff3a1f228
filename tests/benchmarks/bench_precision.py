"""A training step as `engine.device` has it, against plain float32: `python tests/benchmarks/bench_precision.py`.

Processor time of one thread, so that it holds on a busy machine too. `--compile` takes torch.compile in as well, which
is no row: its first steps alone take minutes.
"""

import argparse
import sys
import time
from contextlib import AbstractContextManager, nullcontext

import torch
from report import exit_code, row

from crackstudio.engine.cards import config_from
from crackstudio.engine.device import Precision, choose_place, put
from crackstudio.engine.method import Method, Sample, Stream
from crackstudio.engine.methods import methods

STEPS, PROGRESS = 4, 0.3
BAR = 1.1


def built(key: str) -> Method:
    """A fresh method on the CPU, in training."""
    torch.manual_seed(0)
    method = methods()[key](config_from(methods()[key], {}))
    for network in method.networks().values():
        network.train()
    return method


def batch_of(method: Method, form: torch.memory_format) -> dict[Stream, Sample]:
    """Noise of the size that it asks for."""
    return {stream: _noise(stream, count, method.feed().size, form) for stream, count in method.streams().items()}


def _noise(stream: Stream, count: int, size: tuple[int, int], form: torch.memory_format) -> Sample:
    cracked = float(stream is not Stream.INTACT)
    masks = (torch.rand(count, 1, *size) > 0.9).float() * cracked
    return Sample(
        images=torch.rand(count, 3, *size).to(memory_format=form),
        cracked=torch.full((count,), cracked),
        masks=masks,
        weights=torch.ones_like(masks),
        has_mask=torch.ones(count, dtype=torch.bool),
    )


def seconds_a_step(
    method: Method, context: AbstractContextManager[object], form: torch.memory_format = torch.channels_last
) -> float:
    """Of processor time, after two steps that warm up."""
    batch = batch_of(method, form)
    with context:
        for _ in range(2):
            method.train_step(batch, PROGRESS)
        began = time.thread_time()
        for _ in range(STEPS):
            method.train_step(batch, PROGRESS)
        return (time.thread_time() - began) / STEPS


def main() -> int:
    """0 where the bars hold."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("methods", nargs="*", default=["attention-cyclegan", "unet"])
    parser.add_argument("--compile", action="store_true")
    asked = parser.parse_args()
    torch.set_num_threads(1)
    place = choose_place("cpu")
    for key in asked.methods:
        plain, chosen = seconds_a_step(built(key), nullcontext(), torch.contiguous_format), built(key)
        for network in chosen.networks().values():
            put(network, place)
        quick = seconds_a_step(chosen, place.autocast())
        what = f"training {key}: a step as {place.precision} and channels-last, times as fast as float32"
        row(what, plain / quick, BAR if place.precision is Precision.BFLOAT16 else 0.9, "x", at_least=True)
        if asked.compile:
            for network in chosen.networks().values():
                network.compile()
            began = time.perf_counter()
            compiled = seconds_a_step(chosen, place.autocast())
            took = time.perf_counter() - began
            print(
                f"   float32 {plain:.3f} s, chosen {quick:.3f}, compiled {compiled:.3f} s a step, {took:.0f} s in all"
            )
    return exit_code()


if __name__ == "__main__":
    sys.exit(main())
