// An assessment as a credit officer reads it. Every text is set as text, so that no value can become markup.

const SVG = "http://www.w3.org/2000/svg";
const WHOLE_FROM = 1000;
const SHOWN_OF_A_HASH = 16;

export function make(tag, name = "", ...children) {
  const made = document.createElement(tag);
  if (name) made.className = name;
  made.append(...children.filter((child) => child !== null && child !== undefined && child !== ""));
  return made;
}

export function fill(target, children) { target.replaceChildren(...children.filter(Boolean)); }

export function textOf(words, part, code) { return (words[part] && words[part][code]) || String(code); }

// The name that the form gives to a field of a call; a path without one is told as it is.
function fieldName(path, words) {
  const field = path.replace(/^request\./, "");
  return textOf(words, "page", field === "buyer_id" ? "buyer" : field);
}

export function showError(target, error, words) {
  const page = (code) => textOf(words, "page", code);
  const rows = ["message", "hint", "trace_id"].filter((name) => error[name]);
  fill(target, [
    make("h2", "", error.field ? `${page("error")}${page("colon")}${fieldName(error.field, words)}` : page("error")),
    error.hint ? make("dl", "", ...rows.flatMap((name) => [make("dt", "", page(name)), make("dd", "", error[name])]))
      : make("p", "", error.message),
  ]);
}

export function showAnswer(target, said, words, lang) {
  const view = new View(said, words, lang);
  fill(target, [
    view.warnings(),
    view.head(),
    make("div", "columns",
      make("div", "", view.summary(), view.composition()),
      make("div", "", view.reasons(), view.candidates())),
    view.offers(),
    view.raises(),
    view.changes(),
    view.peers(),
    view.versions(),
  ]);
}

// Rounds numbers to integers that add up to the rounded total (largest remainder).
export function addUp(parts, total) {
  const floors = parts.map(Math.floor);
  const missing = total - floors.reduce((sum, part) => sum + part, 0);
  const order = parts.map((_, i) => i).sort((a, b) => (floors[a] - parts[a]) - (floors[b] - parts[b]) || a - b);
  const lifted = new Set(order.slice(0, missing));
  return floors.map((floor, i) => floor + (lifted.has(i) ? 1 : 0));
}

class View {
  constructor(said, words, lang) {
    this.said = said;
    this.words = words;
    this.lang = lang === "zh" ? "zh-CN" : "en-GB";
    this.currency = said.limit.currency;
    this.points = said.score.points === null ? [] : addUp(
      [said.score.base, ...said.score.groups.map((group) => group.points)], Math.round(said.score.points));
  }

  page(code) { return textOf(this.words, "page", code); }

  head() {
    const { limit } = this.said;
    const asOf = this.said.as_of.replace("T", " ").replace("Z", " UTC");
    const known = `${this.page("known")}${this.page("colon")}${textOf(this.words, "states", this.said.information_state)}`;
    return make("section", "card",
      make("div", "said-of", make("strong", "buyer", this.said.buyer_id), make("span", "", `${known} · ${asOf}`)),
      this.request(),
      make("dl", "amounts",
        this.figure("limit", "limit", limit.status === "ok" ? this.money(limit.amount) : "–", this.bound()),
        this.figure("exposure", "", this.money(limit.exposure), this.besideExposure()),
        this.figure("overdue", "", this.money(limit.overdue_amount), this.oldest()),
        this.figure("headroom", "", this.money(limit.headroom)),
        limit.valid_until && this.figure("valid", "", this.day(limit.valid_until))),
      make("p", `action ${limit.action}`, `${this.page("action")}${this.page("colon")}${textOf(this.words, "actions", limit.action)}`),
      make("p", "suggested", this.page("suggestion")));
  }

  figure(word, name, value, small) {
    return make("div", name, make("dt", "", this.page(word)), make("dd", "", value, small && make("span", "small", small)));
  }

  bound() {
    const { limit } = this.said;
    if (limit.status !== "ok") return this.unsaid(limit.status);
    return `${this.page("bound")}${this.page("colon")}${textOf(this.words, "candidates", limit.binding)}`;
  }

  oldest() {
    const { overdue_amount: amount, oldest_open_days_past_due: days } = this.said.limit;
    return amount && days !== null ? `${this.page("oldest")}${this.page("colon")}${days} ${this.page("days")}` : "";
  }

