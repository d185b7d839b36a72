"""What every channel can do."""

from typing import Protocol

from mkt_pipeline.contracts.incident import Notice

TIMEOUT_SECONDS = 20.0


class Channel(Protocol):
    """A way to tell people; ``name`` is how it is called in the record and at the command line."""

    @property
    def name(self) -> str:
        """``e-mail``, ``slack`` or ``webhook``."""
        ...

    def send(self, notice: Notice) -> None:
        """Hand one message over; NoticeNotSentError where it was not taken."""
        ...


def plain_text(notice: Notice) -> str:
    """The parts and the links of a message, a paragraph each."""
    parts = [f"{label}: {text}" for label, text in notice.parts.items()]
    links = [f"{name}: {address}" for name, address in notice.links.items()]
    return "\n\n".join([*parts, *(["\n".join(links)] if links else [])]) + "\n"
