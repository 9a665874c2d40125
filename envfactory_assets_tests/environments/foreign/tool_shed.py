"""Foreign modules made for tests: a tool shed in the paper's shape, and what can be wrong with one."""

SHED = '''"""Tool shed: neighbours borrow tools and bring them back."""

from typing import Dict, List, Literal, Optional

from mcp.server.fastmcp import FastMCP
from pydantic import BaseModel, Field


class Tool(BaseModel):
    """Something to lend."""

    tool_id: str = Field(..., description="Identifies the tool")
    name: str
    kind: Literal["hand", "power", "garden"]
    deposit: float = Field(..., ge=0)
    lent_to: Optional[str] = None


class Neighbour(BaseModel):
    """Somebody who may borrow."""

    neighbour_id: str
    full_name: str
    phone: str = Field("", pattern=r"^(\\\\+[0-9]{8,14})?$")


class Loan(BaseModel):
    """A tool in somebody's hands."""

    loan_id: int = Field(..., ge=1)
    tool_id: str
    neighbour_id: str
    taken_at: str
    returned: bool = False


class ShedScenario(BaseModel):
    """Everything in the shed."""

    tools: Dict[str, Tool] = {}
    neighbours: List[Neighbour] = []
    loans: Dict[int, Loan] = {}
    current_time: str = Field(..., pattern=r"^\\\\d{4}-\\\\d{2}-\\\\d{2}T\\\\d{2}:\\\\d{2}:\\\\d{2}$")
    opening_hours: Dict[str, str] = {"monday": "09:00"}


Scenario_Schema = [Tool, Neighbour, Loan, ShedScenario]
# module state


class ShedAPI:
    """Keeps the shed."""

    def __init__(self):
        self.state = ShedScenario(current_time="2026-05-12T09:00:00")

    def load_scenario(self, scenario: dict) -> None:
        self.state = ShedScenario(**scenario)

    def save_scenario(self) -> dict:
        return self.state.model_dump()

    def tool(self, tool_id):
        if tool_id not in self.state.tools:
            raise ValueError(f"Tool {tool_id} not found")
        return self.state.tools[tool_id]

    def lend(self, tool_id, neighbour_id):
        tool = self.tool(tool_id)
        if not any(person.neighbour_id == neighbour_id for person in self.state.neighbours):
            raise ValueError(f"Neighbour {neighbour_id} not found")
        if tool.lent_to is not None:
            raise ValueError(f"{tool.name} is already lent")
        loan_id = max(self.state.loans, default=0) + 1
        tool.lent_to = neighbour_id
        self.state.loans[loan_id] = Loan(
            loan_id=loan_id, tool_id=tool_id, neighbour_id=neighbour_id, taken_at=self.state.current_time
        )
        return self.state.loans[loan_id]


mcp = FastMCP(name="ToolShed")
api = ShedAPI()


@mcp.tool()
def load_scenario(scenario: dict) -> str:
    """Load a scenario."""
    api.load_scenario(scenario)
    return "Loaded"


@mcp.tool()
def save_scenario() -> dict:
    """Save the scenario."""
    return api.save_scenario()


@mcp.tool()
def list_tools(kind: Literal["hand", "power", "garden"] = None, limit: int = 20) -> dict:
    """List the tools.

    Args:
        kind: Only tools of this kind.
        limit: How many at most.
    """
    found = [tool.model_dump() for tool in api.state.tools.values() if kind in (None, tool.kind)]
    return {"tools": found[: max(limit, 0)], "total": len(found)}


@mcp.tool()
def get_tool(tool_id: str) -> dict:
    """Show one tool."""
    return api.tool(tool_id).model_dump()


@mcp.tool()
def find_neighbours(query: str) -> list:
    """Find neighbours by name."""
    return [person.model_dump() for person in api.state.neighbours if query.lower() in person.full_name.lower()]


@mcp.tool()
def lend_tool(tool_id: str, neighbour_id: str) -> dict:
    """Lend a tool to a neighbour."""
    # on lending
    return api.lend(tool_id, neighbour_id).model_dump()


@mcp.tool()
def return_tool(tool_id: str) -> dict:
    """Take a tool back."""
    tool = api.tool(tool_id)
    if tool.lent_to is None:
        return {"success": False, "message": f"{tool.name} is not lent, so it cannot be returned."}
    tool.lent_to = None
    for loan in api.state.loans.values():
        if loan.tool_id == tool_id:
            loan.returned = True
    return {"success": True, "tool": tool.model_dump()}


@mcp.tool()
async def remove_tool(tool_id: str) -> dict:
    """Take a tool out of the shed for good."""
    if api.tool(tool_id).lent_to is not None:
        return {"error": "A tool that is lent cannot be removed."}
    del api.state.tools[tool_id]
    return {"removed": tool_id}


if __name__ == "__main__":
    mcp.run()
'''.replace("\\\\", "\\")


def shed_with(old: str, new: str) -> str:
    """The shed with one place changed."""
    if SHED.count(old) != 1:
        raise ValueError(f"{old!r} is not one place of the shed.")
    return SHED.replace(old, new)


def shed_that(*bodies: str) -> str:
    """The shed with one more tool a body: ``odd_job``, or ``odd_job_0``, ``odd_job_1`` and so on."""
    names = ["odd_job"] if len(bodies) == 1 else [f"odd_job_{place}" for place in range(len(bodies))]
    tools = [f"@mcp.tool()\ndef {name}():\n    " + body.replace("\n", "\n    ") for name, body in zip(names, bodies, strict=True)]
    return shed_with('if __name__ == "__main__":', "\n\n\n".join([*tools, 'if __name__ == "__main__":']))


def shed_at_import(statement: str) -> str:
    """The shed that does something when it is imported."""
    return shed_with("# module state", statement)


SHARED = shed_with("# module state", "LENT_TODAY = []").replace(
    "    # on lending\n    return api.lend(tool_id, neighbour_id).model_dump()",
    "    loan = api.lend(tool_id, neighbour_id).model_dump()\n    LENT_TODAY.append(tool_id)\n"
    '    return {**loan, "lent_today": len(LENT_TODAY)}',
)
"""Counts in a list of the module, which no scenario holds."""

SCENARIO = {
    "tools": {
        "saw": {"tool_id": "saw", "name": "Saw", "kind": "hand", "deposit": 10, "lent_to": None},
        "drill": {"tool_id": "drill", "name": "Drill", "kind": "power", "deposit": 40, "lent_to": "n2"},
        "rake": {"tool_id": "rake", "name": "Rake", "kind": "garden", "deposit": 5, "lent_to": None},
    },
    "neighbours": [
        {"neighbour_id": "n1", "full_name": "Ada Quist", "phone": "+155512345"},
        {"neighbour_id": "n2", "full_name": "Bela Novak", "phone": ""},
    ],
    "loans": {"1": {"loan_id": 1, "tool_id": "drill", "neighbour_id": "n2", "taken_at": "2026-05-01T10:00:00", "returned": False}},
    "current_time": "2026-05-12T09:00:00",
    "opening_hours": {"monday": "09:00"},
}
