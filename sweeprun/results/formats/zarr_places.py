"""Where a Zarr store lies, as its writer sees it: here a directory, in `remote.py` an object store."""

import fcntl
import os
import shutil
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import Any

from zarr.abc.store import Store
from zarr.storage import LocalStore

from sweeprun.errors import UsageError
from sweeprun.results.formats.fingerprints import files_below, make_durable, seal_of
from sweeprun.results.formats.in_place import put_in_place
from sweeprun.store.files import sync_directory, temporary_sibling


class Place(ABC):
    """Where a Zarr store lies. Its files are named by their keys in the store, such as ``x/c/0/0``.

    Attributes
    ----------
    store
        The store, as Zarr reads and writes it.
    """

    store: Store

    @abstractmethod
    def is_there(self) -> bool:
        """Whether anything is there that could be brought up to date."""

    @abstractmethod
    def below(self, name: str) -> Iterable[str]:
        """All files of a variable."""

    @abstractmethod
    def seal(self, names: Iterable[str]) -> int:
        """A number of 63 bits for some files and which are missing; whoever writes to one changes it."""

    @abstractmethod
    def remove(self, names: Iterable[str]) -> None:
        """Remove files, if they are there."""

    @abstractmethod
    def settle(self, names: Iterable[str]) -> None:
        """Let files that were just written survive a power cut, and be seen as they are now."""

    @abstractmethod
    def clear_leftovers(self) -> None:
        """Remove what a writer that was killed left."""

    @abstractmethod
    def alone(self) -> AbstractContextManager[None]:
        """Let one at a time change the store."""

    @abstractmethod
    def anew(self, owner: Mapping[str, Any]) -> AbstractContextManager["Place"]:
        """Where a whole store can be written that will be here once the block ends well.

        Parameters
        ----------
        owner
            Attributes that say whose it is, should it be left half written.
        """

    @abstractmethod
    def check(self) -> None:
        """Stop writing if another writer has taken over.

        Raises
        ------
        UsageError
            If one has.
        """


class Directory(Place):
    """A Zarr store in a directory; one that is made anew is written beside, and replaces it whole or not at all.

    Parameters
    ----------
    path
        The directory.
    """

    def __init__(self, path: Path) -> None:
        self.path = path.absolute()
        self.store = LocalStore(self.path)

    def is_there(self) -> bool:
        return self.path.is_dir()

    def below(self, name: str) -> Iterable[str]:
        return (file.relative_to(self.path).as_posix() for file in files_below(self.path / name))

    def seal(self, names: Iterable[str]) -> int:
        return seal_of(self.path, self._files(names))

    def remove(self, names: Iterable[str]) -> None:
        for file in self._files(names):
            file.unlink(missing_ok=True)

    def settle(self, names: Iterable[str]) -> None:
        make_durable(self.path, self._files(names))

    def clear_leftovers(self) -> None:
        for left in self.path.rglob("*.partial"):  # by Zarr
            left.unlink(missing_ok=True)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Where a file system has no locks, whoever comes."""
        try:
            with _locked(self.path):
                yield
        except OSError as error:
            raise UsageError(f"can't write {str(self.path)!r}: {error.strerror or error}") from error

    def check(self) -> None:
        """A lock of the file system is lost by no one who lives."""

    @contextmanager
    def anew(self, owner: Mapping[str, Any]) -> Iterator[Place]:  # noqa: ARG002  # nothing is left half written here
        with temporary_sibling(self.path) as temporary:
            try:
                yield Directory(temporary)
                make_durable(temporary, files_below(temporary))
                put_in_place(temporary, self.path)
                sync_directory(self.path.parent)
            finally:
                if temporary.is_dir():
                    shutil.rmtree(temporary)

    def _files(self, names: Iterable[str]) -> list[Path]:
        return [self.path / name for name in names]


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    while True:
        descriptor = -1
        try:
            with suppress(FileNotFoundError, NotADirectoryError):
                descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
            if descriptor >= 0:
                with suppress(OSError):
                    fcntl.flock(descriptor, fcntl.LOCK_EX)
                if not _is_at(descriptor, path):  # it was replaced while we waited
                    continue
            yield
            return
        finally:
            if descriptor >= 0:
                os.close(descriptor)


def _is_at(descriptor: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(descriptor), path.stat())
    except FileNotFoundError:
        return False
