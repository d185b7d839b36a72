"""Past feature sets with what happened afterwards, as frames to learn from."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

from mkt_pipeline.contracts.as_of import AsOf
from mkt_pipeline.contracts.feature import Feature
from mkt_pipeline.contracts.use_case import UseCase
from mkt_pipeline.contracts.vocabulary import Vocabulary
from mkt_pipeline.features.feature_set import FeatureSet, feature_set
from mkt_pipeline.features.frame_of_reference import FrameOfReference
from mkt_pipeline.features.labels import target_customers
from mkt_pipeline.lake.lake import Lake
from mkt_pipeline.lake.session import Session
from mkt_pipeline.modelling.informative import informative
from mkt_pipeline.modelling.labelled import Labelled
from mkt_pipeline.modelling.leak_check import LeakEvidence
from mkt_pipeline.modelling.leak_check_measures import Labels
from mkt_pipeline.modelling.season import SeasonFound, season_days, season_of
from mkt_pipeline.modelling.windows import TrainingWindows
from mkt_pipeline.steps.base_rates import base_rates
from mkt_pipeline.steps.customer_sample import sampled
from mkt_pipeline.steps.features import timelines
from mkt_pipeline.steps.leak_evidence import changed_later, leak_evidence, written_later
from mkt_pipeline.steps.sensitive_features import sensitive_features

Marks = Callable[[AsOf], Mapping[str, ir.Table]]
"""For a date, the customers that carry a mark, by its name."""


@dataclass(frozen=True)
class TrainingData:
    """Three parts in time order, the features they share, and a fingerprint of all rows.

    ``latest`` is the as-of of the test part; ``evidence`` is for the leak check. ``offered`` are
    all features of a night, and ``offered_test`` their columns in the test part; ``watched`` are
    those that no model may use. ``season`` is that of the base rate until the validation.
    """

    features: tuple[Feature, ...]
    train: Labelled
    validation: Labelled
    test: Labelled
    digest: str
    latest: AsOf
    evidence: LeakEvidence
    watched: tuple[Feature, ...]
    offered: tuple[Feature, ...]
    offered_test: pd.DataFrame
    season: SeasonFound

    @property
    def watched_test(self) -> pd.DataFrame:
        """The columns of the test part that no model may use."""
        return self.offered_test[[feature.name for feature in self.watched]]

    def with_only(self, features: Sequence[Feature]) -> "TrainingData":
        """The same customers with fewer features to learn from."""
        parts = (_only(part, features) for part in (self.train, self.validation, self.test))
        train, validation, test = parts
        return replace(
            self, features=tuple(features), train=train, validation=validation, test=test
        )

    @property
    def rows(self) -> int:
        """Rows of all three parts."""
        return self.train.rows + self.validation.rows + self.test.rows


def training_data(
    *,
    lake: Lake,
    use_case: UseCase,
    known: AsOf,
    windows: TrainingWindows,
    vocabulary: Vocabulary,
) -> TrainingData:
    """Build the feature set of every date of ``windows`` with outcomes as known at ``known``.

    Features that nothing can be learned from in the training part are left out.

    Where there are more customers than ``max_rows`` allows, a part of them is taken by the hash
    of their id: the same ones at every date, so that nobody is chosen by what they did.
    """
    limit = use_case.training.max_rows
    with lake.session() as session:
        # Once for all dates: which version follows which does not depend on the day.
        versions = {n: session.materialise(t) for n, t in timelines(lake, session).items()}
        assemble = _Assembly(session, versions, use_case, known, vocabulary)
        later = partial(written_later, versions)
        train, was_later = assemble.part(windows.train, limit // len(windows.train), later)
        validation, _ = assemble.part((windows.validation,), limit)
        changed = partial(changed_later, versions, session, known=known)
        test, has_changed = assemble.part((windows.test,), limit, changed)
        offered = assemble.feature_set(windows.test).features
        evidence = leak_evidence(
            lake=lake,
            session=session,
            timelines=versions,
            use_case=use_case,
            known=known,
            vocabulary=vocabulary,
            later=was_later,
            changed=has_changed,
            dates=windows.train,
        )
        season = _season(session, versions, use_case, windows, vocabulary)
    watched, offered_test = sensitive_features(use_case, offered), test.frame
    features = informative([f for f in offered if f not in watched], train)
    train, validation, test = (_only(part, features) for part in (train, validation, test))
    return TrainingData(
        features=features,
        train=train,
        validation=validation,
        test=test,
        digest=_digest((train, validation, test)),
        latest=windows.test,
        evidence=evidence,
        watched=watched,
        offered=offered,
        offered_test=offered_test,
        season=season,
    )


def _season(
    session: Session,
    versions: Mapping[str, ir.Table],
    use_case: UseCase,
    windows: TrainingWindows,
    vocabulary: Vocabulary,
) -> SeasonFound:
    """From what was known when the features of the test were made."""
    span, latest = use_case.gap_days + use_case.horizon_days, windows.validation
    days = [
        latest.shifted(-(latest.day - day).days) for day in season_days(latest.day, span_days=span)
    ]
    rates = base_rates(
        session=session,
        timelines=versions,
        use_case=use_case,
        known=windows.test,
        vocabulary=vocabulary,
        days=days,
    )
    return season_of(rates, span_days=span)


def _nobody(_: AsOf) -> Mapping[str, ir.Table]:
    return {}


def _only(part: Labelled, features: Sequence[Feature]) -> Labelled:
    """A part without the columns that say the same of everybody, from which nothing is learned."""
    return replace(part, frame=part.frame[[feature.name for feature in features]])


_MARK = "mark:"


@dataclass(frozen=True)
class _Assembly:
    session: Session
    timelines: Mapping[str, ir.Table]
    use_case: UseCase
    known: AsOf
    vocabulary: Vocabulary

    def feature_set(self, as_of: AsOf) -> FeatureSet:
        reference = FrameOfReference(as_of, self.use_case, self.vocabulary)
        return feature_set(self.timelines, reference)

    def part(
        self, dates: Sequence[AsOf], rows_per_date: int, marks: Marks = _nobody
    ) -> tuple[Labelled, dict[str, Labels]]:
        """Rows of all dates, and for each mark which of them carry it."""
        frames = [self._date(as_of, rows_per_date, marks(as_of)) for as_of in dates]
        frame = pd.concat(frames, ignore_index=True)
        days = [np.full(len(f), d.day, "datetime64[D]") for f, d in zip(frames, dates, strict=True)]
        label = frame.pop("label").to_numpy(dtype=bool)
        names = [name for name in frame.columns if name.startswith(_MARK)]
        marked = {name.removeprefix(_MARK): frame.pop(name).to_numpy(dtype=bool) for name in names}
        part = Labelled(frame.drop(columns="customer_id"), label, np.concatenate(days))
        return part, marked

    def _date(self, as_of: AsOf, rows: int, marks: Mapping[str, ir.Table]) -> pd.DataFrame:
        features = self.session.materialise(self.feature_set(as_of).rows)
        happened = target_customers(
            self.timelines, use_case=self.use_case, as_of=as_of, known=self.known
        )
        rows_of_date = _marked(sampled(features, rows), happened, "label")
        for name, customers in marks.items():
            rows_of_date = _marked(rows_of_date, customers, f"{_MARK}{name}")
        ordered = rows_of_date.order_by("customer_id")
        frame: pd.DataFrame = self.session.stream(ordered).read_all().to_pandas()
        return frame


def _marked(rows: ir.Table, customers: ir.Table, name: str) -> ir.Table:
    """``rows`` with a column that says whether the customer is one of ``customers``."""
    marked = rows.left_join(customers.mutate(**{name: ibis.literal(True)}), "customer_id")
    return marked.mutate(**{name: marked[name].fill_null(False)}).drop("customer_id_right")


def _digest(parts: Sequence[Labelled]) -> str:
    """SHA-256 over the hashes of all rows in order, with labels and dates."""
    whole = hashlib.sha256()
    for part in parts:
        rows = part.frame.assign(label=part.label, as_of=part.as_of)
        whole.update(pd.util.hash_pandas_object(rows, index=False).to_numpy().tobytes())
    return whole.hexdigest()
