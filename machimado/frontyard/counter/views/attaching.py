from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from machimado.cases.applications import actions as cases
from machimado.cases.applications.models import Application, StoredFile
from machimado.cases.applications.permissions import SERVING, WrongState
from machimado.cases.applications.rules.files import FileRefused
from machimado.cases.applications.rules.sheet import Refusal
from machimado.frontyard.counter import queries
from machimado.frontyard.counter.views.desk import desk_of
from machimado.frontyard.counter.views.interview import application_or_404, moved_on, shown
from machimado.ground.people import permissions


@permissions.officers(*SERVING)
@require_POST
def attach(request: HttpRequest, application_id: UUID) -> HttpResponse:
    """Keep a file for a question that asks for one."""
    application = application_or_404(request, application_id)
    path, upload = request.POST.get("path", ""), request.FILES.get("file")
    if upload is None:
        return _refused(request, application, path, "ファイルを選んでから「添付する」を押してください。")
    try:
        changed = cases.attach(
            application=application, path=path, upload=upload, by=permissions.by(request), at=timezone.now()
        )
    except WrongState as wrong:
        return moved_on(request, application, wrong)
    except FileRefused as refusal:
        return _refused(request, application, path, str(refusal))
    except cases.NotReady as refusal:
        return shown(request, application, desk=desk_of(request), status=422, not_ready=refusal)
    return shown(request, changed, desk=desk_of(request))


def _refused(request: HttpRequest, application: Application, path: str, reason: str) -> HttpResponse:
    return shown(request, application, {path: Refusal(None, reason)}, desk=desk_of(request), status=422)


@permissions.officers(*SERVING)
@require_POST
def detach(request: HttpRequest, application_id: UUID) -> HttpResponse:
    """Take an attached file out again."""
    application = application_or_404(request, application_id)
    path, file_id = request.POST.get("path", ""), request.POST.get("file_id", "")
    try:
        changed = cases.detach(
            application=application, path=path, file_id=file_id, by=permissions.by(request), at=timezone.now()
        )
    except WrongState as wrong:
        return moved_on(request, application, wrong)
    except cases.NotReady as refusal:
        return shown(request, application, desk=desk_of(request), status=422, not_ready=refusal)
    return shown(request, changed, desk=desk_of(request))


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
    # Its kind was told by its bytes and is none that runs; its name stays out of headers.
    return HttpResponse(
        bytes(file.content), content_type=file.media_type, headers={"Content-Disposition": "inline"}
    )
