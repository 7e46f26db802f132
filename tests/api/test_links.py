"""/l/{account}/{survey}: links that a helpdesk signs, or does not, without a call to us."""
import concurrent.futures
import http.client
import itertools
import subprocess
import time
import urllib.parse

import pytest

from support.links import VECTORS, at, canonical, make_secret, pairs_of, signature, signed_link, unsigned_link
from support.survey_page import ANSWERS, PERSON_WAIT_S, answer_as_person, counted, invite, open_page, send

FUTURE = 4102444800
surveys = itertools.count(1)


@pytest.fixture(scope="module")
def secret(service):
    return make_secret(service)["secret"]


@pytest.fixture
def survey(service):
    """A survey of its own, for clean counts, and the secret of its links."""
    name = f"linked-{next(surveys)}"
    assert service.put(f"/v1/surveys/{name}", "admin", json={}).status_code == 201
    return name, make_secret(service, name)["secret"]


@pytest.fixture
def open_survey(service):
    """One that takes links without signature too."""
    name = f"open-{next(surveys)}"
    assert service.put(f"/v1/surveys/{name}", "admin", json={"unsigned_links": True}).status_code == 201
    return name, make_secret(service, name)["secret"]


def contact_of(link):
    return dict(urllib.parse.parse_qsl(link.partition("?")[2]))["contact"]


def response_of(service, survey, contact, trust="confirmed"):
    query = urllib.parse.urlencode({"survey": survey, "trust": trust, "limit": 200})
    listed = service.get(f"/v1/responses?{query}", key="read").json()["data"]
    found = [row for row in listed if row["contact"]["ref"] == contact]
    return service.get(f"/v1/responses/{found[0]['id']}", key="read").json() if found else None


def post_answer(service, survey, contact, **answers):
    return service.post("/v1/responses", "write", json={
        "survey": survey, "contact": {"ref": contact, "team": "by api"}, "answers": answers or {"understood": "no"}})


def answer_all(service, links):
    """Each by a person of its own, all at the same time."""
    with concurrent.futures.ThreadPoolExecutor(len(links)) as pool:
        done = list(pool.map(lambda link: answer_as_person(service, link), links))
    assert {page.status for page in done} == {303}
    return done


def status_of(service, target, method="GET"):
    """Sent byte for byte, which requests does not do."""
    connection = http.client.HTTPConnection("127.0.0.1", service.port, timeout=30)
    connection.request(method, target)
    answered = connection.getresponse()
    answered.read()
    connection.close()
    return answered.status


# ---- the published vectors ----

@pytest.fixture(scope="module")
def vector_surveys(service):
    for account, survey in {(row["account"], row["survey"]) for row in VECTORS["valid"]}:
        service.sql("INSERT INTO accounts VALUES (%s, 'vectors', 'UTC', now()) ON CONFLICT DO NOTHING", account)
        service.sql("INSERT INTO surveys VALUES (%s, %s, '{}', 1, now(), now()) ON CONFLICT DO NOTHING", account, survey)
        service.sql("DELETE FROM link_secrets WHERE account_id = %s AND survey = %s", account, survey)
        service.sql("INSERT INTO link_secrets VALUES (%s, %s, gen_random_uuid(), %s, now())",
                    account, survey, VECTORS["secret"])
    service.restart()


def openssl_hmac(text):
    done = subprocess.run(["openssl", "dgst", "-sha256", "-hmac", VECTORS["secret"]], input=text.encode(),
                          capture_output=True, check=True)
    return done.stdout.decode().split()[-1]


@pytest.mark.parametrize("vector", VECTORS["valid"], ids=lambda vector: vector["name"])
def test_a_vector_is_what_openssl_and_python_say(vector):
    pairs = [tuple(pair) for pair in vector["params"]]
    assert canonical(vector["account"], vector["survey"], pairs) == vector["canonical"]
    assert signature(VECTORS["secret"], vector["account"], vector["survey"], pairs) == vector["sig"]
    assert openssl_hmac(vector["canonical"]) == vector["sig"]
    query = vector["url"].partition("?")[2]
    assert urllib.parse.parse_qsl(query, keep_blank_values=True) == [*pairs, ("sig", vector["sig"])] or \
        sorted(urllib.parse.parse_qsl(query, keep_blank_values=True)) == sorted([*pairs, ("sig", vector["sig"])])


@pytest.mark.parametrize("vector", VECTORS["valid"], ids=lambda vector: vector["name"])
def test_a_valid_vector_opens_the_page(service, vector_surveys, vector):
    assert status_of(service, vector["url"]) == 200
    assert status_of(service, vector["canonical"] + "&sig=" + vector["sig"].upper()) == 200
    assert status_of(service, vector["canonical"].replace("?", f"?sig={vector['sig']}&")) == 200


@pytest.mark.parametrize("vector", VECTORS["invalid"], ids=lambda vector: vector["name"])
def test_an_invalid_vector_is_refused(service, vector_surveys, vector):
    assert status_of(service, vector["url"]) == 404


