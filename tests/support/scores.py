"""Rows planted straight into the tables, and their scores counted the slow way."""
import datetime
import json
import math
import random
import uuid
import zoneinfo

UTC = datetime.timezone.utc
Z = 1.959963984540054
QUESTIONS = ("understood", "csat", "nps", "ces", "frustrated")
SKIP_REASONS = ("fatigue", "suppressed", "no_address", "sampled_out", "expired", "reopened", "answered", "archived")
UNREACHABLE = ("suppressed", "no_address")
VALUES = {
    "agent": [f"agent-{i}" for i in range(7)],
    "team": ["red", "green", "blue", None],
    "channel": ["phone", "chat", "email"],
    "reason": ["complaint", "technical", None],
    "language": ["en", "de", "ja"],
    "source": ["page", "api"],
}


def later_id(draw):
    """Of a time to come, so that the job that records contacts of answers does not get to these rows."""
    return str(uuid.UUID(int=draw.getrandbits(127) | 1 << 127))


def credited(row, dimension):
    """The values of a dimension that a row counts for."""
    if dimension == "agent":
        return row["agents"]
    return [row[dimension]] if row[dimension] is not None else []


def matches(row, filters):
    return all(value in credited(row, dimension) for dimension, value in filters.items())


def make_rows(seed, count, first, last):
    """Invitations, responses and contacts at random instants of [first, last)."""
    draw, draw_fate, draw_mood = (random.Random(each) for each in (seed, f"what became of {seed}", f"mood {seed}"))
    invitations, responses, contacts = [], [], []
    for index in range(count):
        at = first + (last - first) * draw.random()
        row = {dimension: draw.choice(values) for dimension, values in VALUES.items() if dimension != "agent"}
        row |= {"id": later_id(draw), "contact_ref": f"c-{seed}-{index}",
                "agents": draw.sample(VALUES["agent"], draw.choice([0, 1, 1, 1, 2])), "at": at}
        if draw.random() < 0.7:
            invitations.append(row | draw_verdict(draw_fate))
        joined = row["id"] if invitations and invitations[-1]["id"] == row["id"] and not skipped(invitations[-1]) else None
        if draw_fate.random() < 0.8:
            contacts.append(row | draw_marks(draw_fate, row["contact_ref"]))
        if draw.random() < 0.6:
            responses.append(row | {
                "id": later_id(draw),
                "at": min(at + datetime.timedelta(minutes=draw.randrange(600)), last - datetime.timedelta(microseconds=1)),
                "invitation_id": joined,
                "trust": draw.choices(["confirmed", "provisional", "discarded"], [8, 1, 1])[0],
                "understood": draw.choice(["yes", "yes", "partly", "no", None]),
                "csat": draw.choice([1, 2, 3, 4, 5, 5, None]), "nps": draw.choice([*range(11), None]),
                "ces": draw.choice([1, 2, 3, 4, 5, 6, 7, None, None]), "frustration": draw_mood.choice([0, .05, .4999, .5, .8, 1, None]),
            })
    return invitations, responses, contacts


def draw_verdict(draw):
    verdict = draw.choices(["created", "scheduled", "sent", "bounced", "skipped"], [4, 1, 3, 1, 2])[0]
    return {"verdict": verdict, "skip_reason": draw.choice(SKIP_REASONS) if verdict == "skipped" else None}


def draw_marks(draw, ref):
    customer = f"customer of {ref}" if draw.random() < 0.8 else None
    repeated = customer is not None and draw.random() < 0.3
    return {"customer_ref": customer, "repeated": repeated, "repeated_same_reason": repeated and draw.random() < 0.5,
            "reassigned": draw.random() < 0.1}


def skipped(row):
    return row.get("verdict") == "skipped"


def response(ref, at, **columns):
    return {"id": later_id(random), "contact_ref": ref, "at": at, "agents": [], "team": None, "channel": None,
            "reason": None, "language": None, "source": "api", "invitation_id": None, "trust": "confirmed",
            "understood": "yes", "csat": None, "nps": None, "ces": None, "frustration": None} | columns


def invitation(ref, at, **columns):
    return {"id": later_id(random), "contact_ref": ref, "at": at, "agents": [], "team": None, "channel": None,
            "reason": None, "language": None, "source": "api"} | columns


def contact(ref, at, **columns):
    """Solved at that time; repeated_same_reason says whether any who came back did so for the same."""
    return {"contact_ref": ref, "at": at, "agents": [], "team": None, "channel": None, "reason": None, "language": None,
            "source": "api", "repeated": False, "repeated_same_reason": False, "reassigned": False,
            "customer_ref": f"customer of {ref}"} | columns


