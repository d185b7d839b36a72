"""Tells Airflow's OpenLineage provider what the tasks of the project read and write.

Used where ``[openlineage] extractors`` names ``mkt_lineage.MktLineage``; docs/lineage.md turns it
on. Lies in ``plugins/`` because the provider looks for it before the DAG folder is known.
"""

from typing import Any


def __getattr__(name: str) -> Any:  # noqa: ANN401 - a class that is made when it is asked for
    """Make the extractor only where lineage is on: every process of Airflow runs this file."""
    if name != "MktLineage":
        raise AttributeError(name)
    from airflow.providers.openlineage.extractors.base import BaseExtractor, OperatorLineage

    class MktLineage(BaseExtractor):
        """The data sets of a task, the same when it starts and when it has ended."""

        @classmethod
        def get_operator_classnames(cls) -> list[str]:
            """Tasks that are functions, as all of ours are that touch data."""
            return ["_PythonDecoratedOperator"]

        def _execute_extraction(self) -> OperatorLineage:
            from openlineage.client.event_v2 import InputDataset, OutputDataset

            from mkt_airflow.data_sets import data_sets, places

            task = self.operator
            named = getattr(task, "op_kwargs", None)
            read, written = data_sets(
                places(),
                dag_id=task.dag_id,
                task_id=task.task_id,
                arguments=named if isinstance(named, dict) else {},
            )
            return OperatorLineage(
                inputs=[InputDataset(namespace, name) for namespace, name in read],
                outputs=[OutputDataset(namespace, name) for namespace, name in written],
            )

    return MktLineage
