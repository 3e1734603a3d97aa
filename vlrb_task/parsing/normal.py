"""What a text is made of before a word of it is read as a verdict: reasoning, tool calls, failures, loops, loose ends.

Nothing here looks for a verdict. Every function is linear in the length of its text. Whatever is dropped is replaced by as
many characters as it had, so that a span in the prepared text is a span in the text itself.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from vlrb_task.parsing.verdicts import Reason
from vlrb_task.support.patterns import compile_later

BLANK = " \t\n\r\f\v\x1c\x1d\x1e\x1f\x85\xa0\u2028\u2029\u3000\u200b\u200c\u200d\u2060\ufeff\x00"
"""What an empty answer may be made of: white space, and characters that show nothing."""

WINDOW = 65_536
"""How much of a text's end is read. No judge pronounces a verdict and then writes this much more."""

_FAILED = (
    "[LMMS_EVAL_REQUEST_FAILED",
    "[LMMS_EVAL_BUDGET_EXCEEDED]",
    "Failed to obtain answer",  # VLMEvalKit: "… via API.", "… via bailingMM API.", "…: <class 'RuntimeError'> …"
    "Error: Bad Response Statuse Code",  # VLMEvalKit's own spelling
    "Error: Failed to parse the response",
    "$ERROR$",  # FastChat, and RewardBench after it
)

_END_OF_TURN = compile_later(r"(?:<\|(?!end_of_box)[^<>|\n]{1,40}\|>|</s>|<end_of_turn>|<eos>|\[/?INST\])\Z")

_THOUGHT = r"(?:think|thinking|thought|thoughts|reasoning|reflection|scratchpad|reason)"
_TAG = compile_later(
    rf"<(/?)(?:\w{{1,12}}:)?{_THOUGHT}>|([◁]/?)think▷|\[(/?)THINK\]|<\|(begin|end)_of_thought\|>", re.IGNORECASE
)
# Literals that are found at once where the pattern would try every "<" of the text.
_LOWER_TAG_WORDS = ("hink>", "hinking>", "hought", "easoning>", "eflection>", "cratchpad>", "eason>", "think▷", "THINK")
_TAG_WORDS = (*_LOWER_TAG_WORDS, *(word.upper() for word in _LOWER_TAG_WORDS))
_CHANNEL = compile_later(r"<\|channel\|>\s{0,9}(\w{1,20})")
_STRIPPED_CHANNEL = "assistantfinal"  # the same, where the special tokens were dropped from the text
_ANALYSIS = compile_later(r"analysis(?=[A-Z])")

# Characters that stand for a plain one: full-width forms, and all that shows nothing or a space.
_PLAIN = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_PLAIN |= dict.fromkeys(
    [0xA0, 0xAD, 0x3000, 0x205F, 0x2060, 0xFEFF, 0x180E, *range(0x2000, 0x2010), *range(0x2028, 0x2030)], ord(" ")
)
_ODD = compile_later(f"[{re.escape(''.join(map(chr, _PLAIN)))}]")

_NOUN_BEFORE = r"(?:answer|response|assistant|output|option|model|choice|candidate|feedback|caption|image)"
_SMALL_LETTER = compile_later(rf"(?i:\b{_NOUN_BEFORE})(?: ?\((?=[ab]\))|_(?=[ab]\b))[ab]")

_TOKEN = compile_later(r"<\|(?!(?:begin|end)_of_box)[^<>|\n]{1,40}\|>|</?s>|<<?/?SYS>>?|\[/?INST\]")
_UNKNOWN = compile_later(
    r"</?(?!(?i:answer|verdict|final|winner|choice|decision|judge?ment|result|preference|preferred|selection|better|best"
    r"|conclusion|score|rating|tool|function)(?:[_-]?\w{1,20})?\s{0,3}/?>)[A-Za-z][\w:.-]{1,30}(?:\s{1,3}[\w-]{1,20}=[^<>\n]{0,80})?\s{0,3}/?>"
)

_TOOL = compile_later(
    r"</?tool_calls?>|</?function_calls?>|<\|tool_calls?[a-z_]{0,8}\|>|<function=|\[TOOL_CALLS\]|```tool_code|<\|python_tag\|>"
)
_TOOL_JSON = compile_later(
    r"\{\s{0,9}[\"']name[\"']\s{0,9}:\s{0,9}[\"'][\w.-]{1,64}[\"']\s{0,9},\s{0,9}[\"'](?:arguments|parameters)[\"']"
)

_TRIES = 12
_NUMBER_LAST = compile_later(r"[a-z]\s\d{1,9}\Z")  # "Answer 2", and not "Total: 23"

