"""E-mail by SMTP; TLS is verified where it is spoken."""

import smtplib
import ssl
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.utils import formatdate, make_msgid

from mkt_pipeline.contracts.incident import Notice
from mkt_pipeline.errors import NoticeNotSentError
from mkt_pipeline.notices.channel import TIMEOUT_SECONDS, plain_text
from mkt_pipeline.notices.smtp_address import SmtpAddress

LINE_BYTES = 998
"""The longest line that servers take (RFC 5322, 2.1.1)."""


def _fits(text: str) -> bool:
    """Whether it may be sent as it is, readable on the server: commands in it are copied."""
    return all(len(line) <= LINE_BYTES for line in text.encode().splitlines())


@dataclass(frozen=True)
class Email:
    """One message to all recipients together."""

    server: SmtpAddress
    sender: str
    recipients: tuple[str, ...]
    trusted: ssl.SSLContext = field(default_factory=ssl.create_default_context)
    name: str = "e-mail"

    def send(self, notice: Notice) -> None:
        """Hand it to the server; refused where one of the recipients is not taken."""
        try:
            with self._connected() as server:
                server.ehlo_or_helo_if_needed()
                text = plain_text(notice)
                plain = server.has_extn("8bitmime") and _fits(text)
                options = ("BODY=8BITMIME",) if plain else ()
                message = self._message(notice, text, encoding="8bit" if plain else None)
                refused = server.send_message(message, mail_options=options)
        except smtplib.SMTPResponseException as error:
            raise self._not_sent(f"answered {error.smtp_code}") from None
        except smtplib.SMTPRecipientsRefused:
            raise self._not_sent("refused the recipients") from None
        except ssl.SSLError as error:
            raise self._not_sent(f"could not be trusted ({error.reason or 'TLS'})") from None
        except (OSError, smtplib.SMTPException) as error:
            why = error.strerror or type(error).__name__
            raise self._not_sent(f"did not answer ({why})") from None
        if refused:
            raise self._not_sent(f"refused {len(refused)} of {len(self.recipients)} recipients")

    def _connected(self) -> smtplib.SMTP:
        where = self.server
        if where.scheme == "smtps":
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                where.host, where.port, timeout=TIMEOUT_SECONDS, context=self.trusted
            )
        else:
            server = smtplib.SMTP(where.host, where.port, timeout=TIMEOUT_SECONDS)
        try:
            if where.scheme == "starttls":
                server.starttls(context=self.trusted)
            if where.user:
                server.login(where.user, where.password or "")
        except BaseException:
            server.close()
            raise
        return server

    def _message(self, notice: Notice, text: str, *, encoding: str | None) -> EmailMessage:
        message = EmailMessage()
        message["Subject"] = " ".join(notice.subject.split())
        message["From"] = self.sender
        message["To"] = ", ".join(self.recipients)
        message["Date"] = formatdate()
        message["Message-ID"] = make_msgid(domain=self.sender.rpartition("@")[2] or "localhost")
        message["Auto-Submitted"] = "auto-generated"
        if key := notice.about.get("key"):
            # Mail programs show a message and the one that it is over as one conversation.
            message["References"] = f"<{'.'.join(key.split())}@mkt_pipeline>"
        message.set_content(text, cte=encoding)
        return message

    def _not_sent(self, why: str) -> NoticeNotSentError:
        return NoticeNotSentError(
            f"the e-mail was not sent: the server at {self.server.host}:{self.server.port} {why}",
            remedy="check MKT_SMTP_URL, MKT_NOTIFY_EMAIL_TO and MKT_NOTIFY_EMAIL_FROM by"
            " `mkt notify test`; it is tried again",
        )
