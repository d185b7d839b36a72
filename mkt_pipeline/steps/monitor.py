"""Step: look after a model in use: what came true of it, and whether the world has changed."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mkt_pipeline.campaign.model_health import ModelHealth
from mkt_pipeline.contracts.as_of import AsOf
from mkt_pipeline.contracts.night import Facts
from mkt_pipeline.contracts.use_case import UseCase
from mkt_pipeline.lake.lake import Lake
from mkt_pipeline.steps.night_drift import NightDrift, look_at_night
from mkt_pipeline.steps.realised import Realised, came_true
from mkt_pipeline.steps.stopwatch import Stopwatch
from mkt_pipeline.tracking.monitoring import Monitoring


@dataclass(frozen=True)
class Monitored(Facts):
    """One night of one use case; ``alarm`` is its sentence, empty where none was raised."""

    use_case: str
    as_of: str
    realised: Realised
    drift: NightDrift
    seconds: float
    dry_run: bool = False

    @property
    def alarm(self) -> str:
        """What the alarm says that this night raised."""
        return self.drift.alarm

    def lines(self) -> list[str]:
        """What came true, what is different, and whether it alarms."""
        told = [line for one in self.realised.found for line in one.lines()]
        told += [f"not measured, {note}" for note in self.realised.notes]
        if self.realised.left:
            told.append(f"{self.realised.left:,} publications more are left for the next night")
        if not told:
            told = ["no label window has closed since the last time"]
        told += [*self.drift.outside, *self.drift.notes]
        alarm = f"ALARM, a training is due: {self.alarm}" if self.alarm else "no new alarm"
        dry = " (dry run: nothing was written)" if self.dry_run else ""
        return [
            f"{self.use_case} as of {self.as_of}",
            *told,
            f"{self.drift.looked_at:,} signs of drift looked at, {len(self.drift.outside):,}"
            f" outside; {alarm}, {self.seconds:.1f} s{dry}",
        ]

    def facts(self) -> dict[str, Any]:
        """Plain data, small enough to travel between tasks."""
        return {**super().facts(), "alarm": self.alarm}


def monitor_use_case(
    *,
    lake: Lake,
    health: ModelHealth,
    monitoring: Monitoring,
    use_case: UseCase,
    as_of: AsOf,
    origin: Mapping[str, str],
    dry_run: bool = False,
) -> Monitored:
    """Measure what has closed, then look at the night; a rerun replaces its own rows."""
    watch = Stopwatch()
    realised = came_true(
        lake=lake,
        health=health,
        monitoring=monitoring,
        use_case=use_case,
        as_of=as_of,
        origin=origin,
        dry_run=dry_run,
    )
    drift = look_at_night(
        lake=lake,
        health=health,
        monitoring=monitoring,
        use_case=use_case,
        as_of=as_of,
        dry_run=dry_run,
    )
    return Monitored(use_case.name, str(as_of), realised, drift, watch.seconds, dry_run)