  // Parts of the exposure, and what stands beside it, where there is any.
  besideExposure() {
    const { limit } = this.said;
    const known = { ...limit.exposure_parts, secured_amount: limit.secured_amount };
    return ["bills_amount", "secured_amount", "open_orders_amount", "group_others_exposure"].filter((name) => known[name])
      .map((name) => `${this.page(name)}${this.page("colon")}${this.money(known[name])}`).join("; ");
  }

  request() {
    const { request } = this.said;
    if (request === null) return null;
    const parts = request.assumed ? [] : [this.page(request.kind)];
    if (request.amount !== null) parts.push(this.money(request.amount, request.currency));
    if (request.terms_days !== null) parts.push(`${request.terms_days} ${this.page("days")}`);
    if (request.due_on !== null) parts.push(this.day(request.due_on));
    return make("p", "small", `${this.page(request.assumed ? "usual" : "request")}${this.page("colon")}${parts.join(", ")}`);
  }

  summary() {
    const { score, grade, expected_loss: loss } = this.said;
    const bySource = score.source === "late" ? this.page("from_late") : "";
    return make("section", "card", make("h2", "", `${this.page("score")} · ${this.page("grade")}`),
      make("dl", "facts", ...[
        ["score", score.points === null ? "–" : String(Math.round(score.points)), bySource],
        ["grade", grade.computed || "–", ""],
        ...this.percentile(grade),
        ["default", ...this.probability(this.said.default)],
        ["late", ...this.probability(this.said.late)],
        ...this.timing(),
        ["loss", loss.on_exposure === null ? "–" : this.money(loss.on_exposure), ""],
      ].flatMap(([word, value, small]) => [
        make("dt", "", this.page(word)), make("dd", `is-${word}`, value, small && make("div", "small", small))])));
  }

  percentile(grade) {
    const known = [["of_book", grade.percentile], ["of_reference", grade.percentile_of_reference]].filter(([, value]) => value !== null);
    return known.length ? [["percentile", known.map(([word, value]) => `${Math.round(value)} ${this.page(word)}`).join(", "), ""]] : [];
  }

  probability(part) {
    if (part.status !== "ok") return ["–", this.unsaid(part.status)];
    const interval = `${this.page("interval")} ${this.share(part.low)} – ${this.share(part.high)}`;
    const within = part.horizon_days ? `${this.page("within")} ${part.horizon_days} ${this.page("days")}` : this.page("at_due");
    const prior = part.prior_weight ? `; ${this.page("prior")} ${this.share(part.prior_weight)}` : "";
    return [this.share(part.probability), `${interval}; ${part.definition}, ${within}${prior}`];
  }

  // When the request would be paid; nothing where no timing model serves.
  timing() {
    const { timing } = this.said;
    if (timing.status === "no_timing_model") return [];
    if (!timing.paid_by.length) return [["timing", "–", this.unsaid(timing.status)]];
    const said = timing.median_on ? this.day(timing.median_on) : textOf(this.words, "statuses", timing.status);
    const due = `${this.page(timing.assumed ? "usual_due" : "due")} ${this.day(timing.due_on)}`;
    const by = timing.paid_by.map((each) =>
      `${each.days_past_due ? `+${each.days_past_due} ${this.page("days")}` : this.page("at_due")} ${this.share(each.probability)}`);
    return [["timing", said, [this.payInterval(timing), due].filter(Boolean).join("; ")], ["paid_by", by.join(" · "), ""]];
  }

  payInterval({ interval_probability: probability, low_on: low, high_on: high }) {
    if (!low) return "";
    return high ? `${this.share(probability)} ${this.page("between")} ${this.day(low)} – ${this.day(high)}`
      : `${this.share(probability)} ${this.page("from_on")} ${this.day(low)}`;
  }

  reasons() {
    const shown = new Map(this.said.score.groups.map((group, i) => [group.group.toUpperCase(), this.points[i + 1]]));
    const items = this.said.reasons.map((reason) => {
      const code = reason.code.replace(/_MISSING$/, "");
      // An adverse part is no group and has its own points.
      const points = reason.points === null ? null : shown.has(code) ? shown.get(code) : Math.round(reason.points);
      const small = points === null ? "" : `${this.signed(points)} ${this.page("points")}`;
      return make("li", reason.direction,
        make("span", "tag", this.page(reason.direction), small && make("span", "", small)), make("span", "", reason.text));
    });
    return items.length ? make("section", "card", make("h2", "", this.page("reasons")), make("ul", "reasons", ...items)) : null;
  }

