"""What a user is told in one line."""


class UserError(Exception):
    """A mistake a user can mend; its text is the whole message."""
