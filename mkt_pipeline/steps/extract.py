"""Step: read what changed in the CRM into the lake."""

from mkt_pipeline.contracts.as_of import AsOf
from mkt_pipeline.contracts.entities import ENTITIES
from mkt_pipeline.contracts.night import Extracted
from mkt_pipeline.contracts.reading import ServerState
from mkt_pipeline.contracts.source import Source
from mkt_pipeline.crm.database import Crm
from mkt_pipeline.crm.entity_rows import SnapshotRows
from mkt_pipeline.crm.snapshot import Snapshot
from mkt_pipeline.errors import DataRefusedError
from mkt_pipeline.lake.lake import Lake
from mkt_pipeline.lake.night_limits import Limits
from mkt_pipeline.lake.prepared_night import PreparedNight
from mkt_pipeline.lake.session import Session
from mkt_pipeline.steps.reading_plan import plan_reading
from mkt_pipeline.steps.stopwatch import Stopwatch


def extract_changes(
    *, crm: Crm, lake: Lake, source: Source, as_of: AsOf, dry_run: bool = False
) -> Extracted:
    """Append what changed in every entity of the source, all read at one snapshot of the CRM.

    Nothing is committed before all are checked. Then each entity is committed by itself; a run
    after a failure goes on where it stopped, for what is in the lake already is no change any more.
    """
    watch = Stopwatch()
    with lake.session() as session:
        with crm.snapshot() as snapshot:
            prepared = _prepared(snapshot, session, lake, source, as_of, dry_run=dry_run)
        nights = [night.told if dry_run else night.commit() for night in prepared]
    return Extracted(source.name, str(as_of), tuple(nights), watch.seconds, dry_run)


def _prepared(
    snapshot: Snapshot, session: Session, lake: Lake, source: Source, as_of: AsOf, *, dry_run: bool
) -> list[PreparedNight]:
    """All entities, or DataRefusedError with everything that has to be decided before the night."""
    server = snapshot.server_state()
    prepared: list[PreparedNight] = []
    refused: list[DataRefusedError] = []
    for name in source.queries:
        try:
            rows = _rows(name, snapshot, server, lake, source)
            prepared.append(
                lake.prepare_night(
                    session,
                    ENTITIES[name],
                    rows,
                    as_of=as_of,
                    server=server,
                    limits=_limits(name, source),
                    dry_run=dry_run,
                )
            )
        except DataRefusedError as error:
            refused.append(error)
    if len(refused) > 1:
        raise DataRefusedError(
            "; ".join(error.problem for error in refused),
            remedy="; ".join(error.remedy for error in refused),
        )
    if refused:
        raise refused[0]
    return prepared


def _rows(
    name: str, snapshot: Snapshot, server: ServerState, lake: Lake, source: Source
) -> SnapshotRows:
    rules = source.reading_of(name)
    reading = plan_reading(name, state=lake.log_state(name), rules=rules, server=server)
    return SnapshotRows(snapshot, ENTITIES[name], source.queries[name], reading)


def _limits(name: str, source: Source) -> Limits:
    rules = source.reading_of(name)
    share = rules.quarantine_limit
    return Limits(
        name in source.may_be_empty,
        source.quarantine_limit if share is None else share,
        rules.shrink_limit,
    )
