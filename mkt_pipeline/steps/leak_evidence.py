"""What the leak check needs besides the training rows, from the change logs and stored days."""

from collections.abc import Iterator, Mapping, Sequence

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

from mkt_pipeline.contracts.as_of import AsOf
from mkt_pipeline.contracts.entities import ATTRIBUTE_PREFIX, ENTITIES, Entity
from mkt_pipeline.contracts.use_case import UseCase
from mkt_pipeline.contracts.vocabulary import Vocabulary
from mkt_pipeline.features.feature_set import feature_set
from mkt_pipeline.features.frame_of_reference import FrameOfReference
from mkt_pipeline.features.state import state_as_of
from mkt_pipeline.lake.lake import Lake
from mkt_pipeline.lake.session import Session
from mkt_pipeline.modelling.leak_check import LeakEvidence
from mkt_pipeline.modelling.leak_check_measures import Labels
from mkt_pipeline.steps.features import definition

OF_CUSTOMERS = tuple(entity for entity in ENTITIES.values() if entity.name != "products")
SAMPLE = 20_000
DAYS_OBSERVED = 28
"""Days of nights below which new rows are no fair sample: mailings and seasons come in months."""
ALL_LATER = 0.95
"""A CRM that was moved or rewritten whole has no row left that is as old as it says."""
DAYS_BACK = 31
CUSTOMERS_RECOMPUTED = 5_000

_CLOSED = {"is_active", "name"}
"""Columns that no feature reads."""


def leak_evidence(
    *,
    lake: Lake,
    session: Session,
    timelines: Mapping[str, ir.Table],
    use_case: UseCase,
    known: AsOf,
    vocabulary: Vocabulary,
    later: Mapping[str, Labels],
    changed: Mapping[str, Labels],
    dates: Sequence[AsOf],
) -> LeakEvidence:
    """All of it; ``later`` and ``changed`` are marks of the training and of the test rows,
    ``dates`` those of training.
    """
    sampled = samples(lake, session)
    day, differing = recomputed(lake, session, timelines, use_case, known, vocabulary)
    notes = []
    for entity, rows in later.items():
        if rows.size and rows.mean() > ALL_LATER:
            notes.append(f"{entity}: nearly all of them were written after every training date")
    if not changed:
        notes.append("changes after the day: no night has seen any since the test date")
    if not sampled:
        notes.append(f"rows observed: fewer than {DAYS_OBSERVED} days of nights")
    if not day:
        notes.append(
            f"recomputing: none of the last {DAYS_BACK} days is stored with these definitions"
        )
    settled = settled_later(timelines, session, dates, min(use_case.windows_days))
    return LeakEvidence(later, changed, sampled, settled, differing, day, tuple(notes))


def written_later(timelines: Mapping[str, ir.Table], as_of: AsOf) -> dict[str, ir.Table]:
    """By entity, the customers with a row that is counted for the day and was written after it.

    Only versions made out at the first load can be such: their content is younger than the time
    from which they count as known.
    """
    cutoff, found = ibis.literal(as_of.cutoff), {}
    for entity in OF_CUSTOMERS:
        if entity.name in timelines:
            state = state_as_of(timelines[entity.name], cutoff=as_of.cutoff)
            later = state.filter(state.updated_at >= cutoff, state[entity.event_time] < cutoff)
            found[entity.name] = later.select("customer_id").distinct()
    return found


def changed_later(
    timelines: Mapping[str, ir.Table], session: Session, as_of: AsOf, known: AsOf
) -> dict[str, ir.Table]:
    """By ``entity.column``, the customers of whose rows, known at the day, it changed until now."""
    found: dict[str, ir.Table] = {}
    for entity in OF_CUSTOMERS:
        if entity.name in timelines:
            joined = session.materialise(
                _then_and_now(timelines[entity.name], entity, as_of, known)
            )
            if int(joined.count().to_pyarrow().as_py()):
                found |= dict(_columns_that_changed(joined, entity))
    return found


def samples(lake: Lake, session: Session) -> dict[str, tuple[pd.DataFrame, pd.DataFrame]]:
    """By entity, rows of the last weeks before the first load, and rows seen by nights when new."""
    first, covered, found = lake.first_covered(), lake.covered(), {}
    if first is None or covered is None or (covered.day - first.day).days < DAYS_OBSERVED:
        return {}
    for name, log in lake.logs(session).items():
        entity = ENTITIES[name]
        if entity.event_time is None:
            continue
        begins = first.shifted(-(covered.day - first.day).days).cutoff
        time, recent = log[entity.event_time], ibis.literal(first.cutoff)
        old = log.filter(
            log.history == "reconstructed", time >= ibis.literal(begins), time < recent
        )
        known_before = log.filter(log.history == "reconstructed").select(entity.key)
        new = log.filter(log.history == "observed", ~log.is_deleted, time >= recent)
        rank = ibis.row_number().over(group_by=entity.key, order_by=[new.known_at, new.sequence])
        new = new.mutate(_nth=rank).filter(ibis._._nth == 0).anti_join(known_before, entity.key)
        found[name] = (_frame(session, old, entity), _frame(session, new, entity))
    return found


