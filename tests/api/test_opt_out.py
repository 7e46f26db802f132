"""/u/{token}: looking changes nothing, posting anything unsubscribes, only the customer's own step can be undone."""
import concurrent.futures
import gzip
import itertools
import time

import pytest

from support.locales import LOCALES
from support.opt_out import mailed, opt_out_path, suppressions_of
from support.survey_page import Page, invite

numbers = itertools.count(1)
ONE_CLICK = {"List-Unsubscribe": "One-Click"}
BOUNDARY = "----=_Part_1"
MULTIPART = (f"--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"List-Unsubscribe\"\r\n\r\nOne-Click\r\n"
             f"--{BOUNDARY}--\r\n")
SCANNERS = ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0 Safari/537.36",
            "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)", "WhatsApp/2.23.20.0 A",
            "Mozilla/5.0 (compatible; BarracudaCentral)", "")


def fresh_email():
    return f"Kim.{next(numbers)}@example.org"


@pytest.fixture
def email():
    return fresh_email()


@pytest.fixture
def path(service, email):
    return mailed(service, email)[0]


def reasons(service, email):
    return [each["reason"] for each in suppressions_of(service, email)]


def buttons(page):
    return [attributes["name"] for tag, attributes in page.elements if tag == "button"]


def opened(service, path, **headers):
    return Page(service.get(path, headers=headers))


def post(service, path, data=ONE_CLICK, **options):
    return service.post(path, data=data, **options)


# ---- looking ----

def test_the_page_asks_and_tells_the_address_in_part_only(service, email, path):
    page = opened(service, path)
    assert page.status == 200 and page.title == "Unsubscribe from these emails?"
    assert "\u2068K\u2022\u2022@example.org\u2069" in page.text and email not in page.response.text
    assert page.action == path and buttons(page) == ["List-Unsubscribe"]
    assert len(page.response.content) < 10_000


def test_it_has_the_headers_of_a_survey_page_and_sets_no_cookie(service, path):
    survey, opt_out = service.get(invite(service)[0]).headers, service.get(path).headers
    for name in ("Cache-Control", "Referrer-Policy", "X-Robots-Tag", "Permissions-Policy", "X-Content-Type-Options"):
        assert opt_out[name] == survey[name]
    policy = opt_out["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; style-src 'sha256-") and "form-action 'self'" in policy
    assert "Set-Cookie" not in opt_out


def test_scanners_that_open_every_link_unsubscribe_nobody(service):
    addresses = [fresh_email() for _ in range(12)]
    paths = [mailed(service, each)[0] for each in addresses]

    def scan(link):
        for agent in SCANNERS:
            for method, status in (("HEAD", 200), ("GET", 200), ("GET", 200), ("OPTIONS", 405)):
                answer = service.request(method, link, headers={"User-Agent": agent, "Sec-Purpose": "prefetch"})
                assert answer.status_code == status
            service.get(link + "?List-Unsubscribe=One-Click&undo=yes", headers={"User-Agent": agent})

    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        list(pool.map(scan, paths))
    assert [reasons(service, each) for each in addresses] == [[]] * 12
    post(service, paths[0])
    scan(paths[0])
    assert reasons(service, addresses[0]) == ["unsubscribed"]


def test_other_methods_are_refused(service, path):
    for method in ("PUT", "DELETE", "PATCH"):
        answer = service.request(method, path)
        assert answer.status_code == 405 and answer.headers["Allow"] == "GET, HEAD, POST"


# ---- one click ----

def test_one_click_suppresses_without_a_redirect_or_cookie_however_often(service, email):
    path, invitation = mailed(service, email)
    for _ in range(3):
        answer = post(service, path)
        assert answer.status_code == 200 and "Set-Cookie" not in answer.headers and "Location" not in answer.headers
        assert Page(answer).title == "You are unsubscribed"
    stored = suppressions_of(service, email)
    assert [(each["email"], each["reason"], each["invitation"]) for each in stored] == \
        [(email, "unsubscribed", invitation["id"])]
    page = opened(service, path)
    assert page.title == "You are unsubscribed" and buttons(page) == ["undo"]


