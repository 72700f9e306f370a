"use strict";
// What somebody chose to see: real form fields, made from what there is; choices stay when the data changes.

const HANDLERS = {}; // of fields, by id: a field that stays has a new one each time

/** A labelled select; options are [[value, text], …]. */
function selectField(form, id, label, options, chosen, changed) {
  const field = document.createElement("label");
  const select = document.createElement("select");
  select.id = id;
  field.append(label, select);
  for (const [value, text] of options) select.add(new Option(text, value, false, value === chosen));
  HANDLERS[id] = changed;
  select.addEventListener("change", () => HANDLERS[id](select.value));
  form.append(field);
}

function checkField(form, id, label, checked, changed) {
  const field = document.createElement("label");
  const box = document.createElement("input");
  field.className = "check";
  box.type = "checkbox";
  box.id = id;
  box.checked = checked;
  field.append(box, label);
  HANDLERS[id] = changed;
  box.addEventListener("change", () => HANDLERS[id](box.checked));
  form.append(field);
}

/** Fill a form anew, but for fields that are the same: one that has the focus, or is open, is left alone. */
function refill(form, fill) {
  const wanted = document.createElement("form");
  fill(wanted);
  const control = (field) => field.querySelector("select, input");
  const told = (field) => [...field.querySelectorAll("option")].map((option) => `${option.value}\n${option.text}`).join("\n\n") + field.firstChild.textContent;
  const before = new Map([...form.children].map((field) => [control(field).id, field]));
  const fields = [...wanted.children].map((field) => {
    const old = before.get(control(field).id);
    if (!old || told(old) !== told(field)) return field;
    control(old).value = control(field).value;
    control(old).checked = control(field).checked;
    return old;
  });
  const focused = form.contains(document.activeElement) ? document.activeElement : null;
  for (const field of [...form.children]) if (!fields.includes(field)) field.remove();
  fields.forEach((field, place) => { if (form.children[place] !== field) form.insertBefore(field, form.children[place] || null); });
  if (focused && !focused.isConnected) document.getElementById(focused.id)?.focus();
}

/** The pictures that can be drawn of an output. */
function picturesOf(output, points) {
  const scales = scalesOf(output);
  const dimensions = new Set(scales.map((one) => one.dimension.name));
  const found = [];
  if (dimensions.size) found.push(["lines", "lines"]);
  if (dimensions.size > 1) found.push(["heat", "heat map"]);
  if (output.points.length && points && points.scales.length) found.push(["scatter", "single tasks"]);
  if (output.spread) found.push(["histogram", "histogram"], ["cumulative", "cumulative distribution"]);
  return found;
}

/** The picture that a person would draw first. */
function firstPicture(output, points) {
  const pictures = picturesOf(output, points).map(([name]) => name);
  const dimensions = output.cube.dimensions;
  const own = dimensions.filter((one) => one.role === "own").length;
  const axes = dimensions.length - own;
  const sampled = points && points.scales.length && !own && axes === 0 && points.scales.some((one) => !["member", "seed"].includes(one.name));
  if (own === 1 && pictures.includes("lines")) return "lines";
  if ((axes > 1 || own > 1) && pictures.includes("heat")) return "heat";
  if (dimensions.length && pictures.includes("lines")) return dimensions[0].scales.length > 2 && !output.cube.members && pictures.includes("scatter") ? "scatter" : "lines";
  if (sampled && pictures.includes("scatter")) return "scatter";
  return pictures.includes("histogram") ? "histogram" : pictures[0];
}

/** The sides that a person would choose first: [x, y] as keys. */
function firstSides(output, picture) {
  const scales = scalesOf(output);
  const shown = [];
  for (const dimension of output.cube.dimensions) {
    const own = scales.filter((one) => one.dimension === dimension);
    shown.push(own.length > 1 ? own[1] : own[0]);
  }
  const own = shown.filter((one) => one.dimension.role === "own");
  const axes = shown.filter((one) => one.dimension.role === "axis");
  if (picture === "heat") {
    const pair = (own.length > 1 ? own : shown).slice(0, 2).reverse(); // of equal ones the first is upward, as in maps
    pair.sort((a, b) => b.scale.values.length - a.scale.values.length);
    return pair.map((one) => one.key);
  }
  const x = own[own.length - 1] || axes.find((one) => measured(one.scale)) || axes[0];
  const second = shown.filter((one) => one !== x && one.dimension !== x.dimension && one.scale.values.length <= MOST_LINES)[0];
  return [x.key, second ? second.key : ""];
}