# ---- the page ----

def test_a_signed_link_opens_the_same_page_as_an_invitation(service, secret):
    by_token = open_page(service, invite(service)[0])
    by_link = open_page(service, signed_link(secret))
    for page in (by_token, by_link):
        for name in (page.nonce, page.action):
            page.response._content = page.response.content.replace(name.replace("&", "&amp;").encode(), b"")
    assert by_link.response.text == by_token.response.text
    assert by_link.response.headers["Cache-Control"] == "no-store"
    assert by_link.response.headers["Referrer-Policy"] == "no-referrer"


def test_an_answer_by_link_is_stored_with_all_that_the_link_says(service, secret):
    link = signed_link(secret, contact="T 1/ü", agent=["zoe", "ann"], team="Billing & more", channel="email", reason="complaint",
                       language="de", customer="c-9", email="kim@example.com", name="Kim", solved="2026-11-01T10:00:00+01:00",
                       exp=FUTURE, utm_source="mail")
    page = open_page(service, link)
    assert page.root["lang"] == "de"
    done = answer_as_person(service, link, comment="Danke")
    assert done.status == 303
    assert open_page(service, done.response.headers["Location"]).title == "Vielen Dank"
    response = response_of(service, "understood", "T 1/ü")
    assert response["source"] == "link" and response["trust"] == "confirmed" and "invitation" not in response
    assert response["contact"] == {
        "ref": "T 1/ü", "agents": ["zoe", "ann"], "team": "Billing & more", "channel": "email", "reason": "complaint",
        "language": "de", "customer": {"ref": "c-9", "email": "kim@example.com", "name": "Kim"},
        "solved_at": "2026-11-01T09:00:00Z"}
    assert response["answers"] == {"understood": "yes", "csat": 4, "nps": 9, "comment": "Danke"}


@pytest.mark.parametrize("solved, stored", [("1790000000", "2026-09-21T14:13:20Z"), ("2026-11-01", "2026-11-01T00:00:00Z")])
def test_the_time_it_was_solved_may_be_unix_seconds_or_a_day(service, secret, solved, stored):
    link = signed_link(secret, solved=solved)
    assert answer_as_person(service, link).status == 303
    assert response_of(service, "understood", contact_of(link))["contact"]["solved_at"] == stored


def test_links_make_no_invitations_and_no_response_rate(service, survey):
    name, key = survey
    assert answer_as_person(service, signed_link(key, name)).status == 303
    total = service.get(f"/v1/metrics?survey={name}&interval=all", "read").json()["total"]
    assert (total["n"], total["invited"], total["answered"], total["response_rate"]) == (1, 0, 0, None)
    assert service.get(f"/v1/invitations?survey={name}", "read").json()["data"] == []


def test_an_invitation_for_the_same_contact_is_joined(service, survey):
    name, key = survey
    _, invitation = invite(service, survey=name, ref="both", team="of the invitation")
    assert answer_as_person(service, signed_link(key, name, contact="both", team="of the link", reason="late")).status == 303
    response = response_of(service, name, "both")
    assert response["invitation"] == invitation["id"] and response["source"] == "link"
    assert response["contact"]["team"] == "of the invitation" and response["contact"]["reason"] == "late"
    total = service.get(f"/v1/metrics?survey={name}&interval=all", "read").json()["total"]
    assert (total["invited"], total["answered"], total["response_rate"]) == (1, 1, 1)


@pytest.mark.parametrize("answer", [{"understood": "partly"}, {"csat": "2"}, {"nps": "0"}])
def test_an_answer_in_the_link_is_preselected_and_no_more(service, survey, answer):
    name, key = survey
    page = open_page(service, signed_link(key, name, **answer))
    assert {question: page.fields[question] for question in page.radios if question in page.fields} == answer
    assert "You chose: " in page.text and counted(service, name) == (0, 0)


@pytest.mark.parametrize("answer", [{"understood": "maybe"}, {"csat": "6"}, {"ces": "x"}, {"understood": ""}])
def test_what_is_no_answer_is_passed_over(service, secret, answer):
    page = open_page(service, signed_link(secret, **answer))
    assert page.status == 200 and not set(page.fields) & set(page.radios)


def test_the_thank_you_page_leads_to_what_was_answered_not_to_what_the_link_preselects(service, secret):
    link = signed_link(secret, understood="no")
    assert answer_as_person(service, link, understood="partly", comment="hm").status == 303
    change = open_page(service, open_page(service, at(link, "/thanks")).links[0])
    assert change.fields["understood"] == "partly" and change.fields["comment"] == "hm"
    assert open_page(service, link).fields["understood"] == "no"  # another button of the mail
    time.sleep(PERSON_WAIT_S)
    assert send(service, change, nps="2").status == 303
    response = response_of(service, "understood", contact_of(link))
    assert response["revision"] == 2 and response["answers"] == {"understood": "partly", "csat": 4, "nps": 2, "comment": "hm"}


