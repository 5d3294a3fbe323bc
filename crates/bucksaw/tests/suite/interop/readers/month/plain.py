"""The five questions, and what their answers are by the rows alone: lists of dicts, in Python."""

import collections
import datetime

ERRORS_DAY = datetime.date(2026, 11, 18)
LATENCY_DAY, LATENCY_SERVICE = datetime.date(2026, 11, 16), "api"
UTC = datetime.timezone.utc
# Across midnight, when columns appear.
WINDOW = datetime.datetime(2026, 11, 7, 23, 15, tzinfo=UTC), datetime.datetime(2026, 11, 8, 0, 45, tzinfo=UTC)
TOP = 5
USERS_SINCE, USERS_SERVICE = datetime.date(2026, 11, 10), "auth/login"

QUESTIONS = {
    "errors": "errors of each service on one day",
    "latency": "count, average and maximum of one service's latencies in each hour of a day",
    "trace": "all rows of one trace",
    "window": "the five most frequent messages of regions, in 90 minutes across midnight",
    "users": "how many users one service had in three weeks",
}


def wanted_trace(rows):
    """A trace that is in the folders of two days, the one with the most rows."""
    days, counts = collections.defaultdict(set), collections.Counter()
    for row in rows:
        days[row["trace_id"]].add(row["time"].date())
        counts[row["trace_id"]] += 1
    return max((trace for trace, days in days.items() if len(days) == 2), key=lambda trace: (counts[trace], trace))


def answers(rows, trace):
    """Each question's answer: tuples, in order."""
    return {
        "errors": errors(rows),
        "latency": latency(rows),
        "trace": in_order(
            (row["time"], row.get("service"), row["level"], row["message"]) for row in rows if row["trace_id"] == trace
        ),
        "window": window(rows),
        "users": users(rows),
    }


def errors(rows):
    found = (row for row in rows if row["time"].date() == ERRORS_DAY and row["level"] == "error")
    return in_order(collections.Counter(row.get("service") for row in found).items())


def latency(rows):
    hours = collections.defaultdict(list)
    for row in rows:
        if row["time"].date() == LATENCY_DAY and row.get("service") == LATENCY_SERVICE:
            took = row.get("latency_ms")
            if isinstance(took, (int, float)):
                hours[row["time"].hour].append(took)
    return in_order((hour, len(took), sum(took) / len(took), float(max(took))) for hour, took in hours.items())


def window(rows):
    start, end = WINDOW
    found = (row for row in rows if start <= row["time"] < end)
    counts = collections.Counter((row.get("region"), row["message"]) for row in found)
    top = sorted(counts.items(), key=lambda each: (-each[1], each[0][1], each[0][0] or ""))
    return [(*key, count) for key, count in top[:TOP]]


def users(rows):
    found = (row for row in rows if row["time"].date() >= USERS_SINCE and row.get("service") == USERS_SERVICE)
    return [(len({str(row["user_id"]) for row in found}),)]


def in_order(rows):
    return sorted(rows, key=lambda row: [(cell is not None, cell) for cell in row])
