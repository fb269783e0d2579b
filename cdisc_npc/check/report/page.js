
"use strict";
// What is shown is told by the part of the address after #: tab, q (search), the filters, sort (a column; with -
// from high to low), page, issue (records of one) and open (the row that is unfolded).
const PAGE = 100;
const FIRST = 25;
const RANK = { error: 0, warning: 1, note: 2 };
const FILTERS = ["severity", "dataset", "category", "status", "explained"];

const raw = JSON.parse(document.getElementById("data").textContent);
const parts = {};
for (const [name, part] of Object.entries(raw)) {
  parts[name] = part.rows.map((row, n) => {
    const made = { n };
    part.columns.forEach((column, place) => { made[column] = row[place]; });
    return made;
  });
}
const rules = new Map(parts.rules.map((rule) => [rule.rule, rule]));
const countOf = (one, many, n) => `${n} ${n === 1 ? one : many}`;

for (const issue of parts.issues) {
  issue.done = issue.explained >= issue.findings ? "yes" : "no";
  issue.shownExplained = issue.done === "yes" ? "all" : issue.explained ? `${issue.explained} of ${issue.findings}` : "no";
  issue.why = [issue.cause, issue.shared].filter(Boolean).join("; ");
  issue.status = "failed";
  issue.records = [];
}
for (const record of parts.records) {
  const issue = parts.issues[record.issue];
  issue.records.push(record);
  for (const name of ["rule", "severity", "dataset", "variable", "category"]) record[name] = issue[name];
  record.message = record.message || issue.title;
  const explanation = parts.explanations[record.explanation];
  record.done = explanation ? "yes" : "no";
  record.reason = explanation ? explanation.reason : "";
}
for (const rule of parts.rules) rule.verdicts = [];
parts.missing = [];
for (const verdict of parts.verdicts) {
  const rule = rules.get(verdict.rule);
  rule.verdicts.push(verdict);
  if (verdict.reason) parts.missing.push({ ...verdict, n: parts.missing.length, title: rule.title, severity: rule.severity, category: rule.category });
}

// Columns of each tab: name, heading, class.
const COLUMNS = {
  issues: [["rule", "Rule", "id"], ["severity", "Severity", "badge"], ["dataset", "Dataset", "id"], ["variable", "Variable", ""],
    ["category", "Category", ""], ["title", "What must hold", "text"], ["findings", "Findings", "number"],
    ["shownExplained", "Explained", ""], ["why", "Likely cause", "text"]],
  records: [["rule", "Rule", "id"], ["severity", "Severity", "badge"], ["dataset", "Dataset", "id"], ["row", "Row", "number"],
    ["USUBJID", "Subject", "id"], ["keys", "Keys", ""], ["variable", "Variable", ""], ["value", "Value", "value"],
    ["message", "What must hold", "text"], ["reason", "Explanation", "text"]],
  rules: [["rule", "Rule", "id"], ["severity", "Severity", "badge"], ["category", "Category", ""], ["title", "What must hold", "text"],
    ["basis", "Source", "text"], ["status", "Status", "badge"], ["datasets", "Datasets", "number"], ["records", "Records", "number"],
    ["findings", "Findings", "number"]],
  missing: [["rule", "Rule", "id"], ["dataset", "Dataset", "id"], ["reason", "Reason", "text"], ["title", "What must hold", "text"]],
  explanations: [["rule", "Rule", "id"], ["kind", "Kind", ""], ["datasets", "Datasets", ""], ["content", "Of findings with", "value"],
    ["reason", "Reason", "text"], ["findings", "Findings", "number"], ["state", "State", "badge"]],
};
const VERDICT = [["dataset", "Dataset", "id"], ["status", "Status", "badge"], ["records", "Records", "number"], ["findings", "Findings", "number"], ["reason", "Not evaluated because", "text"]];
const OF_ISSUE = COLUMNS.records.filter(([name]) => !["rule", "severity", "dataset", "variable"].includes(name));
const WORDS = { issues: ["issue", "issues"], records: ["record", "records"], rules: ["rule", "rules"], missing: ["rule and dataset", "rules and datasets"], explanations: ["explanation", "explanations"] };

const make = (tag, properties = {}, ...children) => {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name === "class") made.className = value;
    else if (name === "onclick") made.addEventListener("click", value);
    else made.setAttribute(name, value);
  }
  made.append(...children);
  return made;
};
const text = (value) => (value === null || value === undefined ? "" : String(value));
const at = (id) => document.getElementById(id);

