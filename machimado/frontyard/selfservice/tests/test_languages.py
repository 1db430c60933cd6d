"""The resident's own pages in seven languages: all of a page in one of them, and the same answers whichever it is."""

import re
from datetime import UTC, datetime

import pytest
from django.test import Client
from django.utils import timezone

from machimado.cases.applications import actions as cases
from machimado.cases.applications.models import Application, Resumption
from machimado.frontyard.selfservice.tests.conftest import begun
from machimado.frontyard.selfservice.tests.filling import page, send
from machimado.frontyard.selfservice.tests.test_alone import answer_all
from machimado.ground.ui.languages import Language, understood

pytestmark = pytest.mark.django_db
# What each asks first about a certificate of residence.
ASKED = {
    "ja": "手続をするのは、どなたですか",
    "ja-simple": "だれが 手続（てつづ）きを しますか",
    "en": "Who is applying?",
    "zh-hans": "由哪位办理手续",
    "ko": "누가 수속을 하십니까",
    "vi": "Ai làm thủ tục",
    "pt-br": "Quem faz o procedimento",
}
NEXT = {"zh-hans": "下一步", "ko": "다음", "vi": "Tiếp", "pt-br": "Próximo"}
NO_SUCH_MONTH = {
    "ja": "13月はありません",
    "ja-simple": "13月（がつ）は ありません",
    "en": "There is no month 13",
    "zh-hans": "没有13月",
    "ko": "13월은 없습니다",
    "vi": "Không có tháng 13",
    "pt-br": "O mês 13 não existe",
}
KANA = re.compile(r"[ぁ-ゖ]")


def speak(client: Client, application: Application, language: str) -> None:
    client.post(f"/apply/a/{application.pk}/language/", {"language": language})


def text_of(answer: object) -> str:
    return answer.content.decode()  # type: ignore[attr-defined, no-any-return]


@pytest.mark.parametrize("language", list(Language.values))
def test_a_page_is_in_the_language_that_was_chosen(
    phone: Client, application: Application, language: str
) -> None:
    speak(phone, application, language)
    shown = text_of(page(phone, application))
    assert ASKED[language] in shown
    assert NEXT.get(language, "") in shown
    tag = "ja" if language == "ja-simple" else language
    assert f'<html lang="{tag}" dir="ltr"' in shown
    assert f'value="{language}" lang="{tag}" aria-pressed="true"' in shown


@pytest.mark.parametrize("language", ["zh-hans", "ko", "vi", "pt-br"])
def test_no_japanese_sentence_is_left_on_a_page_in_another_language(
    phone: Client, application: Application, language: str
) -> None:
    speak(phone, application, language)
    for place in ("applicant.role", "resident.birth_date", "scope", "items", "certificate.copies"):
        # Papers are called as they are called on paper.
        body = (
            text_of(page(phone, application, place))
            .partition("<main")[2]
            .partition("</main>")[0]
            .replace("住民票の写し", "")
        )
        assert [line for line in re.sub(r"<[^>]*>", "\n", body).split("\n") if KANA.search(line)] == []


@pytest.mark.parametrize("language", list(Language.values))
def test_a_value_is_refused_in_the_language_of_the_page(
    phone: Client, application: Application, language: str
) -> None:
    speak(phone, application, language)
    typed = {"era": "W", "year": "1958", "month": "13", "day": "1"}
    wrong = {f"resident.birth_date.{part}": value for part, value in typed.items()}
    refused = send(phone, application, "resident.birth_date", **wrong)
    assert refused.status_code == 422
    assert NO_SUCH_MONTH[language] in text_of(refused)
    # It stays so when the page is opened again, and in another language it is said in that one.
    assert NO_SUCH_MONTH[language] in text_of(page(phone, application, "resident.birth_date"))
    speak(phone, application, "pt-br")
    assert NO_SUCH_MONTH["pt-br"] in text_of(page(phone, application, "resident.birth_date"))