def plant(cursor, account, invitations, responses, survey="understood", contacts=()):
    for row in invitations:
        cursor.execute(
            "INSERT INTO invitations (account_id, id, survey, contact_ref, agents, team, channel, reason, language, solved_at,"
            " source, created_at, expires_at, verdict, skip_reason)"
            " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
            (account, row["id"], survey, row["contact_ref"], row["agents"], row["team"], row["channel"], row["reason"],
             row["language"], row["at"], row["source"], row["at"], row["at"] + datetime.timedelta(days=30),
             row.get("verdict", "created"), row.get("skip_reason")))
    for row in contacts:
        back = row["at"] + datetime.timedelta(days=1) if row["repeated"] else None
        cursor.execute(
            "INSERT INTO contacts (account_id, contact_ref, agents, team, channel, reason, language, solved_at, source,"
            " recorded_at, reassigned_at, repeat_ref, repeat_at, repeat_same_reason, customer_ref)"
            " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
            (account, row["contact_ref"], row["agents"], row["team"], row["channel"], row["reason"], row["language"],
             row["at"], row["source"], row["at"], row["at"] if row["reassigned"] else None,
             f"{row['contact_ref']}-again" if back else None, back, row["repeated_same_reason"] if back else None,
             row["customer_ref"]))
    for row in responses:
        cursor.execute(
            "INSERT INTO responses (account_id, id, survey, contact_ref, agents, team, channel, reason, language, solved_at,"
            " source, answered_at, received_at, trust, invitation_id, understood, csat, nps, ces, frustration, extras)"
            " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
            (account, row["id"], survey, row["contact_ref"], row["agents"], row["team"], row["channel"], row["reason"],
             row["language"], row["at"], row["source"], row["at"], row["at"], row["trust"], row["invitation_id"],
             row["understood"], row["csat"], row["nps"], row["ces"], row["frustration"],
             json.dumps({"choices": row["choices"]}) if row.get("choices") else None))


def wilson(x, n):
    if n == 0:
        return None, None
    centre = (x + Z * Z / 2) / (n + Z * Z)
    half = Z / (n + Z * Z) * math.sqrt(x * (n - x) / n + Z * Z / 4)
    return centre - half, centre + half


def adjusted_wald(detractors, passives, promoters):
    if detractors + passives + promoters == 0:
        return None, None
    det, pas, pro = detractors + .75, passives + 1.5, promoters + .75
    n = det + pas + pro
    x = (pro - det) / n
    half = Z * math.sqrt(((pro + det) / n - x * x) / n)
    point = (promoters - detractors) / (detractors + passives + promoters)
    return 100 * min(max(x - half, -1), point), 100 * max(min(x + half, 1), point)


def two_sided(z):
    return math.erfc(abs(z) / math.sqrt(2))


def rate_change(now, before):
    """Newcombe's interval and the pooled z test; (hits, count) each."""
    (x, n), (y, m) = now, before
    one, other = x / n, y / m
    (low, high), (other_low, other_high) = wilson(x, n), wilson(y, m)
    pooled = (x + y) / (n + m)
    error = math.sqrt(pooled * (1 - pooled) * (1 / n + 1 / m))
    return {"difference": one - other, "low": one - other - math.sqrt((one - low) ** 2 + (other_high - other) ** 2),
            "high": one - other + math.sqrt((high - one) ** 2 + (other - other_low) ** 2),
            "p": two_sided((one - other) / error) if error else 1.0}


def nps_change(now, before):
    """Of (detractors, passives, promoters) each."""
    def adjusted(counts):
        det, pas, pro = (count + more for count, more in zip(counts, (.75, 1.5, .75)))
        n = det + pas + pro
        mean = (pro - det) / n
        return mean, ((pro + det) / n - mean * mean) / n

    (one, variance), (other, other_variance) = adjusted(now), adjusted(before)
    error = math.sqrt(variance + other_variance)
    point = (now[2] - now[0]) / sum(now) - (before[2] - before[0]) / sum(before)
    return {"difference": 100 * point, "low": 100 * min(max(one - other - Z * error, -2), point),
            "high": 100 * max(min(one - other + Z * error, 2), point), "p": two_sided((one - other) / error)}


def benjamini_hochberg(p):
    order = sorted(range(len(p)), key=lambda index: p[index], reverse=True)
    adjusted, smallest = [0] * len(p), 1.0
    for rank, index in zip(range(len(p), 0, -1), order):
        smallest = min(smallest, p[index] * len(p) / rank)
        adjusted[index] = smallest
    return adjusted


