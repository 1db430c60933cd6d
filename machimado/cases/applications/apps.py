from django.apps import AppConfig


class ApplicationsConfig(AppConfig):
    name = "machimado.cases.applications"
    label = "applications"
    verbose_name = "申請"
    default_auto_field = "django.db.models.BigAutoField"
    # Each action that this room records, in the words of the auditor's page.
    journal_words = {
        "case.opened": "受付をした",
        "case.begun_alone": "住民が自分で始めた",
        "case.confirmed": "本人確認サービスで本人を確かめ、職員を通さずに受け付けた",
        "case.taken_up": "住民が始めたものを職員が受け取った",
        "case.called": "呼び出した",
        "case.let_go": "待っている方の列に戻した",
        "case.transferred": "別の課・拠点に引き継いだ",
        "case.transfer_taken_back": "引継ぎを取り戻した",
        "case.withdrawn": "受付を取り消した",
        "case.arrival_restored": "取り消した受付を戻した",
        "case.welcomed": "住民記録にない方として受け付けた",
        "case.identified": "本人を確認した",
        "case.card_kept": "カードの内容を受付に添えた",
        "case.closed": "受付を終えた",
        "case.list_seen": "今日の受付の一覧を見た",
        "case.forgotten": "保存期限を過ぎた個人情報を消した",
        "case.drafts_forgotten": "期限を過ぎた書きかけを消した",
        "application.begun": "申請を始めた",
        "application.seen": "申請の内容を見た",
        "application.answered": "回答を変えた",
        "application.filled_in": "住民記録を読み、回答に入れた",
        "application.card_taken": "カードの内容を回答に入れた",
        "application.joined": "本人確認サービスで確認した方の申請にした",
        "application.identity_taken": "本人確認サービスの内容を回答に入れた",
        "application.compared": "住民の答えを住民記録と照らした",
        "application.people_chosen": "ほかの一覧の人を選んだ",
        "application.row_added": "回答の行を足した",
        "application.row_dropped": "回答の行を消した",
        "application.undone": "回答の変更を戻した",
        "application.attached": "書類を添付した",
        "application.detached": "添付した書類を外した",
        "application.file_seen": "添付した書類を見た",
        "application.to_review": "住民の確認に回した",
        "application.back_to_interview": "聞取りに戻した",
        "application.signed": "署名をした",
        "application.officer_asked": "住民が職員に続きを頼んだ",
        "application.taken_back": "住民が自分で続けることにした",
        "application.taken_over": "職員が続きを引き受けた",
        "application.handed_back": "住民に続きを渡した",
        "application.submitted": "申請を送信した",
        "application.fanned_out": "まとめて受けた手続を、それぞれの申請にした",
        "application.corrected": "差戻しの申請を直し始めた",
        "application.cancelled": "申請を取り下げた",
        "application.renewed": "申請を取り下げ、新しい版で始め直した",
        "application.printed": "申請書を印刷した",
        "application.paper_booked": "紙の申請を数えた",
        "application.paper_unbooked": "紙の申請の数えを取り消した",
    }
    journal_details = {
        "paths": "項目",
        "reference": "申請番号",
        "round": "回",
        "group": "項目",
        "cases": "受付の数",
        "to": "引継ぎ先",
    }