@pytest.mark.parametrize("kind, body", [
    ("application/x-www-form-urlencoded", b"List-Unsubscribe=One-Click"),
    ("application/x-www-form-urlencoded; charset=UTF-8", b"List-Unsubscribe=One-Click"),
    (f"multipart/form-data; boundary=\"{BOUNDARY}\"", MULTIPART.encode()),
    ("multipart/form-data", MULTIPART.encode()),
    ("text/plain", b"List-Unsubscribe=One-Click"),
    ("text/plain", b"undo=yes"),
    ("application/json", b"{not json"),
    ("application/x-www-form-urlencoded", b"%zz=%ff&\x00undo"),
    ("application/x-www-form-urlencoded", b""),
    ("", b"\xff\xfe"),
    ("", b""),
])
def test_whatever_is_posted_in_whatever_form_unsubscribes(service, email, path, kind, body):
    answer = post(service, path, body, headers={"Content-Type": kind} if kind else {})
    assert answer.status_code == 200 and reasons(service, email) == ["unsubscribed"]


def test_a_compressed_body_unsubscribes_too(service, email, path):
    answer = post(service, path, gzip.compress(b"List-Unsubscribe=One-Click"), headers={
        "Content-Type": "application/x-www-form-urlencoded", "Content-Encoding": "gzip"})
    assert answer.status_code == 200 and reasons(service, email) == ["unsubscribed"]


def test_a_body_larger_than_any_form_is_refused(service, email, path):
    answer = post(service, path, b"x" * (300 << 10))
    assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")
    assert reasons(service, email) == []


def test_many_clicks_at_once_are_one(service, email, path):
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: post(service, path).status_code, range(16)))
    assert answers == [200] * 16 and reasons(service, email) == ["unsubscribed"]


def test_every_mail_to_the_same_address_says_so_in_whatever_case(service):
    first, second = mailed(service, "M\u00dcLLER@b\u00fccher.example")[0], mailed(service, "mu\u0308ller@XN--BCHER-KVA.example")[0]
    post(service, first)
    assert opened(service, second).title == "You are unsubscribed"
    other = mailed(service, "mueller@b\u00fccher.example")[0]
    assert opened(service, other).title == "Unsubscribe from these emails?"


# ---- undo ----

def test_it_is_undone_and_done_again_on_the_page(service, email, path):
    post(service, path)
    undone = Page(post(service, path, {"undo": "yes"}))
    assert undone.status == 200 and undone.title == "You are subscribed again"
    assert reasons(service, email) == [] and buttons(undone) == ["List-Unsubscribe"]
    assert Page(post(service, path, {"undo": "yes"})).title == "You are subscribed again"
    post(service, path)
    assert reasons(service, email) == ["unsubscribed"]


@pytest.mark.parametrize("reason", ["manual", "complaint"])
def test_only_the_customers_own_step_can_be_undone(service, email, path, reason):
    service.post("/v1/suppressions", "write", json={"email": email.upper(), "reason": reason})
    page = opened(service, path)
    assert page.title == "You are unsubscribed" and buttons(page) == []
    assert Page(post(service, path, {"undo": "yes"})).title == "You are unsubscribed"
    assert post(service, path).status_code == 200 and reasons(service, email) == [reason]


def test_opting_out_outlasts_a_bounce(service, email):
    path, invitation = mailed(service, email)
    service.post("/v1/suppressions", "write", json={"email": email.upper(), "reason": "bounced", "note": "550 5.1.1"})
    assert buttons(opened(service, path)) == ["List-Unsubscribe"], "nobody opted out yet"
    assert Page(post(service, path)).title == "You are unsubscribed"
    [stored] = suppressions_of(service, email)
    assert (stored["email"], stored["reason"], stored["invitation"]) == (email, "unsubscribed", invitation["id"])
    assert "note" not in stored and buttons(opened(service, path)) == ["undo"]
    service.post("/v1/suppressions", "write", json={"email": email, "reason": "bounced"})
    assert suppressions_of(service, email) == [stored]


# ---- which links ----

