"""Defects that never end are stopped, wherever the time runs out."""

import time

import pytest

from envfactory_assets.verification.patience import OutOfTime, patience


class Lingering:
    """Takes its time when it is thrown away; what is raised meanwhile is dropped."""

    def __del__(self):
        _work(0.1)


def _work(seconds):
    end = time.process_time() + seconds
    while time.process_time() < end:
        pass


def _throw_away_and_work(seconds):
    Lingering()
    _work(seconds)


def test_what_never_ends_is_stopped():
    with pytest.raises(OutOfTime), patience(0.05):
        _work(20)


def test_a_stop_that_was_dropped_in_a_finaliser_is_repeated_and_not_told(capsys):
    began = time.process_time()
    with pytest.raises(OutOfTime), patience(0.05):
        _throw_away_and_work(20)
    assert time.process_time() - began < 5
    assert "OutOfTime" not in capsys.readouterr().err


def test_what_ends_in_time_is_left_alone_then_and_later():
    with patience(0.3):
        _work(0.01)
    _work(0.5)
