"""The words that the grammar knows, by class. To teach it a word, put it into one line here; a word has one class.

The classes are named for what they do in a sentence, or for their commonest word. Patterns over them stand in ``claims``,
``labels`` and ``statements``; :mod:`vlrb_task.parsing.encoding` turns a sentence into classes.
"""

from __future__ import annotations

WORDS: dict[str, str] = {
    # names
    "answer": "answer response assistant model option candidate output reply completion",
    "answers": "answers responses assistants models options candidates outputs replies ones feedbacks captions chatbots "
    "agents",
    # nouns of other prompts: with a number or a letter a name, else what they were
    "shown_thing": "feedback caption description translation solution story essay chatbot bot agent system report version "
    "passage video photo clip argument",
    "picture": "image picture",
    "summary": "summary",
    "choice": "choice",
    "one": "1 one",
    "two": "2 two",
    "first": "first 1st",
    "second": "second 2nd",
    "other_name": "x n y",
    "former": "former latter",
    "it": "it there",
    "they": "they",
    "I": "i we me my our",
    # verbs
    "is": "am is are was were be been being seems seem appears appear looks remains becomes proves stays feels",
    "provided": "provided providing",
    "long": "long",
    "does": "provides provide gives give gave offers offer offered presents delivers has have contains does do did "
    "represents demonstrates shows stands emerges comes achieves constitutes marks performs gets deserves takes "
    "forced had",
    "makes": "make makes making made renders rendering leaves leaving",
    "would": "would will must should shall can",
    "might": "could might may perhaps possibly maybe potentially probably",
    "think": "think believe say call conclude feel find consider deem judge rate rank view determine state see agree "
    "summarize summarise establish prove decide know concluded suggests means indicates implies confirms",
    "choose": "prefer choose pick select favor favour go opt side vote lean leaning recommend declare favors favours "
    "prefers choosing selecting picking goes crown award",
    "beats": "wins win won outperforms outperform beats surpasses exceeds prevails outshines outranks trumps outclasses",
    "loses": "loses",
    # judgements
    "better": "better superior preferable preferred best stronger favored favoured chosen selected recommended winning",
    "winner": "winner victor",
    "worse": "worse inferior worst weaker poorer",
    "more": "more most",
    "less": "less least",
    "good_trait": "accurate correct complete comprehensive detailed relevant precise helpful informative appropriate suitable "
    "reliable thorough faithful truthful aligned factual convincing satisfactory consistent coherent useful "
    "nuanced clear clearer concise right valid specific descriptive effective logical structured organized "
    "organised readable direct safe safer strong fitting credible robust insightful balanced acceptable "
    "engaging efficient creative practical persuasive compelling focused immersive vivid polished intriguing actionable "
    "elaborate tailored",
    "plain_praise": "good great bad poor",
    "bad_trait": "inaccurate incorrect wrong incomplete misleading verbose vague confusing irrelevant ambiguous flawed "
    "erroneous hallucinated speculative redundant repetitive unhelpful problematic",
    "than": "than",
    "equal": "equal equally equivalent identical",
    "tie": "tie tied ties draw deadlock stalemate",
    "both": "both",
    "neither": "neither",
    "nor": "nor",
    # what turns a claim around, or makes it none
    "not": "not never no hardly barely scarcely nothing none nobody nowhere",
    "doubt": "doubt",
    "question": "question",
    "without": "without",
    "wait": "wait hold oops scratch correction reconsider recheck reexamine reevaluate",
    "sure": "true certain confident convinced sure evident obvious",
    "possible": "case possible necessarily fair easy plausible conceivable likely",
    "hearsay": "thought assumed argue argued arguing argues claim claims claimed claiming initially disagree deny refute "
    "example instance template glance seemingly supposedly allegedly wrongly mistakenly falsely pretend imagine "
    "hypothetical hypothetically unlikely unable unsure uncertain like ideally unless wonder wondering ne pas "
    "nicht kein keine nao niet ikke aucun non",
    "untrue": "false untrue unclear difficult hard impossible doubtful questionable debatable",
    "if": "if whether suppose supposing assuming then until",
    "even": "even",
    "when": "when",
    "only": "only",
    # joints of a sentence
    "and": "and",
    "or": "or vs versus",
    "over": "over",
    "between": "between among",
    "every": "all every each",
    "in": "in of on upon across from toward towards about",
    "for": "at with for",
    "as": "as",
    "such": "such",
    "that": "that which who",
    "but": "but however yet nevertheless nonetheless",
    "although": "although though despite albeit notwithstanding",
    "while": "while whereas whilst",
    "because": "because since due",
    "considering": "given considering based taking weighing after looking examining reviewing judging comparing having",
    "so": "so",
    "therefore": "therefore thus hence consequently accordingly thereby",
    "rather": "rather",
    "instead": "instead",
    "according": "according",
    "unlike": "unlike compared relative",
    # marks of a verdict, and what stands in labels
    "verdict": "judgment judgement judgments verdict decision ruling determination preference conclusion",
    "overall": "overall final finally ultimately altogether concluding",
    "aspect_noun": "evaluation assessment analysis comparison thoughts remarks quality performance criteria factors explanation "
    "rationale justification note statement recommendation rating ranking job impression comparative aspects "
    "reason reasons result end day balance short things everything account mind hand other contrast light figure "
    "diagram context evidence points respects counts merits look inspection reflection closer consideration "
    "opinion measure above sum",
    "box": "boxed box fbox",
    "regard": "terms regarding respect aspect concerning criterion dimension standpoint perspective category regard regards "
    "factor metric",
    "criterion": "accuracy completeness clarity relevance helpfulness correctness detail details conciseness coherence fluency "
    "style structure tone formatting grammar depth specificity ethics ethical attributes relationships objects "
    "hallucination hallucinations readability presentation length brevity precision safety reasoning calculation "
    "logic spelling faithfulness creativity consistency thoroughness informativeness",
    # words that may stand between a verb and its judgement without changing it
    "filler": "the a an much far somewhat bit little still also by considered deemed judged rated viewed seen to out quite "
    "very just up too well now general whole slightly significantly marginally clearly noticeably considerably "
    "substantially notably generally definitely certainly undoubtedly obviously evidently really truly simply "
    "decidedly markedly vastly greatly moderately fairly relatively comparatively arguably actually objectively "
    "easily hugely strongly distinctly narrowly minimally modestly subtly absolutely unquestionably plainly "
    "personally honestly besides moreover furthermore additionally here",
    "this": "this these those",
    "nothing": "text textbf mathbf mathrm",
}

_CONTRACTED = {
    "is not": "isn't aren't wasn't weren't ain't",
    "not": "don't doesn't didn't haven't hasn't",
    "would not": "can't cannot couldn't won't wouldn't shouldn't mustn't",
    "it is": "it's there's",
    "that is": "that's",
    "I is": "i'm we're",
    "I would": "i'd i'll we'd we'll",
    "I": "i've",
}
CONTRACTIONS = {word: names for names, words in _CONTRACTED.items() for word in words.split()}
"""Contractions that are more than one class, or another than their words."""
