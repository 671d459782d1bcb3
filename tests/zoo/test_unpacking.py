from __future__ import annotations

import gzip
import io
import resource
import tarfile
from pathlib import Path

import pytest
from zoo_builders import CONFIG, KEPT, MODEL, NAME, PUBLISHED, make_archive, member

from tfodkit.errors import FetchError
from tfodkit.zoo import unpacking
from tfodkit.zoo.unpacking import kept_files, unpack


def unpacked(tmp_path: Path, content: bytes) -> dict[str, bytes]:
    """What an archive leaves in a folder."""
    archive, folder = tmp_path / "archive", tmp_path / "model"
    archive.write_bytes(content)
    folder.mkdir(exist_ok=True)
    unpack(archive, "there", kept_files(archive, "there"), folder)
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("top", [f"{PUBLISHED}/", "another_name/", "", "./", "a/b/"])
def test_what_is_needed_is_kept_whatever_the_folder_is_called(tmp_path: Path, top: str) -> None:
    assert unpacked(tmp_path, make_archive(top=top)) == {path: MODEL[path] for path in KEPT}


def test_notes_of_a_mac_are_no_files_of_the_model(tmp_path: Path) -> None:
    notes = [
        member(f"{PUBLISHED}/checkpoint/._ckpt-9.index", b"note"),
        member(f"{PUBLISHED}/._pipeline.config", b"note"),
        member(f"./._{PUBLISHED}", b"note"),
        member(".DS_Store", b"note"),
    ]
    assert set(unpacked(tmp_path, make_archive(*notes))) == KEPT


def test_the_config_nearest_to_the_top_is_the_model_s(tmp_path: Path) -> None:
    others = [member(f"{PUBLISHED}/{folder}/pipeline.config", b"another") for folder in ("a_model", "z_model")]
    assert unpacked(tmp_path, make_archive(*others))["pipeline.config"] == CONFIG


def test_files_are_the_user_s_own_whatever_the_archive_says(tmp_path: Path) -> None:
    content = make_archive(member(f"{PUBLISHED}/checkpoint/run.sh", b"#!", mode=0o777, uid=0, mtime=0))
    unpacked(tmp_path, content)
    assert (tmp_path / "model/checkpoint/run.sh").stat().st_mode & 0o7111 == 0


HOSTILE = {
    "up": (member("../../evil", b"x"), "member '../../evil' leads out of the archive's folder"),
    "up inside": (member(f"{PUBLISHED}/checkpoint/../../evil", b"x"), "leads out of the archive's folder"),
    "up with backslashes": (member("a\\..\\evil", b"x"), "leads out of the archive's folder"),
    "absolute": (member("/etc/evil", b"x"), "member '/etc/evil' has an absolute path"),
    "absolute twice": (member("//host/evil", b"x"), "has an absolute path"),
    "a drive": (member("C:\\evil", b"x"), "has an absolute path"),
    "backslash": (member("a\\b", b"x"), "has a name with odd characters"),
    "line end": (member("a\nb", b"x"), "has a name with odd characters"),
    "no text": (member("a\udce9b", b"x"), "has a name with odd characters"),
    "symlink": (member("link", type=tarfile.SYMTYPE, linkname="/etc"), "member 'link' is a link, to '/etc'"),
    "symlink inside": (member(f"{PUBLISHED}/checkpoint/a", type=tarfile.SYMTYPE, linkname="b"), "is a link, to 'b'"),
    "hard link": (member("hard", type=tarfile.LNKTYPE, linkname="/etc/passwd"), "is a link, to '/etc/passwd'"),
    "device": (member("disk", type=tarfile.BLKTYPE, devmajor=8), "member 'disk' is neither a plain file nor a folder"),
    "character device": (member("tty", type=tarfile.CHRTYPE), "is neither a plain file nor a folder"),
    "pipe": (member("pipe", type=tarfile.FIFOTYPE), "is neither a plain file nor a folder"),
    "setuid": (member("su", b"x", mode=0o4755), r"member 'su' lends the rights of its owner \(setuid or setgid\)"),
    "setgid": (member("sg", b"x", mode=0o2755), "lends the rights of its owner"),
    "twice": (member(f"{PUBLISHED}/pipeline.config", b"other"), f"'{PUBLISHED}/pipeline.config' is there twice"),
    "twice in other words": (member(f"./{PUBLISHED}/pipeline.config", b"other"), "is there twice"),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_a_hostile_archive_is_refused_by_the_name_of_the_member(tmp_path: Path, case: str) -> None:
    (info, content), reason = HOSTILE[case]
    with pytest.raises(FetchError, match=f"^there: the archive is refused: its .*{reason}") as caught:
        unpacked(tmp_path, make_archive((info, content)))
    assert str(caught.value).endswith(". Fetch it from a place that you trust, with --mirror.")
    assert list((tmp_path / "model").iterdir()) == []
    assert {path.name for path in tmp_path.iterdir()} == {"archive", "model"}


def test_a_sparse_file_is_refused(tmp_path: Path) -> None:
    info, _ = member("sparse", pax_headers={"GNU.sparse.map": "0,1", "GNU.sparse.size": "100000000000"})
    with pytest.raises(FetchError, match="its member 'sparse' is neither a plain file nor a folder"):
        unpacked(tmp_path, make_archive((info, b"")))


def test_too_many_members_are_refused(tmp_path: Path) -> None:
    header = member("folder", type=tarfile.DIRTYPE)[0].tobuf(tarfile.GNU_FORMAT)
    with pytest.raises(FetchError, match="the archive is refused: it has more than 1000 members"):
        unpacked(tmp_path, gzip.compress(100_000 * header, compresslevel=1))


def bomb(header: tarfile.TarInfo, size: int) -> bytes:
    """A member that claims ``size`` bytes, of which only the header and a few zeros are there."""
    header.size = size
    return gzip.compress(header.tobuf(tarfile.GNU_FORMAT) + bytes(1 << 20), compresslevel=1)


def test_a_bomb_is_refused_at_its_header(tmp_path: Path) -> None:
    with pytest.raises(FetchError, match=r"unpacked it is larger than 16,000,000,000 bytes, at its member 'zeros'"):
        unpacked(tmp_path, bomb(tarfile.TarInfo("zeros"), 10**15))


def test_files_are_counted_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unpacking, "MOST_BYTES", 400_000)
    more = (member(str(number), bytes(50_000)) for number in range(4))
    with pytest.raises(FetchError, match=r"larger than 400,000 bytes, at its member '.*ckpt-0.data-00000-of-00001'"):
        unpacked(tmp_path, make_archive(*more))


