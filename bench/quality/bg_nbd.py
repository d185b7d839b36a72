"""BG/NBD with gamma-gamma: the marketing science model of buying until one drops out.

Fader, Hardie and Lee (2005), "Counting your customers" the easy way: an alternative to the
Pareto/NBD model; Fader and Hardie (2013), The gamma-gamma model of monetary value. Time in any unit
of length, the same everywhere.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from scipy.special import betaln, gammaln, hyp2f1

Values = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Purchases:
    """Of each customer, of shape [customers]: repeat purchases, time from the first purchase to the
    last, and from the first purchase to the day.
    """

    repeats: Values
    last: Values
    age: Values


@dataclass(frozen=True)
class BgNbd:
    """Purchase rates are gamma (``r``, ``alpha``); after each purchase a customer drops out with a
    probability that is beta (``a``, ``b``).
    """

    r: float
    alpha: float
    a: float
    b: float

    def log_likelihood(self, seen: Purchases) -> float:
        """Sum over the customers (Fader, Hardie and Lee 2005, equation 6)."""
        x, last, age = seen.repeats, seen.last, seen.age
        common = gammaln(self.r + x) - gammaln(self.r) + self.r * np.log(self.alpha)
        stayed = (
            betaln(self.a, self.b + x)
            - betaln(self.a, self.b)
            - (self.r + x) * np.log(self.alpha + age)
        )
        left = (
            betaln(self.a + 1, self.b + np.maximum(x, 1) - 1)
            - betaln(self.a, self.b)
            - (self.r + x) * np.log(self.alpha + last)
        )
        both = np.where(x > 0, np.logaddexp(stayed, left), stayed)
        return float(np.sum(common + both))

    def alive(self, seen: Purchases) -> Values:
        """Probability of not having dropped out, of shape [customers]."""
        x = seen.repeats
        odds_of_left = (
            self.a
            / (self.b + np.maximum(x, 1) - 1)
            * ((self.alpha + seen.age) / (self.alpha + seen.last)) ** (self.r + x)
        )
        return np.where(x > 0, 1 / (1 + odds_of_left), 1.0)

    def buys_within(self, seen: Purchases, time: float) -> Values:
        """Probability of at least one purchase within ``time``, of shape [customers].

        Who is alive keeps the rate until the next purchase, and the rate given the past is gamma
        (r + x, alpha + age).
        """
        stays_away = (self.alpha + seen.age) / (self.alpha + seen.age + time)
        return self.alive(seen) * -np.expm1((self.r + seen.repeats) * np.log(stays_away))

    def expected_purchases(self, seen: Purchases, time: float) -> Values:
        """Purchases within ``time``, of shape [customers] (equation 10)."""
        x, age = seen.repeats, seen.age
        a, b, r, alpha = self.a, self.b, self.r, self.alpha
        ratio = ((alpha + age) / (alpha + age + time)) ** (r + x)
        series = hyp2f1(r + x, b + x, a + b + x - 1, time / (alpha + age + time))
        return (a + b + x - 1) / (a - 1) * (1 - ratio * series) * self.alive(seen)


def fit_bg_nbd(seen: Purchases) -> BgNbd:
    """By maximum likelihood; time is scaled to the oldest customer while it is searched."""
    scale = float(seen.age.max())
    scaled = Purchases(seen.repeats, seen.last / scale, seen.age / scale)

    def loss(logs: Values) -> float:
        return -BgNbd(*np.exp(logs)).log_likelihood(scaled) / len(seen.age)

    starts = [np.log([0.5, 0.1, 0.5, 2.0]), np.log([1.0, 0.5, 1.0, 5.0])]
    found = [minimize(loss, s, method="L-BFGS-B", bounds=[(-8, 8)] * 4) for s in starts]
    r, alpha, a, b = np.exp(min(found, key=lambda one: float(one.fun)).x)
    return BgNbd(float(r), float(alpha * scale), float(a), float(b))


@dataclass(frozen=True)
class GammaGamma:
    """A purchase's amount is gamma (``p``, nu), and nu gamma (``q``, ``gamma``) among customers."""

    p: float
    q: float
    gamma: float

    def expected_amount(self, repeats: Values, mean: Values) -> Values:
        """Of a purchase to come, of shape [customers]; who has not repeated has everybody's."""
        population = self.p * self.gamma / (self.q - 1)
        weight = (self.q - 1) / (self.p * repeats + self.q - 1)
        return np.where(repeats > 0, weight * population + (1 - weight) * mean, population)


def fit_gamma_gamma(repeats: Values, mean: Values) -> GammaGamma:
    """By maximum likelihood over those who repeated and spent something."""
    some = (repeats > 0) & (mean > 0)
    x, m = repeats[some], mean[some]

    def loss(raw: Values) -> float:
        p, q, gamma = np.exp(raw[0]), 1 + np.exp(raw[1]), np.exp(raw[2])
        parts = (
            gammaln(p * x + q)
            - gammaln(p * x)
            - gammaln(q)
            + q * np.log(gamma)
            + (p * x - 1) * np.log(m)
            + p * x * np.log(x)
            - (p * x + q) * np.log(gamma + x * m)
        )
        return -float(np.mean(parts))

    start = np.array([1.0, 1.0, np.log(np.median(m))])
    found = minimize(loss, start, method="L-BFGS-B", bounds=[(-6, 8), (-6, 8), (-6, 16)]).x
    return GammaGamma(float(np.exp(found[0])), float(1 + np.exp(found[1])), float(np.exp(found[2])))