def test_a_wrong_code_is_told_in_the_language_of_the_page(phone: Client) -> None:
    phone.post("/apply/language/", {"language": "vi"})
    assert "Mã không đúng" in text_of(phone.post("/apply/resume/", {"code": "?"}))


def test_what_has_run_out_says_so_in_the_language_with_its_day(
    phone: Client, application: Application
) -> None:
    resumption = Resumption.objects.get(pk=application.pk)
    code = cases.code_of(resumption)
    Resumption.objects.update(valid_until=datetime(2020, 4, 5, 3, tzinfo=UTC))
    phone.post("/apply/language/", {"language": "ko"})
    assert "기한(2020년 4월 5일)이 지났습니다" in text_of(phone.post("/apply/resume/", {"code": code}))


def test_the_officer_reads_the_refusal_in_japanese(
    phone: Client, application: Application, at_counter: Client
) -> None:
    speak(phone, application, "ko")
    send(phone, application, "contact.phone", **{"contact.phone": "1"})
    application.refresh_from_db()
    kept = application.refused["contact.phone"]
    assert kept["reason"].startswith("「日中つながる電話番号」を電話番号として読めません")
    assert kept["said"]["ko"].startswith("‘낮에 연락되는 전화번호’")


def test_the_same_is_answered_whatever_the_language(phone: Client) -> None:
    answers = []
    for language in Language.values:
        phone.post("/apply/language/", {"language": language})
        application = begun(phone)
        assert application.resumption.language == language
        answer_all(phone, application)
        application.refresh_from_db()
        outcome = cases.form_of(application).evaluate(
            application.answers, today=timezone.localdate(), channel="web"
        )
        answers.append((application.answers, dict(outcome.delivers)))
    assert len(answers) == len(Language.values)
    assert all(one == answers[0] for one in answers)


def test_a_procedure_that_lacks_the_language_says_so_in_it_and_is_shown_in_english(phone: Client) -> None:
    phone.post("/apply/language/", {"language": "ko"})
    shown = text_of(phone.get("/apply/tax-certificate/"))
    assert '<html lang="en"' in shown
    assert "아직 한국어로 준비되지 않았습니다" in shown
    assert "이 수속에는 아직 없습니다" in shown
    assert 'value="ko" lang="ko" aria-pressed="true"' in shown
    application = begun(phone, "tax-certificate")
    asked = text_of(page(phone, application))
    assert '<html lang="en"' in asked
    assert "아직 한국어로 준비되지 않았습니다" in asked
    # Whoever comes back to a procedure that speaks it reads it again.
    assert application.resumption.language == "ko"


def test_a_procedure_that_speaks_the_language_says_nothing_of_it(
    phone: Client, application: Application
) -> None:
    speak(phone, application, "ko")
    assert "아직" not in text_of(page(phone, application))


def test_the_list_says_in_which_language_each_procedure_stands(phone: Client) -> None:
    phone.post("/apply/language/", {"language": "zh-hans"})
    shown = text_of(phone.get("/apply/"))
    assert "住民票副本的交付申请" in shown
    assert '<a href="/apply/tax-certificate/" lang="en">' in shown
    assert '<a href="/apply/residence-certificate/">' in shown


@pytest.mark.parametrize(
    ("chosen", "spoken", "shown"),
    [
        ("ko", {"ja", "en", "ko"}, "ko"),
        ("ko", {"ja", "en"}, "en"),
        ("ko", {"ja", "ja-simple"}, "ja-simple"),
        ("ko", {"ja"}, "ja-simple"),
        ("en", {"ja", "ko"}, "ja-simple"),
        ("ja", {"ja"}, "ja"),
        ("ja-simple", {"ja"}, "ja-simple"),
    ],
)
def test_what_is_read_rather(chosen: str, spoken: set[str], shown: str) -> None:
    assert understood(chosen, spoken) == shown
