import pytest

from envfactory_assets.dialogue import literal_in_text, literal_in_turn, literal_share
from envfactory_assets.dialogue.literal import stands_in
from envfactory_assets.records import ArgumentOrigin, CalibratedTurn, RawTurn, TrajectoryStep
from envfactory_assets.records.dialogue import Exchange


def step(arguments, origins=()):
    return TrajectoryStep(
        domain="travel",
        trajectory_id="tr",
        turn=0,
        step=0,
        call_id="c1",
        parallel_group=0,
        requestor="agent",
        env_id="shop",
        tool="buy",
        arguments=arguments,
        argument_origins=[ArgumentOrigin(argument=name, kind=kind) for name, kind in dict(origins).items()],
        result=None,
        error=None,
        state_diff=[],
        state_sha256_before="",
        state_sha256_after="",
    )


def turn(request, entries):
    form = {"intents": [], "predicates": [], "referents": [], "arguments": entries}
    return CalibratedTurn(index=0, request=request, operators=[], form=form, spans=[], proof={}, reply="")


def raw(request, *answers):
    exchanges = [Exchange(after_calls=0, question="Which one?", answer=answer) for answer in answers]
    return RawTurn(index=0, request=request, form={}, call_ids=[], reply="", exchanges=exchanges)


@pytest.mark.parametrize(
    ("text", "value", "stands"),
    [
        ("Move me to room 204, please.", "204", True),
        ("Move me to room 2041.", "204", False),
        ('Call it "data clean-up".', "Data Clean-Up", True),
        ("Pay 50 euros.", 50.0, True),
        ("Pay fifty euros.", 50.0, False),
        ("Tag it red and blue.", ["red", "blue"], True),
        ("Tag it red.", ["red", "blue"], False),
        ("Send it to 5 Main Street, Oslo.", {"street": "Main Street", "number": 5, "city": "Oslo"}, True),
        ("Mark it *** now", "***", True),
    ],
)
def test_a_value_stands_in_a_text_when_all_its_parts_do(text, value, stands):
    assert stands_in(text, value) is stands


def test_words_that_normalise_to_a_value_count_in_a_natural_request():
    made = [step({"amount": 50.0, "to": "A7"}, {"to": "observed"})]
    said = turn("Pay fifty euros.", [{"call_id": "c1", "parameter": "amount", "origin": "said", "predicates": ["p1"]}])
    counted = literal_in_turn(said, made)
    assert (counted.arguments, counted.said, counted.own, counted.own_said) == (2, 1, 1, 1)
    assert literal_in_text(raw("Pay fifty euros."), made).said == 0


def test_what_an_earlier_turn_said_is_not_said_again():
    entries = [{"call_id": "c1", "parameter": "amount", "origin": "earlier_turn", "predicates": []}]
    assert literal_in_turn(turn("The same amount again.", entries), [step({"amount": 50.0})]).said == 0


def test_what_is_answered_when_asked_back_is_said_in_the_turn():
    assert literal_in_text(raw("Buy it.", "The blue one"), [step({"colour": "blue"})]).said == 1


def test_a_share_is_of_all_arguments_of_all_requests():
    long, short = step({"a": "x", "b": "y", "c": "z"}), step({"a": "q"})
    assert literal_share([literal_in_text(raw("x and y"), [long]), literal_in_text(raw(""), [short])]) == 0.5
    assert literal_share([]) == 1.0
