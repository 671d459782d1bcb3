"""Flags that every command on labelled pictures shares."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from tfodkit.dataset.policies import Policies

Annotations = Annotated[
    Path | None,
    typer.Option(help="The annotations' folder, a COCO .json, a .csv or a data.yaml; beside the images unless given."),
]
Format = Annotated[
    str | None, typer.Option("--format", help="voc, coco, yolo or csv, where the folder holds several of them.")
]
ClipBoxes = Annotated[bool, typer.Option("--clip-boxes", help="Cut boxes that leave the image at its border.")]
DropInvalid = Annotated[
    bool, typer.Option("--drop-invalid", help="Leave out objects and images with errors that nothing else mends.")
]
Exif = Annotated[
    str | None,
    typer.Option(help="Pictures that EXIF turns: error, apply (turn the pixels) or strip (leave them as stored)."),
]
RepairImages = Annotated[
    bool, typer.Option("--repair-images", help="Encode again what can't be trained on: WebP, GIF, damaged, CMYK, ….")
]
RepairSizes = Annotated[
    bool, typer.Option("--repair-sizes", help="Take the image's own size where the annotation states none.")
]
Verify = Annotated[
    str, typer.Option(help="full decodes every image; header looks at its start and end, many times faster.")
]
Workers = Annotated[int | None, typer.Option(help="Threads; one for each processor unless given.", min=1)]
ImageFolder = Annotated[
    Path,
    typer.Argument(help="The folder of the images, a VOC devkit or YOLO folder, a COCO .json, a .csv or a data.yaml."),
]
ImageFolderOrConfig = Annotated[
    Path,
    typer.Argument(
        help="The folder of the images, a VOC devkit or YOLO folder, a COCO .json, a .csv or a data.yaml; "
        "or a pipeline.config."
    ),
]

VERIFY = ("full", "header")


def policies_of(
    *, clip_boxes: bool, drop_invalid: bool, exif: str | None, repair_images: bool, repair_sizes: bool
) -> Policies:
    """The policies that the flags mean; :class:`UsageError` for an ``exif`` that is none."""
    from typing import cast, get_args

    from tfodkit.dataset.policies import ExifPolicy, Policies
    from tfodkit.errors import UsageError

    if exif not in (None, *get_args(ExifPolicy)):
        raise UsageError(f"--exif {exif}", "there is no such policy", f"Pass {', '.join(get_args(ExifPolicy))}.")
    return Policies(
        clip_boxes=clip_boxes,
        drop_invalid=drop_invalid,
        exif=cast("ExifPolicy", exif or "error"),
        repair_images=repair_images,
        repair_sizes=repair_sizes,
    )


def decodes(verify: str) -> bool:
    """True where ``--verify`` asks for every pixel; :class:`UsageError` for a value that is none."""
    from tfodkit.errors import UsageError

    if verify not in VERIFY:
        raise UsageError(f"--verify {verify}", "there is no such way to verify", f"Pass {' or '.join(VERIFY)}.")
    return verify == "full"