def test_the_same_link_twice_is_one_response(service, survey):
    name, key = survey
    link = signed_link(key, name)
    page = open_page(service, link)
    time.sleep(PERSON_WAIT_S)
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        assert {done.status for done in pool.map(lambda _: send(service, page, **ANSWERS), range(4))} == {303}
    assert answer_as_person(service, link, csat="1").status == 303
    response = response_of(service, name, contact_of(link))
    assert response["revision"] == 2 and response["answers"]["csat"] == 1
    assert counted(service, name) == (1, 0)


def test_two_answers_for_one_contact_at_once_are_one_response(service, survey):
    name, key = survey
    links = [signed_link(key, name, contact="raced", team=f"team {number}") for number in range(6)]
    pages = [open_page(service, link) for link in links]
    time.sleep(PERSON_WAIT_S)
    with concurrent.futures.ThreadPoolExecutor(7) as pool:
        by_api = pool.submit(post_answer, service, name, "raced")
        done = list(pool.map(lambda page: send(service, page, **ANSWERS).status, pages))
    assert done == [303] * 6 and by_api.result().status_code in (200, 201)
    response = response_of(service, name, "raced")
    assert response["revision"] == 7 and len(response["votes"]) == 7 and counted(service, name) == (1, 0)


def test_a_held_answer_is_asked_for_again_and_then_counts(service, survey):
    name, key = survey
    asked = send(service, open_page(service, signed_link(key, name)), **ANSWERS)
    assert asked.status == 200 and "One last step" in asked.title and counted(service, name) == (0, 1)
    time.sleep(PERSON_WAIT_S)
    assert send(service, asked).status == 303 and counted(service, name) == (1, 0)


def test_after_the_edit_window_the_answer_is_final(service, survey):
    name, key = survey
    link = signed_link(key, name)
    assert answer_as_person(service, link).status == 303
    page = open_page(service, link)
    service.sql("UPDATE responses SET confirmed_at = confirmed_at - interval '8 days' WHERE survey = %s", name)
    assert open_page(service, link).status == 410 and send(service, page, csat="1").status == 410
    thanks = open_page(service, at(link, "/thanks"))
    assert thanks.status == 200 and thanks.links == []


OWN = [{"question": "understood"}, {"question": "ces", "required": False},
       {"question": "topic", "kind": "choice", "choices": [{"choice": "billing"}, {"choice": "late"}], "many": True, "required": False},
       {"question": "improve", "kind": "text", "required": False, "when": ["no"]}]


@pytest.mark.parametrize("link_of", [signed_link, lambda key, name, **params: unsigned_link(name, **params)], ids=["signed", "unsigned"])
def test_a_surveys_own_questions_are_answered_by_link_too(service, link_of):
    name = f"own-{next(surveys)}"
    texts = {"en": {"questions": {"topic": "What about?", "improve": "What else?"}, "choices": {"topic": {"billing": "Bills", "late": "Late"}}}}
    made = service.put(f"/v1/surveys/{name}", "admin", json={"questions": OWN, "texts": texts, "unsigned_links": True})
    assert made.status_code == 201, made.text
    link = link_of(make_secret(service, name)["secret"], name, ces=6, understood="no")
    page = open_page(service, link)
    assert page.fields["ces"] == "6" and page.fields["understood"] == "no"
    time.sleep(PERSON_WAIT_S)
    assert send(service, page, **{"x-topic": ["billing", "late"], "x-improve": "Patience"}).status in (200, 303)
    service.verify()
    rows = service.sql("SELECT ces, extras FROM responses WHERE survey = %s", name)
    assert rows == [(6, {"choices": {"topic": ["billing", "late"]}, "texts": {"improve": "Patience"}})]


def test_an_archived_survey_takes_no_links(service, survey):
    name, key = survey
    link = signed_link(key, name)
    page = open_page(service, link)
    assert service.put(f"/v1/surveys/{name}", "admin", json={"archived": True}).status_code == 200
    assert open_page(service, link).status == 410 and send(service, page, **ANSWERS).status == 410
    assert open_page(service, signed_link(key, name, exp="soon")).status == 400


# ---- machines ----

def test_scanners_record_nothing(service, survey):
    name, key = survey
    buttons = [signed_link(key, name, contact="scanned", understood=word) for word in ("yes", "partly", "no")]
    for link in buttons:
        head = service.head(link)
        assert head.status_code == 200 and head.content == b""
    with concurrent.futures.ThreadPoolExecutor(6) as pool:
        assert {page.status for page in pool.map(lambda link: open_page(service, link), buttons * 2)} == {200}
    for link in (at(buttons[0], "/thanks"), at(buttons[0], "/change")):
        assert open_page(service, link).status == 200
    assert counted(service, name) == (0, 0) and response_of(service, name, "scanned") is None
    assert service.sql("SELECT count(*) FROM invitations WHERE survey = %s", name) == [(0,)]


