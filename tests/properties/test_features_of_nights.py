"""Whatever order nights come in: the features of a day that is covered never change again."""

import copy
import shutil
import tempfile
from datetime import timedelta
from pathlib import Path

from hypothesis import strategies as st

from mkt_pipeline.lake.lake import Lake

from .counting import examples
from .histories import CUTOFF, EVENTS, ROWS, Event
from .nights import FIRST, Crm, compact, extract, features_of

days = st.integers(0, 12).map(lambda number: FIRST + timedelta(days=number))
happenings = st.lists(EVENTS, max_size=12)
nights = st.lists(
    st.tuples(days, happenings, st.sampled_from(["", "again", "compact"])), min_size=2, max_size=3
)
# A row of each entity: a log that has never held a row cannot be read yet.
starts = st.tuples(
    st.fixed_dictionaries({name: st.fixed_dictionaries(row) for name, row in ROWS.items()}),
    st.lists(EVENTS, max_size=25),
)


@examples(3, starts, nights, st.sampled_from(["cars", "known for ten days"]))
def test_a_covered_day_is_the_same_a_month_later(start, nights, case):
    rows, earlier = start
    folder = Path(tempfile.mkdtemp(prefix="mkt-nights-"))
    try:
        lake = Lake(f"{folder}/lake", "shop", "UTC", folder / "scratch", "500MB", 2)
        crm = Crm()
        for event in earlier:
            crm.happen(copy.deepcopy(event))
        for name, row in rows.items():
            regular = {"is_active": True} if name == "customers" else {}
            crm.happen(Event("write", name, row | regular, CUTOFF))
        told = {}
        for day, events, then in [(FIRST, [], ""), *nights]:
            for event in events:
                crm.happen(copy.deepcopy(event))
            extract(lake, crm, day)
            if then == "again":
                versions = rows_of(lake)
                extract(lake, crm, day)
                assert rows_of(lake) == versions
            elif then == "compact":
                compact(lake)
            covered = lake.covered().day
            if covered not in told:
                told[covered] = features_of(lake, covered, case)
        for event in nights[0][1]:
            crm.happen(copy.deepcopy(event))
        extract(lake, crm, FIRST + timedelta(days=31))
        compact(lake)
        for day, features in told.items():
            assert features_of(lake, day, case) == features
    finally:
        shutil.rmtree(folder)


def rows_of(lake):
    with lake.session() as session:
        logs = lake.logs(session)
        return {name: int(log.count().to_pyarrow().as_py()) for name, log in logs.items()}
