"""The folder of a mirror: files are replaced as a whole, and obsolete ones removed."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from domain.artifacts import find_artifact

PART_SUFFIX: Final = ".part"  # of a file that is being written


@dataclass(frozen=True, slots=True)
class MirroredFile:
    """A file of a mirror; `content` is None if this machine can't make it."""

    path: str
    content: bytes | None


def write_files(folder: Path, files: Iterable[MirroredFile]) -> tuple[set[str], int, list[str]]:
    """Write files that changed; return all paths, how many were written, and those left out."""
    paths, written, missing = set(), 0, []
    for file in files:
        path = folder / file.path
        if file.content is None:
            missing.append(file.path)
            continue
        paths.add(file.path)
        if not path.is_file() or path.read_bytes() != file.content:
            write_file(path, file.content)
            written += 1
    return paths, written, missing


def write_file(path: Path, content: bytes) -> None:
    """Replace a file as a whole: no reader sees a part of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + PART_SUFFIX)
    part.write_bytes(content)
    part.replace(path)


def remove_other_files(folder: Path, paths: Collection[str]) -> int:
    """Remove the files of artifacts that the page has no more; return how many.

    Files that are no artifact's are left alone.
    """
    stored = [path for path in folder.rglob("*") if path.is_file()]
    obsolete = [p for p in stored if is_obsolete(p.relative_to(folder).as_posix(), paths)]
    for path in obsolete:
        path.unlink()
        for parent in path.relative_to(folder).parents:
            if any((folder / parent).iterdir()):
                break
            (folder / parent).rmdir()
    return len(obsolete)


def is_obsolete(path: str, paths: Collection[str]) -> bool:
    """Return whether an artifact has a path, whole or in part, that is not among `paths`."""
    whole = path.removesuffix(PART_SUFFIX)
    artifact = find_artifact(whole.removesuffix("/index.html"))
    return path not in paths and artifact is not None
