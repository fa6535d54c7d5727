"""The exit codes: their numbers, their words, and which of several is given."""

from __future__ import annotations

import json

from pipeline.model.exit_code import SEVERITY, ExitCode


def test_numbers_are_those_that_scripts_know() -> None:
    assert {code.name: int(code) for code in ExitCode} == {
        "DONE": 0,
        "NO": 1,
        "WRONG_USAGE": 2,
        "NO_SCANS": 3,
        "NO_ENGINE": 4,
        "NOT_WRITABLE": 5,
        "CHECK_FAILED": 6,
        "PAGES_FAILED": 10,
        "FAULT": 70,
        "INTERRUPTED": 130,
        "TERMINATED": 143,
    }


def test_each_has_its_own_words_and_its_place() -> None:
    assert len({code.meaning for code in ExitCode}) == len(ExitCode)
    assert sorted(SEVERITY) == sorted(ExitCode)


def test_the_gravest_is_given() -> None:
    assert ExitCode.gravest([]) is ExitCode.DONE
    some = [ExitCode.PAGES_FAILED, ExitCode.CHECK_FAILED, ExitCode.DONE, ExitCode.NO_SCANS]
    assert ExitCode.gravest(some) is ExitCode.CHECK_FAILED
    assert ExitCode.gravest([*some, ExitCode.FAULT, ExitCode.NOT_WRITABLE]) is ExitCode.FAULT


def test_it_is_a_number_in_json() -> None:
    assert json.dumps({"exit_code": ExitCode.PAGES_FAILED}) == '{"exit_code": 10}'
