"""Answers that are worked out once."""

from envfactory_assets.graph.once import once


def test_an_answer_is_worked_out_once_for_the_very_same_objects():
    asked = []

    @once
    def length(thing):
        asked.append(thing)
        return len(thing)

    first, second = [1], [1]
    assert [length(first), length(first), length(second)] == [1, 1, 1]
    assert len(asked) == 2
