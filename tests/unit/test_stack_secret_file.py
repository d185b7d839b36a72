"""Secrets are made once and kept from others."""

import base64
import stat

from mkt_pipeline.stack.secret_file import fernet_key, secret, signing_key, write_private


def test_a_secret_is_made_once(tmp_path):
    path = tmp_path / "secrets" / "key"

    first = secret(path, signing_key)

    assert secret(path, signing_key) == first
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_an_empty_file_left_by_a_full_disk_is_replaced(tmp_path):
    path = tmp_path / "key"
    path.touch()

    assert secret(path, lambda: "made") == "made"


def test_a_file_that_others_could_read_is_closed_to_them(tmp_path):
    path = tmp_path / "key"
    path.write_text("old")
    path.chmod(0o644)

    write_private(path, "new")

    assert path.read_text() == "new"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_keys_are_as_long_as_airflow_asks():
    assert len(base64.urlsafe_b64decode(fernet_key())) == 32
    assert len(signing_key()) >= 64
