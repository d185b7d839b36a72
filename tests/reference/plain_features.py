"""Every feature in plain Python, slowly: what docs/FEATURES.md says, one customer at a time.

Written without looking at how the expressions do it, to hold them against. Logs are lists of
dictionaries: the columns of the contract with ``known_at``, ``sequence`` and ``is_deleted``.
"""

import math
import re
from collections import defaultdict
from datetime import UTC, datetime

KEYS = {
    "customers": "customer_id",
    "products": "product_id",
    "orders": "order_line_id",
    "interactions": "interaction_id",
    "consents": "consent_id",
    "texts": "text_id",
}
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
PROFILE = ("gender", "region", "country", "acquisition_channel")


def known_state(log, key, cutoff):
    """The newest version of each key that was known before the cut-off, unless it says deleted."""
    newest = {}
    for version in sorted(log, key=lambda one: (one["known_at"], one["sequence"])):
        if version["known_at"] < cutoff:
            newest[version[key]] = version
    return [version for version in newest.values() if not version["is_deleted"]]


def seconds(instant):
    return (instant - EPOCH).total_seconds()


class World:
    """What was known at the cut-off of one day, and the settings of the use case."""

    def __init__(self, logs, as_of, use_case, vocabulary):
        self.as_of, self.use_case, self.vocabulary = as_of, use_case, vocabulary
        self.windows = sorted(use_case.windows_days)
        self.longest = self.windows[-1]
        self.state = {
            name: known_state(log, KEYS[name], as_of.cutoff) for name, log in logs.items()
        }
        self.category = {one["product_id"]: one["category"] for one in self.state["products"]}

    def days(self, instant):
        return (seconds(self.as_of.cutoff) - seconds(instant)) / 86_400

    def before(self, entity, time, customer):
        return [
            {**event, "days": self.days(event[time])}
            for event in self.state[entity]
            if event["customer_id"] == customer and event[time] < self.as_of.cutoff
        ]

    def is_target(self, event):
        wanted = self.use_case.target.categories
        return not wanted or self.category.get(event["product_id"]) in wanted


def plain_features(logs, as_of, use_case, vocabulary):
    """The feature set as a dictionary: customer → feature → value."""
    world = World(logs, as_of, use_case, vocabulary)
    found = {}
    for customer in world.state["customers"]:
        one = customer["customer_id"]
        orders = orders_of(world, one)
        if is_eligible(world, customer, orders):
            found[one] = {
                **profile(world, customer),
                **order_features(world, orders),
                **line_features(world, world.before("orders", "ordered_at", one)),
                **interaction_features(world, world.before("interactions", "occurred_at", one)),
                **consent_features(world, world.before("consents", "effective_at", one)),
                **text_features(world, world.before("texts", "written_at", one)),
            }
    return found


def is_eligible(world, customer, orders):
    rule, tenure = world.use_case.eligibility, world.days(customer["created_at"])
    if not customer["is_active"] or tenure <= 0 or tenure < rule.min_tenure_days:
        return False
    limit = rule.ordered_within_days
    bought = [order for order in orders if order["status"] == "confirmed"]
    return limit is None or any(order["days"] <= limit for order in bought)


def orders_of(world, customer):
    """Lines of one order and status count as one order, as old as its youngest line."""
    groups = defaultdict(list)
    for line in world.before("orders", "ordered_at", customer):
        groups[line["order_id"], line["status"]].append(line)
    return [
        {
            "status": status,
            "days": min(line["days"] for line in lines),
            "amount": sum(line["amount"] for line in lines),
            "is_target": any(world.is_target(line) for line in lines),
            "has_campaign": any(line["campaign_id"] is not None for line in lines),
        }
        for (_, status), lines in groups.items()
    ]


def profile(world, customer):
    day, born = world.as_of.day, customer["birth_year"]
    turn = 2 * math.pi * day.timetuple().tm_yday / 365.25
    return {
        "tenure_days": world.days(customer["created_at"]),
        "age_years": None if born is None else float(day.year - born),
        "season_sine": math.sin(turn),
        "season_cosine": math.cos(turn),
        **{name: customer[name] for name in PROFILE},
        **{name: customer[name] for name in world.vocabulary.of("attribute")},
    }


def least(rows):
    return min((row["days"] for row in rows), default=None)


def counted(rows, days=math.inf):
    return float(sum(row["days"] <= days for row in rows))


def money(rows):
    return float(sum(row["amount"] for row in rows))