def test_all_buttons_opened_at_once_and_one_submitted_is_held(service, survey):
    name, key = survey
    pages = [open_page(service, signed_link(key, name, contact="burst", understood=word)) for word in ("yes", "partly", "no")]
    time.sleep(PERSON_WAIT_S)
    assert send(service, pages[0], **{**ANSWERS, **pages[0].fields}).status == 200
    response = response_of(service, name, "burst", "provisional")
    assert "burst" in response["votes"][0]["evidence"]["reasons"] and counted(service, name) == (0, 1)


def test_each_contact_has_views_and_nonces_of_its_own(service, survey):
    name, key = survey
    for word in ("yes", "partly", "no"):
        open_page(service, signed_link(key, name, contact="other", understood=word))
    assert answer_as_person(service, signed_link(key, name, contact="mine", understood="yes")).status == 303
    page = open_page(service, signed_link(key, name, contact="third"))
    foreign = open_page(service, signed_link(key, name, contact="fourth")).nonce
    assert send(service, page, **ANSWERS, nonce=foreign).status == 422


def test_each_opening_leaves_a_note_under_an_id_that_is_no_invitations(service, survey):
    name, key = survey
    link = signed_link(key, name, csat=3)

    def views():
        time.sleep(0.5)
        return service.sql("SELECT invitation_id::text, coalesce(preselected, '') FROM page_views ORDER BY viewed_at")
    before = views()
    service.head(link)
    open_page(service, link, Sec_Purpose="prefetch")
    assert views() == before
    open_page(service, link)
    open_page(service, at(link, "/change"))
    noted = views()[len(before):]
    assert [view[1] for view in noted] == ["csat=3", ""] and len({view[0] for view in noted}) == 1
    assert noted[0][0][14] == "8"  # the version of a UUID that is made of something else


# ---- refusals ----

def test_whatever_is_wrong_with_the_signature_the_page_is_the_same(service, secret):
    good = signed_link(secret, contact="guarded")
    plain, _, sig = good.partition("&sig=")
    wrong = [plain, plain + "&sig=", plain + "&sig=" + "0" * 64, plain + "&sig=" + sig[:-1], f"{good}&sig={sig}",
             good.replace("guarded", "another"), good + "&team=x", good.replace("/l/1/", "/l/2/"),
             good.replace("/l/1/", "/l/01/"), good.replace("/l/1/", "/l/x/"), good.replace("/l/1/", "/l/99999999999999999999/"),
             good.replace("/understood?", "/none-such?"), good.replace("/understood?", "/No%20Name?"),
             signed_link("uls_" + "x" * 43, contact="guarded"), "/l/1/understood", "/l/1/understood?" + "a=b&" * 60]
    for suffix in ("", "/thanks", "/change"):
        pages = [open_page(service, at(link, suffix)) for link in wrong]
        assert {page.status for page in pages} == {404}
        assert {page.response.text for page in pages} == {pages[0].response.text}
    assert {service.post(link, data=ANSWERS).status_code for link in wrong} == {404}
    assert open_page(service, good, Accept_Language="he").root["lang"] == "he"
    assert open_page(service, wrong[0], Accept_Language="he").root["lang"] == "he"


def test_a_survey_without_a_secret_takes_no_links(service):
    assert service.put("/v1/surveys/no-secret", "admin", json={}).status_code == 201
    for key in ("", "uls_", "null"):
        assert open_page(service, signed_link(key, "no-secret")).status == 404


FAULTS = [
    ({"contact": ""}, "contact: is missing"), ({"contact": " "}, "contact: is blank"),
    ({"contact": "x" * 201}, "contact: is too long"), ({"contact": "a\nb"}, "contact: has control characters"),
    ({"contact": ["a", "b"]}, "contact: is given more than once"), ({"team": ["", "b"]}, "team: is given more than once"),
    ({"team": "ü" * 51}, "team: is too long"), ({"agent": ["a", "a"]}, "agent: names somebody twice"),
    ({"agent": [str(n) for n in range(9)]}, "agent: is given more than 8 times"), ({"agent": "x" * 101}, "agent: is too long"),
    ({"language": "x"}, "language: is not a language tag"), ({"email": "nobody"}, "email: is not an email address"),
    ({"solved": "yesterday"}, "solved: is neither"), ({"solved": str(FUTURE)}, "solved: lies in the future"),
    ({"exp": ""}, "exp: is not a time"), ({"exp": "soon"}, "exp: is not a time"), ({"exp": "-1"}, "exp: is not a time"),
    ({"exp": "1e9"}, "exp: is not a time"), ({"exp": "9" * 30}, "exp: is not a time"),
    ({"exp": [str(FUTURE), str(FUTURE)]}, "exp: is given more than once"),
    ({"understood": ["yes", "no"]}, "understood: is given more than once"),
    ({"customer": "\x7f"}, "customer: has control characters"), ({"name": "x" * 321}, "name: is too long"),
]


