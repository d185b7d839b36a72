"""An owner that migrates, a writer that runs nights, a reader: what each may do, and may not."""

import psycopg2
import pytest
from psycopg2 import errors
from typer.testing import CliRunner

from mkt_pipeline.campaign.database import CampaignDatabase
from mkt_pipeline.campaign.migrate import Migration, migrate, shipped_migrations
from mkt_pipeline.campaign.model_decisions import ModelDecision, ModelDecisions
from mkt_pipeline.campaign.rights import READER, WRITER, grants_text
from mkt_pipeline.campaign.session import session
from mkt_pipeline.cli.campaign import app
from mkt_pipeline.errors import AccessRefusedError, BadInputError
from mkt_pipeline.steps.doctor import check_campaign

TABLES = """
SELECT c.relname FROM pg_class c
WHERE c.relnamespace = 'campaign'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm')
    AND NOT c.relispartition
"""
RECORDS = ("audit", "switches", "model_decisions", "publications")


@pytest.fixture
def ask(database_url):
    """Run one statement as one of the roles, or as the owner."""

    def run(url, text, *parameters):
        connection = psycopg2.connect(url)
        connection.autocommit = True
        try:
            with connection.cursor() as cursor:
                cursor.execute(text, parameters or None)
                return cursor.fetchall() if cursor.description else []
        finally:
            connection.close()

    return run


@pytest.fixture
def recorded(campaign, night, writer_url):
    """Two nights, a rollback, an erasure and a promotion: something in every record."""
    night(16, high="ab", medium="c", low="d")
    night(17, high="ab", medium="d", low="c")
    campaign.roll_back("u", who="approver", reason="too early")
    campaign.erase("a", person_hash="5f", who="approver", reason="asked for it", before={})
    ModelDecisions(writer_url).record(
        ModelDecision(
            "u", "promotion", *("2026-11-16", "m", "3", None, "r"), True, "approver", "best"
        )
    )


def test_every_table_of_the_schema_has_a_line_in_the_writers_rights(roles, ask, database_url):
    assert set(WRITER.tables) == {name for (name,) in ask(database_url, TABLES)}


def test_the_writer_owns_nothing_and_needs_nothing_more(roles, ask, database_url, campaign):
    owned = "SELECT count(*) FROM pg_class c JOIN pg_roles r ON r.oid = c.relowner"
    assert ask(database_url, f"{owned} WHERE r.rolname LIKE 'writer %'") == [(0,)]
    assert campaign.migrate() == ()
    assert {finding.state for finding in check_campaign(campaign)} == {"fine"}


@pytest.mark.parametrize("table", RECORDS)
@pytest.mark.parametrize(
    "change",
    [
        "DELETE FROM campaign.{}",
        "TRUNCATE campaign.{} CASCADE",
        "UPDATE campaign.{} SET {} = 'somebody else'",
        "ALTER TABLE campaign.{} DISABLE TRIGGER ALL",
        "DROP TABLE campaign.{}",
    ],
)
def test_no_record_can_be_changed_by_whom_it_records(recorded, roles, ask, table, change):
    signed = {"audit": "done_by", "switches": "switched_by", "model_decisions": "decided_by"}
    text = change.format(table, signed.get(table, "published_by"))
    content = f"SELECT count(*), md5(string_agg(t::text, '')) FROM campaign.{table} t"
    before = ask(roles["writer"], content)
    with pytest.raises(errors.InsufficientPrivilege):
        ask(roles["writer"], text)
    assert ask(roles["writer"], content) == before
    assert before[0][0] > 0


@pytest.mark.parametrize("table", RECORDS)
def test_not_even_the_owner_changes_a_record_by_mistake(recorded, ask, database_url, table):
    signed = {"audit": "done_by", "switches": "switched_by", "model_decisions": "decided_by"}
    column = signed.get(table, "published_by")
    for text in (
        f"DELETE FROM campaign.{table}",
        f"TRUNCATE campaign.{table} CASCADE",
        f"UPDATE campaign.{table} SET {column} = 'somebody else'",
    ):
        with pytest.raises(errors.InsufficientPrivilege, match="are never changed or removed"):
            ask(database_url, text)


def test_a_decision_that_took_effect_does_so_once(recorded, ask, writer_url):
    decisions = ModelDecisions(writer_url)
    ((number,),) = ask(writer_url, "SELECT max(decision_id) FROM campaign.model_decisions")
    decisions.took_effect(number)
    decisions.took_effect(number)
    with pytest.raises(errors.InsufficientPrivilege, match="never changed"):
        ask(writer_url, "UPDATE campaign.model_decisions SET effective_at = now()")


def test_a_decision_about_a_held_night_cannot_be_signed_anew(recorded, ask, database_url):
    ask(
        database_url,
        "UPDATE campaign.publications SET decision = 'released', decided_by = 'approver',"
        " decided_at = now(), decision_reason = 'fine' WHERE publication_id = 1",
    )
    with pytest.raises(errors.InsufficientPrivilege, match="never changed"):
        ask(database_url, "UPDATE campaign.publications SET decided_by = 'tom'")


@pytest.mark.parametrize(
    ("call", "refused"),
    [
        ("drop_partition(2)", "partition 2 is shown, held, or not there"),
        ("drop_partition(99)", "partition 99 is shown, held, or not there"),
        ("drop_partition(NULL)", "is shown, held, or not there"),
        ("analyze_partition(99)", "has no partition 99"),
        ("register_use_case('u; DROP TABLE x')", "lower case letters"),
        ("register_use_case(E'u\\nv')", "lower case letters"),
        ("register_use_case(NULL)", "lower case letters"),
        ("add_partition('nobody')", "violates foreign key"),
    ],
)
def test_what_the_owners_functions_are_asked_is_looked_at(recorded, ask, writer_url, call, refused):
    with pytest.raises(psycopg2.Error, match=refused):
        ask(writer_url, f"SELECT campaign.{call}")
    assert ask(writer_url, "SELECT count(*) FROM campaign.segments") == [(6,)]


