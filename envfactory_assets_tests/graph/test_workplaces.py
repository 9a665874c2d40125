"""What a session states besides who asks: the record in which everything else is kept, when no tool gives its key first."""

import pytest

from envfactory_assets.dialogue import calibrate, execute_chain
from envfactory_assets.environments import load_environment
from envfactory_assets.graph import check_chain, sample_chains
from envfactory_assets.graph.workplaces import workplace, workplaces
from envfactory_assets.records import CalibratedTrajectory, Chain, RawTrajectory, Rejection, TrajectoryStep
from envfactory_assets.training.messages import system_message
from envfactory_assets.training.replay import Stage
from envfactory_assets_tests.graph.conftest import NOW, built

FORGE = '''
"""A forge."""

from envfactory_assets.environments import Entity, Environment, Key, Ref, Table, tool
from envfactory_assets.environments.fields import Text


class Repo(Entity):
    """Where issues are kept."""

    id: Key
    name: Text


class Issue(Entity):
    """Something to do."""

    id: Key
    repo_id: Ref[Repo]
    title: Text


class Forge(Environment):
    """Repositories and their issues."""

    repos: Table[Repo]
    issues: Table[Issue]

    @tool(effect="list")
    def list_issues(self, repo_id: Ref[Repo]) -> list[Issue]:
        """The issues of a repository."""
        return self.issues.where(repo_id=repo_id)

    @tool(effect="create")
    def create_issue(self, repo_id: Ref[Repo], title: Text) -> Issue:
        """A new issue."""
        return self.issues.add(repo_id=repo_id, title=title)

    @tool(effect="get")
    def get_issue(self, issue_id: Ref[Issue]) -> Issue:
        """One issue."""
        return self.issues.get(issue_id)

    @tool(effect="update")
    def rename_issue(self, issue_id: Ref[Issue], title: Text) -> Issue:
        """Give an issue another title."""
        return self.issues.replace(self.issues.get(issue_id), title=title)
'''
LISTED = """
    @tool(effect="list")
    def list_repos(self) -> list[Repo]:
        '''All repositories.'''
        return list(self.repos)
"""
COMMENTS = """
    comments: Table[Comment]

    @tool(effect="list", filters={"index": "issue_id__eq"})
    def list_comments(self, index: Ref[Issue]) -> list[Comment]:
        '''What was said of an issue.'''
        return self.comments.where(issue_id=index)
"""
COMMENT = """class Comment(Entity):
    '''What was said.'''

    id: Key
    issue_id: Ref[Issue]
    repo_id: Ref[Repo]
    body: Text


"""


def state():
    repos = [{"id": f"R{n}", "name": name} for n, name in enumerate(("engine", "website", "manual"), 1)]
    titles = ("Crash on start", "Wrong colour", "Slow search", "Broken link", "Missing page", "Typo in title")
    issues = [{"id": f"I{n}", "repo_id": f"R{1 + n % 2}", "title": title} for n, title in enumerate(titles)]
    return {"now": NOW, "me": None, "counters": {}, "tables": {"repos": repos, "issues": issues}}


@pytest.fixture(scope="module")
def forge():
    return built("forge", FORGE, [state()])


@pytest.fixture(scope="module")
def chains(forge):
    return sample_chains(forge.environment, forge.nodes, forge.edges, forge.scenarios, count=12, seed=7, sampler="coverage").of(Chain)


def test_a_record_that_holds_all_others_is_worked_in_when_no_tool_tells_it_first(forge):
    assert workplaces(forge.spec) == {"Repo"}
    assert workplace(forge.spec, state(), "Repo") == "R1"
    assert workplace(forge.spec, state() | {"me": "R2"}, "Repo") == "R2"
    assert not workplaces(built("listed", FORGE + LISTED, [state()]).spec)


def test_the_key_of_what_is_worked_in_is_told_by_the_session_and_every_tool_comes_into_chains(forge, chains):
    told = {parameter.name: parameter for node in forge.nodes for parameter in node.parameters if parameter.kind == "caller"}
    assert "the session states" in told["repo_id"].reason
    assert {step.tool for chain in chains for step in chain.steps} == {"list_issues", "create_issue", "get_issue", "rename_issue"}
    given = [arguments["repo_id"] for chain in chains for arguments in chain.rehearsals[0]["arguments"] if "repo_id" in arguments]
    assert set(given) == {"R1"}


def test_no_other_key_passes_as_told(forge, chains):
    checked = (forge.nodes, forge.edges, {"forge": forge.spec})
    chain = next(chain for chain in chains if any(item.parameter == "issue_id" for item in chain.providers))
    assert check_chain(chain, *checked) == []
    claimed = {"kind": "caller", "from_step": None, "output_path": None}
    providers = [item.model_copy(update=claimed) if item.parameter == "issue_id" else item for item in chain.providers]
    flaws = check_chain(chain.model_copy(update={"providers": providers}), *checked)
    assert any("no session tells the key issue_id" in flaw for flaw in flaws)


def test_a_listing_that_asks_for_a_key_tells_none_first(forge):
    said = [{"id": f"C{n}", "issue_id": f"I{n}", "repo_id": f"R{1 + n % 2}", "body": f"Remark {n}"} for n in range(6)]
    begun = state()
    begun["tables"]["comments"] = said
    discussed = built("discussed", FORGE.replace("class Forge", COMMENT + "class Forge") + COMMENTS, [begun])
    produced = sample_chains(discussed.environment, discussed.nodes, discussed.edges, discussed.scenarios, count=12, seed=7)
    assert any(edge.from_tool == "discussed.list_comments" and edge.parameter == "repo_id" for edge in discussed.edges)
    assert len(produced.of(Chain)) == 12
    assert not [row for row in produced.of(Rejection) if row.reason == "an argument has no provider, or several"]


def test_conversations_leave_what_is_worked_in_unsaid_and_are_proven_from_what_the_session_states(forge, chains):
    own = [
        row.model_copy(update={"purpose": purpose, "scenario_id": f"{row.scenario_id}-{purpose}"})
        for row in forge.scenarios
        for purpose in ("sft", "rl")
    ]
    proven = 0
    for chain in chains:
        made = execute_chain(chain, [forge.environment], own, seed=7, rl_share=0.5, reward_version="r")
        steps = made.of(TrajectoryStep)
        told = {str(step.arguments.get(o.argument)) for step in steps for o in step.argument_origins if o.kind == "caller"}
        for trajectory in made.of(RawTrajectory):
            for row in calibrate(trajectory, steps, [forge.environment], own).of(CalibratedTrajectory):
                proven += row.solvable and told == {"R1"}
                assert not any("R1" in turn.request for turn in row.turns)
    assert proven
    stage = Stage({"forge": load_environment(FORGE, "forge")}, {"forge": state()})
    assert "the repo with the id R1" in (system_message(stage).content or "")
