"""The commands. Each imports its wing only when it runs; an unknown first word is a folder for the studio.

Exit codes: 0 done, 1 failed with one clear line on stderr, 2 wrong usage.
"""

import difflib
import sys
from pathlib import Path
from typing import Annotated

import typer

from crackstudio import __version__
from crackstudio.core.errors import CrackStudioError, SettingError

app = typer.Typer(
    add_completion=False,
    no_args_is_help=False,
    pretty_exceptions_enable=False,
    help="Masks of cracks and defects you can stand by. Without a command it opens the studio.",
)

Json = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


def main() -> None:
    """The entry point of `crackstudio` and `python -m crackstudio`."""
    words = sys.argv[1:]
    commands = {command.name or command.callback.__name__ for command in app.registered_commands if command.callback}
    try:
        if not words or (words[0] not in commands and words[0] not in ("--help", "--version")):
            _require_no_typo(words, commands)
            words = ["open", *words]
        app(words, prog_name="crackstudio")
    except CrackStudioError as error:
        sys.stderr.write(f"crackstudio: {error}\n")
        raise SystemExit(2 if isinstance(error, SettingError) else 1) from error
    except OSError as error:  # a full disk, a permission, a file where a folder should be
        sys.stderr.write(f"crackstudio: {error.strerror or error}{f': {error.filename}' if error.filename else ''}\n")
        raise SystemExit(1) from error
    except KeyboardInterrupt:
        raise SystemExit(130) from None


def _require_no_typo(words: list[str], commands: set[str]) -> None:
    meant = difflib.get_close_matches(words[0], commands, n=1) if words and not Path(words[0]).exists() else []
    if meant:
        raise SettingError(f"there is no command and no folder {words[0]!r}. Did you mean `crackstudio {meant[0]}`?")


@app.callback(invoke_without_command=True)
def version(show: Annotated[bool, typer.Option("--version", help="Print the version.")] = False) -> None:
    """Print the version when asked."""
    if show:
        print(f"crackstudio {__version__}")
        raise typer.Exit


@app.command("open")
def open_command(
    folder: Annotated[Path | None, typer.Argument(help="A folder of images.", show_default=False)] = None,
    project: Annotated[
        Path | None,
        typer.Option(help="Keep the project here instead of FOLDER/.crackstudio, e.g. where FOLDER is read-only."),
    ] = None,
) -> None:
    """Open the studio."""
    from crackstudio.commands.open import open_studio

    raise typer.Exit(open_studio(folder, project=project))


@app.command()
def demo(
    offscreen: Annotated[
        Path | None, typer.Option(help="Drive the window without a display and leave pictures and demo.json here.")
    ] = None,
) -> None:
    """Open the studio on drawn images; without a display it walks the whole loop by itself and leaves pictures."""
    from crackstudio.commands.demo import run_demo

    raise typer.Exit(run_demo(offscreen))


@app.command()
def synth(
    out: Annotated[Path, typer.Argument(help="Where OUT/cracked, OUT/intact and OUT/masks go.")],
    count: Annotated[int, typer.Option(min=1, help="Images, every other one cracked.")],
    seed: Annotated[int, typer.Option(min=0, help="The same seed draws the same images.")] = 0,
    size: Annotated[int, typer.Option(min=32, max=8192, help="Side of an image in px.")] = 256,
    surface: Annotated[
        list[str] | None,
        typer.Option(help="asphalt, concrete, plaster, steel, sandstone, masonry, terrazzo; repeatable."),
    ] = None,
) -> None:
    """Draw cracks on drawn surfaces, with exact masks."""
    from crackstudio.commands.progress import tracked
    from crackstudio.commands.synth import surfaces_named, synthesise

    drawn = synthesise(out, count=count, seed=seed, height=size, width=size, surfaces=surfaces_named(surface or []))
    for _ in tracked(drawn, total=count, words="Drawing"):
        pass
    print(f"{count} images in {out}/cracked and {out}/intact, their masks in {out}/masks.")