@pytest.mark.parametrize("params, fault", FAULTS, ids=lambda value: str(value)[:40])
def test_what_cannot_be_used_is_named_and_nothing_is_stored(service, secret, params, fault):
    before = service.sql("SELECT count(*) FROM responses")
    link = signed_link(secret, **params)
    for suffix in ("", "/thanks", "/change"):
        page = open_page(service, at(link, suffix), Accept_Language="de")
        assert page.status == 400 and fault in page.text and page.title == "Dieser Link funktioniert nicht"
        assert page.action is None and page.response.headers["Cache-Control"] == "no-store"
    assert service.post(link, data=ANSWERS).status_code == 400
    assert service.sql("SELECT count(*) FROM responses") == before


def test_a_language_may_be_written_with_an_underscore(service, secret):
    page = open_page(service, signed_link(secret, language="de_AT"))
    assert page.status == 200 and page.root["lang"].startswith("de")


def test_a_faulty_link_is_told_in_the_language_it_names(service, secret):
    assert open_page(service, signed_link(secret, exp="soon", language="fr")).root["lang"] == "fr"


@pytest.mark.parametrize("query", ["contact=%ff", "contact=%c3", "%ed%a0%80=1", "&".join(f"a{n}=1" for n in range(65))])
def test_a_malformed_query_is_a_page_too(service, query):
    page = open_page(service, f"/l/1/understood?{query}")
    assert page.status == 400 and "the query: " in page.text


def test_hostile_texts_stay_texts(service, secret):
    hostile = "</code><script>alert(1)</script>\"'&"
    link = signed_link(secret, contact=hostile, name=hostile)
    page = open_page(service, link)
    assert page.status == 200 and "script" not in {tag for tag, _ in page.elements}
    assert answer_as_person(service, link).status == 303
    assert response_of(service, "understood", hostile)["contact"]["customer"]["name"] == hostile


def test_an_expired_link_says_so_unless_it_was_answered_in_time(service, secret):
    assert open_page(service, signed_link(secret, exp=1)).status == 410
    soon = int(time.time()) + 4
    link = signed_link(secret, exp=soon)
    page = open_page(service, link)
    assert answer_as_person(service, link, wait_s=1.6).status == 303
    other = signed_link(secret, exp=soon)
    late = open_page(service, other)
    time.sleep(max(0, soon - time.time()) + 0.1)
    assert open_page(service, link).status == 200 and send(service, page, **{**ANSWERS, "csat": "1"}).status == 303
    assert open_page(service, other).status == 410 and send(service, late, **ANSWERS).status == 410
    assert "expired" in open_page(service, other).title


def test_without_the_database_the_page_asks_to_try_again(service, secret, postgres):
    link = signed_link(secret)
    page = open_page(service, link)
    time.sleep(PERSON_WAIT_S)
    postgres.stop()
    try:
        for answered in (open_page(service, link), send(service, page, **ANSWERS), open_page(service, at(link, "/thanks"))):
            assert answered.status == 503 and int(answered.response.headers["Retry-After"]) > 0
    finally:
        postgres.start()
    service.wait_for(lambda: send(service, page, **ANSWERS).status == 303)


def test_no_link_is_logged(service, secret):
    link = signed_link(secret, contact="a secret contact")
    assert answer_as_person(service, link).status == 303
    time.sleep(0.3)
    assert "secret contact" not in service.log() and "sig=" not in service.log() and secret not in service.log()


def test_asking_for_what_is_not_there_pushes_no_survey_out_of_memory(make_service, postgres):
    service = make_service(UNDERSTOOD_KEYS_CACHE_S=600)
    kept = "/l/1/understood?contact=1&sig=" + "0" * 64
    assert status_of(service, kept) == 404

    def flood(worker):
        connection = http.client.HTTPConnection("127.0.0.1", service.port, timeout=30)
        statuses = set()
        for number in range(750):
            connection.request("GET", f"/l/1/none-{worker}-{number}?contact=1")
            answered = connection.getresponse()
            answered.read()
            statuses.add(answered.status)
        return statuses
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        assert set().union(*pool.map(flood, range(4))) == {404}
    postgres.stop()
    try:
        assert status_of(service, kept) == 404  # known without the database
        assert status_of(service, "/l/1/never-heard-of?contact=1") == 503
    finally:
        postgres.start()


# ---- the secret ----

def rotate(service, name, **body):
    made = make_secret(service, name, **body)
    assert made["secret"].startswith("uls_") and len(made["secret"]) == 47
    return made


def seconds_until(text):
    return time.mktime(time.strptime(text[:19], "%Y-%m-%dT%H:%M:%S")) - time.mktime(time.gmtime())


