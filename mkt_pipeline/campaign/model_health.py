"""The record of how models in use are doing: what came true, how nights drift, alarms."""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import date, datetime
from io import BytesIO

import pyarrow as pa
from psycopg2 import sql
from pyarrow import csv

from mkt_pipeline.campaign.session import Row, Session, session
from mkt_pipeline.contracts.model_health import (
    AlarmDecision,
    DriftSign,
    HealthFigure,
    Levels,
    StandingAlarm,
)

ROWS = pa.schema(
    [("customer_id", pa.string()), ("propensity", pa.float64()), ("segment", pa.string())]
)


@dataclass(frozen=True, kw_only=True)
class ClosedPublication:
    """A publication whose label window has closed; ``has_rows`` until housekeeping removes them."""

    publication_id: int
    as_of: date
    model_name: str
    model_version: str
    run_id: str
    counts: dict[str, int]
    erased: int
    has_rows: bool


@dataclass(frozen=True, kw_only=True)
class PublicationHealth:
    """What came true of one publication; outcomes as known on ``measured_as_of``."""

    as_of: date
    model_name: str
    model_version: str
    publication_id: int
    closed_on: date
    measured_as_of: date
    run_id: str
    figures: tuple[HealthFigure, ...]


@dataclass(frozen=True, kw_only=True)
class DriftNight:
    """The signs of one night, and the version that scored it."""

    as_of: date
    customers: int
    model_name: str
    model_version: str
    signs: tuple[DriftSign, ...]


@dataclass(frozen=True, kw_only=True)
class Alarm:
    """One alarm; it stands while ``ended_as_of`` is None."""

    alarm_id: int
    raised_as_of: date
    raised_at: datetime
    model_name: str
    model_version: str
    subjects: tuple[str, ...]
    sentence: str
    ended_as_of: date | None
    ended: str | None


Decide = Callable[[Sequence[Levels], StandingAlarm | None], AlarmDecision]
"""From the levels of the last nights of a version, the latest first, and the standing alarm."""


