"""Words into codes: a judge's sentence becomes a short string over a small alphabet, and the grammar reads that.

Each token of a line has a code of one letter or sign (now and then two or none), so that "Answer 2 is slightly
better than Answer 1." becomes ``ScfGtF.``. Patterns over such strings are short, bounded and quick, and a word
is taught to every pattern at once by putting it in one row of the table below.

Codes of the names, after merging: ``F`` the answer shown first, ``S`` the one shown second, ``X`` an answer
that is neither ("Answer X", "Answer 3"), ``b`` both. A bare ``A``, ``B``, ``1`` or ``2`` stays what it is: only
a place that asks for a name may take it for one.
"""

from __future__ import annotations

import re
from functools import lru_cache

_TABLE: dict[str, str] = {
    # names
    "j": "answer response assistant model option candidate output reply completion",
    "J": "answers responses assistants models options candidates outputs replies ones feedbacks captions chatbots agents",
    # nouns of other prompts: with a number or a letter a name, else what they were
    "ν": "feedback caption description translation solution story essay chatbot bot agent system report version "
    "passage video photo clip argument",
    "ο": "image picture",
    "ϛ": "summary",
    "C": "choice",
    "1": "1 one",
    "2": "2 two",
    "y": "first 1st",
    "k": "second 2nd",
    "χ": "x n y",
    "L": "former latter",
    "z": "it there",
    "Þ": "they",
    "g": "i we me my our",
    # verbs
    "c": "am is are was were be been being seems seem appears appear looks remains becomes proves stays feels",
    "π": "provided providing",
    "λ": "long",
    "d": "provides provide gives give gave offers offer offered presents delivers has have contains "
    "does do did represents demonstrates shows stands emerges comes achieves constitutes marks performs gets deserves "
    "takes forced had",
    "μ": "make makes making made renders rendering leaves leaving",
    "h": "would will must should shall can",
    "η": "could might may perhaps possibly maybe potentially probably",
    "v": "think believe say call conclude feel find consider deem judge rate rank view determine state see agree "
    "summarize summarise establish prove decide know concluded suggests shows means indicates implies demonstrates confirms",
    "V": "prefer choose pick select favor favour go opt side vote lean leaning recommend declare favors favours "
    "prefers choosing selecting picking goes crown award",
    "w": "wins win won outperforms outperform beats surpasses exceeds prevails outshines outranks trumps outclasses",
    "ℓ": "loses",
    # judgements
    "G": "better superior preferable preferred best stronger favored favoured chosen selected recommended winning",
    "R": "winner victor",
    "W": "worse inferior worst weaker poorer",
    "m": "more most",
    "l": "less least",
    "p": "accurate correct complete comprehensive detailed relevant precise helpful informative appropriate suitable "
    "reliable thorough faithful truthful aligned factual convincing satisfactory consistent coherent useful nuanced "
    "clear clearer concise right valid specific descriptive effective logical structured organized organised readable "
    "direct safe safer strong fitting credible robust insightful balanced acceptable",
    "φ": "good great bad poor strong",
    "n": "inaccurate incorrect wrong incomplete misleading verbose vague confusing irrelevant ambiguous flawed "
    "erroneous hallucinated speculative redundant repetitive unhelpful problematic",
    "t": "than",
    "E": "equal equally equivalent identical",
    "T": "tie tied ties draw deadlock stalemate",
    "b": "both",
    "K": "neither",
    "H": "nor",
    # what turns a claim around, or makes it none
    "N": "not never no hardly barely scarcely nothing none nobody nowhere",
    "ζ": "doubt",
    "ξ": "question",
    "ω": "without",
    "θ": "wait hold oops scratch correction reconsider recheck reexamine reevaluate",
    "Ω": "true certain confident convinced sure evident obvious",
    "ϖ": "case possible necessarily fair easy plausible conceivable likely",
    "Z": "thought assumed argue argued arguing argues claim claims claimed claiming initially disagree deny refute "
    "example instance template glance seemingly supposedly allegedly wrongly mistakenly falsely pretend imagine "
    "hypothetical hypothetically unlikely unable unsure uncertain like ideally unless wonder wondering "
    "ne pas nicht kein keine nao niet ikke aucun non",
    "Ψ": "false untrue unclear difficult hard impossible doubtful questionable debatable",
    "i": "if whether suppose supposing assuming then until",
    "ε": "even",
    "Ŵ": "when",
    "ψ": "only",
    # joints of a sentence
    "a": "and",
    "o": "or vs versus",
    "u": "over",
    "^": "between among",
    "α": "all every each",
    "I": "in of on upon across from toward towards about",
    "τ": "at with for",
    "~": "as",
    "σ": "such",
    "@": "that which who",
    "&": "but however yet nevertheless nonetheless",
    "%": "although though despite albeit notwithstanding",
    "÷": "while whereas whilst",
    "$": "because since due",
    "γ": "given considering based taking weighing after looking examining reviewing judging comparing having",
    "ς": "so",
    "+": "therefore thus hence consequently accordingly thereby",
    "ρ": "rather",
    "ι": "instead",
    "ϰ": "according",
    "κ": "unlike compared relative",
    # marks of a verdict, and what stands in labels
    "M": "judgment judgement judgments verdict decision ruling determination preference conclusion",
    "O": "overall final finally ultimately altogether concluding",
    "e": "evaluation assessment analysis comparison thoughts remarks quality performance criteria factors explanation "
    "rationale justification note statement recommendation rating ranking job impression comparative "
    "aspects reason reasons result end day balance short things everything account mind hand other contrast light "
    "figure diagram context evidence points respects counts merits look inspection reflection "
    "closer consideration opinion measure above sum",
    "Y": "boxed box fbox",
    "q": "terms regarding respect aspect concerning criterion dimension standpoint perspective category regard regards "
    "factor metric",
    "r": "accuracy completeness clarity relevance helpfulness correctness detail details conciseness coherence fluency "
    "style structure tone formatting grammar depth specificity ethics ethical attributes relationships objects "
    "hallucination hallucinations readability presentation length brevity precision safety reasoning calculation "
    "logic spelling faithfulness creativity consistency thoroughness informativeness",
    # words that may stand between a verb and its judgement without changing it
    "f": "the a an much far somewhat bit little still also by considered deemed judged rated viewed seen to out quite very "
    "just up too well now general whole slightly significantly marginally clearly noticeably considerably "
    "substantially notably generally definitely certainly undoubtedly obviously evidently really truly simply decidedly "
    "markedly vastly greatly moderately fairly relatively comparatively arguably actually objectively easily hugely "
    "strongly distinctly narrowly minimally modestly subtly absolutely unquestionably plainly personally honestly "
    "besides moreover furthermore additionally here",
    "ð": "this these those",
    "": "text textbf mathbf mathrm",
}

