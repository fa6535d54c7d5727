"""Which engines are here."""

from __future__ import annotations

import os
import sys

import pytest

from pipeline.ocr.registry import engine_status


def need_engine(name: str, *languages: str) -> None:
    """Skips the test where the engine is not here, or fails where it must be."""
    status = engine_status(name)
    missing = [code for code in languages if code not in status.languages]
    if status.available and not missing:
        return
    reason = f"{name}: {status.reason or f'no data for {missing}'}; {status.remedy}"
    if os.environ.get("REQUIRE_ENGINES") and not (name == "aspose" and sys.version_info >= (3, 12)):
        pytest.fail(reason)
    pytest.skip(reason)
