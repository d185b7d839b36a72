"""Step: score every customer of a day with the champion, with reasons and recommendations."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
from scipy import sparse

from mkt_pipeline.contracts.as_of import AsOf
from mkt_pipeline.contracts.chosen_method import ChosenMethod
from mkt_pipeline.contracts.feature import Feature
from mkt_pipeline.contracts.night import Scored
from mkt_pipeline.contracts.use_case import UseCase
from mkt_pipeline.errors import ModelRefusedError
from mkt_pipeline.lake.lake import Lake
from mkt_pipeline.lake.session import Session
from mkt_pipeline.lake.staging import stage
from mkt_pipeline.modelling.calibration import Calibrated
from mkt_pipeline.modelling.contributions import Explainer
from mkt_pipeline.modelling.reasons import Reasons
from mkt_pipeline.modelling.score_histogram import score_histogram
from mkt_pipeline.modelling.signature import feature_differences
from mkt_pipeline.segments.recommend import Recommender
from mkt_pipeline.steps.in_order import in_order
from mkt_pipeline.steps.recommend import UNCHOSEN, Recommending, recommending
from mkt_pipeline.steps.run_notes import scoring_note
from mkt_pipeline.steps.run_tags import run_tags
from mkt_pipeline.steps.same_order import refuse_other_order
from mkt_pipeline.steps.stopwatch import Stopwatch
from mkt_pipeline.tracking.champion import Champion
from mkt_pipeline.tracking.server import Tracking

BATCH_ROWS = 20_000
"""Customers at a time: what reasons need of memory grows with it."""

SEASON = "season"
"""The fact that says by how many log-odds the season moved the propensities of a day."""

QUANTILES = (0.01, 0.1, 0.5, 0.9, 0.99)

SCHEMA = pa.schema(
    [
        ("as_of", pa.string()),
        ("customer_id", pa.string()),
        ("propensity", pa.float64()),
        ("reasons", pa.string()),
        ("recommended_products", pa.string()),
        ("model_version", pa.string()),
    ]
)


def score_customers(
    *,
    lake: Lake,
    tracking: Tracking,
    use_case: UseCase,
    as_of: AsOf,
    origin: Mapping[str, str],
    dry_run: bool = False,
) -> Scored:
    """Write the scores of one day in place of the same day's.

    The champion's alias is resolved once, and its version goes with every row; so is the way to
    recommend that is in use. Refused: a feature set that the champion was not trained on, with the
    list of differences.
    """
    watch, champion = Stopwatch(), tracking.champion(use_case.name)
    chosen = tracking.recommenders.chosen(use_case.name) or UNCHOSEN
    refuse_misfit(champion, lake.features(use_case.name, as_of), use_case.sensitive)
    with lake.session() as session:
        features = lake.feature_table(session, use_case.name, as_of)
        numbered = _numbered(session, features)
        prepared = recommending(lake, session, use_case, as_of, numbered, chosen)
        reasons = Reasons(champion.features, use_case.reasons)
        explainer = explainer_of(champion, as_of)
        scorer = Scorer(champion, explainer, reasons, prepared.recommender, as_of)
        given = _batches(session, features, numbered, prepared)
        with in_order(scorer.scored, given, threads=lake.threads) as found:
            scored = pa.RecordBatchReader.from_batches(SCHEMA, found)
            staged = stage(scored, session.scratch)
        scores = session.read([str(staged)])
        propensity = session.stream(scores.select("propensity")).read_all()[0].to_numpy()
        run_id = ""
        if not dry_run:
            tags = {**run_tags(lake=lake, latest=as_of, origin=origin), **_recommended_by(chosen)}
            run_id = _logged(tracking, use_case, as_of, champion, propensity, tags)
            facts = _facts(lake, champion, as_of, run_id, len(propensity))
            facts |= {**_recommended_by(chosen), SEASON: explainer.model.calibrator.shift}
            lake.write_scores(use_case.name, as_of, session.stream(scores), facts=facts)
    return Scored(
        use_case.name,
        str(as_of),
        len(propensity),
        float(propensity.mean()),
        tuple(float(value) for value in np.quantile(propensity, QUANTILES)),
        champion.name,
        str(champion.version),
        run_id,
        tracking.run_url(run_id) if run_id else "",
        watch.seconds,
        dry_run,
    )


def _numbered(session: Session, features: ir.Table) -> ir.Table:
    """Customers with their place in the feature set, which DuckDB keeps to when it reads it."""
    return session.materialise(features.select("customer_id", number=ibis.row_number()))


def _batches(
    session: Session, features: ir.Table, numbered: ir.Table, prepared: Recommending
) -> Iterator[tuple[pd.DataFrame, sparse.csr_matrix]]:
    """Features and evidence, which belong together by the order of the customers alone."""
    ids = session.stream(numbered.order_by("number").select("customer_id")).read_all()[0]
    start = 0
    for batch in session.stream(features, rows=BATCH_ROWS):
        if batch.num_rows:
            here = ids.slice(start, batch.num_rows).combine_chunks()
            refuse_other_order("features", same=batch["customer_id"].equals(here))
            start += batch.num_rows
            yield batch.to_pandas(), prepared.evidence.take(batch.num_rows)


def _logged(
    tracking: Tracking,
    use_case: UseCase,
    as_of: AsOf,
    champion: Champion,
    propensity: npt.NDArray[np.float64],
    tags: Mapping[str, str],
) -> str:
    spread = {
        f"propensity_{share:.0%}".replace("%", ""): float(np.quantile(propensity, share))
        for share in QUANTILES
    }
    title = f"{use_case.name} as of {as_of}: {len(propensity):,} customers"
    return tracking.log_scoring(
        use_case=use_case,
        as_of=as_of,
        champion=champion,
        metrics={
            "customers": len(propensity),
            "propensity_mean": float(propensity.mean()),
            **spread,
        },
        figures={"score_distribution": score_histogram(propensity, title=title)},
        tags=tags,
        note=scoring_note(use_case, as_of, champion, propensity),
    )


@dataclass(frozen=True)
class Scorer:
    """Scores batches of a feature set."""

    champion: Champion
    explainer: Explainer
    reasons: Reasons
    recommender: Recommender
    as_of: AsOf

    def scored(self, given: tuple[pd.DataFrame, sparse.csr_matrix]) -> pa.RecordBatch:
        """For a frame (``customer_id`` and features) and evidence a batch of ``SCHEMA``."""
        frame, evidence = given
        known = frame[[feature.name for feature in self.champion.features]]
        told = self.explainer.explained(known)
        products = self.recommender.documents(evidence)
        return pa.RecordBatch.from_pydict(
            {
                "as_of": pa.repeat(str(self.as_of), len(frame)),
                "customer_id": pa.array(frame["customer_id"], pa.string()),
                "propensity": told.propensity,
                "reasons": self.reasons.documents(known, told.contributions),
                "recommended_products": products.combine_chunks(),
                "model_version": pa.repeat(str(self.champion.version), len(frame)),
            },
            schema=SCHEMA,
        )


def explainer_of(champion: Champion, as_of: AsOf) -> Explainer:
    """What takes the champion's scores of a day apart; made once, before threads share it."""
    model = champion.model
    if not isinstance(model, Calibrated):
        raise ModelRefusedError(
            f"{champion.name} version {champion.version} holds a {type(model).__name__}, which is"
            " not calibrated",
            remedy="make another version champion with `mkt champion promote`",
        )
    explainer = Explainer(model.on(as_of.day), champion.reference, champion.features)
    explainer.parts  # noqa: B018 - tables are made here
    return explainer


