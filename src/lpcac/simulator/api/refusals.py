"""The one way in which the simulated Director says no."""


class Refusal(Exception):  # noqa: N818 - the Director's word: a call is refused
    """A call that is refused with an HTTP status, or an order that fails with the same message."""

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.message = message
        self.status = status
