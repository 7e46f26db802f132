"""The signers in README.md, run as they stand there, against the published vectors and the service."""
import json
import re
import subprocess
import urllib.parse

import pytest

from support.links import VECTORS, canonical, make_secret, signature
from support.service import ROOT
from support.survey_page import open_page

SECTION = re.search(r"^## Links without an API call\n(.*?)^## ", (ROOT / "README.md").read_text(), re.S | re.M).group(1)
BASE = "https://survey.example"
MODULES = ROOT / "tests"

# Each prints a JSON array with the URL of every vector; $VECTORS is the file.
HARNESSES = {
    "js": (["node", "--input-type=module"], """
import { readFileSync } from 'node:fs';
const vectors = JSON.parse(readFileSync(process.env.VECTORS, 'utf8'));
console.log(JSON.stringify(vectors.valid.map((row) =>
  signedLink('https://survey.example', vectors.secret, row.account, row.survey, row.params))));
"""),
    "python": (["/usr/bin/python3", "-"], """
import json, os
vectors = json.load(open(os.environ["VECTORS"]))
print(json.dumps([signed_link("https://survey.example", vectors["secret"], row["account"], row["survey"], row["params"])
                  for row in vectors["valid"]]))
"""),
    "php": (["php"], """
$vectors = json_decode(file_get_contents(getenv('VECTORS')), true);
echo json_encode(array_map(fn($row) => signed_link('https://survey.example', $vectors['secret'], $row['account'],
    $row['survey'], $row['params']), $vectors['valid']));
"""),
    "ruby": (["ruby", "-"], """
require "json"
vectors = JSON.parse(File.read(ENV["VECTORS"], encoding: "UTF-8"))
puts JSON.generate(vectors["valid"].map { |row|
  signed_link("https://survey.example", vectors["secret"], row["account"], row["survey"], row["params"]) })
"""),
}

# The hmac filter is what helpdesks add to Liquid; liquidjs has none.
LIQUID = """
import { createHmac } from 'node:crypto';
import { Liquid } from 'liquidjs';
const engine = new Liquid();
engine.registerFilter('hmac_sha256', (text, key) => createHmac('sha256', key).update(text).digest('hex'));
const { template, tickets, secret } = JSON.parse(process.env.INPUT);
const made = await Promise.all(tickets.map((ticket) => engine.parseAndRender(template, { ticket, link_secret: secret })));
console.log(JSON.stringify(made.map((text) => text.trim())));
"""

TICKETS = [{"id": "4711", "agent": "mara", "team": "returns"}, {"id": 4712, "agent": "Zoë Müller", "team": "Second Line"},
           {"id": "a+b/c?d=e&f", "agent": "100% 🙂", "team": ""}, {"id": "x_y-z.~", "agent": "返品", "team": "a,b;c:@$[]"}]


def block(language, number=0):
    return re.findall(rf"^```{language}\n(.*?)^```", SECTION, re.S | re.M)[number]


def run(words, program, **environment):
    done = subprocess.run(words, input=program, capture_output=True, text=True, timeout=60, cwd=MODULES,
                          env={"PATH": "/usr/bin:/bin:/usr/local/bin", "LANG": "C.UTF-8", **environment})
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def links_of(language):
    words, harness = HARNESSES[language]
    start = "<?php\n" if language == "php" else ""
    return run(words, start + block(language) + harness, VECTORS=str(ROOT / "tests" / "vectors" / "signed-links.json"))


def pairs_in(url):
    return urllib.parse.parse_qsl(url.partition("?")[2], keep_blank_values=True)


@pytest.mark.parametrize("language", HARNESSES)
def test_a_signer_makes_what_every_vector_says(language):
    links = links_of(language)
    assert len(links) == len(VECTORS["valid"]) >= 15
    for link, vector in zip(links, VECTORS["valid"]):
        path = f"{BASE}/l/{vector['account']}/{vector['survey']}?"
        expected = [*(tuple(pair) for pair in vector["params"]), ("sig", vector["sig"])]
        assert link.startswith(path) and pairs_in(link) == expected, vector["name"]


@pytest.mark.parametrize("language", HARNESSES)
def test_a_signer_has_about_ten_lines(language):
    assert len(block(language).strip().splitlines()) <= 15


def liquid(template, secret):
    given = {"template": template, "tickets": TICKETS, "secret": secret}
    return run(["node", "--input-type=module"], LIQUID, INPUT=json.dumps(given))


def params_of(ticket):
    return [("agent", ticket["agent"]), ("contact", str(ticket["id"])), ("team", ticket["team"])]


def test_the_liquid_template_signs_too():
    for link, ticket in zip(liquid(block("liquid"), VECTORS["secret"]), TICKETS, strict=True):
        sig = signature(VECTORS["secret"], 1, "understood", params_of(ticket))
        assert link == BASE + canonical(1, "understood", params_of(ticket)) + "&sig=" + sig


def test_what_the_signers_make_opens_the_page(service):
    secret = make_secret(service)["secret"]
    links = liquid(block("liquid"), secret)
    assert len(links) == len(TICKETS)
    for link in links:
        assert open_page(service, link.removeprefix(BASE)).status == 200


def test_the_unsigned_template_makes_links_that_a_survey_may_take(service):
    links = [link.removeprefix(BASE) for link in liquid(block("liquid", 1), "")]
    tickets = [link for link, ticket in zip(links, TICKETS) if str(ticket["id"]).isalnum()]
    assert len(tickets) == 2 and {open_page(service, link).status for link in tickets} == {404}
    definition = service.get("/v1/surveys/understood", "admin").json()
    service.put("/v1/surveys/understood", "admin", json={**definition, "unsigned_links": True})
    assert {open_page(service, link).status for link in tickets} == {200}


def test_the_command_line_signs_too(service):
    secret = make_secret(service)["secret"]
    done = service.cli("link", "--signed", "--contact", "from the shell/ü", "--language", "de", check=True)
    path = urllib.parse.urlsplit(done.stdout.strip())
    assert pairs_in(done.stdout.strip())[:2] == [("contact", "from the shell/ü"), ("language", "de")]
    target = f"{path.path}?{path.query}"
    page = open_page(service, target)
    assert page.status == 200 and page.root["lang"] == "de"
    assert pairs_in(target)[2][1] == signature(secret, 1, "understood", pairs_in(target)[:2])
    assert service.sql("SELECT count(*) FROM invitations") == [(0,)]
    fresh = {service.cli("link", "--signed", check=True).stdout for _ in range(2)}
    assert len(fresh) == 2


@pytest.mark.parametrize("words", [["--survey", "nowhere"], ["--account", "77"]])
def test_the_command_line_says_what_it_lacks_to_sign(service, words):
    done = service.cli("link", "--signed", *words)
    assert done.returncode == 1 and done.stdout == "" and "no link secret" in done.stderr
