"""`mkt quarantine` over a lake with a held night."""

import json
from datetime import UTC, date, datetime

import pyarrow as pa
import pytest
from lake_nights import append_night
from typer.testing import CliRunner

from mkt_pipeline.cli.__main__ import app
from mkt_pipeline.contracts.as_of import AsOf
from mkt_pipeline.contracts.entities import CONSENTS
from mkt_pipeline.contracts.reading import Reading, ServerState
from mkt_pipeline.errors import BadInputError
from mkt_pipeline.lake.night_limits import Limits, NightHeldError
from mkt_pipeline.settings import Settings
from mkt_pipeline.wiring.lake import lake_of

NOW = datetime(2026, 1, 10, 2, tzinfo=UTC)
TYPES = {"text": pa.string(), "timestamptz": pa.timestamp("us", tz="UTC")}
SCHEMA = pa.schema([(c.name, TYPES[c.type]) for c in CONSENTS.columns])


class Rows:
    """Consents of which half have a status that nobody knows, or the first ``bad`` ones."""

    reading = Reading("all")

    def __init__(self, *, bad=None):
        self.bad = range(0, 20, 2) if bad is None else range(bad)

    def changed(self):
        rows = [
            {
                "consent_id": f"n{n}",
                "customer_id": "c1",
                "channel": "email",
                "status": "perhaps" if n in self.bad else "granted",
                "effective_at": NOW,
                "updated_at": NOW,
            }
            for n in range(20)
        ]
        return pa.Table.from_pylist(rows, schema=SCHEMA).to_reader()