_NEEDS_MORE = compile_later(
    r"\b(?:a|an|the|is|are|was|be|and|or|of|to|in|on|for|with|that|than|not|but|while|because|as|by|from|this|which|it|"
    r"more|most|less|better|i|we|its|their|both|shows?|has|have)\Z",
    re.IGNORECASE,
)

_SHORT = compile_later(r"[^\n:*]{1,30}[:=] {0,3}[^\s*\\]{1,20}(?: [^\s*\\]{1,20}){0,2}|[^\n:*]{1,30}\s\(?[12AB]\)?")

_REFUSALS = compile_later(
    r"i(?:['’]m| am) sorry|i apologize|i can(?:not|['’]t| not) |i(?:['’]m| am) (?:unable|not able)|i won't |i must decline"
    r"|as an ai |as a language model|unable to (?:determine|assist)|can(?:not|'t) assist"
    r"|(?:impossible to|cannot|not possible to) determine which"
)


class Outside(NamedTuple):
    """The part of a text that stands outside its reasoning.

    Attributes:
        text: that part; when there is no text outside, the inside of the last closed block.
        start: its offset.
        inside: it is the inside of a block.
        unclosed: a block was opened after it and never closed: the judge was still thinking.
    """

    text: str
    start: int
    inside: bool = False
    unclosed: bool = False


def failed(text: str) -> bool:
    """Whether this is what a framework writes in the place of an answer that never came. ``text`` is stripped."""
    return text.startswith(_FAILED)


def missing(core: str) -> Reason | None:
    """Why a stripped text is no answer at all; None if it is one."""
    return Reason.EMPTY if not core else Reason.FAILED_REQUEST if failed(core) else None


def last_match(pattern: re.Pattern[str], text: str, start: int = 0) -> re.Match[str] | None:
    """The last match of a pattern."""
    return max(pattern.finditer(text, start), key=re.Match.start, default=None)


def plain(text: str) -> str:
    """A text with full-width forms, odd spaces and line ends in plain ASCII, character for character."""
    if "\r" in text:
        text = text.replace("\r\n", " \n").replace("\r", "\n")
    return text if text.isascii() or _ODD.search(text) is None else text.translate(_PLAIN)


def lettered(text: str) -> str:
    """A text with the letter of "Output (a)" and "model_b" in upper case: only capitals are names elsewhere."""
    if ("(" in text and ("(a)" in text or "(b)" in text)) or ("_" in text and ("_a" in text or "_b" in text)):
        return _SMALL_LETTER.sub(lambda found: found[0][:-1] + found[0][-1].upper(), text)
    return text


_EMPHASIS = compile_later(r"(?m)\n(\*{1,3}|_{1,3})(?=[\w\"'(])([^\n*_]{60,2000}[.!?\"'])\1(?=[ \t]*$)")


def unemphasised(text: str) -> str:
    """A text without the emphasis round a whole long line, character for character: a sentence in italics is no heading."""
    if "*" not in text and "_" not in text:
        return text
    return _EMPHASIS.sub(lambda found: f"\n{' ' * len(found[1])}{found[2]}{' ' * len(found[1])}", f"\n{text}")[1:]


def untagged(text: str) -> str:
    """A text with model tokens and unknown tags blanked out, character for character; ``<answer>`` and the like stay."""
    if "<" not in text and ("[" not in text or "[INST]" not in text):
        return text
    for pattern in (_TOKEN, _UNKNOWN):
        text = pattern.sub(lambda found: " " * len(found[0]), text)
    return text


def trim(text: str) -> tuple[str, int]:
    """A text without blank ends and end-of-turn tokens, and the offset of what is left."""
    core = text.strip(BLANK)
    start = len(text) - len(text.lstrip(BLANK)) if core else 0
    for _ in range(9):
        token = _END_OF_TURN.search(core, max(0, len(core) - 48)) if core[-1:] in (">", "]") else None
        if token is None:
            break
        core = core[: token.start()].rstrip(BLANK)
    return core, start


