"""A past publication with what happened afterwards, and with what a rule of thumb had said."""

from collections.abc import Mapping

import ibis
import ibis.expr.types as ir
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from mkt_pipeline.campaign.model_health import ClosedPublication, ModelHealth
from mkt_pipeline.contracts.as_of import AsOf
from mkt_pipeline.contracts.use_case import UseCase
from mkt_pipeline.features.feature_set import feature_set
from mkt_pipeline.features.frame_of_reference import FrameOfReference
from mkt_pipeline.features.labels import target_customers
from mkt_pipeline.lake.lake import Lake
from mkt_pipeline.lake.session import Session
from mkt_pipeline.modelling.baseline import RecencyFrequencyMoney, Roles
from mkt_pipeline.modelling.realised import Outcome
from mkt_pipeline.segments.rule import assign
from mkt_pipeline.steps.features import timelines

ROLES = ("recency", "frequency", "money")


def publication_outcome(
    *,
    lake: Lake,
    health: ModelHealth,
    use_case: UseCase,
    publication: ClosedPublication,
    known: AsOf,
    rule: Mapping[str, str],
) -> Outcome | None:
    """Everybody of the publication with outcomes as known at ``known``; None where it is not kept.

    Taken are the rows that were published, and where housekeeping has removed them the scores that
    they were made of. ``rule`` are the parameters of the rule of thumb in the training of the
    model; without them the outcome has no such order.
    """
    day = AsOf(publication.as_of, lake.zone)
    with lake.session() as session:
        rows = _rows(lake, session, health, use_case, publication, day)
        if rows is None:
            return None
        versions = timelines(lake, session)
        happened = target_customers(versions, use_case=use_case, as_of=day, known=known)
        joined = _joined(rows, happened.mutate(label=ibis.literal(True)))
        joined = joined.mutate(label=joined.label.fill_null(False))
        roles = _roles(rule)
        if roles:
            features = _features(lake, session, versions, use_case, day, roles)
            joined = _joined(joined, features)
        table = session.stream(joined.order_by("customer_id")).read_all()
    return Outcome(
        table["label"].to_numpy(),
        table["propensity"].to_numpy(),
        _order(table, roles, rule) if roles else None,
        _segments(table, use_case, publication),
    )


def _rows(
    lake: Lake,
    session: Session,
    health: ModelHealth,
    use_case: UseCase,
    publication: ClosedPublication,
    day: AsOf,
) -> ir.Table | None:
    if publication.has_rows:
        return session.register(health.published_rows(publication.publication_id))
    if not lake.has_day("scores", use_case.name, day):
        return None
    # The day may have been scored again since, without being published again.
    if lake.score_facts(use_case.name, day)["run_id"] != publication.run_id:
        return None
    scores = lake.score_table(session, use_case.name, day)
    return scores.select("customer_id", "propensity")


def _roles(rule: Mapping[str, str]) -> Roles | None:
    return Roles(*(rule[name] for name in ROLES)) if all(name in rule for name in ROLES) else None


def _features(
    lake: Lake,
    session: Session,
    versions: Mapping[str, ir.Table],
    use_case: UseCase,
    day: AsOf,
    roles: Roles,
) -> ir.Table:
    """What the rule goes by, as stored for the day, else computed again from the change logs."""
    if lake.has_day("features", use_case.name, day):
        stored = lake.feature_table(session, use_case.name, day)
        if set(roles.names) <= set(stored.columns):
            return stored.select("customer_id", *roles.names)
    reference = FrameOfReference(day, use_case, lake.vocabulary(use_case.name).known())
    again = feature_set(versions, reference).rows.select("customer_id", *roles.names)
    return session.materialise(again)


def _joined(rows: ir.Table, others: ir.Table) -> ir.Table:
    return rows.left_join(others, "customer_id").drop("customer_id_right")


def _order(table: pa.Table, roles: Roles, rule: Mapping[str, str]) -> npt.NDArray[np.float64]:
    frame = pd.DataFrame({name: table[name].to_numpy() for name in roles.names})
    return RecencyFrequencyMoney.remembered(roles, rule, frame).decision_function(frame)


def _segments(
    table: pa.Table, use_case: UseCase, publication: ClosedPublication
) -> npt.NDArray[np.object_] | None:
    """As published; from scores by today's rule, or None where that gives other segments."""
    if "segment" in table.column_names:
        return np.asarray(table["segment"].to_numpy(zero_copy_only=False), dtype=object)
    found = assign(
        propensities=table["propensity"].to_numpy(),
        customer_ids=table["customer_id"],
        rule=use_case.segments,
    )
    names, counted = np.unique(found.astype(str), return_counts=True)
    counts = dict(zip(names.tolist(), counted.tolist(), strict=True))
    gone = sum(abs(n - counts.get(name, 0)) for name, n in publication.counts.items())
    return found if gone <= publication.erased else None
