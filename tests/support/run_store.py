"""What one run of the tests makes once and all of its tests share, in all of its processes.

pytest-xdist runs tests in several processes; what is made in one of them is kept in a folder that
all of them know by an environment variable.
"""

from __future__ import annotations

import hashlib
import os
import pickle
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from filelock import FileLock
from PIL import Image

from pipeline import PageText, recognize
from pipeline.model.options import CACHE_VARIABLE

STORE_VARIABLE = "SEARCHABLE_PDF_TEST_STORE"


def open_store() -> Path:
    """Makes the store of this run of the tests; texts that the command keeps go there, too."""
    store = Path(tempfile.mkdtemp(prefix="searchable-pdf-tests-"))
    os.environ[STORE_VARIABLE] = str(store)
    os.environ[CACHE_VARIABLE] = str(store / "texts")
    return store


def close_store(store: Path) -> None:
    """Removes it, and the variables that name it."""
    for variable in (STORE_VARIABLE, CACHE_VARIABLE):
        os.environ.pop(variable, None)
    shutil.rmtree(store)


def made_once(name: str, make: Callable[[Path], None]) -> Path:
    """The folder that `make` fills, by the first test that needs it.

    Args:
        name: Of the folder, within the store.
        make: Fills the empty folder that it is given.
    """
    folder = Path(os.environ[STORE_VARIABLE]) / name
    finished = folder.with_name(f"{name}.finished")
    with FileLock(folder.with_name(f"{name}.lock")):
        if not finished.exists():
            shutil.rmtree(folder, ignore_errors=True)  # where it failed for another test
            folder.mkdir()
            make(folder)
            finished.touch()
    return folder


def reading(image: Image.Image, languages: str = "", engine: str = "rapid") -> PageText:
    """What an engine reads on an image; an image that was read before is not read again.

    Args:
        image: As `recognize` takes it.
        languages: Codes, such as `eng+swe`.
        engine: A registered name.
    """
    asked = f"{engine} {languages} {image.mode} {image.size} ".encode()
    name = hashlib.sha256(asked + image.tobytes()).hexdigest()

    def make(folder: Path) -> None:
        (folder / "text").write_bytes(pickle.dumps(recognize(image, languages, engine)))

    text: PageText = pickle.loads((made_once(f"readings-{name}", make) / "text").read_bytes())
    return text
