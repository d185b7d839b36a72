"""What becomes of a server that is away, refuses, or goes away."""

import psycopg2
import pytest
from psycopg2 import sql

from mkt_pipeline.contracts.entities import PRODUCTS
from mkt_pipeline.crm.database import Crm
from mkt_pipeline.crm.query_text import FileQuery
from mkt_pipeline.errors import (
    AccessRefusedError,
    ServerUnavailableError,
    SettingsError,
    SourceBrokenError,
    TryAgainError,
)

PRODUCT = (
    "SELECT sku AS product_id, sku AS name, NULL::text AS category, 1::numeric AS price, "
    "true AS is_active, NULL::timestamptz AS updated_at FROM goods"
)


@pytest.fixture(scope="module")
def database_url(postgres):
    """One database for all tests here: making one takes longer than any of them."""
    postgres.create_database("crm_server_errors")
    return postgres.url("crm_server_errors")


@pytest.fixture
def goods(database_url):
    execute(database_url, "DROP TABLE IF EXISTS goods")
    execute(database_url, "CREATE TABLE goods AS SELECT 'a'::text AS sku")
    return database_url


def execute(url, *statements):
    connection = psycopg2.connect(url)
    with connection, connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
    connection.close()


def read(url, **limits):
    with Crm(url, **limits).snapshot() as snapshot:
        return snapshot.read(PRODUCTS, PRODUCT).read_all()


def replaced(url, **changes):
    return psycopg2.extensions.make_dsn(url, **changes)


def test_a_port_that_nobody_listens_on(goods, free_port):
    with pytest.raises(ServerUnavailableError, match="Connection refused"):
        read(replaced(goods, port=free_port()))


def test_a_host_that_has_no_address(goods):
    with pytest.raises(ServerUnavailableError, match="does not answer"):
        read(replaced(goods, host="nowhere.invalid"))


def test_a_wrong_password_never_appears_in_the_message(goods):
    with pytest.raises(AccessRefusedError, match="password authentication failed") as caught:
        read(replaced(goods, password="hunter2"))
    assert "hunter2" not in str(caught.value)


def test_a_database_that_is_not_there(goods):
    with pytest.raises(AccessRefusedError, match='"elsewhere" does not exist'):
        read(replaced(goods, dbname="elsewhere"))


def test_an_address_that_is_none(goods):
    with pytest.raises(SettingsError, match="not a PostgreSQL address"):
        read("crm.example.org with secret")


@pytest.fixture
def reader(goods):
    role = "reader_of_goods"
    name = sql.Identifier(role)
    execute(goods, sql.SQL("CREATE ROLE {} LOGIN PASSWORD 'p'").format(name))
    yield replaced(goods, user=role, password="p")
    execute(goods, sql.SQL("DROP OWNED BY {0}").format(name), sql.SQL("DROP ROLE {}").format(name))


def test_a_table_without_the_right_to_read_it(reader):
    with pytest.raises(AccessRefusedError, match="permission denied for table goods"):
        read(reader)


def test_a_role_with_no_connection_left(goods, reader):
    role = psycopg2.extensions.parse_dsn(reader)["user"]
    execute(goods, sql.SQL("ALTER ROLE {} CONNECTION LIMIT 0").format(sql.Identifier(role)))
    with pytest.raises(ServerUnavailableError, match="too many connections"):
        read(reader)


def test_a_renamed_column_is_named(goods):
    execute(goods, "ALTER TABLE goods RENAME COLUMN sku TO code")
    with pytest.raises(SourceBrokenError, match='reading products: column "sku" does not exist'):
        read(goods)


def test_a_dropped_table_is_named(goods):
    execute(goods, "DROP TABLE goods")
    with pytest.raises(SourceBrokenError, match='relation "goods" does not exist'):
        read(goods)


def test_a_syntax_error_is_told(goods):
    with (
        Crm(goods).snapshot() as snapshot,
        pytest.raises(SourceBrokenError, match="syntax error"),
    ):
        snapshot.columns("SELECT FROM WHERE")


def test_a_lock_that_the_crm_holds_is_waited_for_only_so_long(goods):
    holder = psycopg2.connect(goods)
    with holder, holder.cursor() as cursor:
        cursor.execute("LOCK TABLE goods IN ACCESS EXCLUSIVE MODE")
        with pytest.raises(TryAgainError, match="lock timeout"):
            read(goods, lock_timeout_seconds=1)
    holder.close()


def test_a_server_that_ends_the_connection_in_mid_stream(goods):
    endless = PRODUCT.replace(
        "FROM goods", "FROM goods, (SELECT generate_series(1, 100000000)) AS endless"
    )

    def consume():
        with Crm(goods).snapshot() as snapshot:
            reader = snapshot.read(PRODUCTS, endless)
            reader.read_next_batch()
            execute(
                goods,
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE application_name = 'mkt_pipeline' AND datname = current_database()",
            )
            reader.read_all()

    with pytest.raises(ServerUnavailableError, match="reading products"):
        consume()


def test_the_file_of_a_query_that_fails_is_named(goods, tmp_path):
    path = tmp_path / "sources" / "shop" / "products.sql"
    broken = PRODUCT.replace("1::numeric", "(1 / length(replace(sku, 'a', '')))::numeric")
    for query, says in ((broken, "division by zero"), (f"{PRODUCT}_gone", "does not exist")):
        with (
            Crm(goods).snapshot() as snapshot,
            pytest.raises(SourceBrokenError, match=rf"\(sources/shop/products\.sql\): .*{says}"),
        ):
            snapshot.read(PRODUCTS, FileQuery.of(query, path)).read_all()
