"""What can go wrong with an expression: when it is loaded (ExpressionError) and when it runs (EvaluationError)."""


class ExpressionError(ValueError):
    """An expression that can't be used; the message says in Japanese what is wrong and what to do."""

    def __init__(self, message: str, at: int = 0) -> None:
        super().__init__(message)
        self.at = at


class EvaluationError(Exception):
    """An expression has no value with these answers; && and || absorb it where the other side decides."""


class UnansweredError(EvaluationError):
    """Something that the expression needs has not been answered, or is not asked."""


class UncertainDateError(EvaluationError):
    """A date with unknown parts (不詳) leaves the result open."""