const state = () => {
  const found = Object.fromEntries(new URLSearchParams(location.hash.slice(1)));
  if (!Object.hasOwn(COLUMNS, found.tab)) found.tab = "issues";
  return found;
};
const address = (changed) => {
  const next = new URLSearchParams();
  for (const [name, value] of Object.entries({ ...state(), ...changed })) if (value) next.set(name, value);
  return `#${next}`;
};
const go = (changed) => location.replace(address(changed));

const words = (row) => {
  if (row.words === undefined) {
    const rule = rules.get(row.rule) || {};
    const shown = Object.values(row).filter((value) => typeof value === "string" || typeof value === "number");
    row.words = [...shown, rule.title, rule.basis].map(text).join("\n").toLowerCase();
  }
  return row.words;
};

const fits = (row, name, wanted) => {
  if (name === "explained") return row.done === undefined || row.done === wanted;
  if (name === "status" && row.verdicts) return row.status === wanted;
  if (name === "dataset" && row.verdicts) return row.verdicts.some((one) => one.dataset === wanted);
  return row[name] === undefined || row[name] === wanted;
};

const chosen = (now) => {
  const sought = (now.q || "").toLowerCase().split(/\s+/).filter(Boolean);
  return parts[now.tab].filter((row) =>
    FILTERS.every((name) => !now[name] || fits(row, name, now[name]))
    && (now.issue === undefined || now.tab !== "records" || row.issue === Number(now.issue))
    && sought.every((word) => words(row).includes(word)));
};

const sorted = (rows, sort) => {
  if (!sort) return rows;
  const down = sort.startsWith("-");
  const name = down ? sort.slice(1) : sort;
  const of = (row) => (name === "severity" ? RANK[row[name]] : name === "shownExplained" ? row.explained : row[name]);
  const compare = (left, right) => {
    const a = of(left), b = of(right);
    const blank = (value) => value === null || value === undefined || value === "";
    if (blank(a) || blank(b)) return blank(a) - blank(b);
    return (a < b ? -1 : a > b ? 1 : 0) * (down ? -1 : 1);
  };
  return [...rows].sort(compare);
};

const cell = (row, [name, heading, kind]) => {
  const shown = text(row[name]);
  const made = make("td", { "data-label": heading, class: kind === "badge" ? "" : kind });
  if (!shown) return made;
  made.append(kind === "badge" ? make("span", { class: `badge ${shown}` }, shown) : shown);
  return made;
};

// Of records, columns that would be blank from top to bottom are left out.
const filled = (columns, rows) => columns.filter(([name]) => rows.some((row) => text(row[name])));

const tableOf = (caption, columns, rows, now) => {
  const heads = columns.map(([name, heading, kind]) => {
    const head = make("th", { scope: "col", class: kind === "number" ? "number" : "" });
    if (!now) return head.append(heading), head;
    const current = now.sort === name ? "ascending" : now.sort === `-${name}` ? "descending" : "";
    if (current) head.setAttribute("aria-sort", current);
    const first = kind === "number" ? `-${name}` : name;
    const other = now.sort === first ? (first[0] === "-" ? name : `-${name}`) : first;
    head.append(make("button", { type: "button", id: `sort-${name}`, onclick: () => go({ sort: other, page: "" }) }, heading));
    return head;
  });
  const body = make("tbody");
  for (const row of rows) body.append(...linesOf(row, columns, now));
  const made = make("table", {}, make("thead", {}, make("tr", {}, ...heads)), body);
  if (caption) made.prepend(make("caption", {}, caption));
  return made;
};

const linesOf = (row, columns, now) => {
  const line = make("tr", {}, ...columns.map((column) => cell(row, column)));
  if (!now || (now.tab !== "issues" && now.tab !== "rules")) return [line];
  const open = now.open === String(row.n);
  const opener = make("button", {
    type: "button", class: "opener", id: `open-${row.n}`, "aria-expanded": String(open),
    onclick: () => go({ open: open ? "" : String(row.n) }),
  }, row.rule);
  line.firstChild.replaceChildren(opener);
  return open ? [line, make("tr", { class: "detail" }, make("td", { colspan: columns.length }, ...detail(row, now.tab)))] : [line];
};

