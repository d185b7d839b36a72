"""What each task reads and writes, by the names that OpenLineage gives such things."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

Name = tuple[str, str]
"""Namespace and name."""


@dataclass(frozen=True)
class Places:
    """Where things are: the lake's URI, addresses of databases, MLflow, and the source.

    ``queries`` are those of the source, by entity.
    """

    lake: str
    crm: str
    campaign: str
    mlflow: str
    queries: Mapping[str, str]

    def lake_table(self, path: str) -> Name:
        """A Delta table, such as ``features/service_visit``."""
        if "://" not in self.lake:
            return "file", f"{self.lake}/{path}"
        parts = urlsplit(self.lake)
        return f"{parts.scheme}://{parts.netloc}", f"{parts.path.strip('/')}/{path}".lstrip("/")

    def change_logs(self, kind: str = "crm") -> list[Name]:
        """The change log of every entity, or what was put aside of it."""
        return [self.lake_table(f"{kind}/{entity}") for entity in sorted(self.queries)]

    def crm_tables(self) -> list[Name]:
        """The tables that the queries of the source name."""
        from openlineage_sql import parse

        found = {
            table.qualified_name
            for query in self.queries.values()
            for table in parse([query], dialect="postgres").in_tables
        }
        return [_table(self.crm, name) for name in sorted(found)]

    def campaign_tables(self, *names: str) -> list[Name]:
        """Tables of the schema ``campaign``."""
        return [_table(self.campaign, f"campaign.{name}") for name in names]

    def model(self, name: str) -> Name:
        """A registered model."""
        return self.mlflow, f"models/{name}"


Sets = tuple[Sequence[Name], Sequence[Name]]
"""What is read, and what is written."""


def _extract(at: Places, _: str) -> Sets:
    return at.crm_tables(), [*at.change_logs(), *at.change_logs("quarantine")]


def _build(at: Places, use_case: str) -> Sets:
    return at.change_logs(), [at.lake_table(f"features/{use_case}")]


def _score(at: Places, use_case: str) -> Sets:
    read = [at.lake_table(f"features/{use_case}"), at.model(f"propensity-{use_case}")]
    return read, [at.lake_table(f"scores/{use_case}")]


def _publish(at: Places, use_case: str) -> Sets:
    written = at.campaign_tables("segments", "segment_changes", "publications")
    return [at.lake_table(f"scores/{use_case}")], written


def _monitor(at: Places, use_case: str) -> Sets:
    lake = [at.lake_table(f"{kind}/{use_case}") for kind in ("features", "scores")]
    read = [*at.change_logs(), *lake, *at.campaign_tables("segments", "publications")]
    return read, at.campaign_tables("model_health", "model_drift", "model_alarms")


def _tune(at: Places, _: str) -> Sets:
    return at.change_logs(), []


def _train(at: Places, use_case: str) -> Sets:
    return at.change_logs(), [at.model(f"propensity-{use_case}")]


def _recommend(at: Places, use_case: str) -> Sets:
    return at.change_logs(), [at.model(f"recommender-{use_case}")]


def _decide(at: Places, _: str) -> Sets:
    return [], at.campaign_tables("model_decisions")


def _tell(at: Places, _: str) -> Sets:
    read = at.campaign_tables("publications", "model_alarms")
    return read, at.campaign_tables("incidents", "notices")


def _clean(at: Places, _: str) -> Sets:
    return [], at.campaign_tables("segments", "publications")


DATA_SETS: Mapping[tuple[str, str], Callable[[Places, str], Sets]] = {
    ("crm_extract", "extract"): _extract,
    ("customer_features", "build"): _build,
    ("nightly_scoring", "night.finish"): _score,
    ("nightly_scoring", "night.publish"): _publish,
    ("model_monitoring", "monitor"): _monitor,
    ("propensity_training", "ensure_extracted"): _extract,
    ("propensity_training", "tune"): _tune,
    ("propensity_training", "train"): _train,
    ("propensity_training", "choose_recommender"): _recommend,
    ("propensity_training", "carry_out"): _decide,
    ("housekeeping", "clean"): _clean,
    ("notices", "settle"): _tell,
}
"""Every task that reads or writes data, by DAG and task."""


def data_sets(at: Places, *, dag_id: str, task_id: str, arguments: Mapping[str, Any]) -> Sets:
    """What a task reads and writes; nothing of one that only decides what comes next."""
    known = DATA_SETS.get((dag_id, task_id))
    use_case = arguments.get("use_case")
    return known(at, use_case if isinstance(use_case, str) else "") if known else ((), ())


def _table(address: str, name: str) -> Name:
    parts = urlsplit(address)
    database = parts.path.strip("/")
    return f"postgres://{parts.hostname}:{parts.port or 5432}", f"{database}.{name}"


def places() -> Places:
    """From the settings of the process and Airflow's connections."""
    from airflow.sdk import BaseHook

    from mkt_pipeline.crm.source_folder import load_source
    from mkt_pipeline.settings import load_settings

    settings = load_settings()
    crm, campaign, mlflow = (BaseHook.get_connection(n) for n in ("crm", "campaign", "mlflow"))
    return Places(
        lake=settings.lake,
        crm=crm.get_uri(),
        campaign=campaign.get_uri(),
        mlflow=f"mlflow://{mlflow.host}:{mlflow.port or 80}",
        queries=load_source(settings.project / "sources" / settings.source).queries,
    )
