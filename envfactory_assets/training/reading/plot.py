"""One picture: how much of their arguments explicit and natural requests say, and how conversations compare with those of people."""

from collections import Counter
from collections.abc import Sequence
from html import escape

from envfactory_assets.records import ConversationMetrics

BINS = 10
_RAW, _NATURAL, _HUMAN, _INK, _GRID = "#b6bdc9", "#2f6fb3", "#c2410c", "#1f2733", "#e3e7ee"
_WIDTH, _HEIGHT, _TOP, _FLOOR = 960, 330, 56, 270
_LEFT, _RIGHT = (50, 470), (660, 920)  # from where to where the two panels reach
_MOST_TIMES = 2.0  # of what people's conversations have: where the right panel ends


def comparison_plot(raw: Sequence[float], natural: Sequence[float], figures: Sequence[ConversationMetrics]) -> str:
    """A picture as SVG.

    Args:
        raw: the literal share of each conversation's arguments with explicit requests, 0 to 1.
        natural: the same with natural requests.
        figures: figures of the same conversations; those that were measured of people's are drawn beside them.
    """
    compared = [row for row in figures if row.human]
    human = next((row.human for row in compared if row.measure == "literal share of arguments"), None)
    parts = [_rect(0, 0, _WIDTH, _HEIGHT, "#fff"), *_histogram(raw, natural, human), *_compared(compared)]
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" width="{_WIDTH}" fill="{_INK}"'
    return f'{head} font-family="system-ui,Segoe UI,Helvetica,Arial,sans-serif" font-size="12">{"".join(parts)}</svg>'


def _histogram(raw: Sequence[float], natural: Sequence[float], human: float | None) -> list[str]:
    left, right = _LEFT
    width = (right - left) / BINS
    counts = [_binned(raw), _binned(natural)]
    highest = max((share for shares in counts for share in shares), default=0.0) or 1.0
    parts = [_text(left, 24, "Share of a conversation's arguments that stand in its requests", weight=600)]
    parts += _legend(left, 42, {"explicit": _RAW, "natural": _NATURAL})
    for place in range(BINS):
        for number, (shares, colour) in enumerate(zip(counts, (_RAW, _NATURAL), strict=True)):
            height = (_FLOOR - _TOP - 12) * shares[place] / highest
            x = left + place * width + 3 + number * (width - 6) / 2
            parts.append(_rect(x, _FLOOR - height, (width - 6) / 2, height, colour, tip=f"{shares[place]:.0%}"))
    parts.append(_line(left, _FLOOR, right, _FLOOR, _INK))
    parts += [_text(left + (right - left) * tick / 5, _FLOOR + 16, f"{tick * 20} %", anchor="middle") for tick in range(6)]
    parts += [_text(left - 6, _TOP + 18, f"{highest:.0%}", anchor="end"), _text(left - 6, _FLOOR, "0", anchor="end")]
    parts.append(_text((left + right) / 2, _FLOOR + 36, "share of arguments said literally", anchor="middle"))
    if human is not None:
        x = left + human * (right - left)
        parts += [_line(x, _TOP, x, _FLOOR, _HUMAN, dashed=True), _text(x + 5, _TOP + 8, f"people: {human:.0%}", colour=_HUMAN)]
    return parts


def _binned(values: Sequence[float]) -> list[float]:
    """The share of values in each bin; 1 belongs to the last."""
    counted = Counter(min(BINS - 1, int(value * BINS)) for value in values)
    return [counted[place] / max(1, len(values)) for place in range(BINS)]


def _compared(figures: Sequence[ConversationMetrics]) -> list[str]:
    """Each figure as a multiple of what people's conversations have."""
    left, right = _RIGHT
    parts = [_text(left - 150, 24, "Beside conversations that people wrote (= 1)", weight=600)]
    parts += _legend(left - 150, 42, {"explicit": _RAW, "natural": _NATURAL})
    one = left + (right - left) / _MOST_TIMES
    step = (_FLOOR - _TOP - 10) / max(1, len(figures))
    for tick in (0.0, 0.5, 1.5, 2.0):
        x = left + (right - left) * tick / _MOST_TIMES
        parts += [_line(x, _TOP, x, _FLOOR, _GRID), _text(x, _FLOOR + 16, f"{tick:g}", anchor="middle")]
    parts += [_line(one, _TOP, one, _FLOOR, _HUMAN, dashed=True), _text(one, _FLOOR + 16, "1", anchor="middle", colour=_HUMAN)]
    for place, row in enumerate(figures):
        y = _TOP + 10 + (place + 0.5) * step
        parts.append(_text(left - 10, y + 4, row.measure, anchor="end"))
        for value, colour in ((row.raw, _RAW), (row.calibrated, _NATURAL)):
            if value is not None and row.human:
                times = min(_MOST_TIMES, value / row.human)
                x = left + (right - left) * times / _MOST_TIMES
                tip = f"{row.measure}: {value:.2f}, people {row.human:g}"
                parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="5.5" fill="{colour}"><title>{escape(tip)}</title></circle>')
    return parts


def _legend(x: float, y: float, names: dict[str, str]) -> list[str]:
    parts = []
    for place, (name, colour) in enumerate(names.items()):
        parts += [_rect(x + place * 80, y - 9, 10, 10, colour), _text(x + place * 80 + 15, y, name)]
    return parts


def _rect(x: float, y: float, width: float, height: float, colour: str, tip: str = "") -> str:
    inside = f"<title>{escape(tip)}</title>" if tip else ""
    return f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" fill="{colour}">{inside}</rect>'


def _line(x1: float, y1: float, x2: float, y2: float, colour: str, *, dashed: bool = False) -> str:
    dash = ' stroke-width="1.5" stroke-dasharray="5 3"' if dashed else ""
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{colour}"{dash}/>'


def _text(x: float, y: float, text: str, *, anchor: str = "start", weight: int = 400, colour: str = _INK) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-weight="{weight}" fill="{colour}">{escape(text)}</text>'
