"""Files for `understood import`, and what it says of them."""
import csv
import io
import json
import re

SUMMARY = re.compile(r"(\d+) rows read: (\d+) stored, (\d+) changed, (\d+) known before, (\d+) rejected; [\d.]+ s, \d+ rows a second\n")


def csv_of(rows, separator=","):
    names = list(dict.fromkeys(name for row in rows for name in row))
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, names, delimiter=separator)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def ndjson_of(rows):
    return "".join(json.dumps(row) + "\n" for row in rows)


def run(service, kind, path, text, *words, account=1):
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return service.cli("import", kind, path, "--account", account, *words)


def ends(done):
    """read, stored, changed, known before, rejected"""
    return tuple(map(int, SUMMARY.fullmatch(done.stdout).groups()))


def rejects_of(path):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