/** The fields of the chooser, for a state of it that is changed in place. */
function fillChooser(form, state, data, changed) {
  const output = data.outputs[state.output];
  const points = data.points;
  if (data.outputs.length > 1) {
    selectField(form, "choose-output", "Output", data.outputs.map((one, place) => [String(place), one.name]), String(state.output),
      (value) => changed({ output: Number(value), picture: "", x: "", y: "", group: "", point: 0 }));
  }
  selectField(form, "choose-picture", "Picture", picturesOf(output, points), state.picture, (value) => changed({ picture: value, x: "", y: "" }));
  if (state.picture === "lines" || state.picture === "heat") fillSides(form, state, output, changed);
  if (state.picture === "scatter" && points.scales.length > 1) {
    selectField(form, "choose-point", "Along", points.scales.map((scale, place) => [String(place), scale.name]), String(state.point), (value) => changed({ point: Number(value) }));
  }
  if (state.picture === "histogram" || state.picture === "cumulative") {
    const groups = Object.keys(output.spread.groups);
    if (groups.length > 1) selectField(form, "choose-group", "Apart by", groups.map((name) => [name, name || "nothing"]), state.group, (value) => changed({ group: value }));
  } else {
    checkField(form, "choose-log", "Logarithmic", state.log, (value) => changed({ log: value }));
  }
}

function fillSides(form, state, output, changed) {
  const scales = scalesOf(output);
  const x = scales.find((one) => one.key === state.x);
  const statistics = statisticsOf(chosenTable(output, { ...state, x, y: scales.find((one) => one.key === state.y) }));
  const names = Object.keys(statistics);
  if (names.length) selectField(form, "choose-statistic", "Statistic", names.map((name) => [name, statistics[name].label]), names.includes(state.statistic) ? state.statistic : names[0], (value) => changed({ statistic: value }));
  const several = new Set(scales.map((one) => one.dimension.name)).size > 1;
  const told = (one) => [one.key, one.scale.name];
  if (scales.length > 1) selectField(form, "choose-x", "Along", scales.map(told), state.x, (value) => changed({ x: value, y: "keep" }));
  const others = scales.filter((one) => one.dimension !== x.dimension);
  if (several) {
    const none = state.picture === "heat" ? [] : [["", "one line"]];
    selectField(form, "choose-y", state.picture === "heat" ? "Upward" : "A line for each", [...none, ...others.map(told)], state.y, (value) => changed({ y: value }));
  }
  const y = scales.find((one) => one.key === state.y);
  output.cube.dimensions.forEach((dimension, place) => {
    if (dimension === x.dimension || (y && dimension === y.dimension)) return;
    const mean = dimension.role === "axis" ? [["mean", "averaged over all"]] : [];
    const scale = dimension.scales[dimension.scales.length > 1 ? 1 : 0];
    const options = [...mean, ...scale.labels.map((label, index) => [String(index), `= ${label}`])];
    selectField(form, `choose-at-${place}`, scale.name, options, String(state.at.get(dimension.name)),
      (value) => changed({ at: new Map(state.at).set(dimension.name, value === "mean" ? value : Number(value)) }));
  });
}

/** Make a state complete and valid for the data that is there now. */
function settle(state, data) {
  const output = data.outputs[state.output] || data.outputs[0];
  state.output = data.outputs.indexOf(output);
  const pictures = picturesOf(output, data.points).map(([name]) => name);
  if (!pictures.includes(state.picture)) state.picture = firstPicture(output, data.points);
  const scales = scalesOf(output);
  const known = (key) => scales.find((one) => one.key === key);
  if (state.picture === "lines" || state.picture === "heat") {
    const [x, y] = firstSides(output, state.picture);
    const wasEmpty = !known(state.x);
    if (wasEmpty) { state.x = x; state.y = y; }
    const clash = known(state.y) && known(state.y).dimension === known(state.x).dimension;
    if (clash || (state.y && !known(state.y))) state.y = "";
    if (state.picture === "heat" && !state.y) state.y = scales.find((one) => one.dimension !== known(state.x).dimension).key;
  }
  for (const dimension of output.cube.dimensions) {
    const length = dimension.scales[0].values.length, at = state.at.get(dimension.name);
    if (dimension.role === "axis" ? at === undefined || (at !== "mean" && at >= length) : !(at < length)) {
      state.at.set(dimension.name, dimension.role === "axis" ? "mean" : length - 1);
    }
  }
  if (output.spread && !Object.hasOwn(output.spread.groups, state.group)) state.group = "";
  if (data.points && !(state.point < data.points.scales.length)) state.point = 0;
  return output;
}
