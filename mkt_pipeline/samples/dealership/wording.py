"""Complaints and reviews as people write them, in English and in German, put together of parts."""

from itertools import product

LANGUAGES = ("en", "de")

_COMPLAINTS = (
    (
        ("I am not happy:", "Sorry to say,", "To whom it may concern:", "Once again"),
        (
            "the car was not ready at the promised hour",
            "nobody called me back about my appointment",
            "the bill was higher than the estimate",
            "the noise is still there after the repair",
            "I waited forty minutes at the desk",
            "there is a new scratch on the door",
        ),
        ("Please get in touch.", "I expect an answer.", "Next time I go elsewhere.", ""),
    ),
    (
        ("Ich bin unzufrieden:", "Leider", "Guten Tag,", "Schon wieder:"),
        (
            "der Wagen war nicht zur zugesagten Zeit fertig",
            "niemand hat mich wegen des Termins zurückgerufen",
            "die Rechnung war höher als der Kostenvoranschlag",
            "das Geräusch ist nach der Reparatur noch da",
            "ich habe vierzig Minuten gewartet",
            "an der Tür ist ein neuer Kratzer",
        ),
        ("Bitte melden Sie sich.", "Ich erwarte eine Antwort.", "So nicht.", ""),
    ),
)
_PRAISE = (
    (("Great", "Friendly", "Quick and honest"), ("service", "advice", "team"), ("Thank you!", "")),
    (("Tolle", "Freundliche", "Ehrliche"), ("Beratung", "Werkstatt", "Leute"), ("Danke!", "")),
)
_DOUBT = (
    (("Too slow", "A bit pricey", "Just average"), ("this time", "for me", "I think"), ("", "Hm.")),
    (("Zu langsam", "Recht teuer", "Nur Durchschnitt"), ("diesmal", "für mich"), ("", "Na ja.")),
)


def _sentences(parts: tuple[tuple[tuple[str, ...], ...], ...]) -> tuple[tuple[str, ...], ...]:
    return tuple(
        tuple(" ".join(filter(None, words)) for words in product(*of_language))
        for of_language in parts
    )


COMPLAINTS = _sentences(_COMPLAINTS)
"""For each of LANGUAGES the possible complaints."""

PRAISE = _sentences(_PRAISE)
"""For each of LANGUAGES the possible texts of a review of four or five stars."""

DOUBT = _sentences(_DOUBT)
"""For each of LANGUAGES the possible texts of a review of one to three stars."""

ALL_BODIES = tuple(body for kind in (COMPLAINTS, PRAISE, DOUBT) for texts in kind for body in texts)
"""Every text; a row of the journal keeps the position in this list."""


def positions(kind: tuple[tuple[str, ...], ...], language: int) -> tuple[int, int]:
    """First position in ALL_BODIES, and number, of the texts of a kind in one language."""
    first = 0
    for candidate in (COMPLAINTS, PRAISE, DOUBT):
        for index, texts in enumerate(candidate):
            if candidate is kind and index == language:
                return first, len(texts)
            first += len(texts)
    raise LookupError(f"no texts in language {language}")
