"""The tree of errors, and their exit codes."""

from __future__ import annotations

import pickle

import pipeline.model.errors as errors
from pipeline import EngineError, OcrError, ScanError, SearchablePdfError
from pipeline.model.exit_code import ExitCode


def test_errors_say_their_exit_code() -> None:
    assert issubclass(EngineError, OcrError)
    codes = {error.__name__: error.exit_code for error in (OcrError, ScanError, EngineError)}
    assert codes == {"OcrError": 10, "ScanError": 3, "EngineError": 4}


def test_the_tree_in_the_docstring_is_the_tree() -> None:
    assert errors.__doc__
    kinds = [
        kind
        for kind in vars(errors).values()
        if isinstance(kind, type) and issubclass(kind, SearchablePdfError)
    ]
    assert len(kinds) > 10
    for kind in kinds:
        (row,) = (row for row in errors.__doc__.splitlines() if f" {kind.__name__} " in f"{row} ")
        number = [part for part in row.split() if part.isdigit()]
        assert kind.__doc__
        if number:
            assert kind.exit_code is ExitCode(int(number[0])), kind
        assert pickle.loads(pickle.dumps(kind("what", "where"))).args == ("what", "where")
