"""What an officer reads about a delivery: its state, the reason and the next step, in plain sentences."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from machimado.cases.delivery.rules.machine import FINAL, FOR_PERSON, Cause, Progress, State

LABELS = {
    State.WAITING: "送信待ち",
    State.SENDING: "送信中",
    State.UNKNOWN: "確認中（返事がありません）",
    State.PENDING: "基幹システムで審査中",
    State.ACCEPTED: "基幹システム受理済",
    State.REJECTED: "差戻し",
    State.UNDECIDED: "職員の判断待ち",
    State.FAILED: "送信できません",
}

REASONS = {
    Cause.NEW: "受付が終わり、送信の順番を待っています。",
    Cause.CLAIMED: "基幹システムに送っています。",
    Cause.NOT_REACHED: "基幹システムにつながりませんでした。申請はまだ届いていません。",
    Cause.NO_REPLY: "送りましたが返事が届きません。届いているかもしれないので、そのまま送り直すことはしません。",
    Cause.SENDER_LOST: "送信中に配送係が止まりました。届いているかもしれないので、そのまま送り直すことはしません。",
    Cause.NOT_THERE_YET: "基幹システムにはまだ見当たりません。遅れて登録されることがあるので、時間をおいて確かめます。",
    Cause.NOT_THERE: "基幹システムに届いていないことを確かめました。",
    Cause.ASK_FAILED: "基幹システムに問い合わせましたが、つながりませんでした。",
    Cause.CANNOT_ASK: "返事が届かず、この基幹システムには結果を問い合わせる方法がありません。入っているかもしれません。",
    Cause.VANISHED: "審査中だった申請が、基幹システムに見当たらなくなりました。",
    Cause.NUMBER_TAKEN: "基幹システムが、別の申請の番号を返しました。",
    Cause.REFUSED: "基幹システムが電文そのものを受け付けませんでした（内容の審査ではなく、形式の問題です）。",
    Cause.ANSWERED: "基幹システムの回答です。",
    Cause.PERSON_FOUND: "職員が基幹システムの画面で登録を確かめました。",
    Cause.PERSON_REJECTED: "職員が基幹システムの画面で差戻しを確かめました。",
    Cause.PERSON_SENDS_AGAIN: "職員が、基幹システムに登録がないことを確かめました。",
}

NEXT_STEPS = {
    State.WAITING: "自動で送ります。操作は要りません。",
    State.SENDING: "返事を待っています。操作は要りません。",
    State.UNKNOWN: "自動で基幹システムに確かめます。操作は要りません。二重に登録されることはありません。",
    State.PENDING: "結果は自動で取り込みます。操作は要りません。",
    State.ACCEPTED: "完了です。",
    State.REJECTED: "理由の項目を直して、もう一度送信してください。",
    State.UNDECIDED: "基幹システムの画面で申請番号を検索し、結果をこの画面で選んでください。",
    State.FAILED: "情報システムの担当に連絡してください。設定を直したら「もう一度送る」を押します。",
}

# An officer asks "is it stuck?" long before anything is lost.
LATE = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Told:
    """A delivery in words; `tone` is one of wait, good, bad, person."""

    label: str
    reason: str
    next_step: str
    tone: str


def tell(now: Progress) -> Told:
    """Return the delivery in words."""
    return Told(LABELS[now.state], REASONS[now.cause], NEXT_STEPS[now.state], tone(now.state))


def tone(state: State) -> str:
    """Return how a state is to be shown: wait, good, bad or person."""
    if state in FOR_PERSON:
        return "person"
    return {State.ACCEPTED: "good", State.REJECTED: "bad"}.get(state, "wait")


def is_late(now: Progress, at: datetime) -> bool:
    """Return whether somebody should look: a state that is not final has lasted too long.

    A pending application lasts as long as the people at the core need.
    """
    return now.state not in FINAL | {State.PENDING} and at - now.since > LATE


def age(span: timedelta) -> str:
    """Return a span of time as an officer would say it: 3秒, 5分, 2時間, 3日."""
    seconds = max(0, int(span.total_seconds()))
    for size, unit in ((86400, "日"), (3600, "時間"), (60, "分")):
        if seconds >= size:
            return f"{seconds // size}{unit}"
    return f"{seconds}秒"
