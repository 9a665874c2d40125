"""How a call or a scenario is refused.

A ``Refusal`` is what an environment tells its caller; any other exception out of a tool is a defect of the module.
"""

from dataclasses import dataclass
from typing import ClassVar, Literal

ErrorCode = Literal["not_found", "invalid_argument", "precondition_failed", "permission_denied", "conflict", "unavailable"]


class Refusal(Exception):  # noqa: N818 - what a service says, not what broke
    """A typed error a tool raises; the message must be one an agent can act on."""

    code: ClassVar[ErrorCode]

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class NotFound(Refusal):
    """Something named by the caller does not exist."""

    code = "not_found"


class InvalidArgument(Refusal):
    """An argument is missing, unknown, or not of the type or range it must have."""

    code = "invalid_argument"


class PreconditionFailed(Refusal):
    """The state does not allow this now."""

    code = "precondition_failed"


class PermissionDenied(Refusal):
    """The caller may not do this."""

    code = "permission_denied"


class Conflict(Refusal):
    """The result would contradict what is stored."""

    code = "conflict"


class Unavailable(Refusal):
    """The service cannot answer."""

    code = "unavailable"


@dataclass(frozen=True, slots=True)
class ToolError:
    """The error of a call, as the requestor is told."""

    code: ErrorCode
    message: str


class ScenarioError(ValueError):
    """A state that cannot be loaded; one line says where and why."""


class ModuleError(ValueError):
    """An environment module that cannot be loaded; one line says where and why."""
