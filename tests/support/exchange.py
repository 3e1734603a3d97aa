"""A judge's text with the names of its two answers exchanged, in every form in which judges write them.

What is exchanged: a noun with its number or letter (``Answer 1``, ``Response A``, ``Output (a)``, ``ModelB``,
``score_2``), lists of them (``Answers 1 and 2``), ordinals (``the first response``, ``the latter``), letters that stand
alone (``[[A]]``, ``Winner: B``), arena notation with sides, slots with a number (``<answer>1</answer>``,
``"better": 2``), two scores that stand in the order of the answers (a line ``8 7``, ``[7, 8]``, two slots, ``The scores
are 3 and 8``), and the same in Chinese, Japanese and Korean. Not exchanged: notation of a tie (``[[A=B]]``), the article
``A``, numbers of list items, ordinals of other things (``the second question``), scores that stand behind a name.
"""

from __future__ import annotations

import re

NOUNS = (
    "answer|response|assistant|model|output|feedback|caption|description|image|candidate|reply|solution|summary|option"
    "|choice|completion|video|text|essay|translation|story|result|system|agent|chatbot|bot|score|rating|version|plan|ai"
)
_NOUN = rf"(?:{NOUNS})"
_ADJECTIVES = r"(?:(?:ai|given|provided|generated|edited|model|assistant)['’]?s?\s+)?"
_GAP = r"[ \t\u00a0_#*'\"“‘`(\[{-]{0,4}(?:(?:number|no\.?)\s*)?"
_END = r"(?![A-Za-z0-9]|[.,]\d)"
_NUMBER = r"\d+(?:\.\d+)?"

_OTHER = {
    **{"1": "2", "A": "B", "a": "b", "I": "II", "one": "two", "One": "Two", "ONE": "TWO", "１": "２", "Ａ": "Ｂ"},
    **{"first": "second", "First": "Second", "FIRST": "SECOND", "1st": "2nd", "former": "latter", "Former": "Latter"},
    **{"一": "二", "前": "后", "첫": "두", "最初": "次", "1つ目": "2つ目", "前者": "後者"},
}
OTHER = _OTHER | {other: one for one, other in _OTHER.items()} | {"后": "前", "後者": "前者", "后者": "前者"}

# "A" at the start of a sentence is a name before these, else the article.
_VERBS = (
    "is|was|has|had|does|did|can|could|will|would|and|or|vs|versus|over|than|wins|won|gives|gave|gets|got|provides"
    "|provided|offers|offered|correctly|incorrectly|also|only|better|fails|failed|uses|used|makes|made|states|stated"
    "|includes|included|contains|shows|explains|explained|adds|lacks|misses|returns|describes|answers|follows|addresses"
    "|mentions|identifies|performs|performed|satisfies|keeps|ignores|explicitly|simply|directly"
)

