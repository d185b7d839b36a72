"""Step: bring the incidents in line with held nights and alarms, whoever decided about them."""

from collections.abc import Iterable

from mkt_pipeline.campaign.database import CampaignDatabase
from mkt_pipeline.campaign.incidents import Incidents
from mkt_pipeline.campaign.model_health import Alarm, ModelHealth
from mkt_pipeline.campaign.publication import PastPublication
from mkt_pipeline.contracts.incident import Incident
from mkt_pipeline.steps.notify import Notifier, Outcome, deliver

ALARMS = 100
"""Alarms of a use case that are looked through; one lasts weeks."""
NIGHTS = 1000
"""Publications of a use case that are looked through for what was decided about a night."""


def settle(
    *,
    notifier: Notifier,
    campaign: CampaignDatabase,
    health: ModelHealth,
    use_cases: Iterable[str],
) -> tuple[Outcome, ...]:
    """Open an incident for each held night and standing alarm, end those that are over, and send
    what is due.

    A held night is over when it was decided about, replaced by a rerun within the limits, or when a
    later day is current. It does not matter how often this runs.
    """
    record = notifier.record()
    _end(record, campaign, health)
    for use_case in use_cases:
        for incident in (*_held(campaign, use_case), *_alarming(health, use_case)):
            record.open(incident, channels=notifier.names)
    return deliver(notifier)


def _held(campaign: CampaignDatabase, use_case: str) -> list[Incident]:
    current = campaign.current(use_case)
    return [
        held_incident(one)
        for one in campaign.held(use_case)
        if current is None or current.as_of < one.as_of
    ]


def held_incident(held: PastPublication) -> Incident:
    """The incident of a night that waits for a decision."""
    which = f"--use-case {held.use_case} --as-of {held.as_of}"
    return Incident(
        kind="held",
        subject=held.use_case,
        day=held.as_of,
        use_case=held.use_case,
        problem=f"{held.use_case} as of {held.as_of} is held as publication"
        f" {held.publication_id}: {'; '.join(held.broken)}",
        remedy=f'find out why; publish it as it is with `mkt publish --release --reason "..."'
        f" {which}`, or drop it with `mkt publish --reject {which}`",
    )


def _alarming(health: ModelHealth, use_case: str) -> list[Incident]:
    return [
        Incident(
            kind="alarm",
            subject=use_case,
            day=one.raised_as_of,
            use_case=use_case,
            problem=f"{one.model_name} version {one.model_version}: {one.sentence}",
            remedy="look at `mkt health show`; a training starts by itself, and its gate decides"
            " whether the champion changes",
        )
        for one in health.alarms(use_case, limit=1)
        if one.ended_as_of is None
    ]


def _end(record: Incidents, campaign: CampaignDatabase, health: ModelHealth) -> None:
    for known in record.known():
        incident = known.incident
        if incident.kind == "held":
            if why := _held_is_over(campaign, incident):
                record.close(incident.key, because=why)
        elif incident.kind == "alarm":
            alarm = next(
                (
                    one
                    for one in health.alarms(incident.subject, limit=ALARMS)
                    if one.raised_as_of == incident.day
                ),
                None,
            )
            if why := _alarm_is_over(alarm):
                # A reminder takes the place of the alarm: nothing is over.
                again = alarm is not None and alarm.ended == "raised again"
                record.close(incident.key, because=why, silently=again)


def _held_is_over(campaign: CampaignDatabase, incident: Incident) -> str:
    """Why a held night needs no decision any more; empty while it does."""
    current = campaign.current(incident.subject)
    if current and incident.day and current.as_of > incident.day:
        return f"The segments as of {current.as_of} are current."
    if any(one.as_of == incident.day for one in campaign.held(incident.subject)):
        return ""
    for one in campaign.publications(incident.subject, limit=NIGHTS):
        if one.as_of == incident.day and one.status != "replaced":
            decided = f"It was {one.decision} by {one.decided_by}." if one.decision else ""
            return decided or f"A rerun is {one.status} as publication {one.publication_id}."
    return "It is held no longer."


def _alarm_is_over(alarm: Alarm | None) -> str:
    if alarm is None:
        return "A rerun of that night raised no alarm."
    if alarm.ended_as_of is None:
        return ""
    return f"It is {alarm.ended} as of {alarm.ended_as_of}."
