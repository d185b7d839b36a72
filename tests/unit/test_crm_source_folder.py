"""A source's folder: what is read and what is refused."""

import pytest

from mkt_pipeline.crm.query_text import query_problem, reading
from mkt_pipeline.crm.source_folder import load_contact_points, load_source
from mkt_pipeline.errors import BadInputError

YAML = "name: shop\ndescription: A shop\ncurrency: EUR\n"


def write(folder, *, yaml=YAML, **queries):
    needed = dict.fromkeys(("customers", "products", "orders"), "SELECT 1")
    folder.mkdir(exist_ok=True)
    (folder / "source.yaml").write_text(yaml)
    for name, text in {**needed, **queries}.items():
        if text is not None:
            (folder / f"{name}.sql").write_text(text)
    return folder


def test_a_folder_is_read_with_its_queries(tmp_path):
    source = load_source(write(tmp_path, consents="-- none yet\nWITH a AS (SELECT 2) TABLE a;"))
    assert source.name == "shop"
    assert sorted(source.queries) == ["consents", "customers", "orders", "products"]


def test_a_query_remembers_its_file_for_errors_to_name(tmp_path):
    query = load_source(write(tmp_path / "shop")).queries["orders"]
    assert query == "SELECT 1"
    assert reading("orders", query) == f"reading orders ({tmp_path.name}/shop/orders.sql)"
    assert reading("orders", "SELECT 1") == "reading orders"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"orders": None}, "has no query for orders"),
        ({"leads": "SELECT 1"}, r"leads\.sql belongs to no entity"),
        ({"orders": "SELECT 1; DROP TABLE x"}, "more than one statement"),
        ({"orders": "DELETE FROM x"}, "starts with 'DELETE'"),
        ({"orders": "-- SELECT 1"}, "holds no statement"),
        (
            {"yaml": YAML + "colour: red\n"},
            "unknown key colour → allowed keys there: name, .*quarantine_limit, reading$",
        ),
        ({"yaml": YAML + "may_be_empty: [texts]\n"}, "may_be_empty names texts"),
        ({"yaml": YAML + "queries: {orders: SELECT 1}\n"}, "without `queries`"),
    ],
)
def test_a_folder_that_is_no_source_is_refused(tmp_path, changes, message):
    with pytest.raises(BadInputError, match=message):
        load_source(write(tmp_path, **changes))


def test_a_folder_that_is_not_there_names_the_command_that_makes_one(tmp_path):
    with pytest.raises(BadInputError, match="mkt source new shop"):
        load_source(tmp_path / "shop")


def test_a_name_that_is_misspelt_is_told_with_those_that_are_there(tmp_path):
    write(tmp_path / "shop")
    with pytest.raises(BadInputError, match=r"sources/shpo does not exist; known sources: shop →"):
        load_source(tmp_path / "shpo")


@pytest.mark.parametrize(
    "text",
    [
        "SELECT 'a;b', \"c;d\", $$e;f$$, $x$g;$$;h$x$ -- i;j\n/* k; */ ;\n",
        "select 'it''s; fine'",
        "/* first */ -- second\nWITH a AS (SELECT 1) SELECT * FROM a",
    ],
)
def test_semicolons_in_texts_names_and_comments_are_no_second_statement(text):
    assert query_problem(text) is None


@pytest.mark.parametrize(
    "text",
    [
        r"SELECT E'\'') AS q; DELETE FROM t; SELECT * FROM (SELECT 'x'",
        'SELECT 1 AS "x--") AS q; DELETE FROM t; SELECT 1 FROM (SELECT 1',
        """SELECT "it's" FROM t; DELETE FROM t; SELECT 'x'""",
        "SELECT a$b$ FROM t; DELETE FROM c$b$",
        "SELECT /* ' */ 1; DELETE FROM t /* ' */",
        "SELECT 1 /* a /* b */ */; DELETE FROM t",
    ],
)
def test_a_second_statement_cannot_be_hidden_from_us_and_not_from_the_server(text):
    assert query_problem(text) == "holds more than one statement"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("SELECT 1) AS q, secrets AS (", "closes a bracket that it did not open"),
        ("SELECT 'x", "begins a comment, a text or a quoted name that does not end"),
        ("SELECT 1 /* /* */", "begins a comment, a text or a quoted name that does not end"),
        ("SELECT 1\0", "holds a zero byte"),
    ],
)
def test_a_query_that_does_not_stay_in_its_brackets_is_refused(text, problem):
    assert query_problem(text) == problem


def test_contact_points_are_no_query_of_the_nights(tmp_path):
    folder = write(tmp_path / "shop", contact_points="SELECT 1 AS customer_id")
    assert "contact_points" not in load_source(folder).queries
    assert load_contact_points(folder) == "SELECT 1 AS customer_id"
    (folder / "contact_points.sql").unlink()
    with pytest.raises(BadInputError, match=r"shop has no contact_points\.sql → write it"):
        load_contact_points(folder)
