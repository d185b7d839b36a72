"""What a night of one entity is about to append to its change log."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import ibis.expr.types as ir

from mkt_pipeline.contracts.night import EntityNight
from mkt_pipeline.lake.delta import DeltaStore
from mkt_pipeline.lake.erased import Doorkeeper
from mkt_pipeline.lake.session import Session


@dataclass(frozen=True)
class PreparedNight:
    """Changes that were compared and checked; they live as long as the ``session``.

    They follow version ``after`` of the log. ``told`` is the result as it will be, apart from the
    version. ``turned_away`` are rows of erased persons, for the ``doorkeeper`` to remember.
    ``settle`` takes out of quarantine what this night takes into the log.
    """

    session: Session
    log: DeltaStore
    changes: ir.Table
    facts: Mapping[str, Any]
    after: int
    told: EntityNight
    doorkeeper: Doorkeeper | None
    turned_away: tuple[ir.Table, ...]
    settle: Callable[[], None] | None = None

    def commit(self) -> EntityNight:
        """Append the changes with their facts in one commit; BusyError where another came first."""
        self.log.append(self.session.stream(self.changes), facts=self.facts, after=self.after)
        if self.doorkeeper is not None:
            self.doorkeeper.remember(self.turned_away)
        if self.settle is not None:
            self.settle()
        return replace(self.told, version=self.log.version)
