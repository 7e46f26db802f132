"""/s/{token}: what a customer without scripts sees, sends and is told."""
import base64
import concurrent.futures
import gzip
import hashlib
import json
import os
import time
import urllib.parse

import pytest

from support.locales import LANGUAGES, LOCALES
from support.survey_page import ANSWERS, PERSON_WAIT_S, answer_as_person, counted, invite, open_page, send

HOSTILE = ["</title><script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "' onmouseover='alert(1)",
           "</textarea><script>alert(1)</script>", "<!-- -->&amp;&#39;", "{{nonce}}%s%n", "javascript:alert(1)"]


def response_of(service, invitation, trust="confirmed"):
    query = urllib.parse.urlencode({"survey": invitation["survey"], "trust": trust, "limit": 200})
    listed = service.get(f"/v1/responses?{query}", key="read").json()["data"]
    found = [row for row in listed if row["contact"]["ref"] == invitation["contact"]["ref"]]
    return service.get(f"/v1/responses/{found[0]['id']}", key="read").json() if found else None


def backdate(service, invitation, **columns):
    """Moves times of an invitation or its response into the past, in days."""
    for column, days in columns.items():
        table, _, name = column.partition("__")
        where = "id" if table == "invitations" else "invitation_id"
        service.sql(f"UPDATE {table} SET {name} = {name} - %s * interval '1 day' WHERE {where} = %s",
                    days, invitation["id"])


def put_survey(service, name, **definition):
    made = service.request("PUT", f"/v1/surveys/{name}", key="admin", json=definition)
    assert made.status_code in (200, 201), made.text


# ---- the page ----

def test_the_page_shows_every_question_with_nothing_filled_in(service):
    path, _ = invite(service)
    page = open_page(service, path)
    assert page.status == 200
    assert page.title == "Did you feel understood today?"
    assert page.radios == {"understood": ["yes", "partly", "no"], "csat": list("12345"),
                           "nps": [str(n) for n in range(11)]}
    assert page.required == {"understood", "csat", "nps"}
    assert set(page.fields) == {"nonce", "website", "comment"} and page.fields["comment"] == ""
    assert [a for tag, a in page.elements if tag == "fieldset"] and "script" not in {t for t, _ in page.elements}


