"""How many words are glued or split in what is read.

    PYTHONPATH=tests python -m tools.word_spaces SET_FOLDER ...

A set is a folder of `NNN.<image>` with its truth in `NNN.txt`. A word is glued where it is read too
often, or should not be there, and is a run of true neighbors without the spaces; split, where a
true word is missed that is a run of read neighbors without the spaces.
"""

from __future__ import annotations

import argparse
import re
import unicodedata
from collections import Counter
from pathlib import Path

from pipeline import PageText
from pipeline.model.options import OcrOptions
from pipeline.model.page import PageSource
from pipeline.workers.job import PageJob
from pipeline.workers.page_text import read_page
from tools.scoring import in_words, score

IMAGES = (".tif", ".png", ".jpg")
LONGEST_RUN = 6
WORD = re.compile(r"[^\W_]+(?:['\-][^\W_]+)*")


def lines_of_words(text: str) -> list[list[str]]:
    """The words of each line, of any length, folded as a search folds them."""
    folded = unicodedata.normalize("NFKC", text).casefold().replace("’", "'").replace("—", "-")
    return [WORD.findall(line) for line in folded.splitlines()]


def joined(lines: list[list[str]]) -> Counter[str]:
    """Every run of two or more neighbors of a line, without the spaces."""
    return Counter(
        "".join(line[first:last])
        for line in lines
        for first in range(len(line))
        for last in range(first + 2, min(len(line), first + LONGEST_RUN) + 1)
    )


def glued_and_split(true: str, read: str) -> tuple[int, int]:
    """How many words of a page were read without the space, and with one too many."""
    is_there, found = lines_of_words(true), lines_of_words(read)
    wanted = Counter(word for line in is_there for word in line)
    got = Counter(word for line in found for word in line)
    glued = (got - wanted) & joined(is_there)
    split = (wanted - got) & joined(found)
    return glued.total(), split.total()


def text_of(page: PageText) -> str:
    """The lines of a page as they are read."""
    return "\n".join(" ".join(word.text for word in line.words) for line in page.lines)


def main() -> None:
    """Prints a line for each set."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("sets", type=Path, nargs="+", help="folders of scans and true texts")
    options.add_argument("--engine", default="rapid", help="who reads")
    options.add_argument("--every", type=int, default=1, metavar="N", help="each Nth scan only")
    options.add_argument("-l", "--language", default="", help="such as eng+fra")
    asked = options.parse_args()
    ocr = OcrOptions(languages=tuple(code for code in asked.language.split("+") if code))
    for folder in asked.sets:
        true, read = {}, {}
        glued = split = 0
        scans = [path for path in sorted(folder.iterdir()) if path.suffix in IMAGES]
        for scan in [path for path in scans if path.with_suffix(".txt").exists()][:: asked.every]:
            true[scan.stem] = scan.with_suffix(".txt").read_text(encoding="utf-8")
            page = read_page(PageJob(PageSource(scan), ocr=ocr, engine=asked.engine)).text
            read[scan.stem] = text_of(page)
            counts = glued_and_split(true[scan.stem], read[scan.stem])
            glued, split = glued + counts[0], split + counts[1]
        found = in_words(score(true, read))
        print(f"{folder.name:20} pages {len(true):3}  glued {glued:4}  split {split:4}  {found}")


if __name__ == "__main__":
    main()
