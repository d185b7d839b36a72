"""A project folder whose use cases are a test's own; all else is that of the project."""

from collections.abc import Mapping
from pathlib import Path

import yaml

from mkt_pipeline.settings import Settings

PROJECT = Path(__file__).resolve().parents[1]


def shipped(name):
    """The document of a use case that the project ships."""
    return yaml.safe_load((PROJECT / "use_cases" / f"{name}.yaml").read_text())


def project_folder(folder: Path, cases: Mapping[str, Mapping]) -> Path:
    """The folder, with the documents ``cases`` of use cases by name."""
    for name in ("dags", "plugins", "sources"):
        (folder / name).symlink_to(PROJECT / name)
    (folder / "use_cases").mkdir()
    for name, case in cases.items():
        document = yaml.safe_dump({**case, "name": name})
        (folder / "use_cases" / f"{name}.yaml").write_text(document)
    return folder


def own_project(folder: Path, free_port, cases: Mapping[str, Mapping], *, today) -> Settings:
    """Settings of a stack on free ports in such a folder."""
    return Settings(
        project=project_folder(folder, cases),
        home=folder / "state",
        postgres_port=free_port(),
        mlflow_port=free_port(),
        airflow_port=free_port(),
        today=today,
        _env_file=None,
    )