def order_features(world, orders):
    confirmed = [order for order in orders if order["status"] == "confirmed"]
    target = [order for order in confirmed if order["is_target"]]
    quotes = [order for order in orders if order["status"] == "quote"]
    last, first = least(confirmed), max((o["days"] for o in confirmed), default=None)
    values = {
        "days_since_last_order": last,
        "days_since_first_order": first,
        "orders_total": counted(confirmed),
        "amount_per_order": money(confirmed) / len(confirmed) if confirmed else None,
        "campaign_orders_total": counted([o for o in confirmed if o["has_campaign"]]),
        "days_since_last_target": least(target),
        "target_orders_total": counted(target),
        "days_since_last_quote": least(quotes),
        "open_quotes": open_quotes(world, quotes, least(target)),
    }
    for days in world.windows:
        values[f"orders_{days}d"] = counted(confirmed, days)
        values[f"amount_{days}d"] = money([o for o in confirmed if o["days"] <= days])
        values[f"quotes_{days}d"] = counted(quotes, days)
    return {**values, **trend(world, confirmed), **rhythm(confirmed, last, first)}


def open_quotes(world, quotes, last_target):
    recent = [quote for quote in quotes if quote["days"] <= world.longest]
    return counted([q for q in recent if last_target is None or q["days"] < last_target])


def trend(world, confirmed):
    now = [o for o in confirmed if o["days"] <= world.longest]
    then = [o for o in confirmed if world.longest < o["days"] <= 2 * world.longest]
    difference = sum(o["amount"] for o in now) - sum(o["amount"] for o in then)
    return {"orders_trend": float(len(now) - len(then)), "amount_trend": float(difference)}


def rhythm(confirmed, last, first):
    if len(confirmed) < 2:
        return {"days_between_orders": None, "order_overdue": None}
    gap = (first - last) / (len(confirmed) - 1)
    return {"days_between_orders": gap, "order_overdue": last / gap if gap else None}


def line_features(world, lines):
    for line in lines:
        line["category"] = world.category.get(line["product_id"])
    confirmed = [line for line in lines if line["status"] == "confirmed"]
    products = {line["product_id"] for line in confirmed} - {None}
    target = [line for line in confirmed if world.is_target(line)]
    newest = max(target, key=lambda one: (one["ordered_at"], one["order_line_id"]), default=None)
    values = {
        "products_bought": float(len(products)),
        "categories_bought": float(len({line["category"] for line in confirmed} - {None})),
        "returns_total": counted([line for line in lines if line["status"] == "returned"]),
        "last_target_amount": None if newest is None else float(newest["amount"]),
    }
    for category, part in parts_of_names(world.vocabulary.of("category")).items():
        inside = [line for line in confirmed if line["category"] == category]
        values[f"orders_in_{part}"] = float(len({line["order_id"] for line in inside}))
        values[f"days_since_order_in_{part}"] = least(inside)
    return values


def interaction_features(world, events):
    about = [e for e in events if e["product_id"] is not None and world.is_target(e)]
    campaign = [event for event in events if event["campaign_id"] is not None]
    values = {
        "days_since_last_interaction": least(events),
        "days_since_campaign": least(campaign),
        f"campaign_interactions_{world.longest}d": counted(campaign, world.longest),
    }
    for days in world.windows:
        values[f"interactions_{days}d"] = counted(events, days)
        values[f"target_interest_{days}d"] = counted(about, days)
    for kind, part in parts_of_names(world.vocabulary.of("kind")).items():
        of_kind = [event for event in events if event["kind"] == kind]
        values[f"days_since_{part}"] = least(of_kind)
        values |= {f"{part}_{days}d": counted(of_kind, days) for days in world.windows}
    for channel, part in parts_of_names(world.vocabulary.of("channel")).items():
        through = [event for event in events if event["channel"] == channel]
        values[f"channel_{part}_{world.longest}d"] = counted(through, world.longest)
    return values


def consent_features(world, consents):
    values = {}
    for channel, part in parts_of_names(world.vocabulary.of("consent_channel")).items():
        of_channel = [one for one in consents if one["channel"] == channel]
        newest = max(of_channel, key=lambda c: (c["effective_at"], c["consent_id"]), default=None)
        granted = None if newest is None else float(newest["status"] == "granted")
        values[f"consent_{part}"] = granted
    return values


def text_features(world, texts):
    ratings = [round(text["rating"] * 10**6) for text in texts if text["rating"] is not None]
    return {
        "days_since_last_text": least(texts),
        f"texts_{world.longest}d": counted(texts, world.longest),
        "mean_rating": sum(ratings) / 10**6 / len(ratings) if ratings else None,
    }


def parts_of_names(values):
    """Lower case with underscores; a name that is taken already is numbered."""
    taken = {}
    for value in values:
        plain = re.sub("[^a-z0-9]+", "_", value.lower()).strip("_") or "value"
        number, name = 1, plain
        while name in taken.values():
            number += 1
            name = f"{plain}_{number}"
        taken[value] = name
    return taken
