"""What docs/campaign-tables.md promises to those who read: its columns, and changes that add up."""

import re
from datetime import date
from pathlib import Path

import pytest

from mkt_pipeline.campaign.publication_held import PublicationHeldError
from mkt_pipeline.contracts.publication_limits import PublicationLimits

PAGE = Path(__file__).resolve().parents[3] / "docs" / "campaign-tables.md"
OFFERED = ("current_segments", "segment_changes", "publications", "switches")


def section(table: str) -> str:
    parts = PAGE.read_text(encoding="utf-8").split("\n## ")
    return next(part for part in parts if f"`campaign.{table}`" in part.splitlines()[0])


@pytest.mark.parametrize("table", OFFERED)
def test_every_column_offered_is_documented_and_no_other(campaign, query, table):
    found = query(
        "SELECT column_name FROM information_schema.columns"
        " WHERE table_schema = 'campaign' AND table_name = %s",
        table,
    )
    columns = {name for (name,) in found}
    words = set(re.findall(r"\b[a-z_]+\b", section(table)))
    assert columns - words == set()
    cells = re.findall(r"^\| ([a-z_, ]+) \| ", section(table), re.MULTILINE)
    documented = {name for cell in cells for name in cell.split(", ")} - {"column"}
    assert documented - columns == set()


def test_every_state_cause_and_limit_is_documented(query, campaign):
    page = PAGE.read_text(encoding="utf-8")
    constraints = query(
        "SELECT pg_get_constraintdef(oid) FROM pg_constraint"
        " WHERE conname IN ('status_known', 'cause_known', 'change_known', 'decision_known')"
    )
    words = {word for (text,) in constraints for word in re.findall(r"'([a-z_]+)'", text)}
    assert {"held", "rollback", "moved", "released"} <= words
    assert [word for word in sorted(words) if f"`{word}`" not in page] == []
    for name, value in PublicationLimits().model_dump().items():
        assert f"  {name}: {value}" in page


def test_a_reader_with_the_documented_rights_can_read_them(campaign, query, database_url, night):
    night(16, high="a")
    grants = re.search(r"```sql\n(GRANT.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    query("CREATE ROLE reader; SELECT 1")
    try:
        query(f"{grants[1]} SELECT 1")
        query("SET ROLE reader; SELECT 1")
        for table in OFFERED:
            assert query(f"SELECT count(*) FROM campaign.{table}") == [(1,)]
    finally:
        query("RESET ROLE; DROP OWNED BY reader; DROP ROLE reader; SELECT 1")


def test_the_changes_of_all_switches_add_up_to_what_is_current(campaign, night, query):
    """Nights, a held one that is released, rollbacks there and back, and a backfill."""
    limits = PublicationLimits()
    night(16, high="ab", medium="cd", low="efghij", limits=limits)
    night(17, high="ab", medium="ce", low="dfghijk", limits=limits)
    assert adds_up(query)
    with pytest.raises(PublicationHeldError):
        night(18, high="a", low="xyz", limits=limits)
    assert adds_up(query)
    campaign.release("u", who="approver", reason="true")
    assert adds_up(query)
    night(10, high="kl")
    campaign.roll_back("u", to=date(2026, 11, 16), who="approver", reason="no")
    assert adds_up(query)
    campaign.roll_back("u", to=date(2026, 11, 18), who="approver", reason="yes")
    assert adds_up(query)
    night(19, high="abx", low="cdefgh")
    assert adds_up(query)


def test_the_changes_add_up_after_reruns_as_well(campaign, night, query):
    """Of the current day, of it after a rollback there and back, of another, of a withdrawn one."""
    night(16, high="ab", low="cd")
    night(17, high="ac", low="bdx")
    night(17, high="ac", low="bdy")
    assert adds_up(query)
    campaign.roll_back("u", to=date(2026, 11, 16), who="approver", reason="no")
    campaign.roll_back("u", to=date(2026, 11, 17), who="approver", reason="yes")
    night(17, high="acz", low="bd")
    assert adds_up(query)
    night(18, high="a", low="bcd")
    seen = query("SELECT * FROM campaign.segment_changes ORDER BY switch_id, customer_id")
    assert not night(17, high="q").is_current
    assert query("SELECT * FROM campaign.segment_changes ORDER BY switch_id, customer_id") == seen
    assert adds_up(query)
    night(19, high="ab", low="cd")
    campaign.roll_back("u", to=date(2026, 11, 18), who="approver", reason="no")
    night(19, high="abe", low="cd")
    assert adds_up(query)


def adds_up(query) -> bool:
    state: dict[str, str] = {}
    for customer, before, now in query(
        "SELECT customer_id, previous_segment, segment FROM campaign.segment_changes"
        " ORDER BY switch_id"
    ):
        assert state.pop(customer, None) == before
        if now is not None:
            state[customer] = now
    return state == dict(query("SELECT customer_id, segment FROM campaign.current_segments"))