_CONTRACTIONS = {
    "isn't": "cN",
    "aren't": "cN",
    "wasn't": "cN",
    "weren't": "cN",
    "ain't": "cN",
    "don't": "N",
    "doesn't": "N",
    "didn't": "N",
    "haven't": "N",
    "hasn't": "N",
    "can't": "hN",
    "cannot": "hN",
    "couldn't": "hN",
    "won't": "hN",
    "wouldn't": "hN",
    "shouldn't": "hN",
    "mustn't": "hN",
    "it's": "zc",
    "that's": "@c",
    "there's": "zc",
    "i'm": "gc",
    "i'd": "gh",
    "i'll": "gh",
    "i've": "g",
    "we'd": "gh",
    "we'll": "gh",
    "we're": "gc",
}

_SIGNS = {
    ",": ",",
    "，": ",",
    "、": ",",
    ";": ";",
    "；": ";",
    ":": ":",
    "：": ":",
    ".": ".",
    "。": ".",
    "!": ".",
    "！": ".",
    "…": ".",
    "?": "?",
    "？": "?",
    "(": "(",
    "（": "(",
    ")": ")",
    "）": ")",
    "[": "[",
    "]": "]",
    "|": "|",
    "<": "<",
    ">": ">",
    "≻": ">",
    "=": "=",
    "/": "o",
    "–": "-",
    "—": "-",
    '"': '"',
    "“": '"',
    "”": '"',
    "„": '"',
    "«": '"',
    "»": '"',
    "「": '"',
    "」": '"',
    "『": '"',
    "』": '"',
    "`": '"',
    "‘": "‘",
    "A": "A",
    "B": "B",
    "'s": "P",
    "’s": "P",
}


