"""What the command says to the shell when something is raised."""

from __future__ import annotations

import subprocess
import sys

FAULTY = """
import sys
from pipeline.cli import entry
from pipeline.store.texts import Store

def usage(self):
    raise ZeroDivisionError("nobody thought of it")

Store.usage = usage
sys.argv = ["searchable-pdf", "cache"]
entry.main()
"""


def test_a_fault_of_the_program_has_a_code_of_its_own() -> None:
    done = subprocess.run([sys.executable, "-c", FAULTY], capture_output=True, text=True)
    assert done.returncode == 70
    assert "ZeroDivisionError: nobody thought of it; this is a fault of the program" in done.stderr
