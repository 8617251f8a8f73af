// The form: asks the service and hands its answer, or its error, to be shown.
import { fill, make, showAnswer, showError, textOf } from "./show.js";

const FIELDS = ["buyer_id", "as_of", "amount", "currency", "terms_days", "since"];
const ASKS = ["raises", "peers"];
const PATHS = { "request.amount": "amount", "request.currency": "currency", "request.terms_days": "terms_days" };
const SUGGESTIONS = 20;
const PAUSE_MS = 150;
const RETRY_MS = 1500;
const KEY = "credence_key";
const SECONDS_TO_FOLLOW = 10;

const at = (id) => document.getElementById(id);
let words = null;
let status = {};
let lastCall = null;
let asked = 0;
let typing = 0;
let retry = 0;
let key = sessionStorage.getItem(KEY) || "";

async function ask(path, body) {
  const sent = key;
  const headers = { ...(sent && { Authorization: `Bearer ${sent}` }), ...(body && { "Content-Type": "application/json" }) };
  const answer = await fetch(path, { headers, ...(body && { method: "POST", body: JSON.stringify(body) }) });
  const content = await answer.json();
  if (answer.status === 401 && sent === key) leave(sent !== "");
  if (!answer.ok) throw content.error;
  return content;
}

// Forgets the key and all that was shown with it.
function leave(isWrong) {
  key = "";
  sessionStorage.removeItem(KEY);
  [status, lastCall] = [{}, null];
  asked += 1;
  clearTimeout(retry);
  clearTimeout(typing);
  at("form").reset();
  for (const id of ["running", "buyers", "answer", "error"]) fill(at(id), []);
  for (const id of ["form", "answer", "error", "state", "sign_out"]) at(id).hidden = true;
  at("sign_in").hidden = false;
  at("key").value = "";
  at("key_error").hidden = !isWrong;
  at("key").setAttribute("aria-invalid", isWrong);
  at("key").focus();
}

async function enter() {
  key = at("key").value.trim();
  // What no header can carry is no key.
  if (!/^[\x21-\x7e]+$/.test(key)) { leave(true); return; }
  await watchStatus();
}

function welcome() {
  if (key) sessionStorage.setItem(KEY, key);
  at("sign_out").hidden = !key;
  at("sign_in").hidden = true;
  at("key").value = "";
  if (at("form").hidden) {
    at("form").hidden = false;
    busy(false);
    at("buyer_id").focus();
  }
}

// A link sends no header, so that the key goes along as a cookie for this address alone, and only for a moment.
function lendKey(link) {
  const secure = location.protocol === "https:" ? "; Secure" : "";
  if (key) document.cookie = `${KEY}=${key}; Path=${link.pathname}; Max-Age=${SECONDS_TO_FOLLOW}; SameSite=Strict${secure}`;
}

function say(part, code) { return textOf(words[at("lang").value], part, code); }

function translate() {
  const lang = at("lang").value;
  document.documentElement.lang = lang === "zh" ? "zh-Hans" : "en";
  document.title = `Credence · ${say("page", "title")}`;
  for (const each of document.querySelectorAll("[data-word]")) each.textContent = say("page", each.dataset.word);
  showStatus();
}

function showStatus() {
  const models = Object.values(status.models || {}).map((model) => `${model.version} (${model.outcome})`).join(", ");
  const rows = [
    ["seller", status.seller && (status.seller.name || status.seller.seller_id)],
    ["release", status.release],
    ["models", models],
    ["validation", reportsOf(status.models || {})],
    ["books_until", status.observed_until && dayIn(status.observed_until, status.seller.timezone)],
    ["buyers", status.buyers && status.buyers.toLocaleString(at("lang").value)],
  ];
  fill(at("running"), rows.filter(([, value]) => value && value.length !== 0).map(([word, value]) =>
    make("div", "", make("dt", "", say("page", word)), make("dd", "", ...[value].flat()))));
  at("state").hidden = status.state === "ready";
  at("state").textContent = status.why ? `${say("page", "not_ready")}${say("page", "colon")}${status.why}` : "";
}

// Links to what there is to know before signing for a model, one a model that has it.
function reportsOf(models) {
  const found = Object.values(models).filter((model) => model.reports.validation);
  return found.map((model) => {
    const link = Object.assign(make("a", "report", model.version), { href: model.reports.validation });
    link.addEventListener("click", () => lendKey(link));
    return link;
  });
}

// The Swedish form of a date is the one of ISO 8601.
function dayIn(instant, timeZone) { return new Intl.DateTimeFormat("sv-SE", { timeZone }).format(new Date(instant)); }

