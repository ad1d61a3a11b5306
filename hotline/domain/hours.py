"""When people sit at the desk. The city itself never closes: 1999 answers day and night."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time

_DAYS = "一二三四五六日"


@dataclass(frozen=True, slots=True)
class Hours:
    """Opening hours in Taipei's time: weekdays (0 = Monday) and one span a day; no weekdays means always open."""

    weekdays: frozenset[int] = frozenset()
    opens: time = time(0, 0)
    closes: time = time(23, 59)
    closed_days: frozenset[date] = frozenset()

    @property
    def always(self) -> bool:
        return not self.weekdays

    def is_open(self, now: datetime) -> bool:
        if self.always:
            return True
        return (
            now.weekday() in self.weekdays
            and now.date() not in self.closed_days
            and (self.opens <= now.time() < self.closes)
        )

    def show(self) -> str:
        """週一至週五09:00到18:00, as a citizen reads it."""
        if self.always:
            return "全天"
        days = sorted(self.weekdays)
        run = days == list(range(days[0], days[-1] + 1)) and len(days) > 2
        named = f"週{_DAYS[days[0]]}至週{_DAYS[days[-1]]}" if run else "、".join(f"週{_DAYS[day]}" for day in days)
        return f"{named}{self.opens:%H:%M}到{self.closes:%H:%M}"


def read_hours(text: str, closed_days: str = "") -> Hours:
    """From a setting: "always", or "1-5 09:00-18:00" (1 = Monday). Raises ValueError on anything else."""
    if text.strip() in ("", "always"):
        return Hours()
    found = re.fullmatch(r"([1-7])(?:-([1-7]))?\s+(\d{1,2}:\d{2})-(\d{1,2}:\d{2})", text.strip())
    if not found:
        raise ValueError(f'desk hours must be "always" or like "1-5 09:00-18:00", not {text!r}')
    first, last = int(found[1]), int(found[2] or found[1])
    opens, closes = time.fromisoformat(found[3].zfill(5)), time.fromisoformat(found[4].zfill(5))
    if last < first or closes <= opens:
        raise ValueError(f"desk hours must not end before they begin: {text!r}")
    return Hours(
        weekdays=frozenset(range(first - 1, last)),
        opens=opens,
        closes=closes,
        closed_days=frozenset(date.fromisoformat(day.strip()) for day in closed_days.split(",") if day.strip()),
    )
