"""What can be done with drafts. Each action is one transaction and leaves a line in the journal."""

from machimado.cases.authoring.actions.beginning import begin, take_in
from machimado.cases.authoring.actions.deciding import (
    approve,
    propose,
    published_file,
    recall,
    send_back,
    withdraw,
)
from machimado.cases.authoring.actions.kept import Conflict, NotReady
from machimado.cases.authoring.actions.writing import (
    accept_results,
    catch_up,
    drop_test,
    keep_test,
    prune_tests,
    redo,
    save,
    undo,
)

__all__ = [
    "Conflict",
    "NotReady",
    "accept_results",
    "approve",
    "begin",
    "catch_up",
    "drop_test",
    "keep_test",
    "propose",
    "prune_tests",
    "published_file",
    "recall",
    "redo",
    "save",
    "send_back",
    "take_in",
    "undo",
    "withdraw",
]
