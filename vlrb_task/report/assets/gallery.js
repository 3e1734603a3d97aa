"use strict";
// The gallery. Every text comes from a model or a dataset: it enters the page as textContent and in no other way.
(() => {
  const STEP = 20;
  const byId = (id) => document.getElementById(id);
  const data = JSON.parse(byId("gallery-data").textContent);
  const images = JSON.parse(byId("image-data").textContent);
  const list = byId("cards");
  const filters = ["judge", "show", "subset", "source"].map((name) => byId("filter-" + name));
  const search = byId("filter-text");
  let matching = [];
  let shown = 0;

  function make(tag, className, text) {
    const node = document.createElement(tag);
    if (className) node.className = className;
    if (text !== undefined && text !== null) node.textContent = text;
    return node;
  }

  function textBlock(className, text) {
    const node = make("div", "text " + className, text);
    node.dir = "auto";
    return node;
  }

  // Everything that can be searched of a pair, made once, when the first search needs it.
  const haystacks = new Map();
  function haystack(pair) {
    let found = haystacks.get(pair.key);
    if (found === undefined) {
      const parts = [pair.id, pair.key, pair.query || "", ...(pair.responses || []), ...pair.tags];
      for (const votes of pair.votes)
        for (const vote of votes) for (const [kind, text] of vote[7]) if (kind !== 2) parts.push(text);
      found = parts.join("\n").toLowerCase();
      haystacks.set(pair.key, found);
    }
    return found;
  }

  const SHOWS = {
    all: () => true,
    wrong: (state) => state[0] === 0,
    right: (state) => state[0] === 1,
    half: (state) => state[0] === 0.5 || state[0] === null,
    inconsistent: (state) => state[1] === 1,
    unparsed: (state) => state[2] === 1,
    differ: (state) => state[3] === 1,
  };

  function keep(pair, judge, show, subset, source, words) {
    if (subset && pair.subset !== subset) return false;
    if (source && pair.source !== source) return false;
    const states = judge === "" ? pair.state : [pair.state[Number(judge)]];
    if (show === "split") {
      const seen = new Set(pair.state.map((state) => state[0]));
      if (seen.size < 2) return false;
    } else if (!states.some(SHOWS[show])) return false;
    if (!words.length) return true;
    const text = haystack(pair);
    return words.every((word) => text.includes(word));
  }

  function update() {
    const [judge, show, subset, source] = filters.map((node) => node.value);
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    matching = data.pairs.filter((pair) => keep(pair, judge, show, subset, source, words));
    const format = (n) => n.toLocaleString("en");
    byId("count").textContent = format(matching.length) + " of " + format(data.pairs.length) + " pairs";
    list.replaceChildren();
    shown = 0;
    more();
  }

  function more() {
    const judge = filters[0].value;
    const fragment = document.createDocumentFragment();
    for (const pair of matching.slice(shown, shown + STEP)) fragment.append(card(pair, judge));
    list.append(fragment);
    shown = Math.min(matching.length, shown + STEP);
    byId("more").hidden = shown >= matching.length;
  }

  const OUTCOMES = new Map([[1, ["right", "right"]], [0, ["wrong", "wrong"]], [0.5, ["half right", "unsure"]], [null, ["dropped", "unsure"]]]);

  function card(pair, judge) {
    const node = make("article", "card");
    const head = make("header");
    head.append(make("b", "", pair.id || pair.key), make("span", "", pair.subset + " · " + pair.source));
    if (pair.tags.length) head.append(make("span", "", pair.tags.join(", ")));
    head.append(make("code", "", pair.key));
    node.append(head);
    if (pair.query !== null) node.append(textBlock("query", pair.query));
    if (pair.responses !== null || pair.image !== null) node.append(answers(pair));
    pair.votes.forEach((votes, number) => {
      if (judge === "" || Number(judge) === number) node.append(judged(pair, number, votes));
    });
    return node;
  }

  function answers(pair) {
    const node = make("div", "pair" + (pair.image === null ? "" : " pictured"));
    if (pair.image !== null) {
      const image = make("img");
      image.alt = "the pair's image";
      image.loading = "lazy";
      image.src = images[pair.image];
      node.append(image);
    }
    (pair.responses || []).forEach((text, number) => {
      const better = number === pair.better;
      const box = make("section", "answer" + (better ? " better" : ""));
      box.append(make("h4", "", "response " + number + (better ? " · better by the label" : "")), textBlock("", text));
      node.append(box);
    });
    return node;
  }

  function judged(pair, number, votes) {
    const [word, className] = OUTCOMES.get(pair.state[number][0]);
    const node = make("details", "judge");
    const summary = make("summary");
    summary.append(make("b", "", data.judges[number]), ": ", make("b", className, word));
    const rights = votes.filter((vote) => vote[4] === pair.better).length;
    const counted = new Set(votes.map((vote) => vote[0])).size;
    if (votes.length && votes[0][2] === null) summary.append(" · " + rights + " of " + counted + " votes right");
    if (pair.state[number][1]) summary.append(" · orders disagree");
    if (pair.state[number][2]) summary.append(" · unparsed votes");
    node.append(summary);
    // Texts are put into the page when they are opened, not before.
    node.addEventListener("toggle", () => {
      if (node.open && node.childElementCount === 1) for (const vote of votes) node.append(spoken(pair, vote));
      if (node.open && !votes.length) node.append(make("p", "dim", "no texts in this log"));
    }, { once: true });
    return node;
  }

  function spoken(pair, [number, first, answer, verdict, choice, reason, score, segments, calls]) {
    const node = make("div", "vote");
    const line = make("div", "dim");
    line.append("vote " + number + (answer === null ? ", response " + first + " shown first: " : ", response " + answer + " shown alone: "));
    if (reason !== null) line.append(make("b", "unsure", "unparsed (" + reason + ")"));
    else if (verdict === null) line.append(make("b", "", "rated " + score));
    else if (choice === null) line.append(make("b", "unsure", "tie"));
    else line.append(make("b", choice === pair.better ? "right" : "wrong", "says " + verdict + ", so response " + choice));
    node.append(line);
    if (calls[0]) node.append(make("div", "dim", "tool calls: " + calls[0]));
    for (const call of calls[1]) node.append(textBlock("said call", call));
    const said = textBlock("said", "");
    for (const [kind, text, why] of segments) {
      if (kind === 1 || kind === 3) {
        const mark = make("mark", kind === 3 ? "passed" : "", text);
        if (why) mark.title = why;
        said.append(mark);
      }
      else if (kind === 2) said.append(make("span", "cut", "\n[… " + text.toLocaleString("en") + " characters left out …]\n"));
      else said.append(text);
    }
    if (!segments.length) said.append(make("span", "cut", "[nothing]"));
    node.append(said);
    return node;
  }

  let waiting = 0;
  for (const node of filters) node.addEventListener("change", update);
  search.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(update, 200);
  });
  byId("filter-reset").addEventListener("click", () => {
    for (const node of filters) node.selectedIndex = 0;
    search.value = "";
    update();
  });
  byId("more").addEventListener("click", more);
  new IntersectionObserver((entries) => {
    if (entries.some((entry) => entry.isIntersecting) && shown < matching.length) more();
  }, { rootMargin: "800px" }).observe(byId("more"));
  update();
})();
