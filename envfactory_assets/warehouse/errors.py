"""What can go wrong with the warehouse, each with one line that says what to do."""


class WarehouseError(RuntimeError):
    """The warehouse cannot be used; nothing was changed."""


class StaleInputError(WarehouseError):
    """An input changed while a stage was at work; its result was not written."""
