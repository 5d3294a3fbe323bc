"""A month of logs as services write them: their columns drift, some rows come days late, and traces go across hours."""

import collections
import datetime
import json
import random

START = datetime.datetime(2026, 11, 1, tzinfo=datetime.timezone.utc)
DAYS = 30
# Days of November from which on something is otherwise.
DOUBLES, REGION, TEXTS, STATUS = 8, 8, 15, 20

# One has a name that folders' names encode, and some rows have none.
SERVICES = ["api", "auth/login", "batch jobs", None]
SERVICE_WEIGHTS = [45, 30, 24, 1]
LEVELS = ["debug", "info", "warn", "error"]
LEVEL_WEIGHTS = [20, 60, 12, 8]
MESSAGES = [
    "request served",
    "cache miss",
    "retrying upstream",
    "connection reset by peer",
    "session opened",
    "session closed",
    "invoice sent",
    "it's slow: 95% of the budget",
    "größe überschritten",
]
REGIONS = ["eu", "us", None]
# Of each row: that it comes late, that it goes on with a trace that is open, that it says how long it took.
LATE, IN_TRACE, TOOK = 0.02, 0.6, 0.8
LATE_HOURS = 72
OPEN_TRACES = 6


def month(rows_per_hour):
    """The rows of each hour, in the order in which they are written."""
    random_ = random.Random(rows_per_hour)
    traces = collections.deque(maxlen=OPEN_TRACES)
    for hour in range(DAYS * 24):
        start = START + datetime.timedelta(hours=hour)
        offsets = sorted(random_.randrange(3_600_000) for _ in range(rows_per_hour))
        times = [start + datetime.timedelta(milliseconds=offset) for offset in offsets]
        yield start, [row_at(time, traces, random_) for time in times]


def row_at(time, traces, random_):
    day = time.day
    if not traces or random_.random() > IN_TRACE:
        traces.append(random_.randbytes(16).hex())
    trace = random_.choice(traces)
    if random_.random() < LATE:
        time = max(START, time - datetime.timedelta(hours=random_.uniform(1, LATE_HOURS)))
        time = time.replace(microsecond=time.microsecond // 1_000 * 1_000)
    row = {
        "time": time,
        "service": random_.choices(SERVICES, SERVICE_WEIGHTS)[0],
        "level": random_.choices(LEVELS, LEVEL_WEIGHTS)[0],
        "message": random_.choice(MESSAGES),
        "trace_id": trace,
    }
    row["user_id"] = user_id(row["service"], day, random_)
    if random_.random() < TOOK:
        row["latency_ms"] = latency(row["service"], day, random_)
    if day >= REGION:
        row["region"] = random_.choice(REGIONS)
    if day >= STATUS and row["service"] == "api":
        row["http_status"] = random_.choice([200, 200, 200, 404, 500])
    return {name: value for name, value in row.items() if value is not None}


def user_id(service, day, random_):
    """A number, which one service writes as text one day, and "guest" in place of some."""
    number = random_.randrange(1, 400)
    if day < TEXTS or service != "auth/login":
        return number
    return random_.choice([number, str(number), str(number), "guest"])


def latency(service, day, random_):
    """Milliseconds: whole ones at first, then quarters too, of which sums of doubles are exact; then "timeout" too."""
    whole = random_.randrange(1, 2_000)
    if day >= TEXTS and service == "api" and random_.random() < 0.1:
        return "timeout"
    if day >= DOUBLES and service == "api":
        return whole + random_.choice([0.25, 0.5, 0.75])
    return whole


def write(folder, start, rows):
    """Writes an hour's file."""
    path = folder / f"{start:%Y-%m-%d}" / f"{start:%H}.ndjson"
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = (json.dumps(row, default=spelled, ensure_ascii=False) for row in rows)
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def spelled(time):
    return time.isoformat(timespec="milliseconds").replace("+00:00", "Z")
