"""Messages by HTTP: a Slack-compatible webhook, and one that takes the facts as JSON."""

import http.client
import json
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from mkt_pipeline.contracts.incident import Notice
from mkt_pipeline.errors import BadInputError, NoticeNotSentError
from mkt_pipeline.notices.channel import TIMEOUT_SECONDS


@dataclass(frozen=True)
class Slack:
    """Slack, and what understands the same: Mattermost, Rocket.Chat, Teams by a gateway."""

    address: str = field(repr=False)
    name: str = "slack"

    def send(self, notice: Notice) -> None:
        """Post it as text in Slack's own marks."""
        lines = [f"*{_escaped(notice.subject)}*"]
        lines += [f"*{_escaped(label)}:* {_escaped(text)}" for label, text in notice.parts.items()]
        lines += [f"<{link}|{_escaped(label)}>" for label, link in notice.links.items()]
        post(self.address, {"text": "\n".join(lines)}, channel=self.name, setting="SLACK")


@dataclass(frozen=True)
class Webhook:
    """Whatever takes JSON: subject, parts, links, and facts for machines."""

    address: str = field(repr=False)
    name: str = "webhook"

    def send(self, notice: Notice) -> None:
        """Post it as one document."""
        document = {
            **notice.about,
            "subject": notice.subject,
            "parts": dict(notice.parts),
            "links": dict(notice.links),
        }
        post(self.address, document, channel=self.name, setting="WEBHOOK")


def web_address(text: str, *, setting: str) -> str:
    """An address that can be posted to; refused without ever quoting it, for it is a secret."""
    try:
        parts = urlsplit(text)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        raise BadInputError(f"{setting} is no web address", remedy="write it as https://host/path")
    return text


def post(address: str, document: dict[str, Any], *, channel: str, setting: str) -> None:
    """Post a JSON document; certificates are verified and redirects are not followed."""
    request = urllib.request.Request(  # noqa: S310 - web_address lets http and https through alone
        address,
        data=json.dumps(document).encode(),
        headers={"Content-Type": "application/json", "User-Agent": "mkt_pipeline"},
    )
    try:
        with urllib.request.build_opener(_NoRedirect).open(request, timeout=TIMEOUT_SECONDS):
            return
    except urllib.error.HTTPError as error:
        error.close()
        why = f"the server answered {error.code}"
    except (OSError, http.client.HTTPException, ValueError) as error:
        reason = getattr(error, "reason", error)
        why = f"the server did not answer ({type(reason).__name__})"
    raise NoticeNotSentError(
        f"the message to the channel {channel} was not sent: {why}",
        remedy=f"check MKT_NOTIFY_{setting}_URL by `mkt notify test`; it is tried again",
    )


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirect would carry the message to somebody else."""

    def redirect_request(self, *_: Any, **__: Any) -> None:  # noqa: ANN401 - urllib's signature
        """Follow none."""


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
