"""What lies where records are to be written: nothing, older records, or what must not be touched."""

from __future__ import annotations

from pathlib import Path

from tfodkit import __version__, files
from tfodkit.errors import OutputError, RecordError
from tfodkit.records.file_names import is_record_name
from tfodkit.records.manifest import LABEL_MAP, MANIFEST, RecordManifest
from tfodkit.records.options import RecordOptions


def older_records(output: Path, options: RecordOptions, *, force: bool) -> RecordManifest | None:
    """The manifest of what lies in ``output`` where that may be what is asked for; None where it has to be written.

    Raises:
        OutputError: ``output`` is a file; or it holds records of other options, or of another tfodkit, and ``force`` is
            not set; or anything but records, which not even ``force`` may replace.
    """
    files.refuse_existing(output, force=True)
    if not output.is_dir() or not (names := sorted(path.name for path in output.iterdir())):
        return None
    foreign = [name for name in names if name not in (MANIFEST, LABEL_MAP) and not is_record_name(name)]
    if foreign or MANIFEST not in names:
        if not force:
            files.refuse_existing(output)
        what = f"the folder is no records folder: it holds {(foreign or names)[0]!r}"
        raise OutputError(str(output), what, "Choose another place; --force replaces records only.")
    try:
        older = RecordManifest.read(output)
    except RecordError:
        older = None
    if older is None or older.tfodkit_version != __version__ or older.options != options.recorded:
        files.refuse_existing(output, force=force)
        return None
    return older


def is_whole(output: Path, manifest: RecordManifest, *, contents: bool) -> bool:
    """True where the files of ``output`` are as its manifest says: their sizes or, with ``contents``, every byte."""
    try:
        manifest.check_files(output, contents=contents)
        return (output / LABEL_MAP).read_text(encoding="utf-8") == manifest.label_map.to_pbtxt()
    except (OSError, UnicodeDecodeError, RecordError):
        return False
