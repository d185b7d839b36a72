"""Holds a source against its database: nothing guessed, each problem with its remedy.

All facts are counted by the server on the queries as they will be read; no row leaves it.
"""

from datetime import datetime

from mkt_pipeline.contracts.entities import ENTITIES, Entity
from mkt_pipeline.contracts.source import Source
from mkt_pipeline.crm.check_access import access_problems, known_reads, missing_right, reader
from mkt_pipeline.crm.check_report import CheckedColumn, CheckedEntity, Problem, SourceReport
from mkt_pipeline.crm.database import Crm
from mkt_pipeline.crm.query_columns import QueryColumn, attribute_kind, column_problems
from mkt_pipeline.crm.query_text import reading
from mkt_pipeline.crm.row_facts import RowFacts, count_rows
from mkt_pipeline.crm.row_problems import row_problems
from mkt_pipeline.crm.snapshot import Snapshot
from mkt_pipeline.errors import FailNowError

NOT_MAPPED = {
    "consents": "nobody may be contacted, customers are only scored",
    "interactions": "features see orders only",
    "texts": "no features from texts",
}
"""What a source goes without where it has no query for an entity that is not needed."""


def check_source(crm: Crm, source: Source, *, now: datetime | None = None) -> SourceReport:
    """Check every query of the source, and the rights of the user, in one snapshot.

    ``now`` is the instant after which an update lies in the future: the server's own by default,
    another one where another day is replayed. What the server refuses or cannot run becomes a
    problem of the report. Raises TryAgainError and AccessRefusedError where there is no connection
    to check with.
    """
    with crm.snapshot() as snapshot:
        role = reader(snapshot)
        described = {
            name: _described(snapshot, ENTITIES[name], query, role.name)
            for name, query in source.queries.items()
        }
        fitting = {name: source.queries[name] for name, (_, usable) in described.items() if usable}
        entities = tuple(
            _with_rows(snapshot, source, fitting, described[name][0], now or snapshot.taken_at)
            if name in fitting
            else described[name][0]
            for name in ENTITIES
            if name in described
        )
        reads, unknown = known_reads(crm, source)
        general = (*_gaps(source), *access_problems(snapshot, role, reads), *unknown)
        return SourceReport(source.name, role.name, snapshot.taken_at, entities, general)


def _described(
    snapshot: Snapshot, entity: Entity, query: str, user: str
) -> tuple[CheckedEntity, bool]:
    """The entity's columns, and whether its rows can be read."""
    try:
        given = snapshot.columns(query, doing=reading(entity.name, query))
    except FailNowError as error:
        problem = Problem("error", error.problem, missing_right(error, user) or error.remedy)
        return CheckedEntity(entity.name, problems=(problem,)), False
    found = column_problems(entity, given)
    problems = tuple(Problem("error", each.problem, each.remedy) for each in found)
    bad = {each.column for each in found}
    return CheckedEntity(entity.name, _columns(entity, given, bad), problems=problems), not found


def _columns(
    entity: Entity, given: tuple[QueryColumn, ...], bad: set[str]
) -> tuple[CheckedColumn, ...]:
    types = {column.name: column.postgres_type for column in given}
    wanted = {column.name: column.type for column in entity.columns}
    return tuple(
        CheckedColumn(name, wanted.get(name), types.get(name), name not in bad)
        for name in dict.fromkeys((*wanted, *types))
    )


def _with_rows(
    snapshot: Snapshot,
    source: Source,
    fitting: dict[str, str],
    checked: CheckedEntity,
    now: datetime,
) -> CheckedEntity:
    entity = ENTITIES[checked.entity]
    extra = [column for column in checked.columns if column.wanted is None]
    texts, numbers = (
        tuple(column.name for column in extra if attribute_kind(column.given or "") == kind)
        for kind in ("text", "number")
    )
    try:
        facts = count_rows(snapshot, entity, queries=fitting, texts=texts, numbers=numbers, now=now)
    except FailNowError as error:
        problem = Problem("error", error.problem, error.remedy)
        return CheckedEntity(entity.name, checked.columns, problems=(problem,))
    return CheckedEntity(
        entity.name, checked.columns, facts.rows, facts.newest_update, _judged(facts, source, now)
    )


def _judged(facts: RowFacts, source: Source, now: datetime) -> tuple[Problem, ...]:
    own = source.reading_of(facts.entity.name).quarantine_limit
    return tuple(
        row_problems(
            facts,
            may_be_empty=facts.entity.name in source.may_be_empty,
            quarantine_limit=source.quarantine_limit if own is None else own,
            now=now,
        )
    )


def _gaps(source: Source) -> tuple[Problem, ...]:
    return tuple(
        Problem("note", f"{name} is not mapped: {loss}", f"write {name}.sql if the CRM has it")
        for name, loss in NOT_MAPPED.items()
        if name not in source.queries
    )
