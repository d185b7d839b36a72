"""The audit of the pinned packages: what stops a check, and what does not."""

import importlib.util
import os
import subprocess
import sys
import tomllib
from datetime import date
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
PROGRAM = PROJECT / ".ci" / "audit_dependencies.py"


@pytest.fixture(scope="module")
def judged():
    spec = importlib.util.spec_from_file_location("audit_dependencies", PROGRAM)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.judged


def package(name, *ids, aliases=(), fixed=("2.0",)):
    vulns = [{"id": one, "aliases": list(aliases), "fix_versions": list(fixed)} for one in ids]
    return {"name": name, "version": "1.0", "vulns": vulns}


def test_sound_packages_say_nothing(judged):
    assert judged([package("a"), {"name": "b", "skip_reason": "not there"}], []) == []


def test_an_advisory_is_named_with_its_fix(judged):
    (told,) = judged([package("a", "PYSEC-1")], [])
    assert told.startswith("a 1.0: PYSEC-1, fixed in 2.0 → raise the pin")
    (told,) = judged([package("a", "PYSEC-1", fixed=())], [])
    assert "fixed in no version yet" in told


@pytest.mark.parametrize("name", ["PYSEC-1", "CVE-1"])
def test_an_advisory_that_was_accepted_by_any_of_its_names_is_passed_over(judged, name):
    found = [package("a", "PYSEC-1", aliases=["CVE-1"])]
    assert judged(found, [{"package": "a", "id": name}]) == []
    assert len(judged(found, [{"package": "b", "id": name}])) == 2


def test_an_accepted_advisory_that_is_gone_is_to_be_removed(judged):
    (told,) = judged([package("a")], [{"package": "a", "id": "PYSEC-1"}])
    assert "is accepted and not found any more" in told
    unknown = [{"name": "a", "skip_reason": "the index lacks it"}]
    assert judged(unknown, [{"package": "a", "id": "PYSEC-1"}]) == []


def test_each_accepted_advisory_has_a_reason_and_a_day():
    text = (PROJECT / ".ci" / "accepted_advisories.toml").read_text()
    for one in tomllib.loads(text).get("accepted", []):
        assert set(one) == {"package", "id", "reason", "date"}
        assert isinstance(one["date"], date)
        assert len(one["reason"]) > 20


def test_where_the_index_does_not_answer_the_check_goes_on(free_port):
    away = f"http://127.0.0.1:{free_port()}"
    names = ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy", "ALL_PROXY", "all_proxy")
    environment = {**os.environ, **dict.fromkeys(names, away), "NO_PROXY": "", "no_proxy": ""}
    done = subprocess.run(
        [sys.executable, str(PROGRAM)], capture_output=True, text=True, env=environment
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("audit of dependencies skipped: ")