# A run of foreign letters is opaque, unless one of them negates: then nothing to its right is read.
_FOREIGN_NEGATION = frozenset("不没沒未非无無否莫別别ぬ않안없")


class _Codes(dict[str, str]):
    """Token to code; unknown tokens are looked up in lower case, then judged by their shape, and not remembered."""

    def __missing__(self, token: str) -> str:
        low = token.lower()
        if low != token and low in self:
            return self[low]
        if "’" in low:
            return self[low.replace("’", "'")]
        if low.endswith("'s"):
            return self[token[:-2]] + "P"
        if low.endswith("n't"):
            return "N"
        if not low.isascii():
            return "Z" if not _FOREIGN_NEGATION.isdisjoint(low) or low == "não" else "U"
        if low.isdigit() or low[0].isdigit():
            return "D"
        if low[0] == "-":
            return "-"
        return "x"


_GLUED = (
    "Answer",
    "Response",
    "Assistant",
    "Model",
    "Option",
    "Output",
    "answer",
    "response",
    "assistant",
    "model",
    "option",
    "output",
)


def _build() -> _Codes:
    codes = _Codes()
    for code, words in _TABLE.items():
        for word in words.split():
            codes.setdefault(word, code)
    codes.update(_CONTRACTIONS)
    codes.update(_SIGNS)
    codes.update({f"{noun}{name}": f"j{name}" for noun in _GLUED for name in "AB"})
    codes.update({"'": "’", "e.g.": "Z", "E.g.": "Z", "i.e.": "", "etc.": "", "vs.": "o", "No.": "", "no.": ""})
    return codes


CODES = _build()

# One token: an abbreviation, a word with its contraction, a number, a possessive, a single quote, foreign letters,
# a free-standing dash, or a sign that means something.
TOKEN = re.compile(
    r"[Ee]\.g\.|i\.e\.|etc\.(?=\s*[a-z,;)])|vs\.|[Nn]o\.(?=\s*\d)"
    r"|[A-Za-z]+(?:['’][a-z]{1,2}\b)?|\d+(?:st\b|nd\b|\.\d+)?|['’]s\b"
    r"|['’‘]|[^\W\d_a-zA-Z]+|(?<![^\s*])--?(?![^\s*])"
    r"|[.,;:!?()\[\]|<>=/\"“”„«»「」『』`–—≻…。，、：；！？（）]"
)

