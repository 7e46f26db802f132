"""Mail scanners, link previews and people on the same links: machines count 0, nobody is locked out or held."""
import concurrent.futures
import itertools
import time

import pytest

from support.survey_page import ANSWERS, answer_as_person, counted, invite, open_page, send

REPLAYS = 12
surveys = itertools.count(1)
SCANNER = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0 Safari/537.36"
PREVIEWS = ("Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
            "Mozilla/5.0 (Windows NT 6.1; WOW64) SkypeUriPreview Preview/0.5 skype-url-preview@microsoft.com",
            "WhatsApp/2.23.20.0 A", "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
            "TelegramBot (like TwitterBot)", "LinkedInBot/1.0 (compatible; Mozilla/5.0)")
SCORE_LINKS = ("?understood=yes", "?understood=partly", "?understood=no")


class Replay:
    """One scenario on many links at once, each link one customer's mail; on a survey of its own, for clean counts."""

    def __init__(self, service, survey):
        made = service.put(f"/v1/surveys/{survey}", key="admin", json={})
        assert made.status_code in (200, 201), made.text
        self.service, self.survey = service, survey

    def run(self, act, count=REPLAYS):
        """act(path) for each of count links, in parallel; its results."""
        paths = [invite(self.service, survey=self.survey)[0] for _ in range(count)]
        with concurrent.futures.ThreadPoolExecutor(count) as pool:
            return list(pool.map(act, paths))

    def counted(self):
        return counted(self.service, self.survey)


@pytest.fixture
def replay(service):
    return Replay(service, f"scan-{next(surveys)}")


def agent(text=SCANNER):
    return {"User-Agent": text}


def head_then_get(service, path, query=""):
    assert service.request("HEAD", path + query, headers=agent()).status_code == 200
    assert service.get(path + query, headers=agent()).status_code == 200


def all_links_at_once(service, path):
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        return list(pool.map(lambda query: open_page(service, path + query, User_Agent=SCANNER), ("", *SCORE_LINKS)))


def fill_and_submit(service, path, wait_s=0.0, query="?understood=yes", **more):
    page = open_page(service, path + query, User_Agent=SCANNER)
    time.sleep(wait_s)
    return send(service, page, headers=agent(), **{**ANSWERS, **more})


# ---- those that only look ----

def test_head_and_get_before_the_person_count_nothing(service, replay):
    replay.run(lambda path: head_then_get(service, path, "?understood=no"))
    assert replay.counted() == (0, 0)


def test_every_link_of_a_mail_opened_at_once_counts_nothing(service, replay):
    replay.run(lambda path: all_links_at_once(service, path))
    assert replay.counted() == (0, 0)


def test_a_page_loaded_and_left_open_counts_nothing(service, replay):
    replay.run(lambda path: (open_page(service, path + "?understood=yes"), time.sleep(3)))
    assert replay.counted() == (0, 0)


@pytest.mark.parametrize("preview", range(len(PREVIEWS)))
def test_a_link_preview_counts_nothing(service, replay, preview):
    replay.run(lambda path: open_page(service, path + "?understood=yes", User_Agent=PREVIEWS[preview]), count=2)
    assert replay.counted() == (0, 0)


def test_a_prefetching_browser_counts_nothing(service, replay):
    replay.run(lambda path: open_page(service, path + "?understood=yes", Sec_Purpose="prefetch"))
    assert replay.counted() == (0, 0)


def test_following_every_link_on_the_page_counts_nothing(service, replay):
    def follow(path):
        for link in [path, f"{path}/thanks", *open_page(service, f"{path}/thanks").links]:
            assert open_page(service, link).status == 200
    replay.run(follow)
    assert replay.counted() == (0, 0)


# ---- those that submit ----

def test_a_bare_click_on_send_counts_nothing(service, replay):
    def click(path):
        page = open_page(service, path + "?understood=yes")
        time.sleep(3)
        return send(service, page).status
    assert set(replay.run(click)) == {422}
    assert replay.counted() == (0, 0)


@pytest.mark.parametrize("comment", ["", "Great service!"])
@pytest.mark.parametrize("wait_s", [0.0, 0.4, 0.8])
def test_filling_and_submitting_within_a_second_is_held(service, replay, wait_s, comment):
    pages = replay.run(lambda path: fill_and_submit(service, path, wait_s, comment=comment))
    assert {page.status for page in pages} == {200}
    assert replay.counted() == (0, REPLAYS)


