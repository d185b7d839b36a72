"""The table of docs/security.md and the tests it names, held against one another."""

import ast
import re
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
TEXT = (PROJECT / "docs" / "security.md").read_text(encoding="utf-8")
NAMED = re.findall(r"`(tests/[\w/]+\.py)::(\w+)` \|$", TEXT, re.MULTILINE)
BAD_INPUT = ("tests/unit/test_bad_input.py", "tests/dags/test_bad_params.py")


def named_in(file: str) -> set[str]:
    tree = ast.parse((PROJECT / file).read_text())
    return {
        node.name
        for node in tree.body
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    }


def test_every_row_names_a_test_that_is_there_once():
    assert len(NAMED) > 20
    assert len(set(NAMED)) == len(NAMED)
    assert [(file, name) for file, name in NAMED if name not in named_in(file)] == []


def test_every_row_of_the_table_names_a_test():
    table = TEXT.partition("| from | what was tried")[2]
    rows = [line for line in table.splitlines()[2:] if line.startswith("|")]
    assert len(rows) == len(NAMED)


def test_every_test_of_bad_input_has_its_row():
    for file in BAD_INPUT:
        assert {name for at, name in NAMED if at == file} == named_in(file)
