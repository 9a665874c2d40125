from envfactory_assets.records import RlTask, SftConversation
from envfactory_assets.training.conversations import write_conversation
from envfactory_assets.training.deduplication import without_near_duplicates
from envfactory_assets.training.tasks import write_tasks
from envfactory_assets_tests.training.conftest import ASK_TO_MOVE, build, moving


def saying(trajectory_id: str, first: str, domain: str = "travel") -> SftConversation:
    turns = moving()
    turns[0] = (first, *turns[0][1:])
    (row,) = write_conversation(*build(turns).inputs()).of(SftConversation)
    return row.model_copy(update={"trajectory_id": trajectory_id, "domain": domain})


def test_of_near_equal_conversations_the_first_by_id_is_kept() -> None:
    again = ASK_TO_MOVE.replace("Nothing over 120 a night.", "Nothing over 120 a night!")
    rows = [saying("tr_2", again), saying("tr_1", ASK_TO_MOVE), saying("tr_3", "Please give me another room for this week's nights.")]
    kept, rejections = without_near_duplicates(rows)
    assert [row.trajectory_id for row in kept] == ["tr_1", "tr_3"]
    assert [(row.subject, row.stage) for row in rejections] == [("tr_2", "training_ready_sft")]
    assert rejections[0].reason == "near_duplicate: says almost what tr_1 says"
    assert rejections[0].evidence == {"of": "tr_1", "jaccard": 1.0}


def test_the_order_of_the_rows_does_not_matter() -> None:
    rows = [saying(f"tr_{number}", ASK_TO_MOVE) for number in range(3)]
    assert without_near_duplicates(rows) == without_near_duplicates(rows[::-1])


def test_what_differs_in_more_than_a_few_words_is_kept() -> None:
    rows = [saying("tr_1", ASK_TO_MOVE), saying("tr_2", ASK_TO_MOVE.replace("double", "suite").replace("120", "300"))]
    assert len(without_near_duplicates(rows)[0]) == 2


def test_domains_and_modes_are_kept_apart(tasks: list[RlTask]) -> None:
    assert len(without_near_duplicates([saying("tr_1", ASK_TO_MOVE), saying("tr_2", ASK_TO_MOVE, "office")])[0]) == 2
    assert without_near_duplicates(tasks) == (sorted(tasks, key=lambda task: task.task_id), [])


def test_a_later_turn_of_a_long_conversation_is_no_duplicate_of_the_one_before() -> None:
    long = [(f"{ASK_TO_MOVE} {ASK_TO_MOVE.replace('204', '310')} And so on, number {number}.", *moving()[1][1:]) for number in range(2)]
    turns = [*long, *moving()[1:], ("Anything else I should know?", *moving()[1][1:])]
    tasks = [task for task in write_tasks(*build(turns, purpose="rl").inputs()).of(RlTask) if task.mode == "turn"]
    kept, rejections = without_near_duplicates(tasks)
    assert len(kept) + len(rejections) == 4
    assert {task.turn_index for task in kept} >= {2, 3}


def test_no_rows_are_no_duplicates() -> None:
    assert without_near_duplicates([]) == ([], [])