def test_two_secrets_are_valid_during_rotation(service):
    assert service.put("/v1/surveys/rotated", "admin", json={"expires_after_days": 3}).status_code == 201
    made = [rotate(service, "rotated")]
    assert "previous_valid_until" not in made[0]
    links = [signed_link(made[0]["secret"], "rotated")]
    for valid in ([True, True], [False, True, True], [False, False, True, True]):
        made.append(rotate(service, "rotated"))
        assert 3 * 86400 - 60 < seconds_until(made[-1]["previous_valid_until"]) < 3 * 86400 + 60
        links.append(signed_link(made[-1]["secret"], "rotated"))
        assert [open_page(service, link).status == 200 for link in links] == valid
    assert len({one["secret"] for one in made}) == len(made)


def test_the_previous_secret_ends_in_time(service, survey):
    name, first = survey
    second = rotate(service, name, previous_valid_days=1)["secret"]
    links = [signed_link(key, name) for key in (first, second)]
    assert [open_page(service, link).status for link in links] == [200, 200]
    service.sql("UPDATE link_secrets SET valid_until = now() WHERE survey = %s AND valid_until IS NOT NULL", name)
    service.restart()
    assert [open_page(service, link).status for link in links] == [404, 200]


def test_a_secret_that_leaked_ends_at_once(service, survey):
    name, first = survey
    made = rotate(service, name, previous_valid_days=0)
    assert "previous_valid_until" not in made
    assert [open_page(service, signed_link(key, name)).status for key in (first, made["secret"])] == [404, 200]
    assert service.sql("SELECT count(*) FROM link_secrets WHERE survey = %s", name) == [(1,)]


def test_rotations_at_once_leave_two_secrets(service, survey):
    name, _ = survey
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda _: rotate(service, name)["secret"], range(6)))
    opened = sum(open_page(service, signed_link(key, name)).status == 200 for key in made)
    assert opened == 2 and service.sql("SELECT count(*) FROM link_secrets WHERE survey = %s", name) == [(2,)]


@pytest.mark.parametrize("body", [{"previous_valid_days": -1}, {"previous_valid_days": 366}, {"previous_valid_days": "1"},
                                  {"previous_valid_days": 1.5}, {"secret": "mine"}])
def test_a_rotation_that_makes_no_sense_is_refused(service, survey, body):
    name, key = survey
    refused = service.post(f"/v1/surveys/{name}/link-secret", "admin", json=body)
    assert refused.status_code == 422 and refused.json()["code"] == "invalid_body"
    assert open_page(service, signed_link(key, name)).status == 200


def test_a_secret_is_shown_once(service, survey):
    name, key = survey
    made = service.post(f"/v1/surveys/{name}/link-secret", "admin", json={"previous_valid_days": None})
    assert made.headers["Cache-Control"] == "no-store"
    everything = service.get(f"/v1/surveys/{name}", "admin").text + service.log()
    assert key not in everything and made.json()["secret"] not in everything


# ---- links without a signature ----

def unverified(service, name, **filters):
    return counted(service, name, source="link_unverified", **filters)


def test_unsigned_links_are_taken_only_where_the_survey_says_so(service, survey, open_survey):
    assert open_page(service, unsigned_link(survey[0])).status == 404
    assert open_page(service, unsigned_link(open_survey[0])).status == 200
    assert open_page(service, unsigned_link(open_survey[0]) + "&sig=" + "0" * 64).status == 404
    assert open_page(service, unsigned_link(open_survey[0], exp="soon")).status == 400
    definition = service.get(f"/v1/surveys/{open_survey[0]}", "read").json()
    assert definition["unsigned_links"] is True
    refused = service.put("/v1/surveys/odd", "admin", json={"unsigned_links": "yes"})
    assert refused.status_code == 422 and refused.json()["errors"][0]["pointer"] == "/unsigned_links"


def test_unsigned_answers_are_counted_apart(service, open_survey):
    name, key = open_survey
    link = unsigned_link(name, team="red", agent="eve")
    done = answer_all(service, [link, signed_link(key, name, team="red")])
    assert open_page(service, done[0].response.headers["Location"]).links == []
    response = response_of(service, name, contact_of(link))
    assert response["source"] == "link_unverified" and response["contact"]["agents"] == ["eve"]
    assert counted(service, name) == (1, 0) and unverified(service, name) == (1, 0)
    assert counted(service, name, team="red") == (1, 0) and unverified(service, name, team="red") == (1, 0)


@pytest.fixture(scope="module")
def mixed_survey(service):
    """Two unsigned answers, of teams red and blue, and a signed one of team red."""
    service.put("/v1/surveys/mixed", "admin", json={"unsigned_links": True})
    key = make_secret(service, "mixed")["secret"]
    answer_all(service, [unsigned_link("mixed", team="red"), unsigned_link("mixed", team="blue"), signed_link(key, "mixed", team="red")])
    return "mixed"


