"""Whatever happened to the rows of a CRM: a feature knows what was known, and nothing else."""

import shutil
import tempfile
from pathlib import Path

from hypothesis import strategies as st
from reference.plain_features import plain_features

from mkt_pipeline.contracts.entities import ENTITIES
from mkt_pipeline.features.frame_of_reference import FrameOfReference
from mkt_pipeline.features.state import timeline
from mkt_pipeline.lake.session import open_session
from mkt_pipeline.steps.features import built_in_parts

from .counting import examples
from .engine import (
    AS_OF,
    CASES,
    VOCABULARY,
    arrow,
    exact,
    of_files,
    of_history,
)
from .histories import CUTOFF, many, rated

cases = st.sampled_from(sorted(CASES))


@examples(40, many(), cases)
def test_duckdb_equals_the_plain_reference(history, case):
    plain = plain_features(history, AS_OF, CASES[case], VOCABULARY)
    assert of_history(history, case) == exact(plain)


def _appended_later(version):
    """By nights of their own: no append of a log holds a key twice."""
    return version | {"sequence": version["sequence"] + 1_000}


@examples(15, many(), many(), cases)
def test_what_becomes_known_on_the_day_or_later_changes_no_feature(history, other, case):
    before = {
        name: [version for version in versions if version["known_at"] < CUTOFF]
        for name, versions in history.items()
    }
    later = {
        name: [*before[name], *(_appended_later(v) for v in versions if v["known_at"] >= CUTOFF)]
        for name, versions in other.items()
    }
    expected = of_history(before, case)
    assert of_history(history, case) == expected
    assert of_history(later, case) == expected


@examples(15, many(), cases, st.randoms(use_true_random=False), st.integers(1, 8))
def test_the_order_of_the_rows_and_the_number_of_threads_do_not_matter(
    history, case, random, threads
):
    shuffled = {name: random.sample(rows, len(rows)) for name, rows in history.items()}
    assert of_history(shuffled, case, threads=threads) == of_history(history, case)


@examples(4, st.lists(st.integers(1, 50), min_size=300, max_size=300), st.randoms())
def test_the_mean_of_many_ratings_does_not_depend_on_their_order(ratings, random):
    shuffled = random.sample(ratings, len(ratings))
    found = [
        of_history(rated([r / 10 for r in those]), "cars")["c1"]["mean_rating"]
        for those in (ratings, shuffled)
    ]
    assert found[0] == found[1]


@examples(8, many(), cases, st.integers(1, 30), st.integers(1, 4))
def test_the_number_of_files_and_row_groups_does_not_matter(history, case, files, threads):
    folder = Path(tempfile.mkdtemp(prefix="mkt-layout-"))
    try:
        found = of_files(arrow(history), folder, case, files=files, threads=threads)
    finally:
        shutil.rmtree(folder)
    assert exact(found) == of_history(history, case)


@examples(2, many(), cases, st.integers(2, 4))
def test_the_number_of_parts_does_not_matter(history, case, at_once):
    folder = Path(tempfile.mkdtemp(prefix="mkt-parts-"))
    reference = FrameOfReference(AS_OF, CASES[case], VOCABULARY)
    try:
        with open_session(folder=folder, memory_limit="500MB", threads=2) as session:
            known = {
                name: session.view(timeline(session.register(log), key=ENTITIES[name].key))
                for name, log in arrow(history).items()
            }
            _, rows = built_in_parts(session, known, reference, at_once=at_once)
            found = {row.pop("customer_id"): row for row in rows.read_all().to_pylist()}
    finally:
        shutil.rmtree(folder)
    assert {row.pop("as_of") for row in found.values()} <= {str(AS_OF)}
    assert exact(found) == of_history(history, case)