const detail = (row, tab) => {
  const made = [make("p", {}, row.title), make("p", { class: "soft" }, `Source: ${row.basis}`)];
  if (tab === "rules") {
    if (row.verdicts.length) made.push(tableOf("By dataset", VERDICT, row.verdicts));
    return made;
  }
  if (row.why) made.push(make("p", {}, `Likely cause: ${row.why}`));
  const records = row.records.slice(0, FIRST);
  const differs = records.some((record) => record.message !== row.title);
  const columns = filled(OF_ISSUE, records).filter(([name]) => differs || name !== "message");
  const rest = row.findings - row.records.length;
  made.push(tableOf(`${countOf("record", "records", row.findings)}${rest ? `, of which ${row.records.length} are listed` : ""}`, columns, records));
  if (row.records.length > FIRST) {
    made.push(make("p", {}, make("a", { href: `#tab=records&issue=${row.n}` }, `All ${row.records.length} records that are listed`)));
  }
  return made;
};

const pages = (now, count, page) => {
  const last = Math.ceil(count / PAGE);
  const made = [];
  if (page > 1) made.push(make("a", { href: address({ page: String(page - 1) }), id: "previous" }, "Previous"));
  if (last > 1) made.push(make("span", {}, `Page ${page} of ${last}`));
  if (page < last) made.push(make("a", { href: address({ page: String(page + 1) }), id: "next" }, "Next"));
  return made;
};

const options = (name, tab) => {
  const values = new Set();
  for (const row of parts[tab]) {
    if (name === "explained") { if (row.done) values.add(row.done); }
    else if (name === "dataset" && row.verdicts) row.verdicts.forEach((one) => values.add(one.dataset));
    else if (row[name]) values.add(row[name]);
  }
  if (name === "severity") return ["error", "warning", "note"].filter((one) => values.has(one));
  return [...values].sort();
};

const controls = (now) => {
  for (const link of document.querySelectorAll(".tabs a")) link.removeAttribute("aria-current");
  at(`tab-${now.tab}`).setAttribute("aria-current", "page");
  if (at("q").value !== (now.q || "")) at("q").value = now.q || "";
  for (const name of FILTERS) {
    const values = options(name, now.tab);
    const select = at(name);
    select.parentNode.hidden = values.length === 0 || (name === "status" && now.tab !== "rules") || (name === "dataset" && now.tab === "explanations");
    if (now[name] && !values.includes(now[name])) values.push(now[name]);
    select.replaceChildren(make("option", { value: "" }, "all"), ...values.map((one) => make("option", { value: one }, one)));
    select.value = now[name] || "";
  }
  at("clear").setAttribute("href", `#tab=${now.tab}`);
};

const render = () => {
  const now = state();
  const focused = document.activeElement && document.activeElement.id;
  controls(now);
  const rows = sorted(chosen(now), now.sort);
  const page = Math.min(Math.max(1, Number(now.page) || 1), Math.max(1, Math.ceil(rows.length / PAGE)));
  const [one, many] = WORDS[now.tab];
  const every = parts[now.tab].length;
  let count = rows.length === every ? countOf(one, many, every) : `${rows.length} of ${countOf(one, many, every)}`;
  if (now.tab === "records") {
    const all = parts.issues.reduce((sum, issue) => sum + issue.findings, 0);
    if (all > every) count += `; ${all} were found, of each issue the first are listed`;
  }
  at("count").textContent = count;
  if (now.tab === "records" && now.issue !== undefined) {
    const issue = parts.issues[Number(now.issue)];
    at("count").append(` of ${issue ? [issue.rule, issue.dataset, issue.variable].filter(Boolean).join(" ") : "no issue"} `, make("a", { href: address({ issue: "" }) }, "of all issues"));
  }
  const shown = rows.slice((page - 1) * PAGE, page * PAGE);
  const columns = now.tab === "records" ? filled(COLUMNS.records, shown) : COLUMNS[now.tab];
  at("table").replaceChildren(shown.length ? tableOf("", columns, shown, now) : make("p", {}, "Nothing."));
  at("pages").replaceChildren(...pages(now, rows.length, page));
  if (focused && at(focused)) at(focused).focus();
};

let waiting;
at("q").addEventListener("input", () => {
  clearTimeout(waiting);
  waiting = setTimeout(() => go({ q: at("q").value, page: "" }), 150);
});
for (const name of FILTERS) at(name).addEventListener("change", () => go({ [name]: at(name).value, page: "" }));
at("controls").addEventListener("submit", (event) => event.preventDefault());
addEventListener("hashchange", render);
render();