  candidates() {
    // What most buyers lack is left out, and what is told only unless it would have cut the limit.
    const shown = this.said.limit.candidates.filter((each) => (each.role === "reported"
      ? each.status === "ok" && this.said.limit.amount !== null && each.amount < this.said.limit.amount
      : !(each.status in this.words.quiet)));
    const rows = shown.map((each) => {
      const isSpecial = each.status === "ok" && (each.role === "reported" || each.role === "referral");
      const name = make("th", "", textOf(this.words, "candidates", each.code), isSpecial ? make("span", "small", this.page(each.role)) : "");
      name.scope = "row";
      const said = each.status === "ok" ? make("td", "number", this.money(each.amount))
        : make("td", "number unsaid", textOf(this.words, "statuses", each.status));
      return make("tr", each.code === this.said.limit.binding ? "binding" : "", name, said);
    });
    const heads = ["candidate", "sum"].map((word, i) => Object.assign(make("th", i ? "number" : "", this.page(word)), { scope: "col" }));
    return make("section", "card", make("h2", "", this.page("candidates")),
      make("table", "", make("thead", "", make("tr", "", ...heads)), make("tbody", "", ...rows)));
  }

  offers() {
    const { terms, offers } = this.said;
    if (!offers || !(terms.text || offers.discount.text)) return null;
    const columns = ["exposure", "unsecured_exposure", "cost_to_buyer", "cost_to_seller", "yearly_profit"];
    const rows = offers.alternatives.map((each) => {
      const note = each.status === "ok" ? each.text : `${each.text} (${this.page("not_enough")})`;
      const name = make("th", "", textOf(this.words, "alternatives", each.code), make("span", "small", note));
      name.scope = "row";
      return make("tr", each.code === offers.best ? "binding" : "", name,
        ...columns.map((column) => make("td", "number", this.money(each[column], offers.currency))));
    });
    const heads = ["offer", "exposure_column", ...columns.slice(1)].map((word, i) => (
      Object.assign(make("th", i ? "number" : "", this.page(word)), { scope: "col" })));
    return make("section", "card", make("h2", "", this.page("offers")), terms.text && make("p", "", terms.text),
      rows.length ? make("div", "scroll", make("table", "offers",
        make("thead", "", make("tr", "", ...heads)), make("tbody", "", ...rows))) : null,
      offers.discount.text && make("p", "", offers.discount.text));
  }

  raises() {
    const { raises } = this.said;
    if (!raises) return null;
    const items = raises.options.map((each) => make("li", "", make("strong", "", each.text), make("div", "small", [
      `${this.page("limit")} ${this.money(each.limit, raises.currency)}`,
      each.probability === null ? "" : `${this.page("default")} ${this.share(each.probability)}`,
      each.grade ? `${this.page("grade")} ${each.grade}` : "",
      `${this.page("bound")}${this.page("colon")}${textOf(this.words, "candidates", each.binding)}`,
    ].filter(Boolean).join("; "))));
    return make("section", "card is-raises", make("h2", "", this.page("raises")),
      items.length ? make("ol", "", ...items) : null, raises.why && make("p", "", raises.why), make("p", "small", raises.note));
  }

  changes() {
    const { changes } = this.said;
    if (!changes) return null;
    const then = `${this.page("changes")} ${this.day(changes.since_day)}`;
    if (changes.status !== "ok") {
      return make("section", "card is-changes", make("h2", "", then),
        make("p", "", `${this.page("unsaid")}${this.page("colon")}${textOf(this.words, "changes", changes.status)}`));
    }
    // Rounds half up: the difference of two numbers rounded so lies within one of the true one.
    const [before, now] = [changes.score.then, changes.score.now].map((points) => Math.floor(points + 0.5));
    const shown = addUp([...changes.groups.map((each) => each.points), changes.model_change], now - before);
    const texts = [...changes.groups.map((each) => each.text), this.page("model_change")];
    const lines = texts.map((text, i) => [text, shown[i]]).filter(([, points], i) => points !== 0 || i === texts.length - 1);
    const rows = [...lines.map(([text, points]) => [text, this.signed(points)]),
      [`${this.page("score")} ${before} → ${now}`, this.signed(now - before)],
      [`${this.page("limit")} ${this.money(changes.limit.then)} → ${this.money(changes.limit.now)}`, ""]];
    return make("section", "card is-changes", make("h2", "", then), this.table(["group", "points"], rows));
  }