@pytest.mark.parametrize("kind", [tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK, tarfile.XHDTYPE])
def test_a_name_of_gigabytes_is_not_read_into_memory(tmp_path: Path, kind: bytes) -> None:
    header = tarfile.TarInfo("name")
    header.type = kind
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(FetchError, match=r"the archive is damaged: a header claims 4000\d+ bytes\. Fetch it again"):
        unpacked(tmp_path, bomb(header, 4_000_000_000))
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000


def test_what_comes_behind_the_archive_has_an_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unpacking, "MOST_BYTES", 1_000_000)
    endless = make_archive() + gzip.compress(bytes(5_000_000), compresslevel=1)
    with pytest.raises(FetchError, match="the archive is damaged: there is no end to it"):
        unpacked(tmp_path, endless)


@pytest.mark.parametrize("keep", [0, 10, 1000, 150_000, -200, -4])
def test_a_truncated_archive_is_damaged(tmp_path: Path, keep: int) -> None:
    with pytest.raises(FetchError, match=r"^there: the archive is damaged: .+\. Fetch it again, or from another"):
        unpacked(tmp_path, make_archive()[:keep])


def test_a_single_bit_is_seen(tmp_path: Path) -> None:
    content = bytearray(make_archive())
    content[len(content) // 2] ^= 1
    with pytest.raises(FetchError, match="the archive is damaged: "):
        unpacked(tmp_path, bytes(content))
    assert list((tmp_path / "model").iterdir()) == []


@pytest.mark.parametrize(
    "content",
    [b"<html>Sign in to the network</html>", bytes(10_000), gzip.compress(b"no tar")],
    ids=["a page", "zeros", "no tar"],
)
def test_what_is_no_archive_is_damaged(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(FetchError, match="the archive is damaged: "):
        unpacked(tmp_path, content)


def test_an_archive_without_a_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FetchError, match=r"it holds no pipeline\.config"):
        unpacked(tmp_path, make_archive(pipeline_config=None, **{"pipeline.config": None}))
    nothing = {path: None for path in KEPT if path.startswith("checkpoint")}
    with pytest.raises(FetchError, match=r"it holds no folder checkpoint beside pipeline\.config"):
        unpacked(tmp_path, make_archive(**nothing))


def test_an_archive_that_changes_meanwhile_is_damaged(tmp_path: Path) -> None:
    archive = tmp_path / "archive"
    archive.write_bytes(make_archive())
    kept = kept_files(archive, "there")
    archive.write_bytes(make_archive(**{"checkpoint/ckpt-0.index": None}))
    with pytest.raises(FetchError, match=r"it changed: '.*/checkpoint/ckpt-0\.index' is gone"):
        unpack(archive, "there", kept, tmp_path / "model")


def test_an_archive_without_compression_is_damaged(tmp_path: Path) -> None:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        archive.addfile(*(member(NAME, b"x")[0], io.BytesIO(b"x")))
    with pytest.raises(FetchError, match="the archive is damaged: Not a gzipped file"):
        unpacked(tmp_path, packed.getvalue())
