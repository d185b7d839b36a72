"""A source's folder: what is read and what is refused."""

import pytest

from mkt_pipeline.crm.query_text import names_in, query_problem, reading
from mkt_pipeline.crm.source_folder import load_source
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


def test_names_are_those_of_the_code_alone_folded_as_the_server_does():
    text = """SELECT p.Email, 'phone' AS "Odd ""Name" -- city\nFROM res_partner /* ref */ p"""
    assert names_in(text) == {"select", "p", "email", "as", 'Odd "Name', "from", "res_partner"}
