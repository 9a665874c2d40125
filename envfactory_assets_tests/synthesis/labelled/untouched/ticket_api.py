# ruff: noqa: INP001, PIE790 -- a document to be read, not a module
"""Support tickets of a company: what one service can do, as typed signatures."""


class TicketAPI:
    """People who are logged in open tickets and see to them."""

    def create_ticket(self, title: str, description: str = "", priority: int = 1) -> dict[str, int | str]:
        """Open a ticket in the name of whoever is logged in; priority goes from 1 to 5, the most pressing."""
        ...

    def get_ticket(self, ticket_id: int) -> dict[str, int | str]:
        """Show one ticket."""
        ...

    def close_ticket(self, ticket_id: int) -> dict[str, str]:
        """Close a ticket that is not closed yet."""
        ...

    def resolve_ticket(self, ticket_id: int, resolution: str) -> dict[str, str]:
        """Set a ticket to resolved and note how."""
        ...

    def edit_ticket(self, ticket_id: int, updates: dict[str, str | int | None]) -> dict[str, str]:
        """Change the title, the description, the status or the priority of a ticket."""
        ...

    def ticket_login(self, username: str, password: str) -> dict[str, bool]:
        """Log a person in."""
        ...

    def ticket_get_login_status(self) -> dict[str, bool]:
        """Tell whether anyone is logged in."""
        ...

    def logout(self) -> dict[str, bool]:
        """Log the current person out."""
        ...

    def get_user_tickets(self, status: str | None = None) -> list[dict[str, int | str]]:
        """Show the tickets opened by the current person, all or those in one status."""
        ...