@pytest.fixture
def mkt(tmp_path, monkeypatch):
    """A function that runs `mkt quarantine` on a lake whose only night is held."""
    monkeypatch.setenv("MKT_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("MKT_TODAY", "2026-01-11")
    lake = lake_of(Settings(home=tmp_path / "home", _env_file=None))
    with pytest.raises(NightHeldError):
        extract(lake)

    def call(*arguments):
        return CliRunner().invoke(app, ["quarantine", *arguments], catch_exceptions=True)

    call.lake = lake
    return call


def extract(lake, *, bad=None, killed=False):
    return append_night(
        lake,
        CONSENTS,
        Rows(bad=bad),
        as_of=AsOf(date(2026, 1, 10)),
        server=ServerState(NOW if bad is None else NOW.replace(minute=1), None, 0.0),
        limits=Limits(may_be_empty=False, quarantine=0.1),
        killed=killed,
    )


def test_show_names_rule_rows_keys_and_the_night_that_is_held(mkt):
    shown = json.loads(mkt("show", "--json").stdout)
    assert shown["rows"] == [
        {
            "entity": "consents",
            "as_of": "2026-01-10",
            "broken_rule": "status: unknown value",
            "rows": 10,
            "keys": ["n0", "n10", "n12", "n14", "n16"],
            "more_keys": True,
        }
    ]
    (every,) = json.loads(mkt("show", "--all-keys", "--json").stdout)["rows"]
    assert len(every["keys"]) == 10
    assert every["more_keys"] is False
    assert "n8, ..." not in mkt("show", "--all-keys").stdout
    (held,) = shown["held"]
    assert (held["entity"], held["rows"]) == ("consents", 10)
    shown = mkt("show")
    assert shown.exception is None, shown.exception
    told = shown.stdout
    assert "status: unknown value" in told
    assert "10 of 20 rows break the contract" in told


def test_a_release_needs_a_held_night_and_a_reason_and_is_kept(mkt):
    nothing = mkt("release", "orders", "--as-of", "2026-01-10", "--reason", "x").exception
    assert isinstance(nothing, BadInputError)
    assert "no night of orders as of 2026-01-10 is held" in str(nothing)
    empty = mkt("release", "consents", "--as-of", "2026-01-10", "--reason", " ").exception
    assert isinstance(empty, BadInputError)

    done = mkt("release", "consents", "--as-of", "2026-01-10", "--reason", "a new status")
    assert "10 rows are accepted" in done.stdout
    again = mkt("release", "consents", "--as-of", "2026-01-10", "--reason", "another").exception
    assert isinstance(again, BadInputError)
    assert "was released already by" in str(again)
    assert "a new status" in str(again)

    assert extract(mkt.lake).inserted == 10
    (held,) = json.loads(mkt("show", "--json").stdout)["held"]
    assert held["reason"] == "a new status"
    assert held["released_by"]


def test_a_hold_is_over_when_a_later_run_went_through_and_is_released_no_more(mkt):
    (held,) = json.loads(mkt("show", "--json").stdout)["held"]
    assert held["over"] is False
    extract(mkt.lake, bad=0)
    (held,) = json.loads(mkt("show", "--json").stdout)["held"]
    assert held["over"] is True
    assert "2026-01-10 consents: held, but over" in mkt("show").stdout
    late = mkt("release", "consents", "--as-of", "2026-01-10", "--reason", "late").exception
    assert isinstance(late, BadInputError)
    assert "is held no longer" in str(late)
    assert mkt.lake.releases.accepted(entity="consents", as_of="2026-01-10") == 0

    with pytest.raises(NightHeldError):
        extract(mkt.lake)
    newest, older = json.loads(mkt("show", "--json").stdout)["held"]
    assert (newest["over"], older["over"]) == (False, True)
    assert mkt("release", "consents", "--as-of", "2026-01-10", "--reason", "x").exit_code == 0


def test_a_hold_is_over_as_well_where_another_entity_holds_the_run_that_kept_its_limits(mkt):
    extract(mkt.lake, bad=0, killed=True)
    (held,) = json.loads(mkt("show", "--json").stdout)["held"]
    assert held["over"] is True
    stale = mkt("release", "consents", "--as-of", "2026-01-10", "--reason", "stale").exception
    assert "is held no longer" in str(stale)
    with pytest.raises(NightHeldError):
        extract(mkt.lake, bad=5)
    newest, older = json.loads(mkt("show", "--json").stdout)["held"]
    assert (newest["rows"], newest["over"], older["over"]) == (5, False, True)


def test_a_run_that_is_held_again_for_the_same_is_one_decision_and_another_has_its_own(mkt):
    with pytest.raises(NightHeldError):
        extract(mkt.lake)
    assert len(json.loads(mkt("show", "--json").stdout)["held"]) == 1
    mkt("release", "consents", "--as-of", "2026-01-10", "--reason", "a new status")
    with pytest.raises(NightHeldError):
        extract(mkt.lake, bad=15)
    (newest, older) = json.loads(mkt("show", "--json").stdout)["held"]
    assert (newest["reason"], older["reason"]) == (None, "a new status")
    mkt("release", "consents", "--as-of", "2026-01-10", "--reason", "even more of it")
    (newest, older) = json.loads(mkt("show", "--json").stdout)["held"]
    assert (newest["reason"], older["reason"]) == ("even more of it", "a new status")
    assert extract(mkt.lake, bad=15).inserted == 5


def test_a_day_and_an_entity_select_holds_as_well_as_rows(mkt):
    def shown(*which):
        found = json.loads(mkt("show", *which, "--json").stdout)
        return len(found["rows"]), len(found["held"])

    assert shown("--as-of", "2026-01-10", "--entity", "consents") == (1, 1)
    assert shown("--as-of", "2026-01-09") == (0, 0)
    assert shown("--entity", "orders") == (0, 0)
    assert "nothing of what was asked for" in mkt("show", "--entity", "orders").stdout


def test_nothing_to_show_is_said(tmp_path, monkeypatch):
    monkeypatch.setenv("MKT_HOME", str(tmp_path))
    assert "nothing is in quarantine" in CliRunner().invoke(app, ["quarantine", "show"]).stdout
