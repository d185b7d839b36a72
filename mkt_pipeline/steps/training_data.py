"""Past feature sets with what happened afterwards, as frames to learn from."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

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
from mkt_pipeline.modelling.labelled import Labelled
from mkt_pipeline.modelling.windows import TrainingWindows
from mkt_pipeline.steps.features import timelines

HASH_DIGITS = 8


@dataclass(frozen=True)
class TrainingData:
    """Three parts in time order, the features they share, and a fingerprint of all rows.

    ``latest`` is the as-of of the test part.
    """

    features: tuple[Feature, ...]
    train: Labelled
    validation: Labelled
    test: Labelled
    digest: str
    latest: AsOf

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

    Features that have one value only in the training part are left out.

    Where there are more customers than ``max_rows`` allows, a part of them is taken by the hash
    of their id: the same ones at every date, so that nobody is chosen by what they did.
    """
    limit = use_case.training.max_rows
    with lake.session() as session:
        # Once for all dates: which version follows which does not depend on the day.
        versions = {n: session.materialise(t) for n, t in timelines(lake, session).items()}
        assemble = _Assembly(session, versions, use_case, known, vocabulary)
        train = assemble.part(windows.train, limit // len(windows.train))
        validation = assemble.part((windows.validation,), limit)
        test = assemble.part((windows.test,), limit)
        features = assemble.feature_set(windows.test).features
    features = tuple(f for f in features if train.frame[f.name].nunique(dropna=False) > 1)
    train, validation, test = (_only(part, features) for part in (train, validation, test))
    digest = _digest((train, validation, test))
    return TrainingData(features, train, validation, test, digest, windows.test)


def _only(part: Labelled, features: Sequence[Feature]) -> Labelled:
    """A part without the columns that say the same of everybody, from which nothing is learned."""
    return replace(part, frame=part.frame[[feature.name for feature in features]])


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

    def part(self, dates: Sequence[AsOf], rows_per_date: int) -> Labelled:
        frames = [self._date(as_of, rows_per_date) for as_of in dates]
        frame = pd.concat(frames, ignore_index=True)
        days = [np.full(len(f), d.day, "datetime64[D]") for f, d in zip(frames, dates, strict=True)]
        label = frame.pop("label").to_numpy(dtype=bool)
        return Labelled(frame.drop(columns="customer_id"), label, np.concatenate(days))

    def _date(self, as_of: AsOf, rows: int) -> pd.DataFrame:
        features = self.session.materialise(self.feature_set(as_of).rows)
        happened = target_customers(
            self.timelines, use_case=self.use_case, as_of=as_of, known=self.known
        )
        bought = happened.mutate(label=ibis.literal(True))
        labelled = _sampled(features, rows).left_join(bought, "customer_id")
        labelled = labelled.mutate(label=labelled.label.fill_null(False))
        ordered = labelled.drop("customer_id_right").order_by("customer_id")
        frame: pd.DataFrame = self.session.stream(ordered).read_all().to_pandas()
        return frame


def _sampled(features: ir.Table, rows: int) -> ir.Table:
    customers = int(features.count().to_pyarrow().as_py())
    if customers <= rows:
        return features
    limit = format(int(16**HASH_DIGITS * rows / customers), f"0{HASH_DIGITS}x")
    digest = features.customer_id.hexdigest("md5").substr(0, HASH_DIGITS)
    return features.filter(digest < limit)


def _digest(parts: Sequence[Labelled]) -> str:
    """SHA-256 over the hashes of all rows in order, with labels and dates."""
    whole = hashlib.sha256()
    for part in parts:
        rows = part.frame.assign(label=part.label, as_of=part.as_of)
        whole.update(pd.util.hash_pandas_object(rows, index=False).to_numpy().tobytes())
    return whole.hexdigest()
