"""Comments to score: English as it stands in our own pages, cut at random from a fixed seed."""
import json
import random
import re
import statistics
import subprocess
import tempfile

import lab

SEED = 20261128
COMMENTS = 5000
WORDS_MIN, WORDS_MAX = 3, 23
RUNS = 5
WORD = re.compile(r"[A-Za-z']+[.,!?]?")
PAGES = ("README.md", "openapi.yaml", "config/understood.ini", "src/README.md")


def comments():
    draw = random.Random(SEED)
    words = [word for page in PAGES for word in (lab.ROOT / page).read_text().split() if WORD.fullmatch(word)]
    for _ in range(COMMENTS):
        start = draw.randrange(len(words) - WORDS_MAX)
        yield " ".join(words[start:start + draw.randint(WORDS_MIN, WORDS_MAX)])


def sentiment(bench):
    bench.say("sentiment: comments of 3 to 23 words scored with their spans, by one thread, in its CPU time")
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
        file.writelines(f"{comment}\n" for comment in comments())
        file.flush()
        command = [str(lab.binary("sentiment", bench.build)), file.name, "1"]
        scored = [json.loads(subprocess.check_output(command, text=True)) for _ in range(RUNS)]
    rate = statistics.median(each["comments"] / each["seconds"] for each in scored)
    size = scored[0]["bytes"] / scored[0]["comments"]
    bench.figure("sentiment_comments_per_s", rate, f"{size:.0f} bytes in {WORDS_MIN} to {WORDS_MAX} words each; median of {RUNS}; aim 1,000,000")
