from random import Random

from envfactory_assets.records import Rejection, RlTask, SftConversation
from envfactory_assets.records.schema import to_frame
from envfactory_assets.training.conversations import write_conversation
from envfactory_assets.training.deduplication import NEAR, Said, near_duplicates, without_near_duplicates
from envfactory_assets.training.tasks import write_tasks
from envfactory_assets_tests.training.conftest import ASK_TO_MOVE, build, moving


def saying(trajectory_id: str, first: str, domain: str = "travel") -> SftConversation:
    turns = moving()
    turns[0] = (first, *turns[0][1:])
    (row,) = write_conversation(*build(turns).inputs()).of(SftConversation)
    return row.model_copy(update={"trajectory_id": trajectory_id, "domain": domain})


def kept_of(rows: list[SftConversation] | list[RlTask]) -> tuple[list[str], list[Rejection]]:
    """The ids that stay, and why the others do not."""
    record = type(rows[0])
    frame, rejections = without_near_duplicates(record, to_frame(record, rows))
    return frame[record.key[0]].to_list(), rejections


def test_of_near_equal_conversations_the_first_by_id_is_kept() -> None:
    again = ASK_TO_MOVE.replace("Nothing over 120 a night.", "Nothing over 120 a night!")
    rows = [saying("tr_2", again), saying("tr_1", ASK_TO_MOVE), saying("tr_3", "Please give me another room for this week's nights.")]
    kept, rejections = kept_of(rows)
    assert kept == ["tr_1", "tr_3"]
    assert [(row.subject, row.stage) for row in rejections] == [("tr_2", "training_ready_sft")]
    assert rejections[0].reason == "near_duplicate: says almost what tr_1 says"
    assert rejections[0].evidence == {"of": "tr_1", "jaccard": 1.0}


def test_the_order_of_the_rows_does_not_matter() -> None:
    rows = [saying(f"tr_{number}", ASK_TO_MOVE) for number in range(3)]
    assert kept_of(rows) == kept_of(rows[::-1])


def test_what_differs_in_more_than_a_few_words_is_kept() -> None:
    rows = [saying("tr_1", ASK_TO_MOVE), saying("tr_2", ASK_TO_MOVE.replace("double", "suite").replace("120", "300"))]
    assert len(kept_of(rows)[0]) == 2


def test_domains_and_modes_are_kept_apart(tasks: list[RlTask]) -> None:
    assert len(kept_of([saying("tr_1", ASK_TO_MOVE), saying("tr_2", ASK_TO_MOVE, "office")])[0]) == 2
    assert kept_of(tasks) == (sorted(task.task_id for task in tasks), [])


def test_a_later_turn_of_a_long_conversation_is_no_duplicate_of_the_one_before() -> None:
    long = [(f"{ASK_TO_MOVE} {ASK_TO_MOVE.replace('204', '310')} And so on, number {number}.", *moving()[1][1:]) for number in range(2)]
    turns = [*long, *moving()[1:], ("Anything else I should know?", *moving()[1][1:])]
    tasks = [task for task in write_tasks(*build(turns, purpose="rl").inputs()).of(RlTask) if task.mode == "turn"]
    kept, rejections = kept_of(tasks)
    assert len(kept) + len(rejections) == 4
    assert {task.turn_index for task in tasks if task.task_id in kept} >= {2, 3}


def test_no_rows_are_no_duplicates() -> None:
    frame, rejections = without_near_duplicates(SftConversation, to_frame(SftConversation, []))
    assert (frame.height, rejections) == (0, [])


def test_looking_up_rare_words_only_finds_what_comparing_all_pairs_finds() -> None:
    random = Random(3)
    said = []
    words: list[str] = []
    for number in range(120):
        changed = random.randrange(5) if number % 3 else len(words) or 40
        words = [*words[: len(words) - changed], *(f"w{random.randrange(30)}" for _ in range(changed))]
        said.append(Said(f"{number:03}", ("travel", ""), (" ".join(words), " ".join(words[:12]))))
    compared: list[tuple[str, str]] = []
    kept: list[Said] = []
    for row in said:
        likeness = {o.name: min(alike(row.everything, o.everything), alike(row.last, o.last)) for o in kept}
        near = [name for name, value in likeness.items() if value >= NEAR]
        if near:
            compared.append((row.name, min(near, key=lambda name: (-likeness[name], name))))
        else:
            kept.append(row)
    assert 20 < len(compared) < 79
    assert [(row.name, twin) for row, twin, _ in near_duplicates(said)] == compared


def alike(left: frozenset[tuple[str, ...]], right: frozenset[tuple[str, ...]]) -> float:
    return len(left & right) / len(left | right)