def test_the_owners_functions_look_for_nothing_in_a_schema_of_the_caller(recorded, ask, writer_url):
    """A table or function of the caller's, put before the schema's own, is not taken for them."""
    fooled = """
    CREATE TEMPORARY TABLE pg_class (relacl text, oid int, relowner int);
    CREATE FUNCTION pg_temp.format(text, VARIADIC text[]) RETURNS text LANGUAGE sql
        AS $$SELECT 'DROP TABLE campaign.audit'$$;
    SET search_path = pg_temp, campaign, pg_catalog;
    SELECT campaign.add_partition('u');
    """
    before = ask(writer_url, "SELECT count(*) FROM campaign.audit")
    ask(writer_url, fooled)
    assert ask(writer_url, "SELECT count(*) FROM campaign.audit") == before


def test_a_reader_reads_segments_and_calls_and_changes_nothing(recorded, roles, ask):
    reader = roles["reader"]
    assert ask(reader, "SELECT count(*) FROM campaign.current_segments") == [(3,)]
    for table in sorted(set(WRITER.tables) - set(READER.tables)):
        with pytest.raises(errors.InsufficientPrivilege):
            ask(reader, f"SELECT 1 FROM campaign.{table}")
    for text in (
        "INSERT INTO campaign.segments VALUES (1)",
        "DELETE FROM campaign.segments",
        "UPDATE campaign.publications SET status = 'rejected'",
        "SELECT campaign.add_partition('u')",
        "SELECT campaign.drop_partition(1)",
        "SELECT campaign.rebuild_current_segments()",
    ):
        with pytest.raises(errors.InsufficientPrivilege):
            ask(reader, text)


def test_pending_migrations_are_a_problem_of_the_owner_alone(roles, database_url, writer_url, ask):
    ask(database_url, "DELETE FROM campaign.migrations WHERE name LIKE '0010%'")
    with pytest.raises(AccessRefusedError, match="may not apply: 0010_two_roles → run `mkt campai"):
        CampaignDatabase(writer_url).migrate()
    found = {one.state: one for one in check_campaign(CampaignDatabase(writer_url))}
    assert "may not apply: 0010_two_roles" in found["problem"].what
    assert "mkt campaign migrate" in found["problem"].remedy
    assert "problem" not in {one.state for one in check_campaign(CampaignDatabase(database_url))}


def test_rights_that_a_writer_lacks_are_named_with_the_remedy(roles, ask, database_url, writer_url):
    ((writer,),) = ask(writer_url, "SELECT quote_ident(current_user)")
    ask(database_url, f"REVOKE INSERT ON campaign.audit FROM {writer}")
    ask(database_url, f"REVOKE UPDATE (decision) ON campaign.publications FROM {writer}")
    ask(database_url, f"REVOKE EXECUTE ON FUNCTION campaign.add_partition(text) FROM {writer}")
    (problem,) = [
        one for one in check_campaign(CampaignDatabase(writer_url)) if one.state == "problem"
    ]
    assert problem.what.endswith(
        "lacks EXECUTE on campaign.add_partition(text), INSERT on campaign.audit,"
        " UPDATE (decision) on campaign.publications"
    )
    assert "mkt campaign grants --writer" in problem.remedy


def test_rights_are_printed_narrow_what_was_wider_and_may_be_run_twice(
    roles, ask, database_url, writer_url
):
    ((writer,),) = ask(writer_url, "SELECT current_user")
    ask(database_url, f'GRANT ALL ON campaign.audit TO "{writer}"')
    printed = CliRunner().invoke(app, ["grants", "--writer", writer]).stdout
    assert printed == grants_text(writer=writer, reader=None)
    ask(database_url, printed)
    ask(database_url, printed)
    with pytest.raises(errors.InsufficientPrivilege, match="permission denied"):
        ask(writer_url, "DELETE FROM campaign.audit")


@pytest.mark.parametrize(
    ("writer", "reader"), [(None, None), ("a", "a"), ("", None), ("a\nb", None), (None, "x" * 64)]
)
def test_a_role_that_cannot_be_is_refused(writer, reader):
    with pytest.raises(BadInputError):
        grants_text(writer=writer, reader=reader)


def test_an_erased_row_is_overwritten_soon_where_the_writer_may_not_vacuum(
    campaign, night, ask, database_url
):
    with session(database_url) as opened:
        assert migrate(opened, shipped_migrations()) == ()
    night(16, high="ab")
    options = "SELECT DISTINCT reloptions FROM pg_class c JOIN pg_inherits i ON i.inhrelid = c.oid"
    always = ["autovacuum_vacuum_threshold=0", "autovacuum_vacuum_scale_factor=0"]
    assert ask(database_url, f"{options} WHERE c.relkind = 'r'") == [(always,)]


def test_partitions_of_before_are_looked_at_as_often(database_url, ask):
    before = tuple(one for one in shipped_migrations() if one.name < "0010")
    made = Migration(
        "0009_z",
        "CREATE TABLE campaign.segments_1 PARTITION OF campaign.segments FOR VALUES IN (1)",
    )
    with session(database_url) as opened:
        migrate(opened, (*before, made))
        migrate(opened, tuple(sorted((*shipped_migrations(), made))))
    found = ask(database_url, "SELECT reloptions FROM pg_class WHERE relname = 'segments_1'")
    assert found == [(["autovacuum_vacuum_threshold=0", "autovacuum_vacuum_scale_factor=0"],)]