@app.command()
def train(
    folder: Annotated[Path, typer.Argument(help="A folder of images, tagged by its sub-folders, or a project.")],
    method: Annotated[str, typer.Option(help="See `crackstudio methods`.")],
    preset: Annotated[str | None, typer.Option(help="Settings under a name, e.g. a paper's.")] = None,
    settings: Annotated[list[str] | None, typer.Option("--set", help="name=value; repeatable.")] = None,
    masks: Annotated[Path | None, typer.Option(help="Masks, found by relative path, then by stem.")] = None,
    tiles: Annotated[
        Path | None,
        typer.Option(help="CSV of tagged areas: image, left, top, width, height (or side) in px, tag."),
    ] = None,
    project: Annotated[Path | None, typer.Option(help="Where the project is kept, if not in FOLDER.")] = None,
    start_from: Annotated[Path | None, typer.Option("--from", help="Start from this checkpoint or run.")] = None,
    seed: Annotated[int, typer.Option(min=0)] = 0,
    minutes: Annotated[float | None, typer.Option(min=0.01, help="Stop after this many minutes of training.")] = None,
    steps: Annotated[int | None, typer.Option(min=1, help="Stop after this many steps.")] = None,
    device: Annotated[str, typer.Option(help="auto, cpu, cuda, cuda:1 or mps.")] = "auto",
    out: Annotated[Path | None, typer.Option(help="The run's folder; a new one in the project otherwise.")] = None,
    json: Json = False,
) -> None:
    """Train a network. With the same seed on the same device the same steps give the same run."""
    from crackstudio.commands.train import TrainRequest, spec_of, train_command

    spec = spec_of(
        method=method,
        preset=preset,
        settings=settings or [],
        start_from=start_from,
        seed=seed,
        minutes=minutes,
        steps=steps,
        device=device,
    )
    request = TrainRequest(folder=folder, spec=spec, masks=masks, tiles=tiles, project=project, out=out)
    train_command(request, json=json)


@app.command()
def propose(
    folder: Annotated[Path, typer.Argument(help="A folder of images.")],
    out: Annotated[Path, typer.Option(help="Where the crack maps and proposals.json go.")],
    model: Annotated[Path | None, typer.Option(help="A checkpoint or a run; the starter otherwise.")] = None,
    binary: Annotated[bool, typer.Option("--binary", help="Masks (0, 255) at the threshold instead of maps.")] = False,
    device: Annotated[str, typer.Option(help="auto, cpu, cuda, cuda:1 or mps.")] = "auto",
    json: Json = False,
) -> None:
    """Propose a crack map for every image of a folder."""
    from crackstudio.commands.propose import propose_command

    propose_command(folder, out=out, model=model, binary=binary, device=device, json=json)


@app.command()
def evaluate(
    maps: Annotated[Path, typer.Argument(help="Crack maps, as `propose` leaves them.")],
    truth: Annotated[Path, typer.Argument(help="Masks, found by relative path, then by stem.")],
    threshold: Annotated[float | None, typer.Option(min=0, max=1, help="Instead of the maps' own.")] = None,
    tolerance: Annotated[int, typer.Option(min=0, max=50, help="In px, for the tolerant scores.")] = 2,
    json: Json = False,
) -> None:
    """Score crack maps against masks at the maps' own threshold."""
    from crackstudio.commands.evaluate import evaluate_command

    evaluate_command(maps, truth, threshold=threshold, tolerance=tolerance, json=json)


@app.command()
def measure(
    masks: Annotated[Path, typer.Argument(help="A folder of masks, or a project's, whose confirmed masks count.")],
    out: Annotated[Path | None, typer.Option(help="Write the table here, as CSV.")] = None,
    json: Json = False,
) -> None:
    """Count cracks and measure their length, width and area, in px: those of each class by itself, unsure left out."""
    from crackstudio.commands.measure import measure_command

    measure_command(masks, out=out, json=json)


@app.command()
def methods(json: Json = False) -> None:
    """What can be trained, what each method needs, its settings and presets."""
    from crackstudio.commands.listings import list_methods

    list_methods(json=json)


@app.command()
def models(
    folder: Annotated[Path | None, typer.Argument(help="Also the runs of this project.", show_default=False)] = None,
    json: Json = False,
) -> None:
    """The checkpoints there are and what their cards say."""
    from crackstudio.commands.listings import list_models

    list_models(folder, json=json)


@app.command()
def doctor(json: Json = False) -> None:
    """Check this machine; says why a GPU is unused and the line that mends it."""
    from crackstudio.commands.doctor import examine

    raise typer.Exit(examine(json=json))


@app.command()
def engine() -> None:
    """Serve commands from stdin, events to stdout: the studio starts this."""
    from crackstudio.engine.serve import main as serve

    raise typer.Exit(serve())