class ModelHealth:
    """The tables ``model_health``, ``model_drift`` and ``model_alarms`` of the schema ``campaign``
    of the database at ``url``, which is up to date.
    """

    def __init__(self, url: str) -> None:
        self._url = url

    def closed_publications(
        self, use_case: str, *, source: str, until: date, as_of: date
    ) -> tuple[ClosedPublication, ...]:
        """Publications for days up to ``until`` that nothing came true of yet, the earliest first.

        Those that were measured as of ``as_of`` are among them, so that a rerun replaces its own.
        """
        asked = {"use_case": use_case, "source": source, "until": until, "as_of": as_of}
        return tuple(ClosedPublication(**row) for row in self._rows("closed_publications", **asked))

    def published_rows(self, publication_id: int) -> pa.Table:
        """Customers, propensities and segments of one publication, as ``ROWS``."""
        target = BytesIO()
        with session(self._url) as opened, opened.transaction():
            opened.copy_out("copy_published", target, publication=sql.Literal(publication_id))
        target.seek(0)
        if not target.getbuffer().nbytes:
            return ROWS.empty_table()
        return csv.read_csv(
            target,
            read_options=csv.ReadOptions(column_names=ROWS.names),
            parse_options=csv.ParseOptions(newlines_in_values=True),
            convert_options=csv.ConvertOptions(column_types=ROWS),
        )

    def record_figures(self, use_case: str, found: PublicationHealth) -> None:
        """Put what came true of a publication in place of what was known of its day."""
        own = {f.name: getattr(found, f.name) for f in fields(found) if f.name != "figures"}
        figures = json.dumps([asdict(one) for one in found.figures], allow_nan=False)
        with session(self._url) as opened, opened.transaction():
            opened.run("lock", name=f"health of {use_case}")
            opened.run("forget_health", use_case=use_case, as_of=found.as_of)
            opened.run("insert_health", use_case=use_case, figures=figures, **own)

    def figures(self, use_case: str, *, days: int = 1) -> tuple[PublicationHealth, ...]:
        """What came true of the latest days that are known about, the latest first."""
        by_day: dict[date, list[Row]] = {}
        for row in self._rows("health", use_case=use_case, day_limit=days):
            by_day.setdefault(row["as_of"], []).append(row)
        return tuple(_health(rows) for rows in by_day.values())

    def record_night(
        self,
        use_case: str,
        night: DriftNight,
        *,
        nights: int,
        decide: Decide,
        told: Callable[[Sequence[str]], str],
    ) -> Alarm | None:
        """Put the signs of a night in place of its own, and let ``decide`` say whether it alarms.

        It is shown the last ``nights`` nights of the version that scored this one. ``told`` is the
        sentence of an alarm. Of a night before one that is known already the signs alone are kept.
        Returns the alarm that this night raised, also where a rerun raises it once more.
        """
        day = {"use_case": use_case, "as_of": night.as_of}
        model = {"model_name": night.model_name, "model_version": night.model_version}
        signs = json.dumps([asdict(one) for one in night.signs], allow_nan=False)
        with session(self._url) as opened, opened.transaction():
            opened.run("lock", name=f"health of {use_case}")
            opened.run("forget_drift", **day)
            opened.run("insert_drift", **day, **model, customers=night.customers, signs=signs)
            later = opened.row("later_drift", **day)
            if later and later["is_later"]:
                return None
            opened.run("forget_alarm", **day)
            opened.run("reopen_alarm", **day)
            standing = _standing(opened, use_case)
            decision = decide(_levels(opened, use_case, night, nights), standing)
            if standing and decision.ends:
                ended = "raised again" if decision.raised else "cleared"
                opened.run("end_alarm", alarm_id=standing.alarm_id, as_of=night.as_of, ended=ended)
            if not decision.raised:
                return None
            subjects = json.dumps(decision.raised)
            sentence = told(decision.raised)
            opened.run("insert_alarm", **day, **model, subjects=subjects, sentence=sentence)
            return _alarms(opened, use_case, only_standing=True, limit=1)[0]

    def drift(self, use_case: str, *, nights: int = 1) -> tuple[DriftNight, ...]:
        """The signs of the last nights, the latest first."""
        by_day: dict[date, list[Row]] = {}
        for row in self._rows("drift", use_case=use_case, until=None, night_limit=nights):
            by_day.setdefault(row["as_of"], []).append(row)
        return tuple(_night(rows) for rows in by_day.values())

    def alarms(self, use_case: str, *, limit: int = 10) -> tuple[Alarm, ...]:
        """The alarms, the latest first."""
        with session(self._url) as opened, opened.transaction():
            return _alarms(opened, use_case, only_standing=False, limit=limit)

    def _rows(self, name: str, **parameters: object) -> list[Row]:
        with session(self._url) as opened, opened.transaction():
            return opened.rows(name, **parameters)


def _levels(opened: Session, use_case: str, night: DriftNight, nights: int) -> list[Levels]:
    """Of the last nights that the same version scored without another one in between."""
    rows = opened.rows("drift", use_case=use_case, until=night.as_of, night_limit=nights)
    by_day: dict[date, list[Row]] = {}
    for row in rows:
        by_day.setdefault(row["as_of"], []).append(row)
    found: list[Levels] = []
    for signs in by_day.values():
        if signs[0]["model_version"] != night.model_version:
            break
        found.append({one.name: one.level for one in map(_sign, signs)})
    return found


def _standing(opened: Session, use_case: str) -> StandingAlarm | None:
    for one in _alarms(opened, use_case, only_standing=True, limit=1):
        return StandingAlarm(one.alarm_id, one.raised_as_of, one.subjects)
    return None


def _alarms(
    opened: Session, use_case: str, *, only_standing: bool, limit: int
) -> tuple[Alarm, ...]:
    rows = opened.rows("alarms", use_case=use_case, only_standing=only_standing, row_limit=limit)
    return tuple(Alarm(**{**row, "subjects": tuple(row["subjects"])}) for row in rows)


def _health(rows: Sequence[Row]) -> PublicationHealth:
    own = {f.name for f in fields(HealthFigure)}
    figures = tuple(HealthFigure(**{name: row[name] for name in own}) for row in rows)
    facts = {name: value for name, value in rows[0].items() if name not in own}
    return PublicationHealth(**facts, figures=figures)


def _night(rows: Sequence[Row]) -> DriftNight:
    facts = {name: rows[0][name] for name in ("as_of", "customers", "model_name", "model_version")}
    return DriftNight(**facts, signs=tuple(map(_sign, rows)))


def _sign(row: Row) -> DriftSign:
    return DriftSign(**{f.name: row[f.name] for f in fields(DriftSign)})
