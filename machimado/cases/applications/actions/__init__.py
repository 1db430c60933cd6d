"""What can be done with cases and applications. Each action is one transaction and leaves a line in the journal."""

from machimado.cases.applications.actions.answering import (
    Conflict,
    Page,
    Saved,
    add_row,
    drop_row,
    look,
    save_answers,
    undo,
)
from machimado.cases.applications.actions.arriving import (
    call,
    close,
    identify,
    look_at_list,
    open_case,
    receive,
    receive_newcomer,
    restore_arrival,
    stamp,
    welcome,
    withdraw,
)
from machimado.cases.applications.actions.attaching import attach, detach, open_file
from machimado.cases.applications.actions.beginning import begin, renew
from machimado.cases.applications.actions.filling_in import fill_in
from machimado.cases.applications.actions.finishing import (
    back_to_interview,
    cancel,
    correct,
    sign,
    to_review,
)
from machimado.cases.applications.actions.forgetting import forget
from machimado.cases.applications.actions.kept import (
    NotReady,
    check_route,
    form_of,
    going,
    needs_signature,
    newer_form,
)
from machimado.cases.applications.actions.on_paper import book_paper, unbook_paper
from machimado.cases.applications.actions.submitting import submit

__all__ = [
    "Conflict",
    "NotReady",
    "Page",
    "Saved",
    "add_row",
    "attach",
    "back_to_interview",
    "begin",
    "book_paper",
    "call",
    "cancel",
    "check_route",
    "close",
    "correct",
    "detach",
    "drop_row",
    "fill_in",
    "forget",
    "form_of",
    "going",
    "identify",
    "look",
    "look_at_list",
    "needs_signature",
    "newer_form",
    "open_case",
    "open_file",
    "receive",
    "receive_newcomer",
    "renew",
    "restore_arrival",
    "save_answers",
    "sign",
    "stamp",
    "submit",
    "to_review",
    "unbook_paper",
    "undo",
    "welcome",
    "withdraw",
]
