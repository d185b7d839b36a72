"""What a step has freed goes back to the system."""

import platform
import subprocess
import sys

import pytest

PROGRAM = """
import numpy as np, psutil
from mkt_pipeline.steps.memory import give_back_memory

def used():
    return psutil.Process().memory_info().rss / 1e6

give_back_memory()
begun = used()
# Too small to be mapped one by one; the last one keeps the heap from shrinking by itself.
held = [np.ones(8_000) for _ in range(4_000)]
full = used()
del held[:-1]
kept = used()
give_back_memory()
print(full - begun, kept - begun, used() - begun)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc keeps freed memory so")
def test_what_was_freed_goes_back_to_the_system():
    told = subprocess.run(
        [sys.executable, "-c", PROGRAM], check=True, capture_output=True, text=True, timeout=120
    )
    full, kept, after = map(float, told.stdout.split())
    assert full > 200
    assert kept > 200, "else there was nothing to give back"
    assert after < 50
