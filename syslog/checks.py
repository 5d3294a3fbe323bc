"""What rows have to say of messages, by the form that they were written in."""

import dataclasses
import datetime
import json

FACILITIES = (
    "kern user mail daemon auth syslog lpr news uucp cron authpriv ftp ntp audit alert clock "
    "local0 local1 local2 local3 local4 local5 local6 local7"
).split()
SEVERITIES = "emerg alert crit err warning notice info debug".split()


@dataclasses.dataclass(frozen=True)
class Form:
    """A form in which daemons write messages, and which of their parts it has."""

    has_priority: bool
    # Whether it has message ids and structured data, as RFC 5424.
    is_of_rfc_5424: bool
    # Of times: microseconds with an offset, or a local time of seconds.
    has_moments: bool
    # Whether an application's name can be told from the message where no process id is between them: rsyslog writes no colon then.
    has_colon: bool = True
    options: tuple = ()


FORMS = {
    "rsyslog, RFC 5424": Form(True, True, True),
    "rsyslog, RFC 5424 behind lengths": Form(True, True, True),
    "rsyslog, precise times": Form(False, False, True, has_colon=False),
    "rsyslog, traditional": Form(False, False, False, has_colon=False),
    "rsyslog, forwarded behind lengths": Form(True, False, True, has_colon=False),
    "rsyslog, traditionally forwarded": Form(True, False, False, has_colon=False),
    "syslog-ng, RFC 5424": Form(True, True, True),
    "syslog-ng, precise times": Form(False, False, True),
    "syslog-ng, traditional": Form(False, False, False),
}


def moment(spelled):
    """A time as the file has it: microseconds since 1970, or RFC 3339."""
    if isinstance(spelled, int):
        return spelled
    time = datetime.datetime.fromisoformat(spelled)
    return (time - datetime.datetime.fromtimestamp(0, datetime.timezone.utc)) // datetime.timedelta(microseconds=1)


def expected(form, message):
    """The members of a message's row, as texts."""
    row = {"hostname": message.hostname, "app_name": message.app_name, "message": message.text}
    if message.proc_id is not None:
        row["proc_id"] = message.proc_id
    elif not form.has_colon:
        row["message"] = f"{row.pop('app_name')} {message.text}"
    if form.has_priority:
        facility, severity = divmod(message.priority, 8)
        row |= {"facility": str(facility), "facility_name": FACILITIES[facility]}
        row |= {"severity": str(severity), "severity_name": SEVERITIES[severity]}
    if form.has_moments:
        row["time"] = str(moment(message.time.isoformat()))
    else:
        row["local_time"] = f"{message.time:%b} {message.time.day:2} {message.time:%H:%M:%S}"
    if form.is_of_rfc_5424:
        if message.msg_id is not None:
            row["msg_id"] = message.msg_id
        for name, params in message.data.items():
            row |= {f"sd.{name}.{key}": value for key, value in params.items()}
    return row


def members(row):
    """The members of a row, those of objects by their paths, as texts."""
    found = {}
    for name, value in row.items():
        if name == "sd":
            for element, params in value.items():
                found |= {f"sd.{element}.{key}": str(value) for key, value in params.items()}
        else:
            found[name] = str(moment(value)) if name == "time" else str(value)
    return found


def differences(form, sent, read):
    """What is not as it was sent, a line each."""
    found = [members(json.loads(line)) for line in read.splitlines()]
    if len(found) != len(sent):
        yield f"{len(found)} rows"
    for number, (message, row) in enumerate(zip(sent, found)):
        wanted = expected(form, message)
        # Daemons may say more of themselves; what was sent has to be there.
        wrong = {key: (value, row.get(key)) for key, value in wanted.items() if row.get(key) != value}
        more = {key: row[key] for key in row.keys() - wanted.keys() if not key.startswith("sd.meta.")}
        if wrong or more:
            yield f"message {number}: sent and found differ {wrong}, not sent {more}"
