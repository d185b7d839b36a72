"""What a notice says: what is wrong, since when, what still stands, what to do."""

from collections.abc import Sequence
from datetime import UTC, datetime

from mkt_pipeline.contracts.incident import (
    DueNotice,
    Incident,
    IncidentKind,
    KnownIncident,
    Notice,
    Standing,
)

TITLES: dict[IncidentKind, str] = {
    "failure": "a task failed",
    "held": "a night is held",
    "late": "the night is late",
    "alarm": "a model raised an alarm",
    "quarantine": "the extraction was stopped",
}
RUNBOOK = "docs/notices.md"
SECTIONS: dict[IncidentKind, str] = {
    "failure": "a-task-failed",
    "held": "a-night-is-held",
    "late": "the-night-is-late",
    "alarm": "a-model-raised-an-alarm",
    "quarantine": "the-extraction-was-stopped",
}
UNKNOWN = "It cannot be told now which segments are current; a night that fails never changes them."


def notice_of(due: DueNotice, standing: Sequence[Standing] | None) -> Notice:
    """The message of an incident that opened or is over; ``standing`` is None where unknown."""
    told = _opened if due.phase == "opened" else _over
    return told(due.known, standing)


def trial_notice(*, now: datetime) -> Notice:
    """A message that only shows that it arrives."""
    return Notice(
        subject="[mkt] test: notices arrive here",
        parts={"What": "This is a test; nothing is wrong.", "Since": _time(now)},
        about={"event": "test"},
    )


def _opened(known: KnownIncident, standing: Sequence[Standing] | None) -> Notice:
    incident = known.incident
    return Notice(
        subject=f"[mkt] {TITLES[incident.kind]}: {_what(incident)}",
        parts={
            "What": _sentence(incident.problem),
            "Since": _time(known.opened_at),
            "What still stands": _stands(incident, standing),
            "What to do": _sentence(incident.remedy),
            "Runbook": f"{RUNBOOK}#{SECTIONS[incident.kind]}",
        },
        links=incident.links,
        about=_about(incident, "opened"),
    )


def _over(known: KnownIncident, standing: Sequence[Standing] | None) -> Notice:
    incident, end = known.incident, known.closed_at or known.opened_at
    return Notice(
        subject=f"[mkt] is over: {TITLES[incident.kind]}: {_what(incident)}",
        parts={
            "What": f"{_sentence(known.closed_because or 'It is over')} It was: "
            f"{_sentence(incident.problem)}",
            "Since": f"{_time(known.opened_at)} until {_time(end)}",
            "What stands now": _stands(incident, standing),
        },
        links=incident.links,
        about=_about(incident, "over"),
    )


def _what(incident: Incident) -> str:
    named = [incident.subject]
    if incident.use_case and incident.use_case != incident.subject:
        named.append(f"({incident.use_case})")
    if incident.day:
        named.append(f"for {incident.day}")
    return " ".join(named)


def _stands(incident: Incident, standing: Sequence[Standing] | None) -> str:
    if standing is None:
        return UNKNOWN
    asked = [one for one in standing if incident.use_case in (None, one.use_case)]
    told = [
        f"{one.use_case}: the segments as of {one.day} are current."
        if one.day
        else f"{one.use_case}: nothing was published yet."
        for one in asked
    ]
    return " ".join(told) or "No use case is configured."


def _about(incident: Incident, event: str) -> dict[str, str | None]:
    return {
        "event": event,
        "key": incident.key,
        "kind": incident.kind,
        "use_case": incident.use_case,
        "day": str(incident.day) if incident.day else None,
    }


def _sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else f"{text}."


def _time(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