def change(now, before):
    """Of two S."""
    repeats = [made["repeat_rate"] for made in (now, before)]
    told = all(each["n"] and "withheld" not in each for each in repeats)
    repeat_change = rate_change(*[(each["repeated"], each["n"]) for each in repeats]) if told else None
    if "withheld" in now or "withheld" in before:
        return {"withheld": True, "repeat_rate": repeat_change} | dict.fromkeys(QUESTIONS)
    counts = {
        "understood": [(made["understood"]["yes"], made["understood"]["n"]) for made in (now, before)],
        "csat": [(sum(made["csat"]["counts"][3:]), made["csat"]["n"]) for made in (now, before)],
        "ces": [(sum(made["ces"]["counts"][4:]), made["ces"]["n"]) for made in (now, before)],
        "frustrated": [(made["frustrated"]["frustrated"], made["frustrated"]["n"]) for made in (now, before)],
        "nps": [tuple(made["nps"][name] for name in ("detractors", "passives", "promoters")) for made in (now, before)],
    }
    both = {question: now[question]["n"] and before[question]["n"] for question in QUESTIONS}
    return {question: (nps_change if question == "nps" else rate_change)(*counts[question]) if both[question] else None
            for question in QUESTIONS} | {"repeat_rate": repeat_change}


def divide(x, n):
    return x / n if n else None


def repeat_rate(contacts, recent):
    """Of contacts solved before that instant."""
    known = [row for row in contacts if row["customer_ref"] is not None]
    old = [row for row in known if row["at"] < recent]

    def share(mark):
        count = sum(row[mark] for row in old)
        low, high = wilson(count, len(old))
        return {"repeated": count, "rate": divide(count, len(old)), "low": low, "high": high}

    return {"n": len(old), **share("repeated"), "same_reason": share("repeated_same_reason"),
            "pending": len(known) - len(old), "no_customer": len(contacts) - len(known)}


def coverage(contacts, invitations, answered):
    invited = [row for row in invitations if not skipped(row)]
    skips = {reason: sum(skipped(row) and row["skip_reason"] == reason for row in invitations) for reason in SKIP_REASONS}
    return {"contacts": len(contacts),
            "eligible": len(invited) + sum(count for reason, count in skips.items() if reason not in UNREACHABLE),
            "invited": len(invited), "bounced": sum(row.get("verdict") == "bounced" for row in invited), "skipped": skips,
            "answered": answered, "reassigned": sum(row["reassigned"] for row in contacts)}


def score(invitations, responses, contacts, all_responses, recent, mark=False):
    """S of the given rows; all_responses says which invitations have a confirmed answer, recent from when on contacts may
    still repeat."""
    confirmed = [row for row in responses if row["trust"] == "confirmed"]
    answered_ids = {row["invitation_id"] for row in all_responses if row["trust"] == "confirmed"}
    felt = {word: sum(row["understood"] == word for row in confirmed) for word in ("yes", "partly", "no")}
    n = sum(felt.values())
    low, high = wilson(felt["yes"], n)
    counts = [sum(row["csat"] == stars for row in confirmed) for stars in range(1, 6)]
    csat_n, top_two = sum(counts), counts[3] + counts[4]
    csat_low, csat_high = wilson(top_two, csat_n)
    given = [row["nps"] for row in confirmed if row["nps"] is not None]
    promoters, detractors = sum(nps >= 9 for nps in given), sum(nps <= 6 for nps in given)
    passives = len(given) - promoters - detractors
    nps_low, nps_high = adjusted_wald(detractors, passives, promoters)
    efforts = [sum(row["ces"] == points for row in confirmed) for points in range(1, 8)]
    ces_n, easy = sum(efforts), sum(efforts[4:])
    ces_low, ces_high = wilson(easy, ces_n)
    moods = [row["frustration"] for row in confirmed if row["frustration"] is not None]
    frustrated = sum(mood >= .5 for mood in moods)
    frustrated_low, frustrated_high = wilson(frustrated, len(moods))
    invited = sum(not skipped(row) for row in invitations)
    invited_answered = sum(row["id"] in answered_ids for row in invitations)
    made = {
        "n": len(confirmed), "provisional": sum(row["trust"] == "provisional" for row in responses),
        "invited": invited, "answered": sum(row["invitation_id"] is not None for row in confirmed),
        "response_rate": divide(invited_answered, invited),
        "understood": {"n": n, **felt, "rate": divide(felt["yes"], n), "low": low, "high": high},
        "csat": {"n": csat_n, "counts": counts,
                 "mean": divide(sum(stars * count for stars, count in enumerate(counts, 1)), csat_n),
                 "top_two_rate": divide(top_two, csat_n), "low": csat_low, "high": csat_high},
        "nps": {"n": len(given), "promoters": promoters, "passives": passives, "detractors": detractors,
                "score": divide(100 * (promoters - detractors), len(given)), "low": nps_low, "high": nps_high},
        "ces": {"n": ces_n, "counts": efforts,
                "mean": divide(sum(points * count for points, count in enumerate(efforts, 1)), ces_n),
                "top_three_rate": divide(easy, ces_n), "low": ces_low, "high": ces_high},
        "frustrated": {"n": len(moods), "frustrated": frustrated, "not_scored": len(confirmed) - len(moods),
                       "rate": divide(frustrated, len(moods)), "low": frustrated_low, "high": frustrated_high},
        "repeat_rate": repeat_rate(contacts, recent), "coverage": coverage(contacts, invitations, invited_answered),
    }
    asked = {question for row in confirmed for question in row.get("choices") or {}}
    if asked:
        made["choices"] = {question: count_choices(confirmed, question) for question in asked}
    if mark:
        mark_small(made)
    return made