_ARENA = r"(?<![A-Za-z0-9])(?P<left>[AB])(?P<sign>\s*(?:>>|>|<<|<|={1,2}|&gt;|&lt;)\s*)(?P<right>[AB])(?![A-Za-z0-9])"
_PAIRS = "|".join(
    (
        rf"(?m:^(?P<line1>{_NUMBER})(?P<line0>[ \t,;|]+)(?P<line2>{_NUMBER})(?=[ \t]*\r?$))",
        rf"(?P<slot1><answer>\s*{_NUMBER}\s*</answer>)(?P<slot0>\s*)(?P<slot2><answer>\s*{_NUMBER}\s*</answer>)",
        rf"(?<=\[)(?P<list1>\s*{_NUMBER}\s*)(?P<list0>,)(?P<list2>\s*{_NUMBER}\s*)(?=\])",
        rf"(?i:(?<=scores are )|(?<=scores: )|(?<=ratings are ))(?P<said1>{_NUMBER})(?P<said0>,? and |, )(?P<said2>{_NUMBER})",
    )
)
_NAMES = "|".join(
    (
        rf"(?i:\b{_NOUN}(?:es|s)?{_GAP})(?P<id>[12ABＡＢ１２]|(?i:one|two))(?P<more>\s*(?:and|or|nor|vs\.?|versus|&|/|,|than|over)\s*)"
        rf"(?P<id2>[12ABＡＢ１２]|(?i:one|two)){_END}",
        rf"(?i:\b{_NOUN}(?:es|s)?{_GAP})(?P<name>[12ABＡＢ１２]|(?i:one|two)|(?<=[(\['\"_])[ab]){_END}",
        rf"(?P<ordinal>(?i:\b(?:first|second|1st|2nd)))(?=\s+(?i:{_ADJECTIVES}{_NOUN}s?|one)\b)",
        r"(?<=\bthe )(?P<bare>first|second)(?=\s+(?:is|was|has|had|does|provides|gives|offers|over|than)\b|[.,;:]|\s*$)",
        r"(?i:(?<=\bthe )(?P<place>former|latter)\b)",
        r"(?P<enclosed>(?<=\()[ab](?=\)))",
        rf"(?P<article>(?:(?<=^)|(?<=[.!?:\"“*]\s)|(?<=[\"“*\n]))A(?=\s+(?!(?:{_VERBS})\b)[a-z]))",
        r"(?P<letter>(?<![A-Za-z0-9_])[ABＡＢ](?![A-Za-z0-9_]))",
        r"(?P<slot>(?<=<answer>)\s*[12]\s*(?=</answer>)|(?<=boxed\{)\s*[12]\s*(?=\})|(?<=\[\[)[12](?=\]\])|\A\s*[12]\s*\Z)",
        r"(?i:\b(?:better|winner|choice|preferred|preference|verdict|decision|judgment|judgement|prediction|label|answer)"
        r"(?:[\"'*_]{0,3}\s*[:：][\"'*_\s]{0,4}))(?P<field>[12])(?=[\"'*_]{0,3}\s*(?:[.,}\n]|\Z))",
        r"(?:答案|回答|回复|回應|响应|模型|助手|选项|답변|응답|모델|アシスタント|モデル|回答案)\s*(?P<cjk>[12１２ABＡＢ一二])",
        r"(?P<count>(?<=第)[一二](?=[个個种種条段份])|첫(?=\s?번째)|두(?=\s?번째)|[12]つ目|前者|後者|后者)",
    )
)
_ALL = re.compile(f"{_ARENA}|{_PAIRS}|{_NAMES}")
_NAMED = re.compile(rf"\b{_NOUN}(?:es|s)?{_GAP}[12AB]\b", re.IGNORECASE)


def exchange(text: str) -> str:
    """The text with the two answers' names exchanged; exchanged twice, it is itself."""
    return _ALL.sub(_exchanged, text)


_SPEAKERS = "answer|response|assistant|model|output|feedback|caption|description|candidate|reply|solution"
_NAMED_BY = re.compile(rf"\b(?i:(?:{_SPEAKERS})(?=(?:es|s)?{_GAP}(?:[12ABＡＢ１２]|(?<=[(\['\"])[ab]){_END}))")


def renamed(text: str, noun: str) -> str:
    """The text with the answers called by another noun, their numbers and letters kept: ``Assistant A``, ``Response A``.

    Args:
        noun: lower case, such as ``response``; the case of the first letter is kept.
    """
    return _NAMED_BY.sub(lambda found: noun.capitalize() if found[0][0].isupper() else noun, text)


def _exchanged(found: re.Match[str]) -> str:
    parts = found.groupdict()
    if parts["left"]:
        return found[0] if "=" in parts["sign"] else f"{OTHER[parts['left']]}{parts['sign']}{OTHER[parts['right']]}"
    for kind in ("line", "slot", "list", "said"):
        if parts.get(f"{kind}1"):
            if kind == "said" and _NAMED.search(_sentence(found)):
                return found[0]
            return f"{parts[f'{kind}2']}{parts[f'{kind}0']}{parts[f'{kind}1']}"
    if parts["article"]:
        return found[0]
    made, end = [], found.start()
    for name, value in parts.items():
        if value is not None and name != "more":
            start = found.start(name)
            made += [found.string[end:start], _other(value)]
            end = found.end(name)
    return "".join([*made, found.string[end : found.end()]])


def _other(value: str) -> str:
    name = value.strip()
    return value.replace(name, OTHER[name])


def _sentence(found: re.Match[str]) -> str:
    """The sentence in which a match stands: two scores behind two names are in the names' order."""
    text = found.string
    start = max(text.rfind(". ", 0, found.start()), text.rfind("\n", 0, found.start())) + 1
    ends = [at for mark in (". ", "\n") if (at := text.find(mark, found.end())) >= 0]
    return text[start : min(ends, default=len(text))]
