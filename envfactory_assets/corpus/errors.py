"""What a reader says of a document it cannot use."""


class DocumentError(ValueError):
    """A document cannot be read. The message is one line: what is wrong, where, and what to do."""

    def __init__(self, message: str) -> None:
        super().__init__(" ".join(message.split())[:400])
