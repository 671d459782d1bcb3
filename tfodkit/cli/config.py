"""``tfodkit config``: what a config says, how two differ, its learning rates, its augmented pictures, its anchors."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

_DIFFERENT, _UNREADABLE = 1, 2
"""Exit codes of ``diff``, which are those of the program of that name."""

Config = Annotated[str, typer.Argument(help="A pipeline.config, or the name of a template.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print all of it as JSON.")]

app = typer.Typer(no_args_is_help=True, help="Look into configs: show, diff, plot, preview, anchors.")


@app.command("show")
def show(
    config: Config,
    *,
    every: Annotated[
        bool, typer.Option("--all", help="Write out the defaults of the fields that are left out.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Print a config by its parts, each with a line in words: model, training, data, evaluation.

    Example: tfodkit config show pipeline.config --all
    """
    from google.protobuf import json_format

    from tfodkit.config.effective import read_config, with_defaults
    from tfodkit.reporting.config_text import config_lines, config_words

    message = read_config(config)
    if every:
        message = with_defaults(message)
    if as_json:
        values = json_format.MessageToDict(message, preserving_proto_field_name=True)
        _print_json({"words": config_words(message), "config": values})
        return
    typer.echo("\n".join(config_lines(message)))


@app.command("diff")
def diff(a: Config, b: Config, *, as_json: AsJson = False) -> None:
    """Compare two configs field by field; order and comments do not count. Exit 0 if equal, 1 if not, 2 if unreadable.

    Example: tfodkit config diff ssd_mobilenet_v2_320x320_coco17 pipeline.config
    """
    from tfodkit.config.difference import config_differences
    from tfodkit.config.effective import read_config
    from tfodkit.errors import ConfigError
    from tfodkit.reporting.config_text import difference_lines

    try:
        found = config_differences(read_config(a), read_config(b))
    except ConfigError as error:
        error.exit_code = _UNREADABLE
        raise
    if as_json:
        fields = [{"path": e.path, "kind": e.kind, "a": e.a, "b": e.b, "default": e.default} for e in found]
        _print_json({"equal": not found, "differences": fields})
    else:
        typer.echo("\n".join(difference_lines(found, a, b)))
    if found:
        raise typer.Exit(_DIFFERENT)


@app.command("plot")
def plot(
    config: Config,
    output: Annotated[Path, typer.Option("-o", "--output", help="The picture to draw: a .png.")],
    *,
    force: Annotated[bool, typer.Option("--force", help="Replace the file.")] = False,
) -> None:
    """Draw the learning rate of the whole run, with its warm-up, peak and end; config preview draws augmented pictures.

    Example: tfodkit config plot pipeline.config -o learning_rate.png
    """
    from tfodkit.config.effective import read_config
    from tfodkit.reporting.learning_rate_plot import plot_learning_rate

    curve = plot_learning_rate(read_config(config), output, where=config, force=force)
    typer.echo(f"{curve.num_steps:,} steps, from {curve.rates[0]:.3g} to {curve.rates[-1]:.3g}: {output}")


@app.command("preview")
def preview(
    config: Annotated[Path, typer.Argument(help="A pipeline.config whose records are there.")],
    output: Annotated[Path, typer.Option("-o", "--output", help="The picture to draw: a .png or .jpg.")],
    *,
    images: Annotated[int, typer.Option(help="Training pictures, a row each: one as it is, three augmented.")] = 8,
    seed: Annotated[
        int, typer.Option(min=0, help="Draws the pictures and their augmentation; the same, the same.")
    ] = 0,
    force: Annotated[bool, typer.Option("--force", help="Replace the file.")] = False,
) -> None:
    """Draw training pictures as the model takes them, augmented and resized by the API itself, with their boxes.

    Example: tfodkit config preview pipeline.config -o augmented.png
    """
    from tfodkit.reporting.augmented_sheet import draw_augmented

    drawn = draw_augmented(config, output, images=images, seed=seed, force=force)
    typer.echo(f"{drawn.images} picture{'s' * (drawn.images != 1)}, {', '.join(drawn.steps) or 'no augmentation'}")
    typer.echo(f"{drawn.words}: {output}")


@app.command("anchors")
def anchors(
    config: Config,
    *,
    records: Annotated[
        Path | None,
        typer.Option("--records", help="The folder that make-records wrote; else the one that the config names."),
    ] = None,
    output: Annotated[Path | None, typer.Option("-o", "--output", help="A picture to draw: a .png.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace the picture.")] = False,
    as_json: AsJson = False,
) -> None:
    """Hold the model's anchors against the boxes of the records: which it reaches, and which flags would reach more.

    Example: tfodkit config anchors ssd_mobilenet_v2_320x320_coco17 --records records -o anchors.png
    """
    from tfodkit.config.anchors.report import report_anchors
    from tfodkit.plots import check_plot_output
    from tfodkit.reporting.anchors_plot import plot_anchors
    from tfodkit.reporting.anchors_text import anchor_lines

    if output:
        check_plot_output(output, force=force)
    report = report_anchors(config, records)
    if output:
        plot_anchors(report, output)
    if as_json:
        _print_json(report.to_json())
        return
    typer.echo("\n".join(anchor_lines(report)))


def _print_json(values: dict[str, Any]) -> None:
    typer.echo(json.dumps(values, ensure_ascii=False, indent=2))