@pytest.mark.parametrize("interval", ["hour", "day", "week", "month", "all"])
def test_the_default_aggregates_leave_unsigned_answers_out_at_every_interval(service, mixed_survey, interval):
    def ask(**filters):
        query = urllib.parse.urlencode({"survey": mixed_survey, "interval": interval, "by": "team", **filters})
        answer = service.get(f"/v1/metrics?{query}", "read").json()
        series = sum(point["n"] for point in answer.get("series", [])) if interval != "all" else answer["total"]["n"]
        return answer["total"]["n"], series, {group["value"]: group["n"] for group in answer["groups"] if group["n"]}
    assert ask() == (1, 1, {"red": 1})
    assert ask(source="link_unverified") == (2, 2, {"blue": 1, "red": 1})
    assert ask(source="link_unverified", team="blue") == (1, 1, {"blue": 1})
    assert ask(team="blue") == (0, 0, {})
    assert ask(by="source") == (1, 1, {"link": 1, "link_unverified": 2})
    assert ask(by="source", source="link_unverified") == (2, 2, {"link_unverified": 2})


def test_an_unsigned_answer_is_given_once_and_not_shown_again(service, open_survey):
    name, _ = open_survey
    link = unsigned_link(name)
    page = open_page(service, link)
    time.sleep(PERSON_WAIT_S)
    assert send(service, page, **ANSWERS, comment="private").status == 303
    assert send(service, page, **ANSWERS, comment="private").status == 303  # the same click again
    for again in (open_page(service, link), open_page(service, at(link, "/change")), send(service, page, **{**ANSWERS, "csat": "1"}),
                  send(service, page), service_form(service, link)):
        assert again.status == 410 and "already" in again.title and "private" not in again.response.text
    response = response_of(service, name, contact_of(link))
    assert response["answers"]["csat"] == 4 and response["revision"] == 1 and len(response["votes"]) == 1


def service_form(service, link):
    """A form that nothing was rendered for."""
    from support.survey_page import Page
    return Page(service.post(link, data=ANSWERS))


def test_an_unsigned_link_neither_reveals_nor_overwrites_what_is_there(service, open_survey):
    name, _ = open_survey
    link = unsigned_link(name)
    page = open_page(service, link)
    time.sleep(PERSON_WAIT_S)
    assert post_answer(service, name, contact_of(link), understood="no", comment="private").status_code == 201
    assert send(service, page, **ANSWERS).status == 410
    again = open_page(service, link)
    assert again.status == 410 and again.title == "There is an answer already" and "private" not in again.response.text
    response = response_of(service, name, contact_of(link))
    assert response["answers"] == {"understood": "no", "comment": "private"} and len(response["votes"]) == 1
    assert unverified(service, name) == (0, 0)


def test_an_unsigned_link_does_not_touch_a_held_answer_of_a_signed_one(service, open_survey):
    name, key = open_survey
    signed = signed_link(key, name)
    held = send(service, open_page(service, signed), **ANSWERS)
    assert held.status == 200
    assert open_page(service, unsigned_link(name, contact=contact_of(signed))).status == 410
    time.sleep(PERSON_WAIT_S)
    assert send(service, held).status == 303 and counted(service, name) == (1, 0)


def test_a_held_unsigned_answer_can_be_confirmed(service, open_survey):
    name, _ = open_survey
    asked = send(service, open_page(service, unsigned_link(name)), **ANSWERS)
    assert asked.status == 200 and unverified(service, name) == (0, 1) and counted(service, name) == (0, 0)
    time.sleep(PERSON_WAIT_S)
    assert send(service, asked).status == 303 and unverified(service, name) == (1, 0)


@pytest.mark.parametrize("how", ["api", "signed", "invitation"])
def test_a_verified_answer_takes_the_place_of_an_unsigned_one(service, open_survey, how):
    name, key = open_survey
    link = unsigned_link(name, team="by nobody", agent="eve", reason="made up")
    contact = contact_of(link)
    assert answer_as_person(service, link, comment="not me").status == 303
    service.sql("UPDATE responses SET confirmed_at = confirmed_at - interval '30 days' WHERE survey = %s", name)
    if how == "api":
        assert post_answer(service, name, contact).status_code == 200
        expected = "api", "by api"
    else:
        path = signed_link(key, name, contact=contact, team="by link") if how == "signed" else \
            invite(service, survey=name, ref=contact, team="by invitation")[0]
        page = open_page(service, path)
        assert "not me" not in page.response.text and not set(page.fields) & set(page.radios)
        assert answer_as_person(service, path, understood="no").status == 303
        expected = ("link", "by link") if how == "signed" else ("page", "by invitation")
    response = response_of(service, name, contact)
    assert (response["source"], response["contact"]["team"]) == expected
    assert response["contact"]["agents"] == [] and "reason" not in response["contact"]
    assert response["answers"]["understood"] == "no" and len(response["votes"]) == 2
    assert counted(service, name) == (1, 0) and unverified(service, name) == (0, 0)
    assert post_answer(service, name, contact, nps=1).status_code == 200  # its edit window has just begun
    assert open_page(service, link).status == 410
    rate = service.get(f"/v1/metrics?survey={name}&interval=all", "read").json()["total"]["response_rate"]
    assert rate == (1 if how == "invitation" else None)


