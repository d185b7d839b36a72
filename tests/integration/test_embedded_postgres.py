import psycopg2

from mkt_pipeline.stack.postgres import EmbeddedPostgres


def test_a_database_can_be_written_and_read(database_url):
    connection = psycopg2.connect(database_url)
    with connection, connection.cursor() as cursor:
        cursor.execute("CREATE TABLE t AS SELECT 41 + 1 AS answer")
        cursor.execute("SELECT answer FROM t")
        assert cursor.fetchone() == (42,)
    connection.close()


def test_starting_a_running_server_again_is_harmless(postgres: EmbeddedPostgres):
    postgres.start()
    assert postgres.is_running()


def test_creating_a_database_twice_tells_the_second_time(postgres: EmbeddedPostgres):
    assert postgres.create_database("twice") is True
    assert postgres.create_database("twice") is False


def test_a_stop_leaves_nothing_and_a_restart_finds_the_data(tmp_path, free_port):
    server = EmbeddedPostgres(tmp_path / "postgres", free_port())
    server.start()
    server.create_database("kept")
    server.stop()
    assert not server.is_running()
    server.start()
    assert server.create_database("kept") is False
    server.stop()
