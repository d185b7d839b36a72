"""Reasons in Chinese, from the sentences that features have in English."""

import re
from collections.abc import Mapping
from functools import lru_cache

import numpy as np
import pandas as pd

from mkt_pipeline.contracts.feature import Feature
from mkt_pipeline.modelling.told_numbers import shown, written

Words = Mapping[str, str]

_SENTENCES = (
    # Orders.
    ("last order {value} day(s) ago", "距上次下单 {value} 天"),
    ("first order {value} day(s) ago", "距首次下单 {value} 天"),
    ("last order of <what> {value} day(s) ago", "距上次购买<what> {value} 天"),
    ("last <what> bought {value} day(s) ago", "距上次购买<what> {value} 天"),
    ("<what> bought {value} time(s)", "购买过<what> {value} 次"),
    ("paid {value} for the last <what>", "上次购买<what>支付 {value}"),
    ("{value} order(s) so far", "累计 {value} 个订单"),
    ("{value} order(s) of <what>", "<what>订单 {value} 个"),
    ("{value} order(s) came from a campaign", "{value} 个订单来自营销活动"),
    ("{value} order(s) in the last <n> days", "最近 <n> 天内 {value} 个订单"),
    (
        "{value} order(s) more|fewer in the last <n> days than in the <n> before",
        "最近 <n> 天的订单比之前 <n> 天{多|少} {value} 个",
    ),
    ("bought for {value} in the last <n> days", "最近 <n> 天内消费 {value}"),
    (
        "spent {value} more|less in the last <n> days than in the <n> before",
        "最近 <n> 天的消费比之前 <n> 天{多|少} {value}",
    ),
    ("spends {value} an order", "平均每单消费 {value}"),
    ("orders every {value} day(s)", "平均每 {value} 天下单一次"),
    (
        "{value} usual gaps between orders have passed since the last",
        "距上次下单已过去平常间隔的 {value} 倍",
    ),
    ("{value} different product(s) bought", "购买过 {value} 种产品"),
    ("product categories bought from: {value}", "购买过的产品类别数:{value}"),
    ("{value} order line(s) returned", "退货 {value} 件"),
    # Quotes.
    ("last quote {value} day(s) ago", "距上次报价 {value} 天"),
    ("{value} quote(s) in the last <n> days", "最近 <n> 天内 {value} 次报价"),
    ("{value} quote(s) still open", "{value} 个报价尚未成交"),
    # Contacts, texts and consents.
    ("last contact {value} day(s) ago", "距上次联系 {value} 天"),
    ("{value} contact(s) in the last <n> days", "最近 <n> 天内联系 {value} 次"),
    (
        "{value} contact(s) about <what> in the last <n> days",
        "最近 <n> 天内就<what>联系 {value} 次",
    ),
    (
        "{value} contact(s) through <what> in the last <n> days",
        "最近 <n> 天内通过<what>联系 {value} 次",
    ),
    ("last campaign contact {value} day(s) ago", "距上次营销联系 {value} 天"),
    ("{value} campaign contact(s) in the last <n> days", "最近 <n> 天内营销联系 {value} 次"),
    ("wrote to us {value} day(s) ago", "{value} 天前给我们留言"),
    ("wrote to us {value} time(s) in the last <n> days", "最近 <n> 天内留言 {value} 次"),
    ("rates us {value} on average", "对我们的平均评分为 {value}"),
    ("contact through <what> allowed: {value}", "允许通过<what>联系:{value}"),
    # The customer.
    ("customer for {value} day(s)", "成为客户 {value} 天"),
    ("{value} years old", "{value} 岁"),
    ("gender is {value}", "性别:{value}"),
    ("lives in {value}", "居住在{value}"),
    ("came to us through {value}", "来源渠道:{value}"),
    ("time of the year", "时节"),
    # Kinds of contact and attributes, which the CRM names: last, for they fit almost anything.
    ("last <what> {value} day(s) ago", "距上次<what> {value} 天"),
    ("{value} <what>(s) in the last <n> days", "最近 <n> 天内<what> {value} 次"),
    ("<what>: {value}", "<what>:{value}"),
    ("<what> is {value}", "<what>:{value}"),
)

_MISSING = (
    ("no earlier order of <what> known", "没有<what>的购买记录"),
    ("no amount paid for <what> known", "没有<what>的付款记录"),
    ("no order of <what> known", "没有<what>订单"),
    ("no order known", "没有订单"),
    ("no second order known", "没有第二个订单"),
    ("no quote known", "没有报价"),
    ("no contact known", "没有联系记录"),
    ("no campaign contact known", "没有营销联系记录"),
    ("no text from the customer known", "没有客户留言"),
    ("no rating known", "没有评分"),
    ("no consent for <what> known", "没有<what>的联系许可记录"),
    ("no day of becoming a customer known", "成为客户的日期未知"),
    ("no age known", "年龄未知"),
    ("no gender known", "性别未知"),
    ("no region known", "地区未知"),
    ("no country known", "国家未知"),
    ("no acquisition channel known", "来源渠道未知"),
    ("no <what> known", "<what>未知"),
)

_OWN_WORDS = {"product": "产品"}
"""What the pipeline itself calls a target that is no category."""

_COMPARED = re.compile(r"\{(.)\|(.)\}")


def chinese_reason(feature: Feature, value: object, words: Words) -> str:
    """The feature's sentence in Chinese with the customer's value.

    ``words`` translate what the CRM itself names (categories, channels, kinds of contact, regions,
    attributes); what they lack stays as the CRM has it. A sentence that is not known here is told
    in English.
    """
    sentence, _, missing = feature.reason.partition(" | ")
    if value is None or pd.isna(value):  # type: ignore[call-overload]  # any scalar
        return _translated(missing or f"no {feature.description} known", _MISSING, words)
    told = _translated(sentence, _SENTENCES, words)
    if feature.kind == "number":
        number = float(shown(feature, np.array([float(str(value))]))[0])
        if compared := _COMPARED.search(told):
            told, number = _COMPARED.sub(compared[1 if number >= 0 else 2], told), abs(number)
        return told.replace("{value}", written(number))
    if feature.kind == "flag":
        yes = "是" if value else "否"
        return told.replace("{value}", yes) if "{value}" in told else f"{told}:{yes}"
    return told.replace("{value}", words.get(str(value), str(value)))


def _translated(sentence: str, known: tuple[tuple[str, str], ...], words: Words) -> str:
    for english, chinese in known:
        if found := _pattern(english).fullmatch(sentence):
            told = chinese
            for name, said in found.groupdict().items():
                told = told.replace(f"<{name}>", _named(said, words))
            return told
    return sentence


def _named(said: str, words: Words) -> str:
    """``vehicle or service`` word by word."""
    return "或".join(words.get(one, _OWN_WORDS.get(one, one)) for one in said.split(" or "))


@lru_cache(maxsize=len(_SENTENCES) + len(_MISSING))
def _pattern(english: str) -> re.Pattern[str]:
    pattern = re.escape(english).replace("<what>", "(?P<what>.+)")
    first, *others = pattern.split("<n>")
    if not others:
        return re.compile(first)
    # The same number stands in both places of a comparison.
    return re.compile(first + r"(?P<n>\d+)" + "(?P=n)".join(others))
