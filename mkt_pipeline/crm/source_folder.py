"""A source as a folder: ``source.yaml`` and one SELECT per entity of the contract."""

from pathlib import Path

from mkt_pipeline.contracts import contact_points
from mkt_pipeline.contracts.entities import ENTITIES
from mkt_pipeline.contracts.frozen_model import MAX_BYTES, read_document
from mkt_pipeline.contracts.source import Source, refuse_absent
from mkt_pipeline.crm.query_text import FileQuery, query_problem
from mkt_pipeline.errors import BadInputError


def load_source(folder: Path) -> Source:
    """Read a source's folder.

    ``contact_points.sql`` is left alone. Refused with BadInputError: a folder or ``source.yaml``
    that is absent, unknown keys, ``.sql``
    files that no entity of the contract is called after, a needed entity without a query, and a
    file that is not exactly one SELECT (or WITH ... SELECT).
    """
    refuse_absent(folder)
    paths = [path for path in sorted(folder.glob("*.sql")) if path.stem != contact_points.NAME]
    queries = {path.stem: _read_query(path) for path in paths}
    _check_names(folder, queries)
    document = read_document(folder / "source.yaml")
    if not isinstance(document, dict) or "queries" in document:
        raise BadInputError(
            f"{folder / 'source.yaml'} must be keys and values, without `queries`",
            remedy="write each query to a .sql file beside it",
        )
    source = Source.from_document({**document, "queries": queries}, where=str(folder))
    _check_entities(source, folder)
    # Checking a document makes plain texts of all queries; they get their files back.
    return source.model_copy(update={"queries": queries})


def load_contact_points(folder: Path) -> FileQuery:
    """The query of a source's contact points, which no extraction runs.

    Refused with BadInputError: a folder or a file that is absent, or not exactly one SELECT.
    """
    refuse_absent(folder)
    path = folder / f"{contact_points.NAME}.sql"
    if not path.is_file():
        raise BadInputError(
            f"source {folder.name} has no {path.name}",
            remedy=f"write it beside the other queries: one SELECT of {contact_points.KEY} and"
            f" what there is of {', '.join(contact_points.COLUMNS[1:])}",
        )
    return _read_query(path)


def _read_query(path: Path) -> FileQuery:
    if path.stat().st_size > MAX_BYTES:
        raise BadInputError(f"{path} is too long", remedy=f"keep it under {MAX_BYTES} bytes")
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise BadInputError(f"{path} is not UTF-8", remedy="save it as UTF-8") from None
    problem = query_problem(text)
    if problem:
        raise BadInputError(f"{path} {problem}", remedy="write exactly one SELECT (or WITH)")
    return FileQuery.of(text, path)


def _check_names(folder: Path, queries: dict[str, FileQuery]) -> None:
    unknown = sorted(set(queries) - set(ENTITIES))
    if unknown:
        raise BadInputError(
            f"{folder / unknown[0]}.sql belongs to no entity of the contract",
            remedy=f"name it after one of {', '.join(ENTITIES)}",
        )
    missing = [name for name, entity in ENTITIES.items() if entity.needed and name not in queries]
    if missing:
        raise BadInputError(
            f"source {folder.name} has no query for {', '.join(missing)}",
            remedy=f"write {folder / missing[0]}.sql",
        )


def _check_entities(source: Source, folder: Path) -> None:
    for key, names in {"may_be_empty": source.may_be_empty, "reading": set(source.reading)}.items():
        if unknown := sorted(names - set(source.queries)):
            raise BadInputError(
                f"{folder / 'source.yaml'}: {key} names {', '.join(unknown)}, without a query",
                remedy="name entities that have a .sql file",
            )