def settled_later(
    timelines: Mapping[str, ir.Table], session: Session, dates: Sequence[AsOf], days: int
) -> dict[str, tuple[pd.DataFrame, pd.DataFrame]]:
    """By entity, events of the last ``days`` of each date, written before it and after it."""
    found = {}
    for entity in OF_CUSTOMERS:
        if entity.name in timelines and entity.name != "customers":
            recent = [_recent(timelines[entity.name], entity, one, days) for one in dates]
            rows = session.materialise(ibis.union(*recent) if len(recent) > 1 else recent[0])
            frame = _frame(session, rows, entity, "is_later")
            is_later = frame.pop("is_later") == "true"
            if is_later.any():
                found[entity.name] = (frame[~is_later], frame[is_later])
    return found


def _recent(versions: ir.Table, entity: Entity, as_of: AsOf, days: int) -> ir.Table:
    state, cutoff = state_as_of(versions, cutoff=as_of.cutoff), ibis.literal(as_of.cutoff)
    time = state[entity.event_time]
    begins = ibis.literal(as_of.shifted(-days).cutoff)
    is_later = (state.updated_at >= cutoff).fill_null(False)
    return state.filter(time >= begins, time < cutoff).mutate(is_later=is_later)


def recomputed(
    lake: Lake,
    session: Session,
    timelines: Mapping[str, ir.Table],
    use_case: UseCase,
    known: AsOf,
    vocabulary: Vocabulary,
) -> tuple[str, dict[str, float]]:
    """The oldest stored day of the last month, and by feature the share that came out otherwise."""
    stored = _stored_day(lake, session, use_case, known)
    if stored is None:
        return "", {}
    day, table = stored
    reference = FrameOfReference(day, use_case, vocabulary)
    built = feature_set(timelines, reference)
    sample = session.materialise(
        table.order_by(table.customer_id.hexdigest("md5")).limit(CUSTOMERS_RECOMPUTED)
    )
    again = session.materialise(built.rows.semi_join(sample, "customer_id"))
    frames = [
        session.stream(rows.order_by("customer_id")).read_all().to_pandas().set_index("customer_id")
        for rows in (sample, again)
    ]
    return str(day), _differences(*frames)


def _then_and_now(versions: ir.Table, entity: Entity, as_of: AsOf, known: AsOf) -> ir.Table:
    """Rows of which a later version became known between the day and now, side by side."""
    then = state_as_of(
        versions.filter(versions.superseded_at < ibis.literal(known.cutoff)), cutoff=as_of.cutoff
    )
    now = state_as_of(versions, cutoff=known.cutoff)
    return then.inner_join(now, entity.key, lname="", rname="{name}_now")


def _columns_that_changed(joined: ir.Table, entity: Entity) -> Iterator[tuple[str, ir.Table]]:
    for column in joined.columns:
        now = f"{column}_now"
        if now in joined.columns and _is_read(column, entity):
            changed = joined.filter(~joined[column].identical_to(joined[now]))
            yield f"{entity.name}.{column}", changed.select("customer_id").distinct()


def _is_read(column: str, entity: Entity) -> bool:
    known = column in entity.column_names or column.startswith(ATTRIBUTE_PREFIX)
    own = {entity.key, entity.event_time, "updated_at", "customer_id", "order_id"}
    return known and column not in own | _CLOSED


def _frame(session: Session, rows: ir.Table, entity: Entity, *more: str) -> pd.DataFrame:
    """A sample of rows: numbers as floats, everything else as text; ids and long texts left out."""
    columns = [c for c in rows.columns if _is_read(c, entity) and not c.endswith("_id")]
    columns = [*(c for c in columns if c != "body"), *more]
    picked = rows.order_by(rows[entity.key].hexdigest("md5")).limit(SAMPLE).select(columns)
    frame: pd.DataFrame = session.stream(picked).read_all().to_pandas()
    for name in columns:
        if picked[name].type().is_decimal():
            frame[name] = frame[name].astype("float64")
        elif not picked[name].type().is_numeric():
            frame[name] = frame[name].astype("string").str.lower()
    return frame


def _stored_day(
    lake: Lake, session: Session, use_case: UseCase, known: AsOf
) -> tuple[AsOf, ir.Table] | None:
    for back in range(DAYS_BACK, 0, -1):
        day = known.shifted(-back)
        # Of another definition the features may differ, and should.
        if lake.definition(use_case.name, day) == definition(use_case):
            return day, lake.feature_table(session, use_case.name, day)
    return None


def _differences(stored: pd.DataFrame, again: pd.DataFrame) -> dict[str, float]:
    """Customers that are missing count as different in every feature that both know."""
    again, shares = again.reindex(stored.index), {}
    for name in (one for one in stored.columns if one in again.columns):
        both = stored[name].isna().to_numpy() & again[name].isna().to_numpy()
        same = (stored[name].to_numpy() == again[name].to_numpy()) | both
        shares[name] = float(1 - np.mean(same.astype(bool)))
    return {name: share for name, share in shares.items() if share > 0}