def test_it_works_for_years_and_after_the_survey_was_archived(service, email):
    service.put("/v1/surveys/old", "admin", json={"display_name": "Harbour Coffee"})
    path, invitation = mailed(service, email, survey="old")
    service.sql("UPDATE invitations SET created_at = now() - interval '5 years', expires_at = now() - interval '4 years'"
                " WHERE id = %s", invitation["id"])
    service.put("/v1/surveys/old", "admin", json={"display_name": "Harbour Coffee", "archived": True})
    assert "Harbour Coffee" in opened(service, path).title
    assert post(service, path).status_code == 200 and reasons(service, email) == ["unsubscribed"]
    service.sql("UPDATE invitations SET created_at = now(), expires_at = now() WHERE id = %s", invitation["id"])


def test_a_survey_link_never_opts_out_and_an_opt_out_link_never_answers(service, email):
    survey, invitation = invite(service, customer={"email": email})
    path = opt_out_path(service, invitation["id"])
    assert service.get(survey.replace("/s/", "/u/")).status_code == 404
    assert post(service, survey.replace("/s/", "/u/")).status_code == 404
    assert service.get(path.replace("/u/", "/s/")).status_code == 404
    assert service.post(path.replace("/u/", "/s/"), data={"understood": "yes"}).status_code == 404
    assert opt_out_path(service, invitation["id"], purpose=1).replace("/u/", "/s/") == survey
    assert reasons(service, email) == []


def test_links_that_nobody_signed_are_not_found(service, email):
    path, invitation = mailed(service, email)
    forged = [path[:-1] + ("A" if path[-1] != "A" else "B"), path[:-8], path + "A", "/u/x",
              opt_out_path(service, "019abf3e-6e3b-7c1e-8a4e-0e7d5d0f3a01"),
              opt_out_path(service, invitation["id"], account=2)]
    for link in forged:
        assert opened(service, link).title == "Page not found" and opened(service, link).status == 404
        assert post(service, link).status_code == 404
    assert reasons(service, email) == []


def test_an_invitation_without_an_address_has_nobody_to_unsubscribe(service):
    _, invitation = invite(service)
    path = opt_out_path(service, invitation["id"])
    assert opened(service, path).status == 404 and post(service, path).status_code == 404


# ---- what is shown ----

@pytest.mark.parametrize("language", LOCALES)
def test_it_speaks_the_customers_language(service, language):
    texts = LOCALES[language]
    path, _ = mailed(service, fresh_email(), language=language)
    asked, done, undone = opened(service, path), Page(post(service, path)), Page(post(service, path, {"undo": "yes"}))
    for page, title, text in ((asked, "opt_out_title", "opt_out_text"), (done, "opted_out_title", "opted_out_text"),
                              (undone, "opt_out_undone_title", "opt_out_undone_text")):
        assert (page.root["lang"], page.root["dir"]) == (language, texts["direction"])
        assert page.title == texts[title] and texts[text].partition("{")[0] in page.text


def test_without_a_language_of_ours_the_browsers_counts(service, email):
    path, _ = mailed(service, email, language="xx")
    assert opened(service, path, **{"Accept-Language": "de-AT"}).root["lang"] == "de"


def test_an_address_cannot_bring_markup(service):
    path, _ = mailed(service, "&b'c@x&amp.example")
    assert "\u2068&amp;\u2022\u2022@x&amp;amp.example\u2069" in service.get(path).text
    path, _ = mailed(service, "\u738b\u5c0f\u660e@example.org")
    assert "\u2068\u738b\u2022\u2022@example.org\u2069" in service.get(path).text


def test_no_token_or_address_is_logged(service, email, path):
    post(service, path)
    time.sleep(0.1)
    assert path.removeprefix("/u/") not in service.log() and email not in service.log()


def test_without_the_database_it_asks_to_try_again_and_works_later(service, postgres, email):
    path, _ = mailed(service, email, language="de")
    postgres.stop()
    try:
        for answer in (service.get(path), post(service, path), post(service, path, {"undo": "yes"})):
            assert answer.status_code == 503 and int(answer.headers["Retry-After"]) > 0
            assert "Please go back and try again." in Page(answer).text
        assert service.get("/u/x").status_code == 404
    finally:
        postgres.start()
    service.wait_for(lambda: post(service, path).status_code == 200)
    assert reasons(service, email) == ["unsubscribed"]
