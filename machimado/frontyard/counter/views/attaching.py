from collections.abc import Callable
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET, require_POST

from machimado.cases.applications import actions as cases
from machimado.cases.applications.models import Application, StoredFile
from machimado.cases.applications.permissions import SERVING
from machimado.cases.applications.rules.files import FileRefused
from machimado.cases.applications.rules.sheet import Refusal
from machimado.frontyard.counter import queries
from machimado.frontyard.counter.models import Desk
from machimado.frontyard.counter.views.interview import application_or_404, shown, with_page
from machimado.ground.people import permissions


@permissions.officers(*SERVING)
@require_POST
def attach(request: HttpRequest, application_id: UUID) -> HttpResponse:
    """Keep a file for a question that asks for one; a plain post brings the whole page along."""
    path = request.POST.get("attach", "")
    upload = request.FILES.get(f"file.{path}")

    def step(application: Application) -> Application:
        if upload is None:
            raise FileRefused("ファイルを選んでから「添付する」を押してください。")
        return cases.attach(
            application=application, path=path, upload=upload, by=permissions.by(request), at=timezone.now()
        )

    return _go_on(request, application_id, path, step)


@permissions.officers(*SERVING)
@require_POST
def detach(request: HttpRequest, application_id: UUID) -> HttpResponse:
    """Take an attached file out again; a plain post brings the whole page along."""
    path, _, file_id = request.POST.get("detach", "").partition(" ")

    def step(application: Application) -> Application:
        return cases.detach(
            application=application, path=path, file_id=file_id, by=permissions.by(request), at=timezone.now()
        )

    return _go_on(request, application_id, path, step)


def _go_on(
    request: HttpRequest, application_id: UUID, path: str, step: Callable[[Application], Application]
) -> HttpResponse:
    def taken(application: Application, desk: Desk | None) -> HttpResponse:
        try:
            return shown(request, step(application), desk=desk)
        except FileRefused as refusal:
            why = {path: Refusal(None, str(refusal))}
            return shown(request, application, why, desk=desk, status=422)
        except cases.NotReady as refusal:
            return shown(request, application, desk=desk, status=422, not_ready=refusal)

    return with_page(request, application_id, taken)


@permissions.officers(*SERVING)
@require_GET
def attached(request: HttpRequest, file_id: UUID) -> HttpResponse:
    """Show an attached file."""
    try:
        application = application_or_404(request, queries.application_with(file_id))
        file = cases.open_file(
            application=application, file_id=file_id, by=permissions.by(request), at=timezone.now()
        )
    except StoredFile.DoesNotExist as none:
        raise Http404 from none
    # Its kind was told by its bytes and is none that runs.
    return HttpResponse(
        bytes(file.content),
        content_type=file.media_type,
        headers={"Content-Disposition": content_disposition_header(as_attachment=False, filename=file.name)},
    )
