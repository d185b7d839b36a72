"""Who was erased, known by keyed hashes only, and kept out of every later night."""

import hmac
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from mkt_pipeline.contracts.entities import CUSTOMERS, ENTITIES, Entity
from mkt_pipeline.errors import FailNowError
from mkt_pipeline.lake.delta import DeltaStore
from mkt_pipeline.lake.session import Session

CUSTOMER = CUSTOMERS.key
_SCHEMA = pa.schema([("entity", pa.string()), ("hash", pa.string()), ("person", pa.string())])
_BEGUN = "begun"
_BLOCK = 64
"""Bytes of a block of SHA-256, by which HMAC pads its key (RFC 2104)."""


@ibis.udf.scalar.builtin(name="sha256")  # type: ignore[untyped-decorator]
def _sha256(data: bytes) -> str: ...  # type: ignore[empty-body] # DuckDB's own


@ibis.udf.scalar.builtin(name="unhex")  # type: ignore[untyped-decorator]
def _unhex(text: str) -> bytes: ...  # type: ignore[empty-body]


@ibis.udf.scalar.builtin(name="encode")  # type: ignore[untyped-decorator]
def _encode(text: str) -> bytes: ...  # type: ignore[empty-body]


@ibis.udf.scalar.builtin(name="concat")  # type: ignore[untyped-decorator]
def _concat(first: bytes, second: bytes) -> bytes: ...  # type: ignore[empty-body]


@dataclass(frozen=True)
class Erased:
    """A Delta table of HMAC-SHA256 values, and the file that holds their key.

    One row per erased person (entity ``customers``) and per key of a row of theirs; ``person`` is
    the hash of whose it was.
    """

    store: DeltaStore
    key_file: Path

    def person(self, customer_id: str) -> str:
        """By what an erased person is recognised; the key is made where there is none yet."""
        return _hash(self._key(make=not self.store.exists), CUSTOMERS.name, customer_id)

    def lists(self, customer_id: str) -> bool:
        """Whether this person was erased before."""
        if not self.store.exists:
            return False
        person = self.person(customer_id)
        return (CUSTOMERS.name, person, person) in self._rows()

    def add(self, customer_id: str, keys: dict[str, list[str]]) -> None:
        """Put a person on the list, and the keys of the rows that were theirs, by entity."""
        person, key = self.person(customer_id), self._key()
        rows = {(CUSTOMERS.name, person, person)}
        for entity, values in keys.items():
            rows |= {(entity, _hash(key, entity, value), person) for value in values}
        known = self._rows()
        table = [dict(zip(_SCHEMA.names, row, strict=True)) for row in sorted(rows - known)]
        if table:
            self._append(pa.Table.from_pylist(table, schema=_SCHEMA))

    def begin(
        self, customer_id: str, counts: Mapping[str, int], *, recorded: int
    ) -> dict[str, int]:
        """Keep what an erasure found, by table, before it removes anything, and return it.

        A run before this one that was killed before it was recorded (then too there were
        ``recorded`` erasures of this person) removed what it had found: that counts as well.
        """
        person = self.person(customer_id)
        begun = (facts[_BEGUN] for facts in self.store.facts() if _BEGUN in facts)
        mine = next((one for one in begun if one["person"] == person), None)
        earlier = mine["counts"] if mine and mine["recorded"] == recorded else {}
        tables = counts.keys() | earlier.keys()
        # A table that was done has none left; one that was not has all of them still.
        every = {name: max(counts.get(name, 0), earlier.get(name, 0)) for name in sorted(tables)}
        if every != earlier:
            facts = {_BEGUN: {"person": person, "counts": every, "recorded": recorded}}
            self._append(_SCHEMA.empty_table(), facts)
        return every

    def keys_of(self, session: Session, person: str) -> ir.Table:
        """Entity and hash of every key on the list (which must exist) that was this person's."""
        listed = session.read(self.store.files())
        return listed.filter(listed.person == person)

    def hashed(self, session: Session, values: ir.Table, column: str, entity: str) -> ir.Table:
        """``values`` with the keyed hash of a text column as ``hash``."""
        key = self._key().ljust(_BLOCK, b"\0")
        # As a row and not as a literal: a statement may be quoted in an error.
        pads = session.register(
            pa.table({"inner": [_masked(key, 0x36)], "outer": [_masked(key, 0x5C)]})
        )
        padded = values.cross_join(pads)
        text = ibis.literal(f"{entity}:") + padded[column]
        inner = _unhex(_sha256(_concat(padded["inner"], _encode(text))))
        hashed = padded.mutate(hash=_sha256(_concat(padded["outer"], inner)))
        return hashed.drop("inner", "outer")

    def doorkeeper(self, session: Session, entity: Entity) -> "Doorkeeper | None":
        """Who keeps erased persons out of an entity; None where nobody was erased."""
        if not self.store.exists or CUSTOMER not in entity.column_names:
            return None
        listed = session.materialise(session.read(self.store.files()))
        return Doorkeeper(self, session, entity, listed)

    def note(self, rows: ir.Table, session: Session) -> None:
        """Put further keys of erased persons on the list."""
        self._append(session.stream(rows.select(*_SCHEMA.names)).read_all())

    def _append(self, rows: pa.Table, facts: Mapping[str, Any] = MappingProxyType({})) -> None:
        every = {"key": _check(self._key()), **facts}
        self.store.append(rows.cast(_SCHEMA).to_reader(), facts=every)

    def _rows(self) -> set[tuple[str, str, str]]:
        found: set[tuple[str, str, str]] = set()
        if self.store.exists:
            table = self.store.table().to_pyarrow_table(columns=_SCHEMA.names)
            found |= {(row["entity"], row["hash"], row["person"]) for row in table.to_pylist()}
        return found

    def _key(self, *, make: bool = False) -> bytes:
        if make and not self.key_file.exists():
            _write_key(self.key_file)
        try:
            key = self.key_file.read_bytes()
        except FileNotFoundError:
            raise self._lost("is missing") from None
        facts = next(self.store.facts(), None)
        if facts is not None and facts["key"] != _check(key):
            raise self._lost("is another than the one that the erased persons were listed with")
        return key

    def _lost(self, what: str) -> FailNowError:
        return FailNowError(
            f"the key {self.key_file} {what}, so nobody could tell who was erased",
            remedy="restore it from a backup; without it erased persons would come back",
        )


