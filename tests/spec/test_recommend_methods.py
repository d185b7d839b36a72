"""Worlds in which it is known which way to recommend must win, and what no way may offer."""

import numpy as np
import pytest
from planted import World, events, later

from mkt_pipeline.errors import BadInputError
from mkt_pipeline.segments.methods import BASELINES, METHODS, methods_named

NAMES = [method.name for method in METHODS]


def products(count):
    return [f"p{number:03}" for number in range(count)]


def repeaters(*, customers=120, seed=1):
    """Everybody buys three favourites of their own, every month."""
    random, goods = np.random.default_rng(seed), products(60)
    favourites = {f"c{n}": random.choice(goods, 3, replace=False) for n in range(customers)}
    rows = [
        (customer, product, "bought", 30.0 * month + 5)
        for customer, mine in favourites.items()
        for product in mine
        for month in range(6)
    ]
    after = [(customer, p) for customer, mine in favourites.items() for p in mine]
    return World(events(rows), later(after), goods)


def at_random(*, customers=400, seed=2):
    """Nobody has a taste: every purchase is drawn anew, some products more often than others."""
    random, goods = np.random.default_rng(seed), products(30)
    share = 1 / np.arange(1, 31)
    share /= share.sum()

    def drawn(count):
        return random.choice(goods, count, p=share)

    rows = [
        (f"c{n}", product, "bought", float(random.uniform(1, 500)))
        for n in range(customers)
        for product in drawn(8)
    ]
    after = [(f"c{n}", p) for n in range(customers) for p in drawn(2)]
    return World(events(rows), later(after), goods)


def steps(*, customers=600, seed=3):
    """Whoever has bought the n-th product buys the n-th accessory next, once."""
    random = np.random.default_rng(seed)
    goods, accessories = products(20), [f"q{number:03}" for number in range(20)]
    rows, after = [], []
    for number in range(customers):
        which = int(random.integers(0, 20))
        rows.append((f"c{number}", goods[which], "bought", float(random.uniform(95, 170))))
        if number % 2:
            rows.append((f"c{number}", accessories[which], "bought", float(random.uniform(1, 85))))
        else:
            after.append((f"c{number}", accessories[which]))
    return World(events(rows), later(after), [*goods, *accessories])


def tastes(*, customers=900, groups=6, seed=4):
    """Every customer buys different things, all of them of one group."""
    random, size = np.random.default_rng(seed), 40
    goods = products(groups * size)
    rows, after = [], []
    for number in range(customers):
        own = np.array(goods[number % groups :: groups])
        share = 1 / np.arange(1, size + 1)
        mine = random.choice(own, 7, replace=False, p=share / share.sum())
        rows += [(f"c{number}", p, "bought", float(random.uniform(1, 400))) for p in mine[:5]]
        after += [(f"c{number}", p) for p in mine[5:]]
    return World(events(rows), later(after), goods)


def value(drawn, name):
    return drawn.values[name, "ndcg"]


def test_where_customers_buy_their_own_again_personal_frequency_is_chosen():
    world = repeaters()
    drawn, _ = world.judged()
    assert value(drawn, "personal_frequency") == pytest.approx(1)
    assert value(drawn, "popularity") < 0.3
    assert world.chosen() == "personal_frequency"


def test_where_nothing_can_be_learned_the_simplest_is_chosen():
    assert at_random().chosen() == "popularity"


def test_where_one_purchase_leads_to_another_item_to_item_is_chosen():
    world = steps()
    drawn, _ = world.judged()
    assert value(drawn, "item_to_item") > 0.95
    assert max(value(drawn, name) for name in BASELINES) < 0.3
    assert world.chosen() == "item_to_item"


def test_where_customers_share_tastes_matrix_factorisation_beats_both_baselines():
    drawn, _ = tastes().judged(repeatable=False)
    for baseline in BASELINES:
        assert drawn.probability_better("matrix_factorisation", baseline, "ndcg") > 0.99
    assert value(drawn, "matrix_factorisation") > 2 * value(drawn, "popularity")


@pytest.mark.parametrize("name", NAMES)
def test_goods_that_are_bought_once_are_not_offered_to_who_has_them(name):
    world = repeaters(customers=40)
    _, lists = world.judged(repeatable=False)
    _, again = world.judged()
    goods, mine = sorted(world.products), world.events.groupby("customer")["product"].agg(set)
    offered, else_offered = (
        [{goods[n] for n in row if n >= 0} for row in found[name]] for found in (lists, again)
    )
    owned = [mine[customer] for customer in sorted(world.later["customer"].unique())]
    assert all(len(one) == 3 for one in offered)
    assert not any(one & has for one, has in zip(offered, owned, strict=True))
    assert any(one & has for one, has in zip(else_offered, owned, strict=True))


@pytest.mark.parametrize("name", ["item_to_item", "matrix_factorisation"])
def test_what_was_looked_at_tells_which_durable_good_comes_next(name):
    """Cars: everybody owns one, visits the next one, and buys it in half of the cases."""
    random, goods = np.random.default_rng(5), products(12)
    rows, after = [], []
    for number in range(800):
        has, wants = random.choice(goods, 2, replace=False)
        customer = f"c{number}"
        rows.append((customer, has, "bought", float(random.uniform(400, 1000))))
        if number % 4:
            rows.append((customer, wants, "test_drive", float(random.uniform(91, 130))))
            rows.append((customer, wants, "bought", float(random.uniform(50, 89))))
        else:
            rows.append((customer, wants, "test_drive", float(random.uniform(1, 30))))
            after.append((customer, wants))
    drawn, _ = World(events(rows), later(after), goods).judged(repeatable=False)
    assert value(drawn, name) > 0.9
    assert max(value(drawn, baseline) for baseline in BASELINES) < 0.5


@pytest.mark.parametrize("method", METHODS, ids=NAMES)
def test_every_method_learns_the_same_twice(method):
    first, second = (tastes(customers=120).judged()[1][method.name] for _ in range(2))
    assert np.array_equal(first, second)


def test_what_is_offered_does_not_depend_on_who_else_is_asked_for():
    world = tastes(customers=90)
    (_, whole), (_, parts) = world.judged(), world.judged(at_once=7)
    assert all(np.array_equal(whole[name], parts[name]) for name in NAMES)


def test_an_unknown_method_is_refused_with_those_there_are():
    with pytest.raises(BadInputError, match=r"called guess.*popularity, personal_frequency"):
        methods_named(["popularity", "guess"])


def test_methods_come_in_the_order_of_simplicity():
    assert [one.name for one in methods_named(NAMES[::-1])] == NAMES
