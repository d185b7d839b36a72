"""Each channel against a real server: what arrives, and what is said where nothing does."""

import ssl
import subprocess
from dataclasses import replace

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword
from notice_servers import Mailbox

from mkt_pipeline.contracts.incident import Notice
from mkt_pipeline.errors import NoticeNotSentError
from mkt_pipeline.notices.email import Email
from mkt_pipeline.notices.smtp_address import SmtpAddress
from mkt_pipeline.notices.web import Slack, Webhook

NOTICE = Notice(
    subject="[mkt] a night is held: service_visit",
    parts={"What": "20 % <more> & 3 fewer.", "What to do": "Find out why."},
    links={"Airflow run": "http://airflow/runs/1"},
    about={"event": "opened", "key": "held/service_visit/2026-11-02", "day": None},
)


def email(port, scheme="smtp", **other):
    address = SmtpAddress(scheme, "localhost", port, other.pop("user", None), "secret-word")
    return Email(address, "mkt@example.org", ("a@example.org", "b@example.org"), **other)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A certificate for localhost that nobody trusts by default."""
    folder = tmp_path_factory.mktemp("tls")
    key, cert = folder / "key.pem", folder / "cert.pem"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"),
            *("-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"),
            *("-keyout", str(key), "-out", str(cert)),
        ],
        check=True,
        capture_output=True,
    )
    return cert, key


@pytest.fixture
def secure(free_port, certificate):
    """A mail server that insists on STARTTLS and on a password, and its mailbox."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(*certificate)

    def known(_server, _session, _envelope, _mechanism, given):
        right = isinstance(given, LoginPassword) and given.password == b"secret-word"
        return AuthResult(success=right)

    box = Mailbox(free_port())
    controller = Controller(
        box,
        hostname="127.0.0.1",
        port=box.port,
        tls_context=context,
        require_starttls=True,
        authenticator=known,
        auth_required=True,
    )
    controller.start()
    yield box
    controller.stop()


def trusting(certificate):
    return ssl.create_default_context(cafile=str(certificate[0]))


def test_an_e_mail_arrives_with_everything_and_for_everybody(mailbox):
    email(mailbox.port).send(NOTICE)
    (message,) = mailbox.messages
    assert message["Subject"] == NOTICE.subject
    assert (message["From"], message["To"]) == ("mkt@example.org", "a@example.org, b@example.org")
    assert message["References"] == "<held/service_visit/2026-11-02@mkt_pipeline>"
    text = message.get_content()
    assert "What: 20 % <more> & 3 fewer." in text
    assert "Airflow run: http://airflow/runs/1" in text


def test_what_is_to_be_copied_lies_on_the_server_as_it_was_written(mailbox):
    command = f'mkt publish --release --use-case {"u" * 60} --reason "größer als sonst → ok"'
    email(mailbox.port).send(replace(NOTICE, parts={"What to do": command}))
    (message,) = mailbox.messages
    assert message["Content-Transfer-Encoding"] == "8bit"
    assert command in message.as_bytes().decode()


def test_a_line_longer_than_servers_take_arrives_all_the_same(mailbox):
    words = "ü" * 900
    email(mailbox.port).send(replace(NOTICE, parts={"What": words}))
    (message,) = mailbox.messages
    assert words in message.get_content()


def test_an_e_mail_goes_by_tls_with_user_and_password(secure, certificate):
    email(secure.port, "starttls", user="mkt", trusted=trusting(certificate)).send(NOTICE)
    assert secure.subjects == [NOTICE.subject]


def test_a_certificate_that_is_not_trusted_is_refused(secure):
    with pytest.raises(NoticeNotSentError, match="could not be trusted"):
        email(secure.port, "starttls", user="mkt").send(NOTICE)
    assert secure.messages == []


def test_a_server_without_tls_gets_nothing_where_tls_is_asked_for(mailbox):
    with pytest.raises(NoticeNotSentError, match="did not answer"):
        email(mailbox.port, "starttls").send(NOTICE)
    assert mailbox.messages == []


def test_a_wrong_password_is_told_without_it(secure, certificate):
    address = SmtpAddress("starttls", "localhost", secure.port, "mkt", "other-secret")
    one = Email(address, "m@x.org", ("a@x.org",), trusted=trusting(certificate))
    with pytest.raises(NoticeNotSentError) as refused:
        one.send(NOTICE)
    assert secure.messages == []
    assert "other-secret" not in f"{refused.value}{one!r}"


def test_a_server_that_is_away_is_named_without_user_and_password(free_port):
    port = free_port()
    with pytest.raises(NoticeNotSentError, match=f"localhost:{port} did not answer") as refused:
        email(port, user="somebody").send(NOTICE)
    assert "somebody" not in str(refused.value)
    assert "secret-word" not in str(refused.value)


def test_slack_gets_text_in_which_nothing_is_taken_for_its_marks(hook):
    Slack(hook.address).send(NOTICE)
    (document,) = hook.documents
    assert set(document) == {"text"}
    assert "20 % &lt;more&gt; &amp; 3 fewer." in document["text"]
    assert "<http://airflow/runs/1|Airflow run>" in document["text"]


def test_a_webhook_gets_the_facts_as_json(hook):
    Webhook(hook.address).send(NOTICE)
    assert hook.documents == [
        {
            "event": "opened",
            "key": "held/service_visit/2026-11-02",
            "day": None,
            "subject": NOTICE.subject,
            "parts": dict(NOTICE.parts),
            "links": dict(NOTICE.links),
        }
    ]


@pytest.mark.parametrize("status", [302, 307, 404, 500])
def test_a_webhook_that_refuses_or_sends_elsewhere_is_told_without_its_address(hook, status):
    hook.status = status
    with pytest.raises(NoticeNotSentError, match=f"answered {status}") as refused:
        Slack(hook.address).send(NOTICE)
    assert "secret-path" not in f"{refused.value}{Slack(hook.address)!r}"
    assert hook.paths == ["/secret-path"], "a redirect is not followed"


def test_a_webhook_that_is_away_is_told_without_its_address(free_port):
    with pytest.raises(NoticeNotSentError, match="did not answer") as refused:
        Webhook(f"http://127.0.0.1:{free_port()}/secret-path").send(NOTICE)
    assert "secret-path" not in str(refused.value)
