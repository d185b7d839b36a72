"""Hold the pinned packages against the known advisories, where the package index gives them.

Exit code 1 names each advisory that nobody has accepted. Where the index does not answer, or takes
too long, it says so and stands in nobody's way: who works without a network checks as before.
"""

import json
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parents[1]
ACCEPTED = Path(__file__).with_name("accepted_advisories.toml")
PROBE_SECONDS = 20
WHOLE_SECONDS = 90

Dependency = Mapping[str, Any]


class NoAnswerError(Exception):
    """The index gives no advisories just now."""


def audited(pins: Path, *, seconds: int) -> list[Dependency]:
    """What pip-audit tells of the packages pinned in a file; nothing is installed or resolved."""
    command = [sys.executable, "-m", "pip_audit", "--requirement", str(pins), "--format", "json"]
    command += ["--no-deps", "--disable-pip", "--progress-spinner", "off", "--timeout", "5"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=seconds, check=False)
    except subprocess.TimeoutExpired:
        raise NoAnswerError(f"the index took longer than {seconds} s") from None
    try:
        found: list[Dependency] = json.loads(done.stdout)["dependencies"]
    except (ValueError, KeyError, TypeError):
        last = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
        raise NoAnswerError(f"the index does not answer ({last[:120]})") from None
    if all("skip_reason" in one for one in found):
        raise NoAnswerError("the index answers without advisories")
    return found


def judged(found: Sequence[Dependency], accepted: Sequence[Mapping[str, Any]]) -> list[str]:
    """A line for each advisory that is not accepted, and each accepted one that is gone."""
    known = {(one["package"], one["id"]) for one in accepted}
    there = {
        (one["name"], name)
        for one in found
        for advisory in one.get("vulns", ())
        for name in (advisory["id"], *advisory.get("aliases", ()))
    }
    lines = [
        f"{one['name']} {one['version']}: {advisory['id']}, fixed in"
        f" {', '.join(advisory['fix_versions']) or 'no version yet'} → raise the pin with"
        f" `make constraints`, or accept it in .ci/{ACCEPTED.name} with a reason"
        for one in found
        for advisory in one.get("vulns", ())
        if not {(one["name"], n) for n in (advisory["id"], *advisory.get("aliases", ()))} & known
    ]
    skipped = {one["name"] for one in found if "skip_reason" in one}
    lines += [
        f"{package}: {name} is accepted and not found any more → remove it from .ci/{ACCEPTED.name}"
        for package, name in sorted(known - there)
        if package not in skipped
    ]
    return lines


def main() -> int:
    """Ask for one package first, which tells quickly whether asking for all is worth it."""
    pins = PROJECT / "constraints.txt"
    accepted = tomllib.loads(ACCEPTED.read_text(encoding="utf-8")).get("accepted", [])
    try:
        with tempfile.NamedTemporaryFile("w", suffix=".txt") as probe:
            probe.write("requests==2.31.0\n")
            probe.flush()
            audited(Path(probe.name), seconds=PROBE_SECONDS)
        found = audited(pins, seconds=WHOLE_SECONDS)
    except NoAnswerError as reason:
        print(f"audit of dependencies skipped: {reason}")
        return 0
    wrong = judged(found, accepted)
    unknown = sum("skip_reason" in one for one in found)
    print(*wrong, f"{len(found)} packages audited, {unknown} not known to the index", sep="\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
