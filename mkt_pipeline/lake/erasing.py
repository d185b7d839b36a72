"""Taking one person out of every table of the lake, for good."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import ibis.expr.types as ir

from mkt_pipeline.contracts.entities import ENTITIES, Entity
from mkt_pipeline.errors import FailNowError
from mkt_pipeline.lake.changes import newest_versions
from mkt_pipeline.lake.delta import DeltaStore
from mkt_pipeline.lake.delta_log import clean_log, committed_files
from mkt_pipeline.lake.erased import CUSTOMER, Erased, own_entities
from mkt_pipeline.lake.place import LOG, Place, PlacedFile
from mkt_pipeline.lake.quoted import quoted
from mkt_pipeline.lake.scratch import remove_leftovers
from mkt_pipeline.lake.session import Session
from mkt_pipeline.lake.staged_scores import FOLDER, StagedScores
from mkt_pipeline.lake.unfinished import was_long_ago


@dataclass(frozen=True)
class LakeErasure:
    """A lake, to take persons out of.

    ``scratch`` is the folder of sessions. Nothing else should write to the lake meanwhile; a night
    that does fails as overtaken, and is run again.
    """

    place: Place
    scratch: Path
    erased: Erased

    def erase(self, session: Session, customer_id: str, *, recorded: int = 0) -> dict[str, int]:
        """Remove every version and every trace; rows removed by table.

        The person is put on the list first: a run that is killed half way is simply run again.
        ``recorded`` is how many erasures of this person are on record: what a run removed that was
        killed before it was recorded is counted with this one.
        """
        tables = list(self.place.tables())
        self.erased.add(customer_id, self._own_keys(session, customer_id))
        # Their plans do not hold any more, now that somebody is on the list.
        staged = StagedScores(self.place.below(FOLDER))
        staged.remove(*staged.place.files())
        found = [self._found(session, name, customer_id) for name in self._of_persons(tables)]
        told = {one.table: one.count for one in found}
        counts = self.erased.begin(customer_id, told, recorded=recorded)
        for one in found:
            table = self.place.below(one.table)
            one.store.keep_log()
            _remove(one)
            clean_log(table)
            _remove_old_files(table, one.store)
        remove_leftovers(self.scratch)
        return counts

    def knows(self, session: Session, customer_id: str) -> bool:
        """Whether any row is this person's, or the person was erased before."""
        if self.erased.lists(customer_id):
            return True
        return any(self._own_keys(session, customer_id).values())

    def unfinished(self) -> list[str]:
        """Files of rows that no commit knows of: of a write that goes on, or was killed."""
        return [
            f"{name}/{file}"
            for name in self._of_persons(self.place.tables())
            for file in _uncommitted(self.place.below(name))
        ]

    def _of_persons(self, tables: Iterable[str]) -> Iterator[str]:
        for name in tables:
            if CUSTOMER in DeltaStore.at(self.place.below(name)).column_names():
                yield name

    def _own_keys(self, session: Session, customer_id: str) -> dict[str, list[str]]:
        """By entity, the keys of rows that were this person's and nobody else's."""
        found: dict[str, list[str]] = {}
        for entity in own_entities():
            names = (f"{kind}/{entity.name}" for kind in ("crm", "quarantine"))
            stores = (DeltaStore.at(self.place.below(name)) for name in names)
            if files := [file for store in stores for file in store.files()]:
                found[entity.name] = _own_keys(session.read(files), entity, customer_id)
        return found

    def _found(self, session: Session, name: str, customer_id: str) -> "_Found":
        store = DeltaStore.at(self.place.below(name))
        files = store.files()
        if not files:
            return _Found(name, store)
        rows, entity = session.read(files), _entity(name)
        predicate, mine = f"{CUSTOMER} = {quoted(customer_id)}", rows[CUSTOMER] == customer_id
        if entity and (nameless := self._nameless(session, rows, entity, customer_id)):
            listed = ", ".join(map(quoted, nameless))
            predicate += f" OR ({CUSTOMER} IS NULL AND {entity.key} IN ({listed}))"
            mine = mine | (rows[CUSTOMER].isnull() & rows[entity.key].isin(nameless))
        mine = mine.fill_null(False)
        theirs, others = rows.filter(mine), rows.filter(~mine)
        return _Found(name, store, _number(theirs), predicate, theirs, (rows, others))

    def _nameless(
        self, session: Session, rows: ir.Table, entity: Entity, customer_id: str
    ) -> list[str]:
        """Keys of rows of theirs that name nobody: tombstones, and rows without a customer."""
        if entity.key == CUSTOMER:
            return []
        found = nameless_keys(session, rows, entity, self.erased, customer_id)
        return sorted(found.to_pyarrow()[entity.key].to_pylist())


