"""Which code a run was made by."""

import re
import shutil
import subprocess

import pytest

from mkt_pipeline import __version__
from mkt_pipeline.tracking.code_version import code_version, version_with_commit

needs_git = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")


def git(folder, *arguments):
    named = ["-c", "user.name=x", "-c", "user.email=x@example.org", "-c", "commit.gpgsign=false"]
    return subprocess.run(
        ["git", "-C", folder, *named, *arguments], check=True, capture_output=True, text=True
    ).stdout.strip()


@pytest.fixture
def package(tmp_path):
    """A package in a checkout with one commit and a tag."""
    folder = tmp_path / "checkout" / "package"
    folder.mkdir(parents=True)
    (folder / "code.py").write_text("1\n")
    git(folder.parent, "init", "--quiet")
    git(folder, "add", ".")
    git(folder, "commit", "--quiet", "--message", "first")
    git(folder, "tag", "--annotate", "v9", "--message", "ninth")
    return folder


@needs_git
def test_a_checkout_is_named_by_its_commit(package):
    commit = git(package, "rev-parse", "--short=7", "HEAD")
    assert version_with_commit("0.1.0", package) == f"0.1.0+g{commit}"


@needs_git
def test_changed_files_make_it_dirty_and_untracked_ones_do_not(package):
    (package / "notes.txt").write_text("new\n")
    assert not version_with_commit("0.1.0", package).endswith(".dirty")
    (package / "code.py").write_text("2\n")
    assert re.fullmatch(r"0\.1\.0\+g[0-9a-f]{7}\.dirty", version_with_commit("0.1.0", package))


@needs_git
def test_a_package_that_the_checkout_around_it_does_not_track_has_its_version_alone(package):
    installed = package.parent / ".venv" / "package"
    installed.mkdir(parents=True)
    (installed / "code.py").write_text("1\n")
    assert version_with_commit("0.1.0", installed) == "0.1.0"


@needs_git
def test_what_a_git_hook_sets_does_not_mislead(package, tmp_path, monkeypatch):
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "elsewhere"))
    assert "+g" in version_with_commit("0.1.0", package)


def test_outside_a_checkout_it_is_the_version(tmp_path):
    assert version_with_commit("0.1.0", tmp_path) == "0.1.0"


@needs_git
def test_without_git_it_is_the_version(package, monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert version_with_commit("0.1.0", package) == "0.1.0"


def test_it_begins_with_the_version_of_the_package_and_is_read_once():
    assert re.fullmatch(re.escape(__version__) + r"(\+g[0-9a-f]+(\.dirty)?)?", code_version())
    assert code_version() is code_version()
