"""A chain of three tiny DAGs with the ids of a night, and one that always fails."""

from airflow.sdk import Asset, CronPartitionTimetable, PartitionedAssetTimetable, dag, task

FIRST, SECOND = Asset("first"), Asset("second")


@dag("first", schedule=CronPartitionTimetable("0 3 * * *", timezone="UTC", key_format="%Y-%m-%d"))
def first():
    @task(pool="crm", outlets=[FIRST])
    def extract():
        return 1

    extract()


@dag("second", schedule=PartitionedAssetTimetable(assets=FIRST))
def second():
    @task(map_index_template="{{ use_case }}")
    def build(use_case):
        from airflow.sdk import get_current_context

        get_current_context()["use_case"] = use_case

    @task(outlets=[SECOND])
    def announce():
        pass

    build.expand(use_case=["vehicles", "services"]) >> announce()


@dag("third", schedule=PartitionedAssetTimetable(assets=SECOND))
def third():
    @task
    def score():
        from airflow.sdk import BaseHook

        assert BaseHook.get_connection("crm").password

    score()


@dag("broken", schedule=CronPartitionTimetable("0 3 * * *", timezone="UTC", key_format="%Y-%m-%d"))
def broken():
    @task
    def score():
        raise ValueError("the champion is ill")

    score()


first()
second()
third()
broken()
