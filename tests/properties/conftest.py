"""The number of examples that ran is told at the end."""

from .counting import FACTOR, ran


def pytest_terminal_summary(terminalreporter):
    if ran:
        profile = "quick" if FACTOR == 1 else "thorough"
        terminalreporter.write_sep("-", f"examples of properties ({profile} profile)")
        for name, number in sorted(ran.items()):
            terminalreporter.write_line(f"{number:>7,}  {name}")
        terminalreporter.write_line(f"{sum(ran.values()):>7,}  together")
