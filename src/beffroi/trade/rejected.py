"""The one way to say no: a code and its parameters, rendered in the reader's language."""


class Rejected(Exception):  # noqa: N818 - an answer of the trade, not a failure of the program
    """An action refused for a reason that its author can act on; nothing of it was kept.

    `code` is "<trade>.<reason>" in the catalogue; `params` fill its sentence. A subclass may carry its HTTP `status`.
    """

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code, params)
        self.code = code
        self.params = params


class TooSoon(Rejected):
    """Somebody who failed too often must wait: HTTP 429; `wait_s` says how long."""

    status = 429