  peers() {
    const { peers } = this.said.score;
    if (!peers) return null;
    if (peers.status !== "ok") {
      return make("section", "card is-peers", make("h2", "", this.page("peers")), make("p", "", this.page("no_peers")));
    }
    const rounded = (points) => this.signed(points.toFixed(1));
    const rows = [...peers.groups].sort((a, b) => a.difference - b.difference).map((each) => [
      textOf(this.words, "groups", each.group), rounded(each.points), rounded(each.mean_points), rounded(each.difference)]);
    return make("section", "card is-peers", make("h2", "", `${this.page("peers")} (${peers.buyers})`),
      this.table(["group", "own", "mean", "difference"], rows));
  }

  // A table whose first column names the row and whose other columns are numbers.
  table(words, rows) {
    const heads = words.map((word, i) => Object.assign(make("th", i ? "number" : "", this.page(word)), { scope: "col" }));
    const cells = rows.map(([name, ...values]) => make("tr", "", Object.assign(make("th", "", name), { scope: "row" }),
      ...values.map((value) => make("td", "number", value))));
    return make("table", "", make("thead", "", make("tr", "", ...heads)), make("tbody", "", ...cells));
  }

  composition() {
    const { score } = this.said;
    if (score.points === null) return null;
    const largest = Math.max(1, ...score.groups.map((group) => Math.abs(group.points)));
    const rows = score.groups.flatMap((group, i) => [
      make("dt", "", textOf(this.words, "groups", group.group)), bar(group.points / largest),
      make("dd", "", this.signed(this.points[i + 1]))]);
    return make("section", "card", make("h2", "", this.page("composition")), make("dl", "bars",
      make("dt", "", this.page("base")), make("span"), make("dd", "", String(this.points[0])), ...rows,
      make("dt", "sum", this.page("score")), make("span", "line"), make("dd", "sum", String(Math.round(score.points)))));
  }

  warnings() {
    const items = this.said.warnings.map((each) => make("li", "", each.text));
    return items.length ? make("section", "card notice", make("h2", "", this.page("warnings")), make("ul", "", ...items)) : null;
  }

  versions() {
    const rows = Object.entries(this.said.versions).filter(([, value]) => value !== null);
    return make("dl", "versions", ...rows.map(([name, value]) => make("div", "", make("dt", "", name), make("dd", "", value.slice(0, SHOWN_OF_A_HASH)))));
  }

  unsaid(status) { return `${this.page("unsaid")}${this.page("colon")}${textOf(this.words, "statuses", status)}`; }

  signed(points) { return (Number(points) > 0 ? "+" : "") + String(points).replace("-", "−"); }

  share(value) {
    const decimals = value >= 0.1 ? 0 : value >= 0.01 ? 1 : 2;
    return new Intl.NumberFormat(this.lang, { style: "percent", minimumFractionDigits: decimals, maximumFractionDigits: decimals }).format(value);
  }

  money(value, currency = this.currency) {
    if (value === null) return this.page("unknown");
    const whole = Math.abs(value) >= WHOLE_FROM || Number.isInteger(value);
    const number = new Intl.NumberFormat(this.lang, whole ? { maximumFractionDigits: 0 } : { minimumFractionDigits: 2, maximumFractionDigits: 2 }).format(value);
    return currency === "XXX" ? number : `${currency}\u00a0${number}`;
  }

  day(text) {
    return new Intl.DateTimeFormat(this.lang, { dateStyle: "long", timeZone: "UTC" }).format(new Date(`${text}T00:00:00Z`));
  }
}

function bar(share) {
  const drawn = document.createElementNS(SVG, "svg");
  for (const [name, value] of [["class", "bar-track"], ["viewBox", "-50 0 100 10"], ["preserveAspectRatio", "none"], ["aria-hidden", "true"]]) {
    drawn.setAttribute(name, value);
  }
  drawn.append(shape("rect", { class: share < 0 ? "minus" : "plus", x: share < 0 ? share * 50 : 0, y: 1, width: Math.abs(share) * 50, height: 8 }),
    shape("line", { class: "axis", x1: 0, x2: 0, y1: 0, y2: 10 }));
  return drawn;
}

function shape(tag, attributes) {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}
