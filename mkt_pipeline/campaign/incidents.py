"""The record of incidents, and of who was told about them."""

import json
from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime

from mkt_pipeline.campaign.session import Row, Session, session
from mkt_pipeline.contracts.incident import DueNotice, Incident, IncidentKind, KnownIncident


class Incidents:
    """The tables ``incidents`` and ``notices`` of the schema ``campaign`` of the database at
    ``url``, which is up to date.

    What is to be sent is written together with the incident and sent afterwards, so that a process
    that dies in between leaves a message that the next one sends.
    """

    def __init__(self, url: str) -> None:
        self._url = url

    def open(
        self,
        incident: Incident,
        *,
        channels: Collection[str],
        opened_at: datetime | None = None,
        sent: Collection[str] = (),
    ) -> bool:
        """Note an incident and what is to be sent to ``channels``; False where it is open already.

        ``opened_at`` is now by default. The channels in ``sent`` were told of it already.
        """
        with session(self._url) as opened, opened.transaction():
            row = opened.row("open_incident", **_parameters(incident), opened_at=opened_at) or {}
            if row["is_new"]:
                number = row["incident_id"]
                names = {"channels": sorted({*channels, *sent}), "sent": sorted(sent)}
                opened.run("write_notices", incident_id=number, **names)
            return bool(row["is_new"])

    def close(self, key: str, *, because: str, silently: bool = False) -> int:
        """End the incident that is open with a key; how many were. ``silently`` tells nobody."""
        with session(self._url) as opened, opened.transaction():
            rows = opened.rows("close_incident", key=key, because=because)
            return _over(opened, rows, silently=silently)

    def close_of(
        self, kinds: Sequence[IncidentKind], subject: str, *, day: date | None, because: str
    ) -> int:
        """End the incidents of a subject of ``day`` and earlier ones, of any day where it is None.

        A subject that ends with ``/`` stands for all that begin so.
        """
        asked = {"kinds": list(kinds), "subject": subject, "day": day, "because": because}
        with session(self._url) as opened, opened.transaction():
            return _over(opened, opened.rows("close_incidents", **asked), silently=False)

    def claim(self, channels: Iterable[str]) -> tuple[DueNotice, ...]:
        """Take the messages that are due; each is due again some minutes later unless it is noted
        as sent.
        """
        with session(self._url) as opened, opened.transaction():
            rows = opened.rows("claim_notices", channels=sorted(channels))
        return tuple(_due(row) for row in rows)

    def sent(self, due: DueNotice, *, error: str | None = None) -> None:
        """Note that a channel took a message, or the ``error`` for which it did not."""
        named = {"incident_id": due.known.incident_id, "phase": due.phase, "channel": due.channel}
        with session(self._url) as opened, opened.transaction():
            opened.run("notice_sent", **named, error=error)

    def known(self, *, only_open: bool = True, limit: int = 1000) -> tuple[KnownIncident, ...]:
        """Incidents, the open ones first, then the latest first."""
        with session(self._url) as opened, opened.transaction():
            rows = opened.rows("incidents", only_open=only_open, row_limit=limit)
        return tuple(_known(row) for row in rows)

    def explained(self, failed: Collection[str]) -> frozenset[str]:
        """Of some task instances those whose failure an incident explains."""
        with session(self._url) as opened, opened.transaction():
            rows = opened.rows("explained_tasks", failed=sorted(failed))
        return frozenset(row["task"] for row in rows)


def _over(opened: Session, rows: Sequence[Row], *, silently: bool) -> int:
    for row in rows:
        number = row["incident_id"]
        if not silently:
            opened.run("write_over_notices", incident_id=number)
        opened.run("forget_untold", incident_id=number)
    return len(rows)


def _parameters(incident: Incident) -> dict[str, object]:
    return {
        "key": incident.key,
        "kind": incident.kind,
        "subject": incident.subject,
        "day": incident.day,
        "use_case": incident.use_case,
        "problem": incident.problem,
        "remedy": incident.remedy,
        "links": json.dumps(dict(incident.links)),
        "explains": list(incident.explains),
    }


def _due(row: Row) -> DueNotice:
    return DueNotice(known=_known(row), phase=row["phase"], channel=row["channel"])


def _known(row: Row) -> KnownIncident:
    incident = Incident(
        kind=row["kind"],
        subject=row["subject"],
        day=row["day"],
        use_case=row["use_case"],
        problem=row["problem"],
        remedy=row["remedy"],
        links=row["links"],
        explains=tuple(row["explains"]),
    )
    told = row.get("told", {})
    return KnownIncident(
        incident_id=row["incident_id"],
        incident=incident,
        opened_at=row["opened_at"],
        closed_at=row["closed_at"],
        closed_because=row["closed_because"],
        told={name: datetime.fromisoformat(at) if at else None for name, at in told.items()},
    )
