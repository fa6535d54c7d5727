"""Every version number of this program, each with the change that raises it.

Beside these, each engine has a version of its own (`Engine.version`, see `ocr/engine.py`), which
is part of what a stored text depends on. It stays with the engine, since engines are plug-ins that
other people write, too.
"""

from __future__ import annotations

__version__ = "0.1.0"
"""The program. Raise it with each release. A cluster's workers must have the same one."""

PRODUCER = "searchable-pdf"
"""What every PDF of this program names as its producer, before the version."""

PROGRAM = f"{PRODUCER} {__version__}"
"""The producer and its version, as PDFs and reports name them."""

PAGE_TEXT_VERSION = 1
"""The JSON of a page's text (`PageText.to_json`). Raise it when a member changes its meaning or is
taken away: texts written before, also corrected ones, are then refused."""

STORE_VERSION = 2
"""The entries of the store of texts (`store/texts.py`). Raise it when the same scan and options
would give another text, whatever the engine, or when the form of an entry changes: nothing that was
kept before is then found, and every page is recognized again."""

FINGERPRINT_VERSION = 1
"""The fingerprint in a PDF (`store/provenance.py`). Raise it when the same scans and options would
give another PDF that people should have: every PDF made before is then made again."""

REPORT_VERSION = 2
"""The JSON of `--report` (`run/report_file.py`). Raise it when a member changes its meaning or is
taken away; a new member is no reason."""
