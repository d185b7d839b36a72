"""Numbers, days and times as a person reads them."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from mkt_pipeline.contracts.reason_rules import Language

MINUS = "\N{MINUS SIGN}"
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_WEEKDAYS = {
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    "zh": ("星期一", "星期二", "星期三", "星期四", "星期五", "星期六", "星期日"),
}


def number(value: float) -> str:
    """With thousands apart."""
    return f"{value:,.0f}".replace("-", MINUS)


def change(value: int) -> str:
    """With its sign; a plain 0 for none."""
    return "±0" if value == 0 else f"{value:+,}".replace("-", MINUS)


def share(value: float | None, digits: int = 1) -> str:
    """Percent; a dash where there is nothing to divide by."""
    return "–" if value is None else f"{100 * value:.{digits}f} %".replace("-", MINUS)


def figure(value: float | None) -> str:
    """A measure, with three digits."""
    return "–" if value is None else f"{value:.3f}".replace("-", MINUS)


def day(value: date, language: Language) -> str:
    """Day, month and year."""
    if language == "zh":
        return f"{value.year}年{value.month}月{value.day}日"
    return f"{value.day} {_MONTHS[value.month - 1]} {value.year}"


def full_day(value: date, language: Language) -> str:
    """With the day of the week."""
    name, told = _WEEKDAYS[language][value.weekday()], day(value, language)
    return f"{told} {name}" if language == "zh" else f"{name}, {told}"


def moment(value: datetime, language: Language, zone: str) -> str:
    """Day and minute in the business time zone."""
    local = value.astimezone(ZoneInfo(zone))
    return f"{day(local.date(), language)} {local:%H:%M}"


def machine_moment(value: datetime) -> str:
    """For the attribute ``datetime``."""
    return value.astimezone(UTC).isoformat(timespec="seconds")


def lasting(seconds: float | None, language: Language) -> str:
    """Seconds, minutes or hours; a dash where it has not ended."""
    if seconds is None:
        return "–"
    units = ("秒", "分", "小时") if language == "zh" else (" s", " min", " h")
    if seconds < 60:
        return f"{seconds:.0f}{units[0]}"
    minutes = round(seconds / 60)
    if minutes < 60:
        return f"{minutes}{units[1]}"
    return f"{minutes // 60}{units[2]} {minutes % 60:02d}{units[1]}"
