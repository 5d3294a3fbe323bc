"""Random messages of RFC 5424."""

import dataclasses
import datetime

HEADER = "abcdefghijklmnopqrstuvwxyz0123456789-_"
TEXT = "abc XYZ 019 .,;:!?-_=+*/<>(){}[]'\"\\@#%&|~ äöß é 漢字 🪵 "


@dataclasses.dataclass(frozen=True)
class Message:
    """What one says. Parts that are None are not there."""

    priority: int
    time: datetime.datetime
    hostname: str
    app_name: str
    proc_id: str | None
    msg_id: str | None
    # Elements of structured data by their names, with their parameters.
    data: dict
    text: str

    def encoded(self):
        """As it is sent."""
        time = self.time.isoformat(timespec="microseconds").replace("+00:00", "Z")
        header = [self.hostname, self.app_name, self.proc_id or "-", self.msg_id or "-"]
        data = "".join(element(name, params) for name, params in self.data.items()) or "-"
        return f"<{self.priority}>1 {time} {' '.join(header)} {data} {self.text}".encode()


def element(name, params):
    """An element of structured data."""
    escaped = {key: value.translate({ord(sign): "\\" + sign for sign in '"\\]'}) for key, value in params.items()}
    return "[" + " ".join([name, *(f'{key}="{value}"' for key, value in escaped.items())]) + "]"


def word(dice, most):
    """A letter and others behind it."""
    return dice.choice(HEADER[:26]) + "".join(dice.choices(HEADER, k=dice.randrange(most)))


def text(dice):
    """Any text that neither begins nor ends with a space, which the older formats don't keep."""
    return "".join(dice.choices(TEXT, k=dice.randrange(1, 80))).strip() or "x"


def message(dice):
    """One message."""
    names = dice.sample(["origin@32473", "request@1", "timeQuality"], dice.randrange(3))
    since = dice.randrange(365 * 24 * 3_600 * 1_000_000)
    zone = datetime.timezone(datetime.timedelta(minutes=30 * dice.randrange(-20, 24)))
    return Message(
        priority=dice.randrange(192),
        time=datetime.datetime(2026, 1, 1, tzinfo=zone) + datetime.timedelta(microseconds=since),
        hostname=word(dice, 20),
        app_name=word(dice, 12),
        proc_id=str(dice.randrange(1, 99_999)) if dice.random() < 0.8 else None,
        msg_id=word(dice, 8).upper() if dice.random() < 0.5 else None,
        data={name: {word(dice, 6): text(dice) for _ in range(dice.randrange(1, 4))} for name in names},
        text=text(dice),
    )
