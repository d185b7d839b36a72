"""What a command prints: tables that fit a terminal, and JSON that a script can rely on."""

import io
import json
from datetime import UTC, date, datetime
from decimal import Decimal

from rich.console import Console

from mkt_pipeline.campaign.publication import PastPublication
from mkt_pipeline.cli.runs import publications_table
from mkt_pipeline.cli.telling import print_json


def publication(**changes):
    plain = {
        "publication_id": 1,
        "use_case": "u",
        "as_of": date(2026, 11, 1),
        "published_at": datetime(2026, 11, 1, 22, 10, tzinfo=UTC),
        "status": "published",
        "is_current": False,
        "source": "shop",
        "model_name": "propensity-u",
        "model_version": "3",
        "run_id": "r",
        "airflow_run": "asset_triggered__2026-11-01T00:30:00+00:00_abcdefgh",
        "history": "observed",
        "rows": 50_000,
        "counts": {"low": 45_000, "high": 1_000, "medium": 4_000},
        "mean_propensity": 0.04,
        "replaces": None,
    }
    return PastPublication(**plain | changes)


def drawn(width, *found):
    console = Console(width=width, file=io.StringIO())
    console.print(publications_table("u", found, width=width))
    return console.file.getvalue()


def test_a_night_takes_one_line_of_eighty_columns():
    large = {"low": 8_000_000, "high": 400_000, "medium": 600_000}
    text = drawn(80, publication(), publication(rows=9_000_000, counts=large, status="replaced"))
    assert "2026-11-01 2026-11-01 22:10" in text
    assert "2026-11-01 22:10 9,000,000 400,000 600,000 8,000,000     3 replaced" in text
    assert len([line for line in text.splitlines() if "2026" in line]) == 2
    assert max(map(len, text.splitlines())) <= 80
    assert "asset_triggered" not in text


def test_the_longest_state_finds_room_in_eighty_columns():
    large = {"low": 8_000_000, "high": 400_000, "medium": 600_000}
    text = drawn(80, publication(rows=9_000_000, counts=large, status="rolled_back"))
    assert "8,000,000     3 withdrawn" in text
    assert max(map(len, text.splitlines())) <= 80


def test_a_wide_terminal_shows_the_airflow_run_too():
    text = drawn(150, publication(), publication(airflow_run=None))
    assert "asset_triggered__2026-11-01T00:30:00+00:00_abcdefgh" in text
    assert "command line" in text


def test_json_has_iso_times_and_segments_from_high_to_low(capsys):
    times = {"at": datetime(2026, 11, 1, 22, 10, tzinfo=UTC), "day": date(2026, 11, 1)}
    counts = {"low": 1, "high": 2, "medium": 3}
    some = {"low": 1, "medium": 2}
    print_json([times, some, {"counts": counts, "paid": Decimal("1.50"), "z": 1, "a": 2}])
    first, few, second = json.loads(capsys.readouterr().out)
    assert first == {"at": "2026-11-01T22:10:00+00:00", "day": "2026-11-01"}
    assert list(second["counts"].items()) == [("high", 2), ("medium", 3), ("low", 1)]
    assert list(few) == ["medium", "low"]
    assert list(second) == ["counts", "paid", "z", "a"]
    assert second["paid"] == "1.50"
