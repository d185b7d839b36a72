"""One night of one entity, as the step runs it for each: prepared, then committed."""

from mkt_pipeline.contracts.as_of import AsOf
from mkt_pipeline.contracts.entities import Entity
from mkt_pipeline.contracts.night import EntityNight
from mkt_pipeline.contracts.reading import EntityRows, ServerState
from mkt_pipeline.lake.lake import Lake
from mkt_pipeline.lake.night_limits import Limits


def append_night(
    lake: Lake,
    entity: Entity,
    source: EntityRows,
    *,
    as_of: AsOf,
    server: ServerState,
    limits: Limits,
    killed: bool = False,
) -> EntityNight:
    """Append what changed in one entity, in a session of its own; not when ``killed`` before."""
    with lake.session() as session:
        prepared = lake.prepare_night(
            session, entity, source, as_of=as_of, server=server, limits=limits
        )
        return prepared.told if killed else prepared.commit()
