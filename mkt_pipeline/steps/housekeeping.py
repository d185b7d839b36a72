"""Step: keep lake, campaign database and MLflow small, and say what it brought."""

import stat
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from mkt_pipeline.campaign.database import CampaignDatabase
from mkt_pipeline.campaign.upkeep import UseCaseUpkeep
from mkt_pipeline.contracts.night import Facts
from mkt_pipeline.lake.lake import Lake
from mkt_pipeline.lake.upkeep import VACUUM_HOURS, LakeUpkeep, TableUpkeep
from mkt_pipeline.steps.stopwatch import Stopwatch
from mkt_pipeline.tracking.server import Tracking

MEASURED_WITHIN_DAYS = 31
"""Scores are kept so long after their label window has closed: until then it was surely seen what
came true."""
LONGEST_RUN_DAYS = 2
"""No training takes as long: a run of MLflow that is still open belongs to a killed process."""


@dataclass(frozen=True)
class Retention:
    """How long what is kept: days, and publications per use case. Change logs stay for good.

    ``closes_after_days`` says by use case when the label window of a day has closed; scores are
    kept beyond it, whatever ``scores_days`` says.
    """

    features_days: int
    scores_days: int
    quarantine_days: int
    publications: int
    scoring_runs_days: int
    closes_after_days: Mapping[str, int] = field(default_factory=dict)

    def first_days(self, today: date) -> dict[str, date]:
        """The first day kept, by kind of table, or by table."""
        days = {
            "features": self.features_days,
            "features_catalogue": self.features_days,
            "scores": self.scores_days,
            "quarantine": self.quarantine_days,
        }
        for use_case, closed in self.closes_after_days.items():
            needed = closed + MEASURED_WITHIN_DAYS
            days[f"scores/{use_case}"] = max(self.scores_days, needed)
        return {kind: today - timedelta(days=kept) for kind, kept in days.items()}


@dataclass(frozen=True)
class Kept(Facts):
    """What housekeeping did, or would do.

    ``databases`` are the bytes of each on the campaign's server, ``folders`` those of MKT_HOME, as
    they are afterwards.
    """

    lake: tuple[TableUpkeep, ...]
    campaign: tuple[UseCaseUpkeep, ...]
    scoring_runs: int
    killed_runs: int
    drift_rows: int
    databases: Mapping[str, int]
    folders: Mapping[str, int]
    seconds: float
    dry_run: bool

    def lines(self) -> list[str]:
        """Sizes before and after, table by table."""
        verb = "would go" if self.dry_run else "gone"
        lake = [
            f"lake/{one.table}: {one.files_before:,} files, {_size(one.bytes_before)} before;"
            f" {one.files_after:,} files, {_size(one.bytes_after)} after{_waiting(one)};"
            f" {one.expired:,} days {verb}"
            for one in self.lake
        ]
        campaign = [
            f"campaign {one.use_case}: rows of {one.publications:,} publications {verb}"
            f" ({one.rows:,} rows, {_size(one.bytes)})"
            + ("" if self.dry_run or one.removed else "; readers hold some until the next night")
            for one in self.campaign
        ]
        before = sum(one.bytes_before for one in self.lake)
        after = sum(one.bytes_after for one in self.lake)
        waiting = sum(one.bytes_waiting for one in self.lake)
        return [
            *lake,
            *campaign,
            f"campaign.model_drift: {self.drift_rows:,} rows {verb}",
            f"MLflow: {self.scoring_runs:,} scoring runs {verb}; {self.killed_runs:,} runs of"
            f" killed processes{' would be' if self.dry_run else ''} marked as killed",
            f"databases of the campaign's server: {_sizes(self.databases)}",
            f"folders of MKT_HOME: {_sizes(self.folders)}",
            f"lake {_size(before)} before, {_size(after)} after, of which {_size(waiting)} are in"
            f" files that readers have for {VACUUM_HOURS // 24} days yet; {self.seconds:.1f} s"
            + (" (dry run: nothing was written)" if self.dry_run else ""),
        ]

    def facts(self) -> dict[str, Any]:
        """The same for a machine."""
        return asdict(self)


def keep_house(
    *,
    lake: Lake,
    campaign: CampaignDatabase,
    tracking: Tracking,
    retention: Retention,
    today: date,
    home: Path,
    dry_run: bool = False,
) -> Kept:
    """Remove what is too old, compact, vacuum. Features of no day that is kept change.

    Running it again is harmless, and so is a night at the same time: whichever commits second to
    a table fails as overtaken and is run again.
    """
    watch = Stopwatch()
    oldest = today - timedelta(days=retention.scoring_runs_days)
    runs = tracking.tidy_runs(
        before=datetime.combine(oldest, time(), UTC),
        lost_before=datetime.now(UTC) - timedelta(days=LONGEST_RUN_DAYS),
        dry_run=dry_run,
    )
    publications = campaign.remove_old_rows(kept=retention.publications, dry_run=dry_run)
    tables = tuple(LakeUpkeep(lake.place, retention.first_days(today)).run(dry_run=dry_run))
    return Kept(
        tables,
        tuple(publications),
        runs.removed,
        runs.ended,
        campaign.remove_old_drift(before=oldest, dry_run=dry_run),
        campaign.database_sizes(),
        folder_sizes(home),
        watch.seconds,
        dry_run,
    )


def folder_sizes(home: Path) -> dict[str, int]:
    """Bytes of the files in each folder of ``home``; what vanishes meanwhile is not counted."""
    found = home.iterdir() if home.is_dir() else ()
    folders = sorted(path for path in found if path.is_dir() and not path.is_symlink())
    return {folder.name: sum(map(_file_size, folder.rglob("*"))) for folder in folders}


def _file_size(path: Path) -> int:
    try:
        facts = path.lstat()
    except OSError:  # gone, or another user's
        return 0
    return facts.st_size if stat.S_ISREG(facts.st_mode) else 0


def _waiting(table: TableUpkeep) -> str:
    return f" ({_size(table.bytes_waiting)} of it for readers yet)" if table.bytes_waiting else ""


def _sizes(sizes: Mapping[str, int]) -> str:
    largest = sorted(sizes.items(), key=lambda one: -one[1])
    return ", ".join(f"{name} {_size(size)}" for name, size in largest)


def _size(count: int) -> str:
    return f"{count / 1_000_000:,.1f} MB"