def count_choices(confirmed, question):
    chosen = [row["choices"][question] for row in confirmed if question in (row.get("choices") or {})]
    return {"n": len(chosen), "counts": {choice: sum(choice in choices for choices in chosen)
                                         for choice in {choice for choices in chosen for choice in choices}}}


def mark_small(made):
    if 0 < made["n"] < 10:
        made["thin"] = True
    if 0 < made["n"] < 5:
        withhold(made)
    repeats = made["repeat_rate"]
    if 0 < repeats["n"] < 10:
        repeats["thin"] = True
    if 0 < repeats["n"] < 5:
        withhold_repeats(repeats)


def withhold_repeats(repeats):
    repeats["withheld"] = True
    nothing = dict.fromkeys(("repeated", "rate", "low", "high"))
    repeats |= nothing
    repeats["same_reason"] = nothing


def withhold(made):
    made["withheld"] = True
    for question in QUESTIONS:
        made[question] = {name: value if name == "n" else None for name, value in made[question].items()}
    for chosen in made.get("choices", {}).values():
        chosen["counts"] = None
    if "fair" in made:
        made["fair"] = None


def unmarked_groups(invitations, responses, contacts, all_responses, recent, dimension, only=None):
    counted = [row for row in responses if row["trust"] != "discarded"]
    values = sorted({value for row in invitations + counted + contacts for value in credited(row, dimension)})
    made = []
    for value in values:
        of = [[row for row in rows if value in credited(row, dimension)] for rows in (invitations, responses, contacts)]
        made.append({"value": value, **score(*of, all_responses, recent)})
    return [group for group in made if group["value"] == only] if only else made


def mark_groups(made):
    for group in made:
        mark_small(group)
    if sum("withheld" in group for group in made) == 1:
        shown = [group for group in made if group["n"] and "withheld" not in group]
        if shown:
            withhold(min(shown, key=lambda group: group["n"]))
    repeats = [group["repeat_rate"] for group in made]
    if sum("withheld" in each for each in repeats) == 1:
        shown = [each for each in repeats if each["n"] and "withheld" not in each]
        if shown:
            withhold_repeats(min(shown, key=lambda each: each["n"]))


def local_days(zone, first, last):
    """(start, end) of each local day from first to last, as instants with their offsets."""
    zone = zoneinfo.ZoneInfo(zone)
    day = first
    while day <= last:
        following = day + datetime.timedelta(days=1)
        yield tuple(datetime.datetime.combine(date, datetime.time(), zone) for date in (day, following))
        day = following


def within(rows, start, end):
    return [row for row in rows if start <= row["at"] < end]


def assert_close(got, expected, where=""):
    if isinstance(expected, dict):
        assert set(got) == set(expected), f"{where}: {sorted(got)} are not {sorted(expected)}"
        for name in expected:
            assert_close(got[name], expected[name], f"{where}/{name}")
    elif isinstance(expected, list):
        assert len(got) == len(expected), f"{where}: {len(got)} in place of {len(expected)}"
        for index, (one, other) in enumerate(zip(got, expected)):
            assert_close(one, other, f"{where}/{index}")
    elif isinstance(expected, float):
        assert got is not None and abs(got - expected) <= 5.1e-7, f"{where}: {got} is not {expected}"
    else:
        assert got == expected, f"{where}: {got} is not {expected}"
