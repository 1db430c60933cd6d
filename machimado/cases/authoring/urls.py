from django.urls import path

from machimado.cases.authoring.views import deciding, draft, home, importing, part, preview, structure, trying

app_name = "authoring"
urlpatterns = [
    path("", home.home, name="home"),
    path("begin/", home.begin, name="begin"),
    path("import/", importing.take_in, name="import"),
    path("import/form/", importing.form_on_paper, name="import-form"),
    path("procedures/<slug:procedure>/<int:version>.zip", home.export, name="export"),
    path("drafts/<uuid:draft_id>/", draft.show, name="draft"),
    path("drafts/<uuid:draft_id>/file/", draft.export, name="draft-file"),
    path("drafts/<uuid:draft_id>/parts/<slug:kind>/", part.edit, name="part"),
    path("drafts/<uuid:draft_id>/remove/", structure.remove, name="remove"),
    path("drafts/<uuid:draft_id>/move/", structure.move, name="move"),
    path("drafts/<uuid:draft_id>/undo/", draft.undo, name="undo"),
    path("drafts/<uuid:draft_id>/redo/", draft.redo, name="redo"),
    path("drafts/<uuid:draft_id>/accept-results/", draft.accept_results, name="accept-results"),
    path("drafts/<uuid:draft_id>/prune-tests/", draft.prune_tests, name="prune-tests"),
    path("drafts/<uuid:draft_id>/catch-up/", draft.catch_up, name="catch-up"),
    path("drafts/<uuid:draft_id>/recall/", deciding.recall, name="recall"),
    path("drafts/<uuid:draft_id>/review/", deciding.review, name="review"),
    path("drafts/<uuid:draft_id>/frame/", preview.frame, name="frame"),
    path("drafts/<uuid:draft_id>/preview/", preview.show, name="preview"),
    path("drafts/<uuid:draft_id>/try/", trying.show, name="try"),
    path("drafts/<uuid:draft_id>/remove-test/", trying.remove, name="remove-test"),
    path("drafts/<uuid:draft_id>/propose/", deciding.propose, name="propose"),
    path("drafts/<uuid:draft_id>/approve/", deciding.approve, name="approve"),
    path("drafts/<uuid:draft_id>/send-back/", deciding.send_back, name="send-back"),
    path("drafts/<uuid:draft_id>/withdraw/", deciding.withdraw, name="withdraw"),
]
