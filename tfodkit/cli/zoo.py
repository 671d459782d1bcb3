"""``tfodkit zoo``: the published checkpoints of the TensorFlow 2 model zoo, in a cache on this machine."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

Names = Annotated[list[str], typer.Argument(help="Models by their template's or their archive's name.", metavar="NAME")]
Cache = Annotated[
    Path | None,
    typer.Option(help="Where models are kept; unless given, $TFODKIT_CACHE/zoo or tfodkit/zoo in your cache folder."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print all of it as JSON.")]

app = typer.Typer(no_args_is_help=True, help="Checkpoints to start from, of the model zoo: list, fetch, remove.")


@app.command("list")
def list_all(cache: Cache = None, as_json: AsJson = False) -> None:
    """List the models of the TensorFlow 2 zoo, and which of them are here.

    Example: tfodkit zoo list
    """
    from tfodkit.reporting.zoo_text import list_lines
    from tfodkit.zoo import list_models
    from tfodkit.zoo.cache import cache_folder

    models = list_models(cache)
    if as_json:
        _print_json([asdict(model) for model in models])
    else:
        typer.echo("\n".join(list_lines(models, cache_folder(cache))))


@app.command("fetch")
def fetch(
    names: Names,
    mirror: Annotated[
        str | None,
        typer.Option(
            help="Fetch from this address, or from this folder of archives or unpacked models; "
            "$TFODKIT_ZOO_MIRROR or the zoo itself unless given."
        ),
    ] = None,
    cache: Cache = None,
    as_json: AsJson = False,
) -> None:
    """Have checkpoints in the cache, whole and checked. A download that breaks off goes on at the next call.

    Example: tfodkit zoo fetch ssd_mobilenet_v2_fpnlite_320x320_coco17
    """
    from tfodkit.cli.download_progress import download_progress
    from tfodkit.reporting.zoo_text import fetched_lines
    from tfodkit.zoo import fetch_model
    from tfodkit.zoo.cache import cache_folder, cached_model
    from tfodkit.zoo.catalogue import zoo_model

    fetched = []
    here = {name: cached_model(zoo_model(name).name, cache_folder(cache)) for name in names}
    for name, found in here.items():
        with download_progress() as watch:
            model = fetch_model(name, mirror=mirror, cache=cache, watch=watch)
        fetched.append(asdict(model))
        if not as_json:
            typer.echo("\n".join(fetched_lines(model, was_here=found is not None)))
    if as_json:
        _print_json(fetched)


@app.command("remove")
def remove(names: Names, cache: Cache = None) -> None:
    """Remove checkpoints from the cache, also those that are here in part. Configs that name them can't train then.

    Example: tfodkit zoo remove ssd_mobilenet_v2_fpnlite_320x320_coco17
    """
    from tfodkit.wording import byte_words
    from tfodkit.zoo import remove_model
    from tfodkit.zoo.catalogue import zoo_model

    for name in [zoo_model(name).name for name in names]:
        count = remove_model(name, cache)
        typer.echo(f"{name}: {f'removed, {byte_words(count)}' if count else 'was not here'}")


def _print_json(values: object) -> None:
    typer.echo(json.dumps(values, default=str, ensure_ascii=False, indent=2))
