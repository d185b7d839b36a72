"""A start that cannot succeed is refused before anything runs."""

import errno

import pytest

from mkt_pipeline.errors import StackError, StorageFullError
from mkt_pipeline.stack.preflight import (
    full_disk_told,
    refuse_full_disk,
    refuse_missing_modules,
)


def test_missing_modules_are_named_together_with_the_remedy():
    with pytest.raises(StackError, match=r"no_such_module, nor_this_one → run `make setup`"):
        refuse_missing_modules(("json", "no_such_module", "nor_this_one"))


def test_what_is_installed_suffices():
    refuse_missing_modules()


def test_a_disk_without_room_is_refused_before_the_folder_exists(tmp_path):
    refuse_full_disk(tmp_path / "not" / "yet", enough_bytes=1)

    with pytest.raises(StorageFullError, match=r"MiB are free .* MKT_HOME"):
        refuse_full_disk(tmp_path / "not" / "yet", enough_bytes=10**18)


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_a_disk_that_fills_up_half_way_is_told_in_our_words(tmp_path, number):
    with pytest.raises(StorageFullError, match="is full"), full_disk_told(tmp_path):
        raise OSError(number, "no space")


def test_other_errors_of_the_system_are_not_taken_for_a_full_disk(tmp_path):
    with pytest.raises(PermissionError), full_disk_told(tmp_path):
        raise PermissionError(errno.EACCES, "not yours")
