"""Live progress: which piece or task is at work, and for how long."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal

from rich.console import Console, Group
from rich.live import Live
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from mkt_pipeline.stack.airflow_api import TaskTry
from mkt_pipeline.stack.dag_following import Step

Look = Literal["working", "done", "failed"]

SIGNS = {"done": Text("✓", style="green"), "failed": Text("✗", style="red")}

BUSY = ("running", "restarting", "deferred", "up_for_retry", "up_for_reschedule", "failed")
"""States of a task worth naming."""

SILENT_SECONDS = 60
"""Where lines are printed, what is still at work is said again after so long."""

DONE_WORDS = ("ready", "already up", "done")
"""After these words nothing more is to come for the piece."""


@dataclass
class _Row:
    name: str
    what: str
    look: Look
    since: float
    until: float | None = None

    @property
    def seconds(self) -> float:
        return (self.until or time.monotonic()) - self.since


class ProgressBoard:
    """Rows that change in place on a terminal, and plain lines everywhere else."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._rows: dict[str, _Row] = {}
        self._began = self._told = time.monotonic()

    def tell(self, name: str, what: str) -> None:
        """Say what happens to a piece now; ``ready``, ``already up`` and ``done`` close its row."""
        self._set(name, what, "done" if what.startswith(DONE_WORDS) else "working")

    def step(self, step: Step) -> None:
        """Show a run of a DAG: the tasks at work, and how many have ended."""
        look: Look = "working"
        if step.run.ended:
            look = "done" if step.run.state == "success" else "failed"
        if look != "working" or self._console.is_terminal or not between_tasks(step):
            self._set(step.run.dag_id, describe(step), look)

    def fail(self) -> None:
        """Mark whatever is still at work as failed."""
        for row in self._rows.values():
            if row.look == "working":
                row.look, row.until = "failed", time.monotonic()

    @contextmanager
    def shown(self) -> Iterator[None]:
        """Show the board; its last state stays on the screen."""
        if not self._console.is_terminal:
            yield
            return
        with Live(get_renderable=self._render, console=self._console, refresh_per_second=5):
            try:
                yield
            except BaseException:
                self.fail()
                raise

    def _set(self, name: str, what: str, look: Look) -> None:
        now = time.monotonic()
        row = self._rows.setdefault(name, _Row(name, "", "working", now))
        changed = row.what != what
        row.what, row.look, row.until = what, look, None if look == "working" else now
        if (changed or now - self._told > SILENT_SECONDS) and not self._console.is_terminal:
            self._told = now
            line = f"[{now - self._began:6.1f} s] {name}: {what}"
            self._console.print(line, markup=False, highlight=False, soft_wrap=True)

    def _render(self) -> Group:
        table = Table.grid(padding=(0, 1))
        for width in (1, 18, None, 7):
            table.add_column(width=width, justify="right" if width == 7 else "left")
        for row in self._rows.values():
            sign = SIGNS.get(row.look) or Spinner("dots", style="cyan")
            style = "" if row.look == "working" else "dim"
            cells = (Text(row.name, style="bold"), Text(row.what, style=style))
            table.add_row(sign, *cells, Text(f"{row.seconds:.0f} s", style="dim"))
        return Group(table)


def between_tasks(step: Step) -> bool:
    """Whether the scheduler is about to start the next task: nothing worth a line of its own."""
    return step.run.state == "running" and not any(task.state in BUSY for task in step.tasks)


def describe(step: Step) -> str:
    """What a run does, in one line: the tasks at work, or between two of them the last to end."""
    if step.run.state == "success":
        return f"done, {len(step.tasks)} tasks"
    busy = [_busy(task, step.failures) for task in step.tasks if task.state in BUSY]
    waiting = "waits for its turn" if step.run.state == "queued" else "between tasks"
    ended = sum(task.state in ("success", "skipped") for task in step.tasks)
    return f"{', '.join(busy) or waiting}, {ended} of {len(step.tasks)} tasks done"


def _busy(task: TaskTry, failures: Mapping[str, str]) -> str:
    if task.name in failures:
        return f"{task.name} failed and will be tried again: {failures[task.name]}"
    state = "" if task.state == "running" else f" ({str(task.state).replace('_', ' ')})"
    return f"{task.name}{state}"
