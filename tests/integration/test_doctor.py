"""What `mkt doctor` sees: real servers in order, and each of them out of order in turn."""

import uuid

import psycopg2
import pytest

from mkt_pipeline.campaign.database import CampaignDatabase
from mkt_pipeline.crm.database import Crm
from mkt_pipeline.crm.source_folder import load_source
from mkt_pipeline.errors import ServerUnavailableError
from mkt_pipeline.settings import Settings
from mkt_pipeline.steps.doctor import (
    check_campaign,
    check_crm,
    check_disk,
    check_mlflow,
    check_versions,
    examine,
)
from mkt_pipeline.tracking.server import Tracking


def run(url, *statements):
    connection = psycopg2.connect(url)
    connection.autocommit = True
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
    connection.close()


@pytest.fixture
def plain_user(database_url):
    """The address of the same database for a user without any rights."""
    name = f"plain_{uuid.uuid4().hex[:8]}"
    run(database_url, f"CREATE ROLE {name} LOGIN PASSWORD 'plain'")
    host = database_url.rpartition("@")[2]
    yield name, f"postgresql://{name}:plain@{host}"
    run(database_url, f"DROP OWNED BY {name}", f"DROP ROLE {name}")


def states(findings):
    return [(finding.state, finding.what) for finding in findings]


def test_installed_packages_fit():
    assert [finding.state for finding in check_versions()] == ["fine"]


def test_an_empty_campaign_database_only_waits_for_its_migrations(database_url):
    found = examine({"campaign": lambda: check_campaign(CampaignDatabase(database_url))})
    (pending,) = [finding for finding in found if finding.state != "fine"]
    assert pending.state == "warning"
    assert "0001_publications_and_segments" in pending.what
    CampaignDatabase(database_url).migrate()
    found = examine({"campaign": lambda: check_campaign(CampaignDatabase(database_url))})
    assert {finding.state for finding in found} == {"fine"}


def test_asking_applies_no_migration(database_url):
    list(check_campaign(CampaignDatabase(database_url)))
    with psycopg2.connect(database_url) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT to_regnamespace('campaign') IS NULL")
        assert cursor.fetchone() == (True,)
    connection.close()


def test_a_user_without_the_rights_of_a_writer_is_a_problem(database_url, plain_user):
    name, url = plain_user
    CampaignDatabase(database_url).migrate()
    run(
        database_url,
        f"GRANT USAGE ON SCHEMA campaign TO {name}",
        f"GRANT SELECT ON campaign.migrations TO {name}",
    )
    problems = [one for one in check_campaign(CampaignDatabase(url)) if one.state == "problem"]
    assert len(problems) == 1
    assert problems[0].what.startswith(f"{name} lacks EXECUTE on campaign.add_partition(text), ")
    assert problems[0].what.endswith(" more")
    assert f"`mkt campaign grants --writer {name}`" in problems[0].remedy


def test_a_schema_of_a_later_version_is_a_problem(database_url):
    CampaignDatabase(database_url).migrate()
    run(database_url, "INSERT INTO campaign.migrations VALUES ('9999_later', 'x')")
    problems = [
        one for one in check_campaign(CampaignDatabase(database_url)) if one.state == "problem"
    ]
    assert [one.what for one in problems] == ["a later version has migrated it: 9999_later"]


def test_a_publication_that_was_hidden_by_hand_is_a_problem(database_url):
    CampaignDatabase(database_url).migrate()
    run(
        database_url,
        "INSERT INTO campaign.use_cases (use_case) VALUES ('u'), ('v')",
        *(
            "INSERT INTO campaign.publications (use_case, as_of, source, model_name,"
            " model_version, run_id, rows, mean_propensity, checksum, counts, history, status,"
            " published_by, is_current)"
            f" VALUES ('{name}', '2026-01-01', 's', 'm', '1', 'r', 1, 0.5, 'c', '{{}}',"
            " 'observed', 'published', 'x', true)"
            for name in ("u", "v")
        ),
        "INSERT INTO campaign.switches (use_case, cause, publication_id, switched_by)"
        " SELECT use_case, 'night', publication_id, 'x' FROM campaign.publications",
    )
    assert campaign_problems(database_url) == []
    run(database_url, "UPDATE campaign.publications SET is_current = false WHERE use_case = 'u'")
    assert campaign_problems(database_url) == [
        "readers see another publication of u than the last switch on record"
    ]


def campaign_problems(url):
    found = check_campaign(CampaignDatabase(url))
    return [one.what for one in found if one.state == "problem"]


def test_a_database_that_is_read_only_is_a_problem(database_url):
    name = database_url.rpartition("/")[2]
    run(database_url, f'ALTER DATABASE "{name}" SET default_transaction_read_only = on')
    problems = [
        one for one in check_campaign(CampaignDatabase(database_url)) if one.state == "problem"
    ]
    assert [one.what for one in problems] == ["it is read only"]


def test_a_crm_that_is_read_as_superuser_is_warned_of(database_url):
    source = load_source(Settings(_env_file=None).project / "sources" / "dealership")
    found = states(check_crm(Crm(database_url), source))
    assert found[0][0] == "fine"
    assert any(state == "warning" and "superuser" in what for state, what in found)


def test_a_crm_without_the_tables_of_the_source_is_a_problem(database_url):
    source = load_source(Settings(_env_file=None).project / "sources" / "dealership")
    found = list(check_crm(Crm(database_url), source))
    problems = [one for one in found if one.state == "problem"]
    assert len(problems) == len(source.queries)
    assert 'relation "dealership.consent_log" does not exist' in problems[0].what
    assert "`mkt sample load`" in problems[0].remedy
    assert found[-1].what == "its clock agrees with this machine's"


def test_what_does_not_answer_is_a_problem_and_the_others_are_still_looked_at(free_port, tmp_path):
    port = free_port()
    away = f"postgresql://nobody:secret@127.0.0.1:{port}/none"
    found = examine(
        {
            "campaign": lambda: check_campaign(CampaignDatabase(away)),
            "disk": lambda: check_disk(tmp_path / "not" / "yet"),
        }
    )
    assert (found[0].subject, found[0].state) == ("campaign", "problem")
    assert found[0].what == f"the campaign database does not answer at 127.0.0.1:{port}"
    assert found[-1].subject == "disk"
    assert "secret" not in repr(found)


def test_a_use_case_without_a_champion_is_warned_of(server):
    found = states(check_mlflow(Tracking(server[0]), ["shoes"]))
    assert found[0][0] == "fine"
    assert found[1] == ("warning", "shoes has no champion, so its nights cannot be scored")


def test_an_mlflow_that_is_away_is_a_problem(free_port):
    with pytest.raises(ServerUnavailableError):
        list(check_mlflow(Tracking(f"http://127.0.0.1:{free_port()}"), []))