# Codes that are read together, in this order; each group is tried only where its sign occurs.
_MERGES = {
    # two answers, one of them, and another ("Answer X", "Answer 3")
    "J": "J1a2→b JAaB→b J2a1→b",
    "j": "j1o2→FoS j(1o2→FoS jAoB→FoS j1a2→b jAaB→b j2a1→b j1→F j2→S jA→F jB→S j(1)→F j(2)→S j(A)→F j(B)→S "
    "j[1]→F j[2]→S j[A]→F j[B]→S jD→X jχ→X j[χ→X Lj→X",
    "ν": "ν1→F ν2→S νA→F νB→S ν(1)→F ν(2)→S ν(A)→F ν(B)→S ν[1]→F ν[2]→S ν[A]→F ν[B]→S yν→F kν→S bν→b FPν→F SPν→S ν→x",
    "ο": "ο1→F ο2→S οA→F οB→S ο(1)→F ο(2)→S ο(A)→F ο(B)→S FPο→F SPο→S ο→e",
    "ϛ": "ϛ1→F ϛ2→S ϛA→F ϛB→S ϛ(A)→F ϛ(B)→S FPϛ→F SPϛ→S ϛ→O",
    "C": "C1→F C2→S CA→F CB→S C(1)→F C(2)→S C(A)→F C(B)→S",
    "L": "Lc→Xc",
    # by their order
    "y": "yj→F y1→F yc→Fc yC→F yaS→b yakj→b yakJ→b",
    "k": "kj→S k1→S kc→Sc kC→S",
    # in brackets, or with what they say: "Assistant B's answer"
    "[": "[F]→F [S]→S",
    "<": "<F>→F <S>→S",
    "P": "FPj→F SPj→S",
    # "no doubt", "without question", "not only"
    "ζ": "Nζ→f ωζ→f ωfζ→f ζ→Z",
    "ξ": "Nξ→f ωξ→f",
    "ψ": "Nψ→f ψ→f",
    # "even if", "as such", "such as", "when comparing", "provided that", "as long as"
    "ε": "εi→% ε→f",
    "σ": "~σ,→+ σ~→Z σ→f",
    "Ŵ": "Ŵγ→γ Ŵ→i",
    "π": "π@→i π→d",
    "λ": "~λ~→i λ→x",
    # "so" that concludes, and "so" of degree
    "ς": "ς,→+, ς:→+: ,ς→,+ ;ς→;+ .ς→.+ :ς→:+ aς→+ ςF→+F ςS→+S ς→f",
    # "the first answer and the second"
    "f": "tfy→tF tfk→tS FafS→FaS SafF→SaF FofS→FoS SofF→SoF FHfS→FHS SHfF→SHF",
}
_MERGE = tuple((sign, tuple(tuple(rule.split("→")) for rule in rules.split())) for sign, rules in _MERGES.items())

# A straight single quote opens where it follows no letter and a letter follows it; elsewhere it is an apostrophe.
_OPENING = re.compile(r"(?<![\w.,!?*)\"])'(?=\w)")


def encode(line: str) -> str:
    """The codes of a line, names merged.

    Digits and capitals that follow no word for an answer stay ``1``, ``2``, ``D``, ``A`` or ``B``.
    """
    return _known(line) if len(line) <= 128 else _encode(line)


def _encode(line: str) -> str:
    if "'" in line:
        line = _OPENING.sub("‘", line)
    code = "".join(map(CODES.__getitem__, TOKEN.findall(line)))
    if code[:1] == "ς":
        code = "+" + code[1:]
    for sign, rules in _MERGE:
        if sign in code:
            for old, new in rules:
                code = code.replace(old, new)
    return code


# Judges close with a line of few forms.
_known = lru_cache(maxsize=4096)(_encode)


CLAIM_WORDS = frozenset(word for code in "GRWℓwVTEKMOYC" for word in _TABLE[code].split()) | {
    "good",
    ">",
    "<",
    "=",
    "≻",
    ">>",
}
"""A line without any of these words holds no overall claim, no mark and no tie: the grammar need not look at it."""

_ASCII = {
    ord(c): c.lower() if c.isalpha() else c if c in "<>=" else " " for c in map(chr, range(128)) if not c.islower()
}
_LETTERS = re.compile(r"[a-z]+|[<>=≻]+")


def claim_words(text: str) -> frozenset[str]:
    """The :data:`CLAIM_WORDS` that a text holds."""
    if text.isascii():
        return CLAIM_WORDS.intersection(text.translate(_ASCII).split())
    return CLAIM_WORDS.intersection(_LETTERS.findall(text.lower()))
