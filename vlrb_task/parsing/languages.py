"""Verdict sentences in Chinese, Japanese, Korean, German, French and Spanish, put into the English that the grammar reads.

Only plain sentences are taken: a name, a word that says better, and nothing between them but degrees. A sentence with a
condition, or a question, or a clause with a negation, stays as it is, and what stays is opaque to the grammar.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from vlrb_task.support.patterns import compile_later

_NAMES = {
    "一": "1",
    "二": "2",
    "甲": "A",
    "乙": "B",
    "première": "1",
    "seconde": "2",
    "deuxième": "2",
    "premier": "1",
    "second": "2",
}
_NAMES |= {"erste": "1", "zweite": "2", "primera": "1", "segunda": "2", "primer": "1", "segundo": "2"}


class _Language(NamedTuple):
    """Patterns over one clause; ``{n}`` in them is a name with the groups of its two forms."""

    name: re.Pattern[str]
    better: re.Pattern[str]
    tie: re.Pattern[str]
    label: re.Pattern[str]
    lead: re.Pattern[str]
    condition: re.Pattern[str]
    negation: re.Pattern[str]
    scope: re.Pattern[str]


def _language(
    name: str, better: str, tie: str, label: str, lead: str, condition: str, negation: str, scope: str
) -> _Language:
    def put(pattern: str) -> re.Pattern[str]:
        return compile_later(pattern.replace("{n}", name), re.IGNORECASE)

    return _Language(
        put(r"\s{0,3}[*_]{0,3}{n}[*_]{0,3}\s{0,3}[。.!！]?"),
        put(better),
        put(tie),
        put(label),
        put(lead),
        put(condition),
        put(negation),
        put(scope),
    )


_ZH_NOUN = "(?:答案|回答|回复|答复|模型|助手|选项|响应|输出|描述|图片|图像|反馈|方案|回應|回覆|選項|答覆)"
_CHINESE = _language(
    rf"(?:{_ZH_NOUN}\s?[(\[【]?\s?([12AB一二甲乙])\s?[)\]】]?|第\s?([一二12])\s?(?:个|個|条|條|则|種|种)?{_ZH_NOUN})(?:的{_ZH_NOUN})?",
    r"(?:{n}(?:\s?(?:明显|显然|略微?|稍微?|要|会|是|相对|比较|确实|表现得?|质量|整体上?|总体上?|整体|总体|總體|明顯|稍微)){0,4}\s?"
    r"(?:更好|更优秀?|更優秀?|更佳|较好|較好|更胜一筹|略胜一筹|胜出|勝出|获胜|獲勝|更出色|略好|稍好|最好|更强|優勝|优胜)(?:一些|一点)?"
    r"|{n}(?:(?:明显|显然|略微?|稍微?)?(?:优于|優於|好于|好於|胜过|勝過|强于)|比{n}(?:更|要|略|稍微?|明显)?(?:好|优秀|出色))"
    r"|(?:我)?(?:更?倾向于|更?喜欢|更?偏好|选择)(?:选择)?{n}|更好的(?:是|答案是|回答是|为){n})",
    r"平局|平手|不相上下|(?:两|兩|二)(?:个|個|者|种|条)?(?:{z})?(?:的?质量)?都?(?:一样好|同样好|一樣好|同樣好|同样优秀|打平|难分高下)".replace(
        "{z}", _ZH_NOUN
    ),
    r"\s{0,3}(?:最终|最後|最后|总体|整体|综合|總體|最終)?(?:判断|判斷|结论|結論|判定|评价|評價|裁决|裁定|选择|選擇|胜者|获胜者|勝者|裁判结果)\s{0,3}(?:[:：]|是|为)\s{0,3}",
    r"\s{0,3}(?:综上所述|綜上所述|因此|所以|总之|總之|总的来说|总体来说|总体而言|整体来看|整体而言|综上|綜上|综合来看|综合考虑|故|我认为|我認為|我觉得)",
    "如果|若|假如|假设|倘若|除非|是否|吗|嗎|可能|或许|也许|哪",
    "不|没|沒|未|无|無|非|别|莫|难以",
    "(?<![各多有两])方面|角度|维度|层面",
)
_JA_NOUN = "(?:回答|答え|応答|解答|モデル|アシスタント|選択肢|出力|説明)"
_JAPANESE = _language(
    rf"(?:{_JA_NOUN}\s?[(\[]?\s?([12AB])\s?[)\]]?|([12])番目の{_JA_NOUN})(?:の{_JA_NOUN})?",
    r"{n}\s?(?:の(?:方|ほう)\s?が|のほうが|が)(?:明らかに|わずかに|やや|より|全体的に|少し|総合的に|若干|、){0,4}"
    r"(?:優れ(?:て(?:いる|います|いた|いました))?|良い|よい|いい|良かった|優位|勝(?:ち|利|って)|優秀|好ましい|上)",
    r"引き分け|同点|(?:両方|どちら|二つ|2つ)[^。]{0,12}(?:同じくらい|同等|甲乙つけ)",
    r"\s{0,3}(?:最終|総合|全体的な)?(?:判断|判定|評価|結論|勝者)\s{0,3}(?:[:：]|は)\s{0,3}",
    r"\s{0,3}(?:総合的に見て|総合的に|全体として|全体的に|したがって|よって|そのため|結論として|以上より)",
    "もし|なら|場合|かどうか|でしょうか|かもしれ",
    "ない|ませ|ず|ぬ|非|不",
    "(?<!総合)(?<!総合的な)(?:面|側面|観点|(?<!観)点)(?:では|において|から)",
)
_KO_NOUN = "(?:Assistant|Model|Response|Answer|답변|응답|모델|어시스턴트|답안|선택지|대답|출력)"
_KOREAN = _language(
    rf"{_KO_NOUN}\s?[(\[]?\s?([12AB])\s?[)\]]?[*_]{{0,3}}\s?(?:번)?(?:의\s?{_KO_NOUN})?",
    r"{n}\s?(?:이|가|쪽이|번이)?\s(?:(?:전반적으로|훨씬|약간|조금|명확히|확실히|분명히)\s){0,3}더\s?(?:좋|낫|나은|나음|나아\s|우수|뛰어나|뛰어난|훌륭|적절|나았)",
    r"무승부|동점|동등하다고\s(?:볼|판단|평가)|동일한\s평가|(?:두|양쪽)\s?[^.]{0,12}(?:동등|똑같이\s좋|비슷하게\s좋)",
    r"\s{0,3}(?:최종|종합|전체)?\s?(?:판단|판정|결론|평가|승자)\s{0,3}(?:[:：]|은|는)\s{0,3}",
    r"\s{0,3}(?:따라서|그러므로|결론적으로|종합적으로|전반적으로|종합하면)",
    "만약|라면|다면|경우|인지|까\\?|수도",
    "않|안\\s|못|없|아니",
    "에서는|면에서|점에서|관련해서는",
)
_EUROPEAN = _language(
    r"(?:(?:la|die|das|der|el)\s)?(?:(?:Antwort|Modell|Assistent|Option|réponse|modèle|assistant|option|respuesta"
    r"|modelo|asistente|opción)\s"
    r"\(?([12AB])\)?|(erste|zweite|première|seconde|deuxième|primera|segunda)\s(?:Antwort|réponse|respuesta))",
    r"(?:{n}\s(?:ist|est|es|war)\s(?:(?:deutlich|etwas|klar|insgesamt|viel|leicht|nettement|légèrement|clairement"
    r"|bien|globalement|claramente|ligeramente|"
    r"significativamente|mucho|die|la|le|el|das|der|eindeutig)\s){0,3}(?:besser|bessere|meilleure?|mejor|überlegen"
    r"|supérieure?|superior|preferible|préférable)"
    r"|(?:ist|est|es)\s{n}\s(?:(?:deutlich|etwas|klar|insgesamt|eindeutig|claramente|nettement)\s){0,2}(?:die\s)?(?:besser"
    r"|bessere|mejor|meilleure?)"
    r"|{n}\s(?:gewinnt|gagne|gana)\b|(?:die\sbessere\sAntwort\sist|la\smeilleure\sréponse\sest"
    r"|la\smejor\srespuesta\ses)\s(?:la\s|die\s)?{n})",
    r"unentschieden|\bempate\b|égalité|beide\s\w{1,12}\ssind\s(?:gleich\sgut|gleichwertig)"
    r"|les\sdeux\s\w{1,12}\s(?:sont|se)\s(?:équivalentes|équivalents|valent|également\sbonnes)"
    r"|(?:ambas|las\sdos)\s\w{1,12}\sson\s(?:igual(?:mente)?\s(?:de\s)?buenas|equivalentes)",
    r"\s{0,3}[*_]{0,3}(?:Gesamturteil|Endurteil|Urteil|Fazit|Gewinner|Jugement\s(?:final|global)|Verdict\sfinal"
    r"|Gagnant|Veredicto(?:\sfinal)?|Juicio\s(?:final|general)|Ganador)[*_]{0,3}\s?:[*_]{0,3}\s?",
    r"\s{0,3}(?:daher|insgesamt|also|somit|par\sconséquent|donc|globalement|en\sconclusion|por\s(?:lo\s)?tanto"
    r"|en\sgeneral|en\sconclusión|en\sresumen)",
    r"\b(?:wenn|falls|ob|sofern|si|cuando|lorsque|quand)\b",
    r"\b(?:nicht|kein\w{0,2}|ne|n['’]|pas|non|no|nunca|jamais|weder|ni)\b|n['’]est",
    r"\b(?:hinsichtlich|bezüglich|in\sBezug\sauf|en\stermes\sde|concernant|en\stérminos\sde|en\scuanto\sa)\b",
)
_TRIGGERS = (
    (compile_later("[一-鿿]"), _CHINESE),
    (compile_later("[ぁ-ヿ]"), _JAPANESE),
    (compile_later("[가-힣]"), _KOREAN),
)
EUROPEAN_WORDS = (
    "antwort",
    "réponse",
    "respuesta",
    "unentschieden",
    "égalité",
    "empate",
    "modèle",
    "modell ",
    "modelo",
)
_CONCEDED = compile_later("으나|지만|けれど|ものの|但是?|然而")
"""Between two claims in one clause: what is before it is conceded."""
_SENTENCE = compile_later(r"[^。.!！?？;；]{1,400}[。.!！?？;；]?")
_CLAUSE = compile_later(r"[^,，、:：]{0,300}[,，、:：]?")


def english(line: str, low: str) -> str:
    """A line with its plain verdict sentences in English; the same object where it has none. ``low``: the line in lower case."""
    languages = []
    if not line.isascii():
        languages = [language for trigger, language in _TRIGGERS if trigger.search(line)]
        if len(languages) > 1 and languages[0] is _CHINESE:
            languages = languages[1:]  # Japanese, and at times Korean, is written with Chinese characters
    if any(map(low.__contains__, EUROPEAN_WORDS)):
        languages.append(_EUROPEAN)
    for language in languages:
        if language.better.search(line) or language.tie.search(line) or language.label.match(line):
            line = _translated(line, language)
    return line


def _translated(line: str, language: _Language) -> str:
    out: list[str] = []
    for sentence in _SENTENCE.findall(line):
        if sentence[-1] in "?？" or language.condition.search(sentence):
            out.append(sentence)
            continue
        scoped = False  # "in terms of accuracy, Answer 1 is better": of one criterion
        for clause in _CLAUSE.findall(sentence):
            scope = language.scope.search(clause)
            if scoped or (scope and not language.better.search(clause, 0, scope.start())):
                scoped = True
                out.append(clause)
                continue
            named = language.name.fullmatch(clause) if out[-1:] == [_VERDICT] else None
            out.append(f"{_shown(named)}." if named else _clause(clause, language))
    return "".join(out)


_VERDICT = "Overall Judgment: "


def _clause(clause: str, language: _Language) -> str:
    label = language.label.match(clause)
    if label is not None and label.end() == len(clause):
        return _VERDICT
    before = _VERDICT if label else ""
    rest = clause[label.end() :] if label else clause
    lead = language.lead.match(rest)
    if lead is not None and not label:
        before = ". Therefore, "
        rest = rest[lead.end() :]
        if not rest.strip(" ,，"):
            return before
    tie = language.tie.search(rest)
    if tie is not None and not language.negation.search(rest[: tie.start()]):
        return (before or ". ") + "it is a tie. "
    every = list(language.better.finditer(rest))
    if not every:
        return f"{before}{rest}" if label else clause
    found = every[-1]
    if len({_shown(one) for one in every}) > 1 and not _CONCEDED.search(rest, every[-2].end(), found.start()):
        return clause
    if language.negation.search(rest[: found.start()]) or language.negation.search(found[0]):
        return clause
    return (before or ". ") + f"{_shown(found)} is better. "


def _shown(found: re.Match[str]) -> str:
    """The first answer that a pattern has named, in English."""
    name = next(name for name in found.groups() if name)
    return f"Answer {_NAMES.get(name.lower(), name.upper())}"
