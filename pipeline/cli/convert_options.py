"""The options of the command `convert`, and the `ConvertOptions` that they make."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, get_args

import click

from ..model.errors import UsageError
from ..model.options import ConvertOptions, Existing, OutputType, StoreOptions
from ..run.report_file import documents_to_retry
from .cluster import CLUSTER, cluster_options
from .help import Section, add_options, option
from .options import (
    CACHE_DIR,
    PATH,
    PICTURES,
    ROTATE_PAGES,
    WORKERS,
    description_options,
    image_options,
    load_options,
    metadata,
    ocr_options,
    timeout_of,
    with_ocr_options,
)

FILES = (
    option(
        "-o",
        "--output",
        required=True,
        type=PATH,
        metavar="OUT",
        section=Section.FILES,
        common=True,
        help="Folder for the PDFs. If the name ends in .pdf: one PDF of all scans. -: one PDF, to"
        " stdout.",
    ),
    option(
        "--per-file",
        is_flag=True,
        section=Section.FILES,
        common=True,
        help="Make one PDF of each file, not of each folder.",
    ),
    option(
        "--output-type",
        type=click.Choice(get_args(OutputType)),
        metavar="TYPE",
        default=ConvertOptions().output_type,
        show_default=True,
        section=Section.FILES,
        help="pdfa: PDF/A-2u, for archives; pictures that do not fit it are converted."
        " auto: PDF/A-2u if all pictures fit it as they are, otherwise PDF. pdf: never PDF/A.",
    ),
    option(
        "--verify/--no-verify",
        default=ConvertOptions().verify,
        show_default=True,
        section=Section.FILES,
        help="Before a PDF is put in its place, open it and compare it with its scans and texts.",
    ),
)
EXISTING = (
    option(
        "-n",
        "--no-overwrite",
        is_flag=True,
        section=Section.EXISTING,
        common=True,
        help="Do not touch PDFs that exist already.",
    ),
    option(
        "--update",
        is_flag=True,
        section=Section.EXISTING,
        help="Make a PDF again only if a scan has a later file date. This is faster: scans are"
        " not opened to see whether they have changed.",
    ),
    option(
        "--force",
        is_flag=True,
        section=Section.EXISTING,
        common=True,
        help="Make all PDFs again, and also replace PDFs that other programs made.",
    ),
    option(
        "--retry-failed",
        type=PATH,
        metavar="FILE",
        section=Section.EXISTING,
        help="Make only the PDFs that failed in an earlier run, or that have failed pages. FILE"
        " is the report of that run (see --report).",
    ),
    option(
        "--strict",
        is_flag=True,
        section=Section.EXISTING,
        help="Write no PDF in which a page has failed.",
    ),
    option(
        "--placeholders",
        is_flag=True,
        section=Section.EXISTING,
        help="Write a PDF also if none of its scans can be shown: its pages say so.",
    ),
)
ACCEPT_FAILED = option(
    "--accept-failed",
    is_flag=True,
    section=Section.EXISTING,
    help="Accept the pages that fail or are damaged: the exit code is 0, and later runs do not name"
    " them. Another fault, or another scan, is told. --force takes it back.",
)
PRUNE = option(
    "--prune",
    is_flag=True,
    section=Section.EXISTING,
    help="Remove the PDFs in OUT whose scans are gone, with their texts: only those that this"
    " program made of the same INPUT, and that nobody has changed. Look first with --dry-run.",
)
TEXTS = (
    option(
        "--sidecar",
        is_flag=True,
        section=Section.TEXTS,
        common=True,
        help="Also write the text of each PDF, to a .txt file beside it.",
    ),
    option(
        "--text-dir",
        type=PATH,
        metavar="DIR",
        section=Section.TEXTS,
        help="Write the text of each page to a JSON file in DIR. If you correct such a file, the"
        " next run takes its text, and all later runs do, too.",
    ),
    option(
        "--corrections",
        type=PATH,
        metavar="DIR",
        section=Section.TEXTS,
        unset=".searchable-pdf/corrections in the folder of the PDFs",
        help="Folder in which the texts that you have corrected are kept.",
    ),
    CACHE_DIR,
    option(
        "--no-cache",
        is_flag=True,
        section=Section.TEXTS,
        help="Keep no texts, and use none that were kept.",
    ),
)
MESSAGES = (
    option(
        "--dry-run",
        is_flag=True,
        section=Section.MESSAGES,
        common=True,
        help="Only show which PDFs would be made, replaced, kept or removed, and why. Nothing is"
        " written.",
    ),
    option(
        "--report",
        type=PATH,
        metavar="FILE",
        section=Section.MESSAGES,
        common=True,
        help="Write what happened to each page to FILE, as JSON.",
    ),
    option(
        "--low-confidence",
        type=click.FloatRange(0, 1),
        metavar="N",
        section=Section.MESSAGES,
        help="At the end, list the pages to look at: without text, or with words of which the"
        " engine is less sure than N, between 0 and 1.",
    ),
    option(
        "-q",
        "--quiet",
        is_flag=True,
        section=Section.MESSAGES,
        common=True,
        help="Show only what went wrong.",
    ),
    option(
        "--no-progress-bar",
        is_flag=True,
        section=Section.MESSAGES,
        help="Do not show how far the run is.",
    ),
)

with_convert_options = add_options(
    *FILES,
    *TEXTS,
    *EXISTING,
    ACCEPT_FAILED,
    PRUNE,
    *PICTURES,
    ROTATE_PAGES,
    *description_options("the name of the folder or file"),
    *WORKERS,
    *MESSAGES,
    *CLUSTER,
    with_ocr_options,
)


def convert_options(values: dict[str, Any]) -> ConvertOptions:
    """A whole conversion, from the values of the command's options.

    Raises:
        UsageError: The options contradict each other, or one has no meaning.
    """
    flags: dict[str, Existing] = {"no_overwrite": "keep", "update": "update", "force": "force"}
    existing = [way for flag, way in flags.items() if values[flag]]
    if len(existing) > 1:
        raise UsageError("--no-overwrite, --update and --force exclude each other; choose one")
    store = StoreOptions()
    if values["cache_dir"]:
        store = replace(store, folder=values["cache_dir"])
    retry = values["retry_failed"]
    return ConvertOptions(
        load=load_options(values),
        ocr=ocr_options(values),
        images=image_options(values),
        metadata=metadata(values),
        per_file=values["per_file"],
        existing=existing[0] if existing else "replace",
        output_type=values["output_type"],
        verify=values["verify"],
        sidecar=values["sidecar"],
        strict=values["strict"],
        placeholders=values["placeholders"],
        accept_failed=values["accept_failed"],
        jobs=values["jobs"],
        workers="processes",
        timeout_s=timeout_of(values),
        sandbox=values["sandbox"],
        cluster=cluster_options(values),
        store=None if values["no_cache"] else store,
        text_dir=values["text_dir"],
        corrections=values["corrections"],
        retry=documents_to_retry(retry) if retry else None,
        prune=values["prune"],
        verbose=values["verbose"],
        details=bool(values["report"]) or values["low_confidence"] is not None,
    )