@dataclass(frozen=True)
class _Found:
    """What a table holds of a person: their rows, and all rows with and without them."""

    table: str
    store: DeltaStore
    count: int = 0
    predicate: str = ""
    theirs: ir.Table | None = None
    with_and_without: tuple[ir.Table, ir.Table] | None = None


def _remove(found: _Found) -> None:
    if not found.count or found.theirs is None or found.with_and_without is None:
        return
    store, entity = found.store, _entity(found.table)
    facts = dict(next(store.facts(), {}))
    if found.table.startswith("crm/") and entity and facts.get("rows") is not None:
        before, after = (_alive(rows, entity) for rows in found.with_and_without)
        # Else the next night would hold itself against too high a number.
        facts["rows"] -= before - after
    if found.table.startswith("scores/"):
        _erase_by_day(found.theirs, store, found.predicate)
    else:
        store.delete(found.predicate, facts=facts or None)


def data_files(table: Place) -> Iterator[PlacedFile]:
    """The Parquet files of a table that are there, whether any version shows them or not."""
    for one in table.files():
        if one.name.endswith(".parquet") and LOG not in one.name.split("/"):
            yield one


def nameless_keys(
    session: Session, rows: ir.Table, entity: Entity, erased: Erased, customer_id: str
) -> ir.Table:
    """Keys that were this person's, of which only rows without a customer are left."""
    listed = erased.keys_of(session, erased.person(customer_id))
    of_entity = listed.filter(listed.entity == entity.name).select("hash")
    nameless = rows.filter(rows[CUSTOMER].isnull() & rows[entity.key].notnull())
    # A tombstone under which another customer's versions lie ends those.
    others = rows.filter(rows[CUSTOMER].notnull() & (rows[CUSTOMER] != customer_id))
    keys = nameless.select(entity.key).distinct().anti_join(others.select(entity.key), entity.key)
    hashed = erased.hashed(session, keys, entity.key, entity.name)
    return hashed.semi_join(of_entity, "hash").select(entity.key)


def _erase_by_day(mine: ir.Table, store: DeltaStore, predicate: str) -> None:
    """Remove day by day, for each day's commit says how many customers it has to have."""
    # DuckDB reads the day out of the file's path, as a date.
    days = mine.mutate(as_of=mine.as_of.cast("string")).as_of.value_counts().to_pyarrow()
    for day, removed in zip(*(column.to_pylist() for column in days.columns), strict=True):
        facts = dict(next(facts for facts in store.facts() if facts["as_of"] == day))
        if "customers" in facts:
            facts["customers"] -= removed
        store.delete(f"as_of = '{day}' AND ({predicate})", facts=facts)


def _uncommitted(table: Place) -> list[str]:
    committed = committed_files(table)
    return [one.name for one in data_files(table) if one.name not in committed]


def _remove_old_files(table: Place, store: DeltaStore) -> None:
    """Remove the files that no version shows any more; time travel ends here."""
    current = {table.name_of(file) for file in store.files()}
    there, committed = {one.name: one for one in data_files(table)}, committed_files(table)
    if not current <= there.keys():
        raise FailNowError(
            f"{table.uri} shows files that are not in it; no old file was removed",
            remedy="set MKT_LAKE_URI to the folder itself, and erase again",
        )
    for name in there.keys() - current:
        # What no commit knows of may be about to be committed.
        if name in committed or was_long_ago(there[name].written_at):
            table.remove(name)


def _entity(name: str) -> Entity | None:
    """The entity whose rows a table holds; None for features, scores and whatever else."""
    kind, _, rest = name.partition("/")
    return ENTITIES.get(rest) if kind in ("crm", "quarantine") else None


def _own_keys(rows: ir.Table, entity: Entity, customer_id: str) -> list[str]:
    named = rows.filter(rows[CUSTOMER].notnull() & rows[entity.key].notnull())
    mine = named.filter(named[CUSTOMER] == customer_id).select(entity.key).distinct()
    if entity.key != CUSTOMER:
        others = named.filter(named[CUSTOMER] != customer_id).select(entity.key)
        mine = mine.anti_join(others, entity.key)
    return sorted(mine.to_pyarrow()[entity.key].to_pylist())


def _alive(rows: ir.Table, entity: Entity) -> int:
    newest = newest_versions(rows, entity)
    return _number(newest.filter(~newest.current_deleted))


def _number(rows: ir.Table) -> int:
    return int(rows.count().to_pyarrow().as_py())