def outside(text: str) -> Outside:
    """Set reasoning aside.

    A closing tag without an opening one ends a block that began with the text (the chat template wrote the opening
    tag). Of several stretches outside, the last that is not blank is the judge's answer.
    """
    stripped = _STRIPPED_CHANNEL in text and ("analysis" in text or "channel" in text)
    if stripped or ("<" in text and "<|channel" in text) or text.startswith("analysis"):
        spoken = _final_channel(text)
        if spoken is not None:
            return spoken
    signed = "<" in text or "◁" in text or ("[" in text and "THINK]" in text)
    if not signed or not any(map(text.__contains__, _TAG_WORDS)):
        return Outside(text, 0)
    opened = -1  # where the open block's inside begins
    since = 0  # where the stretch outside begins
    inside = piece = (0, 0)
    for tag in _TAG.finditer(text):
        if tag[1] or tag[2] == "◁/" or tag[3] or (tag[4] or "").lower() == "end":
            inside = (opened if opened >= 0 else since, tag.start())
            since, opened = tag.end(), -1
        elif opened < 0:
            if text[since : tag.start()].strip(BLANK):
                piece = (since, tag.start())
            opened = tag.end()
    if opened >= 0:
        return Outside(text[opened:], opened, inside=True, unclosed=True)
    if text[since:].strip(BLANK):
        return Outside(text[since:], since)
    if piece[1]:
        return Outside(text[piece[0] : piece[1]], piece[0])
    return Outside(text[inside[0] : inside[1]], inside[0], inside=True)


def _final_channel(text: str) -> Outside | None:
    """The final channel of a text in the harmony format, its tokens kept or dropped; None if the text has none."""
    channels = list(_CHANNEL.finditer(text))
    if channels:
        last = channels[-1]
        final = last[1].lower().startswith("final")
        return Outside(text[last.end() :], last.end(), inside=not final, unclosed=not final)
    start = text.rfind(_STRIPPED_CHANNEL)
    if start >= 0:
        start += len(_STRIPPED_CHANNEL)
        return Outside(text[start:], start)
    return Outside(text, 0, inside=True, unclosed=True) if _ANALYSIS.match(text) else None


def last_tool_call(text: str) -> int:
    """The end of the last sign of a tool call in a text, or -1."""
    calls: list[re.Match[str]] = []
    if (
        "tool" in text
        or ("[" in text and "[TOOL_" in text)
        or ("<" in text and ("<function" in text or "<|python" in text))
    ):
        calls += _TOOL.finditer(text)
    if "{" in text and ('"name"' in text or "'name'" in text):
        calls += _TOOL_JSON.finditer(text)
    return max((call.end() for call in calls), default=-1)


def period(text: str) -> str:
    """The unit that a text's end repeats at least five times (three, if it is long), over at least 120 characters; or "".

    A judge that loops is cut by its token limit, so the last repetition may be partial.
    """
    tail = text[-720:]
    size = len(tail)
    if size < 120:
        return ""
    probe, again = tail[-40:], size - 40
    for _ in range(_TRIES):  # a unit may hold the probe several times
        again = tail.rfind(probe, 0, again + 39)
        step = size - 40 - again
        if again < 0 or step > 240:
            return ""
        stretch = tail[-max(5 * step, 120) :]  # units too long to fit five times must do with three and a bit
        if len(stretch) >= 3 * step and stretch[step:] == stretch[:-step]:
            return stretch[:step]
    return ""


def cut_off(text: str) -> bool:
    """Whether a text stops in the middle of a sentence; so does a list item or a heading without a full stop.

    One word or two are too little to tell.
    """
    end = text.rstrip(BLANK + "*_`~#")
    if not end or len(end[-60:].split(None, 2)) < 3:
        return False
    if len(text) <= 40 and _SHORT.fullmatch(text.strip(BLANK)) and _NEEDS_MORE.search(end) is None:
        return False  # a short answer without a full stop: "Final Grade: Answer 2"
    return end[-1].isalpha() or end[-1] in ",:;-–—([" or _NUMBER_LAST.search(end[-20:]) is not None


def reason_without_verdict(text: str, low: str) -> Reason:
    """Why a text that is not empty, and that nothing was found in, has no verdict."""
    if last_tool_call(text) >= 0:
        return Reason.TOOL_CALL
    if period(text):
        return Reason.REPETITION
    if _REFUSALS.search(f"{low[:400]}\n{low[-400:]}"):
        return Reason.REFUSED
    return Reason.CUT_OFF if cut_off(text) else Reason.NO_VERDICT


class Window(NamedTuple):
    """What is read of a judge's text: its end, outside of its thinking.

    Attributes:
        text: the end.
        start: its offset in the whole text.
        cut: more stands before it.
    """

    text: str
    start: int
    cut: bool


def last_window(text: str) -> Window | Reason:
    """What is read of a text, or why nothing is."""
    core, start = trim(text)
    if why := missing(core):
        return why
    part = outside(core)
    if part.unclosed:
        return Reason.CUT_OFF
    skip = max(0, len(part.text) - WINDOW)
    return Window(part.text[skip:], start + part.start + skip, skip > 0)
