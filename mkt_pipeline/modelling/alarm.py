"""When signs become an alarm: after several nights, once, until they are gone."""

from collections.abc import Sequence
from datetime import date

from mkt_pipeline.contracts.model_health import AlarmDecision, Levels, StandingAlarm
from mkt_pipeline.contracts.monitoring import MonitoringRules


def decide_alarm(
    *,
    nights: Sequence[Levels],
    standing: StandingAlarm | None,
    as_of: date,
    rules: MonitoringRules,
) -> AlarmDecision:
    """Decide about one night from the last ``rules.nights`` nights, this one first.

    A sign counts where it was beyond its second limit on every one of them. A standing alarm ends
    when all that it was raised for is below the first limit again, and what counts by then is a new
    one; until then nothing is raised, but for a reminder after ``rules.again_weeks``.
    """
    lasting = _lasting(nights, rules)
    if standing is None:
        return AlarmDecision(raised=lasting)
    tonight = nights[0]
    stays = any(tonight.get(one, "ok") != "ok" for one in standing.subjects)
    if not stays:
        return AlarmDecision(raised=lasting, ends=True)
    due = (as_of - standing.raised_as_of).days >= 7 * rules.again_weeks
    return AlarmDecision(raised=lasting, ends=True) if due and lasting else AlarmDecision()


def _lasting(nights: Sequence[Levels], rules: MonitoringRules) -> tuple[str, ...]:
    if len(nights) < rules.nights:
        return ()
    last = nights[: rules.nights]
    return tuple(name for name in last[0] if all(night.get(name) == "alarm" for night in last))
