"""Step: read what changed in the CRM into the lake."""

from mkt_pipeline.contracts.as_of import AsOf
from mkt_pipeline.contracts.entities import ENTITIES
from mkt_pipeline.contracts.night import EntityNight, Extracted
from mkt_pipeline.contracts.reading import ServerState
from mkt_pipeline.contracts.source import Source
from mkt_pipeline.crm.database import Crm
from mkt_pipeline.crm.entity_rows import SnapshotRows
from mkt_pipeline.crm.snapshot import Snapshot
from mkt_pipeline.lake.lake import Lake
from mkt_pipeline.lake.night_limits import Limits
from mkt_pipeline.steps.reading_plan import plan_reading
from mkt_pipeline.steps.stopwatch import Stopwatch


def extract_changes(
    *, crm: Crm, lake: Lake, source: Source, as_of: AsOf, dry_run: bool = False
) -> Extracted:
    """Append what changed in every entity of the source, all read at one snapshot of the CRM.

    Each entity is committed by itself; a run after a failure goes on where it stopped, for what
    is in the lake already is no change any more.
    """
    watch = Stopwatch()
    with crm.snapshot() as snapshot:
        server = snapshot.server_state()
        nights = [
            _entity_night(name, snapshot, server, lake, source, as_of, dry_run=dry_run)
            for name in source.queries
        ]
    return Extracted(source.name, str(as_of), tuple(nights), watch.seconds, dry_run)


def _entity_night(
    name: str,
    snapshot: Snapshot,
    server: ServerState,
    lake: Lake,
    source: Source,
    as_of: AsOf,
    *,
    dry_run: bool,
) -> EntityNight:
    rules = source.reading_of(name)
    reading = plan_reading(name, state=lake.log_state(name), rules=rules, server=server)
    return lake.append_night(
        ENTITIES[name],
        SnapshotRows(snapshot, ENTITIES[name], source.queries[name], reading),
        as_of=as_of,
        server=server,
        limits=Limits(
            name in source.may_be_empty,
            source.quarantine_limit if rules.quarantine_limit is None else rules.quarantine_limit,
            rules.shrink_limit,
        ),
        dry_run=dry_run,
    )
