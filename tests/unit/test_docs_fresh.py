from pathlib import Path

from mkt_pipeline.cli.generated_pages import pages

PROJECT = Path(__file__).resolve().parents[2]


def test_every_generated_page_is_fresh():
    stale = [
        name
        for name, text in pages(PROJECT).items()
        if (PROJECT / "docs" / name).read_text(encoding="utf-8") != text
    ]
    assert stale == []


def test_the_readme_links_to_files_that_exist():
    import re

    readme = (PROJECT / "README.md").read_text(encoding="utf-8")
    links = re.findall(r"\]\((?!http)([^)#]+)", readme)
    assert links
    assert [link for link in links if not (PROJECT / link).exists()] == []
