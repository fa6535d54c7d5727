"""The tree of errors, and the exit codes in it."""

from __future__ import annotations

from pipeline import (
    EngineError,
    OcrError,
    ScanError,
)


def test_errors_say_their_exit_code() -> None:
    assert issubclass(EngineError, OcrError)
    codes = {error.__name__: error.exit_code for error in (OcrError, ScanError, EngineError)}
    assert codes == {"OcrError": 10, "ScanError": 3, "EngineError": 4}
