"""A decision's file as an editor saw it: whether it changed since, and what it was before."""

from __future__ import annotations

from pathlib import Path

from client_segments import storage


class SeenFile:
    """A file as it was when an editor opened or saved it, and what it held before each saving.

    Two notebooks, two colleagues or a text editor may have the same file open: who saves last
    must know of it. What was there before is kept while the editor is open.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._seen = self.content()
        self._former: list[bytes | None] = []

    def content(self) -> bytes | None:
        """Return what the file holds now; None where there is no file."""
        return self._path.read_bytes() if self._path.is_file() else None

    @property
    def is_changed(self) -> bool:
        """Whether the file is no longer what the editor opened or saved."""
        return self.content() != self._seen

    @property
    def has_former(self) -> bool:
        """Whether something was saved that can be taken back."""
        return bool(self._former)

    def saved(self, former: bytes | None) -> None:
        """Take the file as seen, and keep what it held before, if that was something else."""
        self._seen = self.content()
        if former != self._seen:
            self._former.append(former)

    def put_back(self) -> None:
        """Make the file what it was before the last saving; remove it if there was none."""
        former = self._former.pop()
        if former is None:
            self._path.unlink(missing_ok=True)
        else:
            storage.write_bytes(self._path, former)
        self._seen = former