async function watchStatus() {
  try {
    status = await ask("/v1/status");
    welcome();
  } catch (error) {
    if (error && error.code === "unauthorized") return;
    status = { state: "unreachable", why: say("page", "unreachable") };
  }
  if (!at("currency").value && status.seller) at("currency").value = status.seller.reporting_currency;
  showStatus();
  if (status.state === "ready") suggest(); else retry = setTimeout(watchStatus, RETRY_MS);
}

async function suggest() {
  const prefix = encodeURIComponent(at("buyer_id").value.trim());
  try {
    const found = await ask(`/v1/buyers?limit=${SUGGESTIONS}&prefix=${prefix}`);
    if (at("form").hidden) return;
    fill(at("buyers"), found.buyers.map((id) => Object.assign(make("option"), { value: id })));
  } catch { /* without suggestions an id can still be typed */ }
}

// Takes the marks out of 1,234.50 and 50 000; what can be read in two ways, such as 1,234, stays as it is.
function plainAmount(text) {
  const spaced = /^\d{1,3}(\s\d{3})+([.,]\d+)?$/.test(text) ? text.replace(/\s/g, "") : text;
  const isGrouped = /^\d{1,3}(,\d{3})+\.\d{1,2}$/.test(spaced) || /^\d{1,3}(,\d{3}){2,}$/.test(spaced);
  return isGrouped ? spaced.replaceAll(",", "") : spaced;
}

// What the form itself can tell, in the language of the page.
function mistakeOf(call) {
  if (!call.buyer_id) return { code: "invalid_field", field: "buyer_id", message: say("page", "buyer_empty") };
  const amount = call.request && call.request.amount;
  if (amount && !/^\d+(\.\d+)?$/.test(amount)) return { code: "invalid_field", field: "request.amount", message: say("page", "amount_form") };
  return null;
}

function callOfForm() {
  const value = Object.fromEntries(FIELDS.map((id) => [id, at(id).value.trim()]));
  value.amount = plainAmount(value.amount);
  const call = { buyer_id: value.buyer_id };
  if (value.as_of) call.as_of = value.as_of;
  if (value.since) call.since = value.since;
  for (const id of ASKS) if (at(id).checked) call[id] = true;
  if (value.amount || value.terms_days) {
    call.request = { kind: value.amount ? "order" : "terms" };
    if (value.amount) call.request.amount = value.amount;
    if (value.currency) call.request.currency = value.currency.toUpperCase();
    if (value.terms_days) call.request.terms_days = /^\d+$/.test(value.terms_days) ? Number(value.terms_days) : value.terms_days;
  }
  return call;
}

async function assess(call) {
  const turn = ++asked;
  busy(true);
  for (const id of FIELDS) at(id).removeAttribute("aria-invalid");
  try {
    const said = await ask("/v1/assess", { ...call, lang: at("lang").value, offers: true });
    if (turn !== asked) return;
    lastCall = call;
    showAnswer(at("answer"), said, words[at("lang").value], at("lang").value);
    reveal("answer", "error");
  } catch (error) {
    if (turn === asked && !at("form").hidden) refuse(error);
  } finally {
    if (turn === asked) busy(false);
  }
}

function refuse(error) {
  lastCall = null;
  const told = error && error.code ? error : { message: say("page", "unreachable") };
  const field = PATHS[told.field] || told.field;
  if (FIELDS.includes(field)) at(field).setAttribute("aria-invalid", "true");
  showError(at("error"), told, words[at("lang").value]);
  reveal("error", "answer");
}

function reveal(shown, hidden) {
  at(hidden).hidden = true;
  at(shown).hidden = false;
  at(shown).focus({ preventScroll: true });
}

function busy(is) {
  at("assess").disabled = is;
  at("assess").textContent = say("page", is ? "assessing" : "assess");
}

at("form").addEventListener("submit", (event) => {
  event.preventDefault();
  const call = callOfForm();
  const mistake = mistakeOf(call);
  if (mistake) refuse(mistake); else assess(call);
});
at("sign_in").addEventListener("submit", (event) => {
  event.preventDefault();
  enter();
});
at("sign_out").addEventListener("click", () => leave(false));
at("buyer_id").addEventListener("input", () => {
  clearTimeout(typing);
  typing = setTimeout(suggest, PAUSE_MS);
});
at("lang").addEventListener("change", () => {
  translate();
  if (lastCall) assess(lastCall);
  else at("error").hidden = true;
});

words = await ask("/words.json");
at("lang").value = navigator.language.startsWith("zh") ? "zh" : "en";
translate();
await watchStatus();