def test_its_headers_let_nobody_keep_frame_script_or_index_it(service):
    path, _ = invite(service)
    headers = open_page(service, path).response.headers
    assert headers["Content-Type"] == "text/html; charset=utf-8"
    assert headers["Cache-Control"] == "no-store"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert "noindex" in headers["X-Robots-Tag"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    policy = dict(part.strip().split(" ", 1) for part in headers["Content-Security-Policy"].split(";"))
    assert policy["default-src"] == "'none'" and policy["form-action"] == "'self'"
    assert policy["base-uri"] == "'none'" and policy["frame-ancestors"] == "'none'"
    assert "unsafe" not in policy["style-src"]
    assert "Set-Cookie" not in headers


def test_head_answers_the_same_headers_without_a_body(service):
    path, _ = invite(service)
    head = service.request("HEAD", path)
    assert head.status_code == 200 and head.content == b""
    assert head.headers["Content-Security-Policy"].startswith("default-src 'none'")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_is_small_in(service, language):
    path, _ = invite(service, language=language)
    body = open_page(service, path + "?understood=partly").response.content
    assert len(body) <= 10240 and len(gzip.compress(body)) <= 4096, (len(body), len(gzip.compress(body)))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_invitation_decides_the_language(service, language):
    path, invitation = invite(service, language=language)
    page = open_page(service, path, Accept_Language="en")
    texts = LOCALES[language]
    assert (page.root["lang"], page.root["dir"]) == (language, texts["direction"])
    assert page.title == texts["question_understood"] and texts["csat_low"] in page.text
    assert invitation["email"]["subject"] == texts["email_subject"]
    assert page.response.headers["Content-Language"] == language


@pytest.mark.parametrize("language, asked, said", [
    ("en", ["understood"], "This takes about 10\u00a0seconds."), ("ar", ["understood"], "10\u00a0ثوانٍ"),
    ("ar", ["understood", "csat", "nps", "ces"], "20\u00a0ثانية"), ("pl", ["understood"], "około 10\u00a0sekund.")])
def test_the_page_says_about_how_long_it_takes(service, language, asked, said):
    put_survey(service, f"asks_{len(asked)}", questions=[{"question": name} for name in asked])
    assert said in open_page(service, invite(service, survey=f"asks_{len(asked)}", language=language)[0]).response.text


@pytest.mark.parametrize("language", ("ja", "zh"))
def test_no_gap_follows_a_full_width_stop(service, language):
    path, _ = invite(service, language=language)
    text = open_page(service, path).response.text
    assert LOCALES[language]["optional"] + LOCALES[language]["comment_hint"] in text


@pytest.mark.parametrize("of_invitation, accept, language", [
    (None, "de-AT, en;q=0.5", "de"), ("sv", "he", "he"), ("zh-Hant", "en", "zh"), (None, None, "en"),
    ("sv-SE", "xx", "en"), ("pt-BR", "en", "pt"), ("pt-PT", None, "pt")])
def test_a_language_we_do_not_speak_is_negotiated(service, of_invitation, accept, language):
    path, _ = invite(service, **({"language": of_invitation} if of_invitation else {}))
    assert open_page(service, path, **({"Accept_Language": accept} if accept else {})).root["lang"] == language


@pytest.mark.parametrize("query, name, value", [
    ("understood=yes", "understood", "yes"), ("understood=partly", "understood", "partly"), ("csat=4", "csat", "4"),
    ("nps=0", "nps", "0"), ("nps=10", "nps", "10")])
def test_the_answer_in_the_link_is_preselected_and_said(service, query, name, value):
    path, invitation = invite(service)
    page = open_page(service, f"{path}?{query}")
    assert {name: page.fields[name] for name in page.radios if name in page.fields} == {name: value}
    assert "You chose: " in page.text
    assert response_of(service, invitation) is None


@pytest.mark.parametrize("query", ["understood=maybe", "csat=6", "nps=-1", "comment=hello", "nonce=x&website=y",
                                   "understood=%3Cscript%3E", "csat=", "lang=de"])
def test_what_is_no_answer_in_the_link_is_passed_over(service, query):
    path, _ = invite(service)
    page = open_page(service, f"{path}?{query}")
    assert page.status == 200 and not set(page.fields) & set(page.radios)
    assert page.fields["comment"] == "" and page.fields["website"] == ""


# ---- answering ----

def test_an_answer_is_stored_with_the_invitations_contact_and_evidence(service):
    path, invitation = invite(service, agents=["Ann", "Bo"], team="Billing", language="de",
                              customer={"name": "Kim"})
    done = answer_as_person(service, path, comment="  Danke!\r\nSehr nett. ")
    assert done.status == 303 and done.response.headers["Location"] == f"{path}/thanks"
    assert done.response.headers["Cache-Control"] == "no-store"
    response = response_of(service, invitation)
    assert response["answers"] == {"understood": "yes", "csat": 4, "nps": 9, "comment": "Danke!\nSehr nett."}
    assert response["source"] == "page" and response["trust"] == "confirmed" and response["revision"] == 1
    assert response["invitation"] == invitation["id"]
    assert response["contact"]["agents"] == ["Ann", "Bo"] and response["contact"]["team"] == "Billing"
    evidence = response["votes"][0]["evidence"]
    assert evidence["points"] <= 2 and evidence["elapsed_ms"] >= 1500
    assert "127.0.0.1" not in json.dumps(evidence)


def test_the_thank_you_page_offers_to_change_the_answer(service):
    path, _ = invite(service)
    page = open_page(service, path + "/thanks")
    assert page.status == 200 and page.title == "Thank you" and page.links == [path]
    assert "noindex" in page.response.headers["X-Robots-Tag"]


def test_a_double_click_is_one_vote(service):
    path, invitation = invite(service)
    page = open_page(service, path)
    time.sleep(PERSON_WAIT_S)
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        done = list(pool.map(lambda _: send(service, page, **ANSWERS), range(4)))
    assert [page.status for page in done] == [303] * 4
    again = send(service, page, **ANSWERS)
    assert again.status == 303
    response = response_of(service, invitation)
    assert response["revision"] == 1 and len(response["votes"]) == 1


def test_going_back_and_sending_something_else_changes_the_answer(service):
    path, invitation = invite(service)
    page = open_page(service, path)
    time.sleep(PERSON_WAIT_S)
    assert send(service, page, **ANSWERS).status == 303
    assert send(service, page, **{**ANSWERS, "csat": "1"}).status == 303
    response = response_of(service, invitation)
    assert response["answers"]["csat"] == 1 and response["revision"] == 2 and len(response["votes"]) == 2


def test_the_answer_so_far_is_filled_in_when_it_is_to_be_changed(service):
    path, invitation = invite(service)
    assert answer_as_person(service, path, comment="First\nthought").status == 303
    page = open_page(service, path)
    assert {name: page.fields[name] for name in ANSWERS} == ANSWERS
    assert page.fields["comment"] == "First\nthought"
    assert open_page(service, path + "?understood=no").fields["understood"] == "no"
    time.sleep(PERSON_WAIT_S)
    assert send(service, page, nps="2", comment="").status == 303
    response = response_of(service, invitation)
    assert response["answers"] == {"understood": "yes", "csat": 4, "nps": 2}
    assert response["revision"] == 2


# ---- mistakes ----

def refused(service, **changes):
    path, _ = invite(service)
    page = open_page(service, path)
    return send(service, page, **changes)


@pytest.mark.parametrize("changes, wrong", [
    ({}, ["understood", "csat", "nps"]),
    ({"understood": "yes"}, ["csat", "nps"]),
    ({"understood": "yes", "csat": "6", "nps": "9"}, ["csat"]),
    ({"understood": "perhaps", "csat": "5", "nps": "9"}, ["understood"]),
    ({"understood": "yes", "csat": "5", "nps": "11"}, ["nps"]),
    ({**ANSWERS, "comment": "x" * 4001}, ["comment"]),
    ({**ANSWERS, "comment": "\U0001f600" * 4001}, ["comment"]),
])
def test_mistakes_are_named_and_the_answers_kept(service, changes, wrong):
    page = refused(service, **changes)
    assert page.status == 422 and page.title.startswith("Error: ")
    first = {"understood": "#understood-yes", "csat": "#csat-1", "nps": "#nps-0", "comment": "#comment"}
    assert page.links == [first[name] for name in wrong]
    invalid = [a.get("id") for _, a in page.elements if a.get("aria-invalid") == "true"]
    assert invalid == wrong
    for name, value in changes.items():
        if name not in wrong or name == "comment":
            assert page.fields[name] == value


def test_a_comment_of_exactly_the_limit_is_taken(service):
    path, invitation = invite(service)
    comment = "\u00fc" * 4000
    assert answer_as_person(service, path, comment=comment).status == 303
    assert response_of(service, invitation)["answers"]["comment"] == comment


@pytest.mark.parametrize("nonce", [None, "", "x", "A" * 62, "A" * 500])
def test_a_form_without_its_nonce_is_shown_again_with_the_answers_kept(service, nonce):
    page = refused(service, **ANSWERS, comment="keep me", nonce=nonce)
    assert page.status == 422 and {name: page.fields[name] for name in ANSWERS} == ANSWERS
    assert page.fields["comment"] == "keep me" and page.nonce
    time.sleep(PERSON_WAIT_S)
    assert send(service, page).status == 303


def test_a_nonce_of_another_invitation_does_not_open_this_one(service):
    path, _ = invite(service)
    other, _ = invite(service)
    page = open_page(service, path)
    assert send(service, page, **ANSWERS, nonce=open_page(service, other).nonce).status == 422


def test_a_form_in_another_encoding_is_refused(service):
    path, _ = invite(service)
    answered = service.post(path, json=ANSWERS)
    assert answered.status_code == 415


def test_a_form_that_is_too_large_is_refused(service):
    path, _ = invite(service)
    assert send_raw(service, path, comment="x" * 270_000).status_code == 413


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_texts_stay_texts(service, hostile):
    path, invitation = invite(service)
    page = refused(service, comment=hostile, csat=hostile)
    assert page.fields["comment"] == hostile and page.status == 422
    assert answer_as_person(service, path, comment=hostile).status == 303
    page = open_page(service, path)
    assert page.fields["comment"] == hostile
    names = {tag for tag, _ in page.elements}
    assert not names & {"script", "img", "iframe", "link", "object"}
    assert not any(name.startswith("on") for _, a in page.elements for name in a)
    assert response_of(service, invitation)["answers"]["comment"] == hostile


def test_hostile_survey_texts_stay_texts(service):
    texts = {name: HOSTILE[0] for name in ("intro", "thank_you", "understood", "csat", "nps", "comment",
                                           "understood_yes", "csat_low", "nps_high")}
    put_survey(service, "hostile", display_name=HOSTILE[0], texts={"en": texts})
    path, _ = invite(service, survey="hostile")
    for page in (open_page(service, path), open_page(service, path + "/thanks"), open_page(service, path + "?csat=2")):
        assert page.status == 200 and HOSTILE[0] in page.text
        assert not {tag for tag, _ in page.elements} & {"script", "img"}


# ---- links that lead nowhere ----

def forged_path(service):
    """A link that we would have signed, for an invitation that is not there."""
    key_id, secret = service.sql("SELECT id, secret FROM signing_keys ORDER BY id LIMIT 1")[0]
    body = bytes([1, key_id]) + (1).to_bytes(8, "big") + os.urandom(16)
    mac = hashlib.blake2b(body, digest_size=16, key=bytes(secret), person=b"us survey token").digest()
    return "/s/" + base64.urlsafe_b64encode(body + mac).decode().rstrip("=")


def test_unknown_links_get_one_and_the_same_page(service):
    path, _ = invite(service)
    paths = [forged_path(service), "/s/" + "A" * 56, "/s/x", path[:-1] + ("A" if path[-1] != "A" else "B"), path + "A"]
    pages = [open_page(service, one) for one in paths]
    assert {page.status for page in pages} == {404}
    assert len({page.response.text for page in pages}) == 1 and "Page not found" in pages[0].text
    assert {send_raw(service, one, csat="4").status_code for one in paths} == {404}
    assert open_page(service, paths[0] + "/thanks").status == 404


def send_raw(service, path, **fields):
    return service.post(path, data=fields)


def test_an_expired_link_says_so(service):
    path, invitation = invite(service)
    page = open_page(service, path)
    backdate(service, invitation, invitations__expires_at=31)
    expired = open_page(service, path)
    assert expired.status == 410 and "expired" in expired.title and expired.action is None
    assert send(service, page, **ANSWERS).status == 410


def test_an_answer_given_in_time_may_be_changed_past_the_expiry(service):
    path, invitation = invite(service)
    assert answer_as_person(service, path).status == 303
    backdate(service, invitation, invitations__expires_at=31)
    assert open_page(service, path).status == 200


def test_after_the_edit_window_the_answer_is_final(service):
    path, invitation = invite(service)
    assert answer_as_person(service, path).status == 303
    page = open_page(service, path)
    backdate(service, invitation, responses__confirmed_at=8)
    closed = open_page(service, path)
    assert closed.status == 410 and "final" in closed.title
    assert send(service, page, csat="1").status == 410
    assert response_of(service, invitation)["answers"]["csat"] == 4
    thanks = open_page(service, path + "/thanks")
    assert thanks.status == 200 and thanks.links == []


@pytest.mark.parametrize("language, days, said", [
    ("en", 0, "You can change your answer for 7\u00a0more days."), ("en", 6, "for 1\u00a0more day."),
    ("en", 6.5, "for 11\u00a0more hours."), ("pl", 3, "jeszcze przez 4\u00a0dni."), ("ar", 5, "لمدة يومين."),
    ("pl", 6.1, "jeszcze przez 21\u00a0godzin."), ("fr", 0, "pendant 7\u00a0jours."), ("zh", 4, "您在 3 天内")])
def test_the_thank_you_page_says_how_long_an_answer_may_be_changed(service, language, days, said):
    path, invitation = invite(service, language=language)
    assert answer_as_person(service, path).status == 303
    backdate(service, invitation, responses__confirmed_at=days)
    assert said in open_page(service, path + "/thanks").text


def test_the_thank_you_page_promises_nothing_before_an_answer_or_in_its_last_hour(service):
    path, invitation = invite(service)
    assert "more" not in open_page(service, path + "/thanks").text
    assert answer_as_person(service, path).status == 303
    backdate(service, invitation, responses__confirmed_at=6.97)
    last = open_page(service, path + "/thanks")
    assert "more" not in last.text and last.links == [path]


# ---- surveys of other shapes ----

def test_the_survey_decides_questions_order_texts_and_colour(service):
    put_survey(service, "short", display_name="Café Röst", accent_color="#9a3412",
               questions=[{"question": "csat", "required": True}, {"question": "comment", "required": False}],
               texts={"en": {"csat": "How was it?", "intro": "Two words?", "csat_low": "Meh"}})
    path, invitation = invite(service, survey="short")
    page = open_page(service, path)
    assert list(page.radios) == ["csat"] and page.title == "How was it? \u00b7 Café Röst"
    assert "Two words?" in page.text and "Meh" in page.text and "#9a3412" in page.response.text
    assert answer_as_person(service, path, understood="yes").status == 303
    assert response_of(service, invitation)["answers"] == {"csat": 4}


def test_a_survey_that_requires_nothing_still_needs_one_answer(service):
    put_survey(service, "free", questions=[{"question": name, "required": False}
                                           for name in ("understood", "csat", "nps", "comment")])
    path, invitation = invite(service, survey="free")
    page = open_page(service, path)
    assert page.required == set()
    assert send(service, page).status == 422
    time.sleep(PERSON_WAIT_S)
    assert send(service, page, comment="only words").status == 303
    assert response_of(service, invitation)["answers"] == {"comment": "only words"}


@pytest.mark.parametrize("question, mistake", [("comment", "Please write an answer."),
                                               ("understood", "Please choose an answer.")])
def test_what_is_missing_is_said_in_the_words_of_its_question(service, question, mistake):
    put_survey(service, f"must_{question}", questions=[{"question": question, "required": True}])
    path, _ = invite(service, survey=f"must_{question}")
    refused = send(service, open_page(service, path))
    assert refused.status == 422 and mistake in refused.text


# ---- trust ----

def test_a_held_answer_is_asked_for_again_and_then_counts(service):
    put_survey(service, "held")
    path, invitation = invite(service, survey="held")
    page = open_page(service, path)
    asked = send(service, page, **ANSWERS, comment="Quick\nfingers <b>")
    assert asked.status == 200 and "One last step" in asked.title
    assert counted(service, "held") == (0, 1)
    assert {name: asked.hidden[name] for name in ANSWERS} == ANSWERS
    assert asked.hidden["comment"] == "Quick\nfingers <b>"
    time.sleep(PERSON_WAIT_S)
    assert send(service, asked).status == 303
    assert counted(service, "held") == (1, 0)
    response = response_of(service, invitation)
    assert [vote["trust"] for vote in response["votes"]] == ["provisional", "confirmed"]
    assert response["votes"][0]["evidence"]["reasons"] == ["too_fast", "viewed_at_once"]
    assert response["votes"][1]["evidence"]["confirming"] is True


def test_the_confirm_page_can_lead_back_to_the_form_with_everything_kept(service):
    path, _ = invite(service)
    asked = send(service, open_page(service, path), **ANSWERS, comment="kept")
    form = send(service, asked, change="1")
    assert form.status == 200 and {name: form.fields[name] for name in ANSWERS} == ANSWERS
    assert form.fields["comment"] == "kept"
    time.sleep(PERSON_WAIT_S)
    assert send(service, form, csat="1").status == 303


@pytest.mark.parametrize("changes, headers, reason", [
    ({"website": "https://spam.example"}, {}, "trap"),
    ({}, {"Sec-Fetch-Site": "cross-site"}, "cross_site"),
    ({}, {"Sec-Fetch-Site": "same-site"}, "cross_site"),
])
def test_what_only_machines_do_is_held_and_cannot_be_confirmed_that_way(service, changes, headers, reason):
    path, invitation = invite(service)
    page = open_page(service, path)
    time.sleep(PERSON_WAIT_S)
    asked = send(service, page, headers=headers, **ANSWERS, **changes)
    time.sleep(PERSON_WAIT_S)
    again = send(service, asked, headers=headers, **changes)
    assert (asked.status, again.status) == (200, 200)
    response = response_of(service, invitation, "provisional")
    assert [reason in vote["evidence"]["reasons"] for vote in response["votes"]] == [True, True]
    time.sleep(PERSON_WAIT_S)
    assert send(service, again).status == 303


def test_a_suspicious_change_leaves_the_confirmed_answer_alone(service):
    path, invitation = invite(service)
    assert answer_as_person(service, path).status == 303
    asked = send(service, open_page(service, path), understood="no")
    assert asked.status == 200 and "One last step" in asked.title
    response = response_of(service, invitation)
    assert response["answers"]["understood"] == "yes" and response["trust"] == "confirmed"
    time.sleep(PERSON_WAIT_S)
    assert send(service, asked).status == 303
    assert response_of(service, invitation)["answers"]["understood"] == "no"


def test_an_honest_browsers_headers_are_no_evidence_against_it(service):
    path, invitation = invite(service)
    for site in ("same-origin", "none"):
        assert answer_as_person(service, path, headers={"Sec-Fetch-Site": site}).status == 303
    assert response_of(service, invitation)["trust"] == "confirmed"


# ---- views ----

def test_views_that_cannot_be_written_hold_up_nobody_else(service):
    pages = [open_page(service, invite(service)[0]) for _ in range(8)]
    service.get("/v1/responses", key="read")
    with concurrent.futures.ThreadPoolExecutor(8) as pool, service.connect() as held:
        held.cursor().execute("LOCK TABLE page_views IN ACCESS EXCLUSIVE MODE")
        open_page(service, invite(service)[0])
        sent = [pool.submit(send, service, page, **ANSWERS) for page in pages]
        service.wait_for(lambda: "page_views" in str(service.sql(
            "SELECT query FROM pg_stat_activity WHERE wait_event_type = 'Lock'")))
        begun = time.monotonic()
        assert service.get("/v1/responses", key="read").status_code == 200
        assert time.monotonic() - begun < 5
        held.rollback()
        assert {page.result().status for page in sent} <= {200, 303, 503}


def views_of(service, invitation):
    time.sleep(0.5)
    return [row[0] for row in service.sql("SELECT coalesce(preselected, '') FROM page_views"
                                          " WHERE invitation_id = %s ORDER BY id", invitation["id"])]


def test_each_opening_leaves_a_note_but_not_head_nor_prefetch(service):
    path, invitation = invite(service)
    open_page(service, path)
    open_page(service, path + "?csat=3")
    open_page(service, path + "?understood=no&csat=3")
    service.request("HEAD", path)
    open_page(service, path, Sec_Purpose="prefetch;prerender")
    open_page(service, path, Purpose="prefetch")
    assert views_of(service, invitation) == ["", "csat=3", "understood=no"]


def test_views_survive_a_stop_right_after_them(service):
    path, invitation = invite(service)
    for _ in range(20):
        open_page(service, path)
    service.restart()
    assert len(views_of(service, invitation)) == 20


def test_no_token_or_comment_is_logged(service):
    path, _ = invite(service)
    assert answer_as_person(service, path, comment="a secret remark").status == 303
    time.sleep(0.1)
    assert path.removeprefix("/s/") not in service.log() and "a secret remark" not in service.log()


# ---- the database is away ----

def test_without_the_database_the_page_asks_to_try_again_and_nothing_is_lost(service, postgres):
    path, invitation = invite(service)
    page = open_page(service, path)
    time.sleep(PERSON_WAIT_S)
    postgres.stop()
    try:
        for answered in (open_page(service, path), send(service, page, **ANSWERS)):
            assert answered.status == 503 and answered.title == "Please try again in a moment"
            assert int(answered.response.headers["Retry-After"]) > 0 and answered.root["lang"] == "en"
        assert open_page(service, "/s/x").status == 404
    finally:
        postgres.start()
    service.wait_for(lambda: send(service, page, **ANSWERS).status == 303)
    assert response_of(service, invitation)["revision"] == 1
    assert views_of(service, invitation) == [""]