def test_an_unsigned_answer_is_no_answer_to_an_invitation(service, open_survey):
    name, _ = open_survey
    path, invitation = invite(service, survey=name, team="invited")
    assert answer_as_person(service, unsigned_link(name, contact=invitation["contact"]["ref"])).status == 303
    total = service.get(f"/v1/metrics?survey={name}&interval=all", "read").json()["total"]
    assert (total["n"], total["invited"], total["answered"], total["response_rate"]) == (0, 1, 0, 0)
    assert open_page(service, path).status == 200
    assert answer_as_person(service, path).status == 303
    assert response_of(service, name, invitation["contact"]["ref"])["source"] == "page"


@pytest.mark.parametrize("verified_first", [True, False])
def test_a_held_verified_answer_leaves_the_unsigned_one_until_it_is_confirmed(service, open_survey, verified_first):
    name, key = open_survey
    signed = signed_link(key, name, team="signed")
    page = open_page(service, signed)
    assert answer_as_person(service, unsigned_link(name, contact=contact_of(signed), team="nobody")).status == 303
    held = send(service, open_page(service, signed), **ANSWERS)  # at once
    assert held.status == 200 and unverified(service, name) == (1, 0) and counted(service, name) == (0, 0)
    time.sleep(PERSON_WAIT_S)
    assert send(service, page if verified_first else held, **ANSWERS).status == 303
    assert unverified(service, name) == (0, 0) and counted(service, name) == (1, 0)
    assert response_of(service, name, contact_of(signed))["contact"]["team"] == "signed"


def test_a_discarded_verified_answer_gives_way_to_the_unsigned_one_again(service, open_survey):
    name, key = open_survey
    path, invitation = invite(service, survey=name)
    link = unsigned_link(name, contact=invitation["contact"]["ref"])
    page = open_page(service, path)
    assert answer_as_person(service, link).status == 303 and send(service, page, **ANSWERS).status == 303
    response = response_of(service, name, contact_of(link))
    vote = next(vote for vote in response["votes"] if vote["source"] == "page")
    done = service.post(f"/v1/responses/{response['id']}/reclassify", "write",
                        json={"vote": vote["id"], "trust": "discarded", "reason": "a test"})
    assert done.status_code == 200 and done.json()["source"] == "link_unverified"
    assert counted(service, name) == (0, 0) and unverified(service, name) == (1, 0)
    total = service.get(f"/v1/metrics?survey={name}&interval=all", "read").json()["total"]
    assert (total["invited"], total["response_rate"]) == (1, 0)
    service.verify()
    assert answer_as_person(service, path, nps="3").status == 303 and counted(service, name) == (1, 0)


def test_unsigned_and_verified_answers_of_one_contact_at_once_leave_the_verified_one(service, open_survey):
    name, key = open_survey
    contacts = [f"raced {number}" for number in range(4)]
    links = [link for contact in contacts
             for link in (unsigned_link(name, contact=contact), signed_link(key, name, contact=contact), unsigned_link(name, contact=contact))]
    pages = [open_page(service, link) for link in links]
    time.sleep(PERSON_WAIT_S)
    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        api = [pool.submit(post_answer, service, name, contact) for contact in contacts]
        done = list(pool.map(lambda page: send(service, page, **ANSWERS).status, pages))
    assert {one.result().status_code for one in api} <= {200, 201}
    assert set(done[1::3]) == {303} and set(done[0::3] + done[2::3]) <= {303, 410}
    assert counted(service, name) == (4, 0) and unverified(service, name) == (0, 0)
    assert {response_of(service, name, contact)["source"] for contact in contacts} <= {"link", "api"}
    service.verify()


@pytest.mark.parametrize("source", ["page", "link", "link_unverified"])
def test_callers_of_the_api_may_not_name_our_sources(service, source):
    refused = service.post("/v1/responses", "write", json={
        "survey": "understood", "contact": {"ref": "x"}, "answers": {"understood": "yes"}, "source": source})
    assert refused.status_code == 422 and refused.json()["errors"][0]["pointer"] == "/source"


def test_a_secret_ends_with_its_survey_alone(service, survey):
    """pairs_of and canonical are the specification's; the survey's name is part of what is signed."""
    name, key = survey
    pairs = pairs_of({"contact": "1"})
    assert open_page(service, canonical(1, name, pairs) + "&sig=" + signature(key, 1, name, pairs)).status == 200
    assert open_page(service, canonical(1, "understood", pairs) + "&sig=" + signature(key, 1, "understood", pairs)).status == 404
