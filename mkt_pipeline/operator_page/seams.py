"""What the page is told from outside: the pipeline, who is asking, and what Airflow knows."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from mkt_pipeline.wiring.pipeline import Pipeline

Right = Literal["decide", "roll_back", "look_up"]
"""To release or reject a held night; to go back to an earlier one; to look a customer up."""


@dataclass(frozen=True)
class Visitor:
    """Who is asking: the name that acts are recorded under, and what they may do beyond reading."""

    name: str
    may: frozenset[Right]


@dataclass(frozen=True, kw_only=True)
class DagRunFacts:
    """One Airflow run; ``day`` is its partition key as a date, where it has one.

    ``state`` is Airflow's own word: queued, running, success or failed.
    """

    dag_id: str
    run_id: str
    state: str
    day: date | None
    started: datetime | None
    ended: datetime | None

    @property
    def seconds(self) -> float | None:
        """How long it took; None where it has not ended."""
        return (self.ended - self.started).total_seconds() if self.started and self.ended else None


@dataclass(frozen=True, kw_only=True)
class Airflow:
    """What the page asks of Airflow.

    ``root`` is the path of Airflow's own pages, empty where it has a host to itself. ``of_day``
    gives the latest run of each DAG of the night, ``one`` a run by its DAG and id. ``login`` gives
    the address that lets somebody sign in and come back to a path.
    """

    root: str
    of_day: Callable[[date], Sequence[DagRunFacts]]
    one: Callable[[str, str], DagRunFacts | None]
    login: Callable[[str], str]


@dataclass(frozen=True, kw_only=True)
class Seams:
    """Everything from outside.

    ``pipeline`` wires the pipeline of a request; it raises the errors of the project. ``visitor``
    is a FastAPI dependency that gives a ``Visitor``, or refuses with 401 or 403. ``secret`` signs
    the tokens of forms; every process that serves the page has the same.
    """

    pipeline: "Callable[[], Pipeline]"
    visitor: Callable[..., Any]
    secret: str
    airflow: Airflow
