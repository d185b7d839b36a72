"""What stops a command, and how often."""

import os
import signal

import pytest

from mkt_pipeline.cli.stop_signals import STOP_SIGNALS, stop_signals_interrupt


@pytest.fixture(autouse=True)
def minded():
    """A suite in the background of a shell ignores some; here each has its usual meaning."""
    before = {each: signal.signal(each, signal.SIG_DFL) for each in STOP_SIGNALS}
    yield
    for each, handler in before.items():
        signal.signal(each, handler)


@pytest.mark.parametrize("first", STOP_SIGNALS)
def test_the_first_signal_interrupts_and_those_that_follow_do_not_cut_off_the_cleaning_up(first):
    cleaned = False
    with stop_signals_interrupt():
        try:
            os.kill(os.getpid(), first)
            signal.pause()
        except KeyboardInterrupt:
            for again in STOP_SIGNALS:
                os.kill(os.getpid(), again)
            cleaned = True
    assert cleaned


def test_afterwards_signals_mean_what_they_meant():
    before = {each: signal.getsignal(each) for each in STOP_SIGNALS}
    with stop_signals_interrupt():
        assert signal.getsignal(signal.SIGTERM) != before[signal.SIGTERM]
    assert {each: signal.getsignal(each) for each in STOP_SIGNALS} == before


def test_what_the_caller_ignores_stays_ignored():
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with stop_signals_interrupt():
            os.kill(os.getpid(), signal.SIGHUP)
    finally:
        signal.signal(signal.SIGHUP, before)
