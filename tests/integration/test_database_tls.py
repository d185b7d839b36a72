"""Connections to a PostgreSQL that is not known to be on this machine.

127.1 is this machine for the network and unknown to the code, as every name is.
"""

from pathlib import Path

import psycopg2
import pytest
from tls_in_front import certificate, tls_in_front

from mkt_pipeline.backup.postgres_programs import dump
from mkt_pipeline.campaign.database import CampaignDatabase
from mkt_pipeline.crm.database import Crm
from mkt_pipeline.database_connection import connect, described, tls_mode
from mkt_pipeline.errors import AccessRefusedError, FailNowError
from mkt_pipeline.steps.doctor import check_campaign

ELSEWHERE = "127.1"


@pytest.fixture(autouse=True)
def nobody_chose(monkeypatch):
    monkeypatch.delenv("PGSSLMODE", raising=False)
    monkeypatch.delenv("PGHOST", raising=False)


@pytest.fixture
def elsewhere(database_url):
    """The database at an address that may be anywhere; it speaks no TLS."""
    return database_url.replace("127.0.0.1", ELSEWHERE)


@pytest.fixture
def protected(postgres, database_url, tmp_path):
    """The same database behind TLS, and the file of its certificate."""
    file = certificate(tmp_path, "127.0.0.1")
    with tls_in_front(postgres.port, file) as port:
        yield database_url.replace(f"127.0.0.1:{postgres.port}", f"{ELSEWHERE}:{port}"), file


@pytest.mark.parametrize(
    "opened",
    [
        lambda url, _: CampaignDatabase(url).migrate(),
        lambda url, _: Crm(url).reads({}),
        lambda url, folder: dump(url, folder / "dump"),
    ],
    ids=["campaign", "crm", "backup"],
)
def test_a_server_elsewhere_without_tls_gets_no_password(elsewhere, tmp_path, opened):
    with pytest.raises(AccessRefusedError, match="does not speak TLS") as refused:
        opened(elsewhere, tmp_path)
    assert "?sslmode=disable" in refused.value.remedy
    opened(f"{elsewhere}?sslmode=disable", tmp_path)


def test_with_tls_everything_goes_through_it(protected, tmp_path):
    url, _ = protected
    CampaignDatabase(url).migrate()
    fine = next(iter(check_campaign(CampaignDatabase(url))))
    assert fine.what.endswith("answers to mkt, TLSv1.3, certificate not verified")


def test_a_backup_by_tls_is_not_tried_with_programs_that_speak_none(
    protected, tmp_path, monkeypatch
):
    url, _ = protected
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(FailNowError, match="pg_dump for PostgreSQL 18 that speaks TLS is not on"):
        dump(url, tmp_path / "dump")


def test_a_certificate_is_verified_where_it_is_asked_for(protected, tmp_path):
    url, file = protected
    known = url.replace(ELSEWHERE, "127.0.0.1")
    asked = "?sslmode=verify-full&sslrootcert="
    connection = connect(f"{known}{asked}{file}")
    assert described(connection) == "TLSv1.3, certificate verified"
    connection.close()
    (tmp_path / "other").mkdir()
    other = certificate(tmp_path / "other", "127.0.0.1")
    for address in (f"{known}{asked}{other}", f"{known}{asked}/no/file"):
        with pytest.raises(AccessRefusedError, match="a certificate that is not trusted"):
            CampaignDatabase(address).migrate()


def test_on_this_machine_nothing_is_asked_for(database_url):
    connection = connect(database_url)
    assert described(connection) == "on this machine"
    connection.close()


@pytest.mark.parametrize(
    ("url", "mode"),
    [
        ("postgresql://u@crm.example/shop", "require"),
        ("postgresql://u@10.0.0.7:5433/shop", "require"),
        ("postgresql://u@localhost,crm.example/shop", "require"),
        ("postgresql://u@[2001:db8::1]/shop", "require"),
        ("host=crm.example dbname=shop", "require"),
        ("postgresql:///shop?host=crm.example", "require"),
        ("postgresql://u@crm.example/shop?sslmode=disable", None),
        ("postgresql://u@crm.example/shop?sslmode=verify-full", None),
        ("postgresql:///shop?service=own", None),
        ("postgresql://u@crm.example/shop?hostaddr=127.0.0.1", None),
        ("postgresql://u@localhost/shop", None),
        ("postgresql://u@127.0.0.9/shop", None),
        ("postgresql://u@[::1]/shop", None),
        ("postgresql:///shop", None),
        ("postgresql:///shop?host=/run/postgresql", None),
    ],
)
def test_where_tls_is_asked_for(url, mode):
    assert tls_mode(url) == mode


def test_what_libpq_is_told_outside_counts(monkeypatch):
    monkeypatch.setenv("PGHOST", "crm.example")
    assert tls_mode("postgresql:///shop") == "require"
    monkeypatch.setenv("PGSSLMODE", "verify-full")
    assert tls_mode("postgresql:///shop") is None
    assert tls_mode("postgresql://u@crm.example/shop") is None


def test_what_is_no_address_is_refused_as_before():
    with pytest.raises(psycopg2.ProgrammingError):
        tls_mode("postgresql://u@crm.example/shop?nothing=1")


def test_every_connection_begins_at_one_place():
    project = Path(__file__).resolve().parents[2]
    files = [*(project / "mkt_pipeline").rglob("*.py"), *(project / "deploy").rglob("*.py")]
    own = {file.name for file in files if "psycopg2.connect(" in file.read_text()}
    # The embedded server of postgres.py listens on loopback alone.
    assert own == {"database_connection.py", "postgres.py"}
