"""What comes from outside and means harm, or looks as if it did: each row of docs/security.md.

Everything is refused with an error that a person can act on, and none of it is done in part.
"""

import json
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from mkt_pipeline.backup.manifest import NAME, read_manifest, refuse_changed
from mkt_pipeline.backup.restore import restore_backup
from mkt_pipeline.campaign.rights import grants_text
from mkt_pipeline.cli.source import app
from mkt_pipeline.contracts.as_of import AsOf
from mkt_pipeline.contracts.entities import ENTITIES
from mkt_pipeline.contracts.frozen_model import MAX_BYTES, read_document
from mkt_pipeline.contracts.role_name import refuse_unusable_role
from mkt_pipeline.contracts.source import Source
from mkt_pipeline.crm.query_columns import QueryColumn, column_problems
from mkt_pipeline.crm.source_folder import load_source
from mkt_pipeline.errors import BadInputError, FailNowError, SettingsError
from mkt_pipeline.settings import load_settings
from mkt_pipeline.wiring.use_cases import use_cases_of

PATHS = ("../../etc", "/etc", "..", ".", "a/b", "a\\b", "a\0b", "a\nb", "A", "", "ａ", "a" * 41)
YAML = "name: shop\ndescription: A shop\ncurrency: EUR\n"


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A project with one source, and a folder beside it that looks like another."""
    for folder in (tmp_path / "project" / "sources" / "shop", tmp_path / "secret"):
        folder.mkdir(parents=True)
        (folder / "source.yaml").write_text(YAML)
        for name in ("customers", "products", "orders"):
            (folder / f"{name}.sql").write_text("SELECT 1")
    (tmp_path / "project" / "use_cases").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MKT_PROJECT", str(tmp_path / "project"))
    monkeypatch.setenv("MKT_CRM_URL", "postgresql://u:p@127.0.0.1:1/crm")
    return tmp_path / "project"


@pytest.mark.parametrize("name", [*PATHS[:-3], "../../secret"])
@pytest.mark.parametrize("command", ["new", "check", "grants"])
def test_a_name_of_a_source_leads_nowhere_else(project, command, name):
    if command != "new" and not name:
        pytest.skip("an empty name stands for the configured source")
    more = ["--role", "r"] if command == "grants" else []
    before = sorted(project.parent.rglob("*"))
    result = CliRunner().invoke(app, [command, *more, "--", name])
    assert isinstance(result.exception, BadInputError), result.exception
    assert "root:" not in str(result.exception)
    assert sorted(project.parent.rglob("*")) == before


@pytest.mark.parametrize("name", PATHS[:-1])
def test_a_name_in_the_settings_leads_nowhere_else(project, monkeypatch, name):
    if name and "\0" not in name:  # no process can be given a zero byte
        for setting in ("MKT_SOURCE", "MKT_USE_CASES"):
            with monkeypatch.context() as set_here:
                set_here.setenv(setting, name)
                with pytest.raises(SettingsError, match=setting):
                    load_settings()


def test_a_use_case_is_called_as_its_file_and_lies_in_its_folder(project):
    (project / "use_cases" / "one.yaml").write_text("name: ../../secret\n")
    with pytest.raises(BadInputError, match=r"one\.yaml"):
        use_cases_of(load_settings(source="shop"))


@pytest.mark.parametrize(
    "text",
    [
        *("../2026-11-01", "2026-11-01/..", "2026-11-01\n", "2026-13-01", "２０２６-11-01"),
        *("0001-01-01", "9999-12-31", "", " ", "now()", "2026-11-01'; DROP TABLE x", "[1]", "True"),
    ],
)
def test_an_as_of_is_a_day_and_nothing_else(text):
    with pytest.raises(BadInputError, match="as-of"):
        AsOf.parse(text, zone="Pacific/Kiritimati", today=date(2026, 11, 1))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a: &a [1, 1]\nb: &b [*a, *a]\nc: [*b, *b]\n", "uses a YAML alias"),
        ("a: &a {x: 1}\nb:\n  <<: *a\n", "uses a YAML alias"),
        ("[" * 100_000, "nested too deeply"),
        ("- " * 100_000, "nested too deeply"),
        ("{a: " * 50_000, "nested too deeply"),
        ("a: " + "9" * 5_000, "holds a value that cannot be read"),
        ("a: 2026-99-99", "holds a value that cannot be read"),
        ("a: !!python/object/apply:os.system [ls]", "is not YAML"),
        ("a: [", "is not YAML"),
        ("a: \x07", "is not YAML"),
        ("a: " + "x" * MAX_BYTES, "bytes"),
    ],
)
def test_a_yaml_bomb_is_refused_before_it_grows(tmp_path, text, says):
    path = tmp_path / "source.yaml"
    path.write_text(text)
    with pytest.raises(BadInputError, match=says) as refused:
        read_document(path)
    assert len(str(refused.value)) < 600


def test_a_yaml_file_that_is_no_text_is_refused(tmp_path):
    (tmp_path / "source.yaml").write_bytes(b"name: \xff\xfe")
    with pytest.raises(BadInputError, match="is not UTF-8"):
        read_document(tmp_path / "source.yaml")
    with pytest.raises(BadInputError, match="does not exist"):
        read_document(Path("/dev/zero"))


@pytest.mark.parametrize("text", ["[]", "7", "just words", "null", "name: {a: 1}", "- a\n- b"])
def test_a_yaml_file_of_another_shape_is_refused(text, tmp_path):
    with pytest.raises(BadInputError):
        Source.from_document(_parsed(tmp_path, text), where="source.yaml")


def _parsed(tmp_path, text):
    (tmp_path / "x.yaml").write_text(text)
    return read_document(tmp_path / "x.yaml")


@pytest.mark.parametrize(
    "text",
    [
        "SELECT 1; DELETE FROM t",
        r"SELECT E'\'') AS q; DELETE FROM t; SELECT * FROM (SELECT 'x'",
        'SELECT 1 AS "x--") AS q; DELETE FROM t; SELECT 1 FROM (SELECT 1',
        "SELECT 1) AS q, secrets AS (",
        "DELETE FROM t",
        "COPY t TO PROGRAM 'sh'",
        "SET ROLE postgres",
        "/* SELECT */ DROP TABLE t",
        "SELECT 'x",
        "",
        "SELECT '" + "x" * MAX_BYTES + "'",
    ],
)
def test_an_sql_file_holds_one_select(project, text):
    folder = project / "sources" / "shop"
    (folder / "orders.sql").write_text(text)
    with pytest.raises(BadInputError, match=r"orders\.sql"):
        load_source(folder)


@pytest.mark.parametrize(
    "name", ["attr_x; DROP TABLE y", 'attr_"x', "attr_ x", "attr_X", "attr_", "attr_../x", "attr_é"]
)
def test_an_attribute_is_called_in_plain_letters(name):
    given = [QueryColumn(c.name, "text") for c in ENTITIES["customers"].columns]
    found = column_problems(ENTITIES["customers"], [*given, QueryColumn(name, "text")])
    assert any(problem.column == name for problem in found)


@pytest.mark.parametrize("name", ["", "a\nDROP TABLE x; --", "a\0b", "\u202eetirw", "x" * 64])
def test_a_role_that_could_leave_its_line_is_refused(name):
    with pytest.raises(BadInputError):
        refuse_unusable_role(name)


def test_a_role_is_always_quoted():
    text = grants_text(writer='x"; DROP TABLE y; --', reader=None)
    assert '"x""; DROP TABLE y; --";' in text
    assert 'TO x"' not in text


@pytest.mark.parametrize(
    "setting",
    ["CRM_URL", "CAMPAIGN_URL", "MLFLOW_URL", "MLFLOW_PAGES_URL", "LAKE_URI", "SMTP_URL", "HOME"],
)
@pytest.mark.parametrize("sign", ["\n", "\r\n", "\x1b[2J", "\u202e", "\x7f", "\t"])
def test_a_setting_with_a_sign_that_cannot_be_seen_is_refused(monkeypatch, project, setting, sign):
    monkeypatch.setenv(f"MKT_{setting}", f"postgresql://u:hidden@h/x{sign}host=evil")
    with pytest.raises(SettingsError, match=f"MKT_{setting}: .*cannot be seen") as refused:
        load_settings()
    assert "hidden" not in str(refused.value)


@pytest.fixture
def backup(tmp_path):
    """A backup of one file."""
    folder = tmp_path / "backup"
    folder.mkdir()
    manifest = {
        "format": 1,
        "began": "2026-11-01T00:00:00+00:00",
        "covered": None,
        "tables": 0,
        "ended": "2026-11-01T00:00:00+00:00",
        "source": "shop",
        "versions": {},
        "files": {},
    }
    (folder / NAME).write_text(json.dumps(manifest))
    return folder


@pytest.mark.parametrize(
    "text",
    [
        *("", "[]", "7", '"x"', "[" * 100_000, '{"format": 1}', "\x00"),
        '{"format": 1, "began": 7, "ended": 8}',
        '{"format": 1, "began": "2026-11-01", "ended": "2026-11-01", "strange": 1}',
    ],
)
def test_a_manifest_that_is_none_is_refused(backup, text):
    (backup / NAME).write_text(text)
    with pytest.raises(BadInputError, match="backup"):
        read_manifest(backup)


def test_a_backup_brings_nothing_that_was_not_backed_up(backup, tmp_path):
    (backup / "secrets").mkdir()
    (backup / "secrets" / "authorized_keys").write_text("mine")
    with pytest.raises(FailNowError, match="holds what was not backed up: secrets/authorized_keys"):
        refuse_changed(backup, read_manifest(backup))


def test_a_backup_brings_nothing_through_a_link(backup, tmp_path):
    (tmp_path / "elsewhere").write_text("secret")
    (backup / "link").symlink_to(tmp_path / "elsewhere")
    found = json.loads((backup / NAME).read_text())
    from mkt_pipeline.backup.files import digest

    found["files"] = {"link": digest(backup / "link")}
    (backup / NAME).write_text(json.dumps(found))
    with pytest.raises(FailNowError, match="holds what was not backed up: link"):
        refuse_changed(backup, read_manifest(backup))


def test_a_manifest_names_no_file_outside_its_folder(backup, tmp_path):
    (tmp_path / "elsewhere").write_text("secret")
    found = json.loads((backup / NAME).read_text())
    (backup / NAME).write_text(json.dumps(found | {"files": {"../elsewhere": "0" * 64}}))
    with pytest.raises(FailNowError, match=r"lacks: \.\./elsewhere"):
        refuse_changed(backup, read_manifest(backup))


@pytest.mark.parametrize("name", ["../none", "/proc/self", "none\nwhere"])
def test_a_folder_without_a_manifest_is_no_backup(tmp_path, name):
    with pytest.raises(BadInputError, match="is not a whole backup"):
        restore_backup(None, tmp_path / name, source="shop")