def test_an_answer_changed_at_once_is_held_too(service, replay):
    replay.run(lambda path: fill_and_submit(service, path, 0.3, query="?understood=no"))
    assert replay.counted() == (0, REPLAYS)


def test_opening_all_links_and_submitting_one_after_a_while_is_held(service, replay):
    def act(path):
        page = all_links_at_once(service, path)[1]
        time.sleep(2.5)
        return send(service, page, headers=agent(), **ANSWERS)
    replay.run(act)
    assert replay.counted() == (0, REPLAYS)


def test_submitting_the_form_of_every_link_counts_nothing(service, replay):
    def act(path):
        for page in all_links_at_once(service, path)[1:]:
            send(service, page, headers=agent(), **{**ANSWERS, **page.fields})
    replay.run(act)
    assert replay.counted() == (0, REPLAYS)


def test_filling_every_field_and_waiting_is_held(service, replay):
    replay.run(lambda path: fill_and_submit(service, path, 4, comment="Hello", website="https://example.com"))
    assert replay.counted() == (0, REPLAYS)


def test_a_preview_robot_that_submits_is_held(service, replay):
    def act(path):
        page = open_page(service, path + "?understood=yes")
        time.sleep(2)
        return send(service, page, headers=agent(PREVIEWS[1]), **ANSWERS)
    replay.run(act)
    assert replay.counted() == (0, REPLAYS)


# ---- people, after and among them ----

def assert_all_counted(replay, pages):
    assert {page.status for page in pages} == {303}
    assert replay.counted() == (len(pages), 0)


@pytest.mark.parametrize("query", ["", "?understood=partly"])
def test_a_person_without_a_comment_after_a_double_fetch_counts(service, replay, query):
    def act(path):
        head_then_get(service, path, query)
        head_then_get(service, path, query)
        return answer_as_person(service, path + query, wait_s=2)
    assert_all_counted(replay, replay.run(act))


def test_a_person_after_all_links_were_scanned_counts(service, replay):
    def act(path):
        all_links_at_once(service, path)
        time.sleep(11)
        return answer_as_person(service, path + "?understood=no", wait_s=2)
    assert_all_counted(replay, replay.run(act))


def test_a_person_whose_scanner_opens_the_links_at_the_same_time_can_confirm(service, replay):
    def act(path):
        all_links_at_once(service, path)
        asked = answer_as_person(service, path + "?understood=no", wait_s=2)
        assert asked.status == 200
        time.sleep(2)
        return send(service, asked)
    assert_all_counted(replay, replay.run(act))


@pytest.mark.parametrize("machine", [fill_and_submit, lambda service, path: fill_and_submit(service, path, 0.5, nps="0")])
def test_a_machines_vote_never_locks_the_person_out(service, replay, machine):
    def act(path):
        assert machine(service, path).status == 200
        time.sleep(1)
        form = open_page(service, path)
        assert not set(form.fields) & set(form.radios)  # what the machine chose is not put into the person's mouth
        return answer_as_person(service, path, wait_s=2, csat="2")
    assert_all_counted(replay, replay.run(act))


def test_a_machine_after_the_person_changes_nothing(service, replay):
    def act(path):
        done = answer_as_person(service, path, wait_s=2, csat="1")
        fill_and_submit(service, path, csat="5")
        return done
    assert_all_counted(replay, replay.run(act))
    listed = service.get(f"/v1/responses?survey={replay.survey}", key="read").json()["data"]
    assert [row["answers"]["csat"] for row in listed] == [1] * REPLAYS


@pytest.mark.parametrize("wait_s", [1.6, 2.5, 6])
def test_people_who_think_for_a_while_are_never_held(service, replay, wait_s):
    queries = ("", "?understood=yes", "?understood=no", "?nps=3")
    def act(path):
        query = queries[hash(path) % len(queries)]
        return answer_as_person(service, path + query, wait_s=wait_s)
    assert_all_counted(replay, replay.run(act))


def test_a_survey_of_one_question_holds_the_unchanged_answer_of_the_first_minute(service, replay):
    service.put(f"/v1/surveys/{replay.survey}", key="admin",
                json={"questions": [{"question": "understood", "required": True}]})
    pages = replay.run(lambda path: answer_as_person(service, path + "?understood=yes", wait_s=2), count=2)
    assert {page.status for page in pages} == {200} and replay.counted() == (0, 2)
    changed = replay.run(lambda path: answer_as_person(service, path + "?understood=yes", wait_s=3.1, understood="no"), count=2)
    assert {page.status for page in changed} == {303} and replay.counted() == (2, 2)