def refuse_misfit(
    champion: Champion, offered: tuple[Feature, ...], sensitive: Collection[str]
) -> None:
    """Refuse a feature set that lacks what the champion was trained on, or has it otherwise; and a
    champion that uses what no model may use any more.

    Columns that came later do not matter: the champion does not look at them.
    """
    if used := [one.name for one in champion.features if one.name in sensitive]:
        raise ModelRefusedError(
            f"{champion.name} version {champion.version} uses {', '.join(used)}, which the use case"
            " marks as sensitive",
            remedy="train a model without it with `mkt train`, or make an earlier version champion"
            " that does not use it",
        )
    trained = {feature.name for feature in champion.features}
    differences = feature_differences(
        trained=champion.features, offered=[one for one in offered if one.name in trained]
    )
    if differences:
        raise ModelRefusedError(
            f"{champion.name} version {champion.version} does not fit the feature set:"
            f" {'; '.join(differences)}",
            remedy="train a new model with `mkt train`, or bring the columns back in the source",
        )


def _facts(
    lake: Lake, champion: Champion, as_of: AsOf, run_id: str, customers: int
) -> dict[str, str | int | float]:
    return {
        "model_name": champion.name,
        "model_version": str(champion.version),
        "run_id": run_id,
        "customers": customers,
        "model_digest": champion.digest or "",
        "history": lake.history(as_of),
        **{f"data_version_{name}": version for name, version in lake.log_versions().items()},
    }


def _recommended_by(chosen: ChosenMethod) -> dict[str, str]:
    """The way to recommend, under the same names on the run and beside the scores."""
    version = "none" if chosen.version is None else str(chosen.version)
    return {"recommender": chosen.label, "recommender_version": version}