@dataclass(frozen=True)
class Doorkeeper:
    """Keeps the rows of erased persons out of one entity of one night."""

    erased: Erased
    session: Session
    entity: Entity
    listed: ir.Table

    def let_in(self, rows: ir.Table) -> tuple[ir.Table, ir.Table]:
        """The rows of everybody else, and the turned away: their keys, with hash and person."""
        persons = self.listed.filter(self.listed.entity == CUSTOMERS.name).select("hash", "person")
        # Each person is hashed once, however many rows there are.
        everybody = rows.select(CUSTOMER).filter(rows[CUSTOMER].notnull()).distinct()
        hashed = self.erased.hashed(self.session, everybody, CUSTOMER, CUSTOMERS.name)
        known = self.session.materialise(hashed.inner_join(persons, "hash").drop("hash"))
        away = rows.inner_join(known, CUSTOMER)
        key = self.entity.key
        columns = [CUSTOMER] if key == CUSTOMER else [key, CUSTOMER]
        away = self.erased.hashed(
            self.session, away.select(*columns, "person"), key, self.entity.name
        )
        away = away.select(key, "hash", "person", entity=ibis.literal(self.entity.name))
        return rows.anti_join(known, CUSTOMER), self.session.materialise(away.distinct())

    def strangers(self, keys: ir.Table) -> ir.Table:
        """Those of ``keys`` (one column) that were never an erased person's."""
        mine = self.listed.filter(self.listed.entity == self.entity.name).select("hash")
        hashed = self.erased.hashed(self.session, keys, self.entity.key, self.entity.name)
        return hashed.anti_join(mine, "hash").drop("hash")

    def remember(self, turned_away: tuple[ir.Table, ...]) -> None:
        """List what was turned away, so that its keys are not taken for missed rows again."""
        for away in turned_away:
            new = away.anti_join(self.listed, ["entity", "hash"])
            if int(new.count().to_pyarrow().as_py()):
                self.erased.note(new, self.session)


def _hash(key: bytes, entity: str, value: str) -> str:
    return hmac.digest(key, f"{entity}:{value}".encode(), "sha256").hex()


def _check(key: bytes) -> str:
    """Tells two keys apart and says nothing about either."""
    return _hash(key, "key", "check")[:16]


def _masked(key: bytes, mask: int) -> bytes:
    return bytes(byte ^ mask for byte in key)


def _write_key(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(secrets.token_hex(_BLOCK // 2).encode())
    try:
        os.link(draft, path)  # the first of two wins
    except FileExistsError:
        pass
    finally:
        draft.unlink()


def own_entities() -> tuple[Entity, ...]:
    """The entities whose rows belong to a customer."""
    return tuple(e for e in ENTITIES.values() if CUSTOMER in e.column_names)
