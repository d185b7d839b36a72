"""Step: build the feature set of a use case, as of a day, from what was known then."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from itertools import chain

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from mkt_pipeline.contracts.as_of import AsOf
from mkt_pipeline.contracts.entities import ENTITIES
from mkt_pipeline.contracts.feature import Feature
from mkt_pipeline.contracts.night import FeaturesBuilt
from mkt_pipeline.contracts.use_case import UseCase
from mkt_pipeline.contracts.vocabulary import Vocabulary
from mkt_pipeline.errors import BadInputError, DataRefusedError
from mkt_pipeline.features.feature_set import UNREAD, features_of, state_of_all
from mkt_pipeline.features.frame_of_reference import FrameOfReference
from mkt_pipeline.features.state import superseded_versions, timeline
from mkt_pipeline.features.vocabulary import common_values, vocabulary_of
from mkt_pipeline.lake.in_turn import InTurn
from mkt_pipeline.lake.lake import Lake
from mkt_pipeline.lake.session import Session
from mkt_pipeline.steps.sensitive_features import sensitive_features
from mkt_pipeline.steps.stopwatch import Stopwatch
from mkt_pipeline.tracking.code_version import code_version

CUSTOMERS_AT_ONCE = 100_000
"""Aggregates of a hundred features take kilobytes of memory per customer."""


def build_features(
    *, lake: Lake, use_case: UseCase, as_of: AsOf, dry_run: bool = False
) -> FeaturesBuilt:
    """Write the feature set of one day in place of the same day's.

    Refused: a day that no extraction has covered, for part of it would be missing, and a use case
    for which no customer is eligible.
    """
    watch, history = Stopwatch(), _history(lake, as_of)
    vocabulary = lake.vocabulary(use_case.name).known()
    if vocabulary.is_empty:
        vocabulary = pin_vocabulary(lake=lake, use_case=use_case, as_of=as_of)
    reference = FrameOfReference(as_of, use_case, vocabulary)
    with lake.session() as session:
        features, rows = built_in_parts(session, timelines(lake, session), reference)
        sensitive_features(use_case, features)  # a misspelt one is told tonight, not on Sunday
        counted = _Counted(_refuse_nobody(rows, use_case, as_of))
        version = -1
        if dry_run:
            counted.read()
        else:
            version = lake.write_features(
                use_case.name, as_of, counted.rows, features, definition=definition(use_case)
            )
    return FeaturesBuilt(
        use_case.name,
        str(as_of),
        counted.number,
        len(features),
        history,
        version,
        vocabulary.digest,
        watch.seconds,
        dry_run,
    )


def built_in_parts(
    session: Session,
    known: Mapping[str, ir.Table],
    reference: FrameOfReference,
    at_once: int = CUSTOMERS_AT_ONCE,
) -> tuple[tuple[Feature, ...], pa.RecordBatchReader]:
    """Features and their rows with ``as_of``, made for one part of the customers after the other
    while they are read.

    ``at_once`` is about how many customers a part has; the rows do not depend on it.
    """
    customers = int(known["customers"].count().to_pyarrow().as_py())
    count = -(-customers // at_once) or 1
    turns = InTurn.of(session, _dealt(session, state_of_all(known, reference), count))
    made = features_of(turns.tables, reference)
    dated = made.rows.mutate(as_of=ibis.literal(str(reference.as_of)))
    return made.features, turns.stream(dated)


class _Counted:
    """Rows that are counted as they are read."""

    def __init__(self, rows: pa.RecordBatchReader) -> None:
        self._source, self.number = rows, 0
        self.rows = pa.RecordBatchReader.from_batches(rows.schema, self._passing())

    def _passing(self) -> Iterator[pa.RecordBatch]:
        for batch in self._source:
            self.number += batch.num_rows
            yield batch

    def read(self) -> None:
        """Read them all, for nobody else does."""
        for _ in self.rows:
            pass


def _dealt(
    session: Session, state: Mapping[str, ir.Table], count: int
) -> list[Mapping[str, ir.Table]]:
    """The state of each part of the customers; which part is a matter of this run alone.

    The change logs are read once, not once for each part: their size grows with the customers, and
    so does the number of parts.
    """
    if count == 1:
        return [state]
    dealt = {
        name: [table] * count
        if "customer_id" not in table.columns
        else session.deal(_read_columns(table), by="customer_id", parts=count)
        for name, table in state.items()
    }
    return [{name: parts[number] for name, parts in dealt.items()} for number in range(count)]


def _read_columns(table: ir.Table) -> ir.Table:
    return table.drop(*(name for name in UNREAD if name in table.columns))


def definition(use_case: UseCase) -> str:
    """A digest of what defines the features of a use case: its own document, and the code."""
    of_features = use_case.model_dump(
        mode="json", include={"target", "eligibility", "windows_days", "horizon_days"}
    )
    text = json.dumps([of_features, code_version()], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def pin_vocabulary(*, lake: Lake, use_case: UseCase, as_of: AsOf) -> Vocabulary:
    """Extend the pinned vocabulary of a use case by what is common as of a day."""
    with lake.session() as session:
        versions = timelines(lake, session)
        tables = common_values(versions, as_of)
        common = {name: _values(session, table) for name, table in tables.items()}
        found = vocabulary_of(common, tuple(versions["customers"].columns))
    return lake.vocabulary(use_case.name).extend(found)


def timelines(
    lake: Lake, session: Session, versions: Mapping[str, int] | None = None
) -> Mapping[str, ir.Table]:
    """The timeline of every change log; of these versions of them, where they are given."""
    found = {}
    for name, log in lake.logs(session, versions).items():
        key = ENTITIES[name].key
        superseded = session.materialise(superseded_versions(log, key=key))
        found[name] = session.view(timeline(log, key=key, superseded=superseded))
    return found


def _values(session: Session, table: ir.Table) -> list[str]:
    values: list[str] = session.stream(table).read_all()["value"].to_pylist()
    return values


def _history(lake: Lake, as_of: AsOf) -> str:
    covered = lake.covered()
    if covered is None:
        raise BadInputError(
            f"the lake at {lake.uri} is empty", remedy=f"run `mkt extract --as-of {as_of}` first"
        )
    if as_of > covered:
        raise BadInputError(
            f"the lake covers {covered}, not yet {as_of}",
            remedy=f"run `mkt extract --as-of {as_of}` first",
        )
    return lake.history(as_of)


def _refuse_nobody(
    rows: pa.RecordBatchReader, use_case: UseCase, as_of: AsOf
) -> pa.RecordBatchReader:
    """The same rows, of which there is one at least; before anything is written."""
    for batch in rows:
        if batch.num_rows:
            return pa.RecordBatchReader.from_batches(rows.schema, chain([batch], rows))
    raise DataRefusedError(
        f"no customer is eligible for {use_case.name} as of {as_of}",
        remedy="check the eligibility of the use case and what the source's customers give",
    )
