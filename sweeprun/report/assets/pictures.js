"use strict";
// Pictures of outputs: from what somebody chose to rows of numbers and a Vega-Lite specification. Nothing here
// touches the page; texts out of the run are only ever values in the rows or titles, never expressions.

const SERIES = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#7F7F7F", "#B5A800"];
const DASHES = [[1, 0], [6, 3], [2, 2], [8, 3, 2, 3], [10, 4], [4, 1], [1, 3], [12, 2, 2, 2]];
const MOST_LINES = 8;
const MOST_DOTS = 200; // on a line; of more, only what lies alone has a dot
const BREAK = "break-paths-show-domains";
const MOST_TOLD = 200; // marks that are told one by one; of more, the table of numbers is the better way
const DESCRIPTION = { field: "told", type: "nominal" };
const INK = "#777f88"; // where styles don't reach: it can be told from light and from dark paper

const CONFIG = {
  background: "transparent",
  font: "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', 'Liberation Sans', sans-serif", // as in the styles: labels are measured
  view: { stroke: "transparent" },
  axis: { labelFontSize: 12, titleFontSize: 12, titleFontWeight: 500, titlePadding: 9, labelColor: INK, titleColor: INK,
    domainColor: INK, tickColor: INK, gridColor: "#8884", tickSize: 4, labelLimit: 180, titleLimit: 320 },
  axisX: { grid: false, labelSeparation: 8 },
  axisY: { labelSeparation: 1, domain: false, ticks: false },
  legend: { labelFontSize: 12, titleFontSize: 12, titleFontWeight: 500, orient: "top", labelColor: INK, titleColor: INK,
    symbolSize: 120, symbolStrokeWidth: 2.5, labelLimit: 160, titleLimit: 260, titleOrient: "top", symbolOpacity: 1, columnPadding: 14 },
  title: { anchor: "start", fontSize: 13, fontWeight: 600, color: INK, offset: 10, limit: 600 },
};

const VALUE = { label: "value", value: "mean" };
const STATISTICS = [
  ["mean", { label: "mean and interval", value: "mean", low: "low", high: "high" }],
  ["mean", { label: "mean, least to greatest", value: "mean", low: "least", high: "greatest" }],
  ["median", { label: "median, 5 % to 95 %", value: "q50", low: "q05", high: "q95" }],
  ["std", { label: "standard deviation", value: "std" }],
  ["sem", { label: "standard error of the mean", value: "sem" }],
  ["n", { label: "number of values", value: "n" }],
];

/** The statistics that a table has, by name; none, if each point has only one value. Intervals need members. */
function statisticsOf(table) {
  const has = (one) => [one.value, one.low, one.high].every((name) => !name || name in table.statistics);
  return "n" in table.statistics ? Object.fromEntries(STATISTICS.filter(([, one]) => has(one))) : {};
}

function titled(name, units) { return units ? `${name} (${units})` : name; }

/**
 * A specification in which no text is the name of something that every object has, such as "constructor": Vega looks
 * texts up in its caches, and finds that. A space without width comes before these, in data and titles alike.
 */
function harmless(spec) {
  if (typeof spec === "string") return spec in Object.prototype ? `\u200b${spec}` : spec;
  if (Array.isArray(spec)) return spec.map(harmless);
  if (spec === null || typeof spec !== "object") return spec;
  return Object.fromEntries(Object.entries(spec).map(([name, value]) => [name, harmless(value)]));
}

function outputTitle(output) { return titled(output.label || output.name, output.units); }

/** The scales of an output that something may be drawn along: [{key, dimension, scale}]. */
function scalesOf(output) {
  return output.cube.dimensions.flatMap((dimension) =>
    dimension.scales.map((scale, place) => ({ key: `${dimension.name}\u0000${place}`, dimension, scale })));
}

/** The table that is averaged over some dimensions. */
function tableOf(output, averaged) {
  return output.cube.tables.find((table) =>
    table.averaged.length === averaged.length && table.averaged.every((name) => averaged.includes(name)));
}

/** The table of what is drawn along x and y (which may be missing), with the other dimensions averaged over or at one place. */
function chosenTable(output, { x, y, at }) {
  const along = [x, y].filter(Boolean).map((one) => one.dimension.name);
  return tableOf(output, output.cube.dimensions.map((one) => one.name).filter((name) => !along.includes(name) && at.get(name) === "mean"));
}

/** Rows of numbers along x and y. */
function rowsOf(output, choice, statistic) {
  const x = choice.x, y = choice.y;
  const table = chosenTable(output, choice);
  const kept = output.cube.dimensions.filter((one) => !table.averaged.includes(one.name));
  const sizes = kept.map((one) => one.scales[0].values.length);
  const strides = sizes.map((_, place) => sizes.slice(place + 1).reduce((a, b) => a * b, 1));
  const rows = [];
  const lengths = [x, y].map((one) => (one ? one.scale.values.length : 1));
  for (let j = 0; j < lengths[1]; j += 1) {
    for (let i = 0; i < lengths[0]; i += 1) {
      let cell = 0;
      kept.forEach((one, place) => {
        const index = x && one.name === x.dimension.name ? i : y && one.name === y.dimension.name ? j : choice.at.get(one.name);
        cell += index * strides[place];
      });
      const at = (name) => (name && table.statistics[name] ? table.statistics[name][cell] : null);
      const texts = { value: toldNumber(at(statistic.value)), low: toldNumber(at(statistic.low)), high: toldNumber(at(statistic.high)) };
      const row = {
        x: x ? x.scale.values[i] : 0, xl: x ? x.scale.labels[i] : "", y: y ? y.scale.values[j] : 0, yl: y ? y.scale.labels[j] : "",
        value: drawn(at(statistic.value)), low: drawn(at(statistic.low)), high: drawn(at(statistic.high)), n: at("n"), texts,
      };
      row.told = [x && `${x.scale.name} ${row.xl}`, y && `${y.scale.name} ${row.yl}`, `${statistic.label} ${texts.value}`].filter(Boolean).join(", ");
      rows.push(row);
    }
  }
  return { rows, table };
}

/** Whether labels are drawn at a distance that means something: they are not, if they are texts or all the same. */
function measured(scale) { return scale.kind !== "text" && new Set(scale.values).size > 1; }

/** How many ticks there is room for, side by side. */
function ticks(width) { return Math.max(2, Math.ceil(width / 90)); }

function positionOf(scale, field, width) {
  const title = titled(scale.name, scale.units);
  if (measured(scale) && scale.kind === "time") return { field, type: "temporal", title, scale: { type: "utc" } };
  if (measured(scale)) {
    const made = measure(scale.values, { log: scale.log, count: ticks(width), nice: false, padding: 12 });
    return { field, type: "quantitative", title, ...made, axis: { ...made.axis, ...wholeTicks(scale.values, ticks(width)) } };
  }
  return { field, type: "ordinal", title, sort: null, axis: { labelAngle: 0, labelOverlap: true }, scale: { padding: 0.3 } };
}

const valuesOf = (rows) => rows.map((row) => row.value);

/** Whether values can be drawn on a logarithmic scale, and are to be. */
function isLog(choice, rows) { return choice.log && !noLog(valuesOf(rows)); }

/** Scale and axis upward of values, with the ends of their intervals. */
function valueAxis(choice, rows, zero) {
  const log = isLog(choice, rows);
  return measure(rows.flatMap((row) => [row.value, row.low, row.high]), { log, count: 6, zero: Boolean(zero), ...(log ? { nice: false, padding: 12 } : {}) });
}

/** Rows whose intervals end where a logarithmic scale does. */
function cutAtZero(rows) {
  const least = Math.min(...rows.flatMap((row) => [row.value, row.low]).filter((one) => one !== null && one > 0));
  return rows.map((row) => (row.low !== null && row.low <= 0 ? { ...row, low: least } : row));
}

const hasEnds = (row) => row.value !== null && row.low !== null && row.high !== null;

/** Rows in the order in which a line runs through them, told which have no neighbour that a line or a band could lead to. */
function alongLines(rows) {
  const byLine = new Map();
  for (const row of rows) byLine.set(row.yl, [...(byLine.get(row.yl) || []), row]);
  return [...byLine.values()].flatMap((line) => {
    const ordered = line.some((row) => typeof row.x !== "number") ? line : [...line].sort((a, b) => a.x - b.x);
    const alone = (has, place) => has(ordered[place]) && ![place - 1, place + 1].some((other) => ordered[other] && has(ordered[other]));
    return ordered.map((row, place) => ({ ...row, alone: alone((one) => one.value !== null, place), aloneEnds: alone(hasEnds, place) }));
  });
}

function lines(output, choice, statistic) {
  const { rows, table } = rowsOf(output, choice, statistic);
  const placed = alongLines(rows.filter((row) => row.x !== null));
  const nothing = undrawable(valuesOf(placed));
  const hasBand = Boolean(statistic.low) && placed.some(hasEnds);
  if (nothing) return { rows, table, nothing };
  const drawable = isLog(choice, placed) ? cutAtZero(placed) : placed;
  const x = positionOf(choice.x.scale, measured(choice.x.scale) ? "x" : "xl", choice.width);
  const upward = valueAxis(choice, drawable, statistic.value === "n");
  const y = (field) => ({ field, type: "quantitative", title: null, ...upward });
  const layer = [];
  const encoding = { x }, dash = {};
  if (choice.y) {
    const labels = choice.y.scale.labels;
    const few = labels.length <= MOST_LINES;
    const title = titled(choice.y.scale.name, choice.y.scale.units);
    const range = few ? { range: SERIES.slice(0, labels.length) } : { scheme: "viridis" };
    encoding.color = { field: "yl", type: "ordinal", sort: null, title, scale: { domain: labels, ...range },
      legend: { columns: Math.max(1, Math.floor(choice.width / 110)), symbolLimit: 24, symbolType: "stroke", symbolSize: 500 } };
    if (few) dash.strokeDash = { field: "yl", type: "ordinal", sort: null, title, scale: { domain: labels, range: DASHES.slice(0, labels.length) } };
  }
  const colour = choice.y ? {} : { color: SERIES[0] };
  const length = choice.x.scale.values.length;
  const isArea = hasBand && measured(choice.x.scale) && length > 2;
  // Paths break where there is no value: what lies alone between two gaps is a rule, and a point.
  if (isArea) layer.push({ mark: { type: "area", opacity: 0.2, ...colour, aria: false, invalid: BREAK }, encoding: { y: y("low"), y2: { field: "high" } } });
  if (hasBand && (!isArea || drawable.some((row) => row.aloneEnds))) {
    layer.push({ transform: [{ filter: isArea ? "datum.aloneEnds" : "datum.low !== null && datum.high !== null" }],
      mark: { type: "rule", strokeWidth: isArea ? 4 : 2, opacity: isArea ? 0.3 : 1, ...colour, aria: false }, encoding: { y: y("low"), y2: { field: "high" } } });
  }
  if (measured(choice.x.scale)) layer.push({ mark: { type: "line", strokeWidth: 2, ...colour, aria: false, invalid: BREAK }, encoding: { y: y("value"), ...dash } });
  const hidden = length > MOST_DOTS ? { opacity: { condition: { test: "datum.alone", value: 1 }, value: 0 } } : {}; // these are there to be pointed at
  layer.push({
    transform: [{ filter: "datum.value !== null" }],
    mark: { type: "point", filled: true, size: length > 40 ? 14 : 46, opacity: 1, ...colour, aria: rows.length <= MOST_TOLD },
    encoding: { y: y("value"), ...hidden, description: DESCRIPTION, tooltip: tooltips(choice, statistic, hasBand) },
  });
  return { rows, table, hasBand, spec: { data: { values: drawable }, encoding, layer, height: choice.width < 500 ? 260 : 340 } };
}

function tooltips(choice, statistic, hasBand) {
  const told = [];
  if (choice.x) told.push({ field: "xl", type: "nominal", title: choice.x.scale.name });
  if (choice.y) told.push({ field: "yl", type: "nominal", title: choice.y.scale.name });
  told.push({ field: "texts.value", type: "nominal", title: statistic.label });
  if (hasBand) told.push({ field: "texts.low", type: "nominal", title: "from" }, { field: "texts.high", type: "nominal", title: "to" });
  return told;
}

function heatMap(output, choice, statistic) {
  const { rows, table } = rowsOf(output, choice, statistic);
  const known = rows.filter((row) => row.value !== null);
  const nothing = undrawable(valuesOf(known));
  if (nothing) return { rows, table, nothing };
  const columns = choice.x.scale.labels.length, count = choice.y.scale.labels.length;
  const side = (scale, field, more) => ({ field, type: "ordinal", sort: null, title: titled(scale.name, scale.units),
    scale: { domain: scale.labels, paddingInner: Math.max(columns, count) > 40 ? 0 : 0.03, paddingOuter: 0 }, axis: { domain: false, ticks: false, grid: false, labelOverlap: true, ...more } });
  const x = side(choice.x.scale, "xl", { labelAngle: 0 });
  const y = { ...side(choice.y.scale, "yl", {}), sort: "descending" };
  y.scale = { ...y.scale, domain: [...choice.y.scale.labels].reverse() };
  const scheme = statistic.value === "mean" || statistic.value === "q50" ? "viridis" : "cividis";
  const { scale, axis } = measure(valuesOf(known), { log: isLog(choice, known), count: 4, scheme, nice: false });
  const color = { field: "value", type: "quantitative", title: null, scale,
    legend: { orient: "top", direction: "horizontal", gradientLength: Math.min(260, choice.width - 40), gradientThickness: 12, ...axis } };
  const height = Math.max(120, Math.min(560, count * Math.min(44, Math.max(14, choice.width / columns))));
  return { rows, table, spec: { data: { values: known }, mark: { type: "rect", aria: known.length <= MOST_TOLD }, height, encoding: { x, y, color, description: DESCRIPTION, tooltip: tooltips(choice, statistic, false) } } };
}

/** An axis of numbers of things, which are whole. */
function countAxis(counts, most) {
  const largest = Math.max(...counts);
  return largest <= most ? { values: Array.from({ length: largest + 1 }, (_, place) => place), format: "d" } : { tickCount: most, format: "~s" };
}

function histogram(output, choice) {
  const parts = output.spread.groups[choice.group];
  const edges = output.spread.edges;
  const named = (part) => (choice.group ? `${choice.group} ${part.label}` : part.label);
  const rows = parts.flatMap((part) => part.bins.map((count, bin) => ({ part: named(part), from: edges[bin], to: edges[bin + 1], count, share: part.count ? count / part.count : 0 })));
  const grouped = parts.length > 1;
  const field = grouped ? "share" : "count";
  const nothing = undrawable(edges);
  if (nothing) return { rows, nothing };
  const x = measure(edges, { count: ticks(choice.width), nice: false });
  if (edges.length === 2) { // one bar: in the middle, where its values are
    const [from, to] = edges, middle = output.spread.groups[""][0].quantiles[0];
    x.scale.domain = [from - (to - from), to + (to - from)].map((end) => Math.max(-Number.MAX_VALUE, Math.min(Number.MAX_VALUE, end)));
    x.axis = measure([middle], {}).axis;
  }
  const encoding = {
    x: { field: "from", type: "quantitative", title: outputTitle(output), ...x },
    x2: { field: "to" },
    y: { field, type: "quantitative", title: null, axis: grouped ? { tickCount: 5, format: ".0%" } : countAxis(rows.map((row) => row.count), 5) },
    tooltip: [{ field: "from", type: "nominal" }, { field: "to", type: "nominal" }, { field: "count", type: "quantitative", title: "values" }],
  };
  const mark = { type: "rect", color: SERIES[0], stroke: "#8886", strokeWidth: 0.5 };
  if (!grouped) return { rows, spec: { data: { values: rows }, mark, encoding, height: 320 } };
  const header = { title: null, labelOrient: "top", labelAnchor: "start", labelFontSize: 12, labelFontWeight: 600, labelColor: INK, labelLimit: 300, labelPadding: 2 };
  const row = { field: "part", type: "ordinal", sort: parts.map(named), header };
  encoding.y.axis.tickCount = 2;
  return { rows, faceted: true, spec: { data: { values: rows }, facet: { row }, spacing: 8, spec: { mark, encoding, height: 64, width: Math.max(120, choice.width - 60) } } };
}

function cumulative(output, choice) {
  const parts = output.spread.groups[choice.group].filter((part) => part.count);
  const levels = output.spread.levels;
  const rows = parts.flatMap((part) => part.quantiles.map((value, place) => ({ part: part.label, value, level: levels[place] })));
  const labels = parts.map((part) => part.label);
  const nothing = undrawable(valuesOf(rows));
  if (nothing) return { rows, nothing };
  const encoding = {
    x: { field: "value", type: "quantitative", title: outputTitle(output), ...measure(valuesOf(rows), { count: ticks(choice.width), nice: false }) },
    y: { field: "level", type: "quantitative", title: null, axis: { format: ".0%", tickCount: 5 } },
    order: { field: "level" },
  };
  if (parts.length > 1) {
    encoding.color = { field: "part", type: "ordinal", sort: null, title: choice.group, scale: { domain: labels, range: SERIES.slice(0, labels.length) }, legend: { symbolType: "stroke", symbolSize: 500, columns: Math.max(1, Math.floor(choice.width / 110)) } };
    encoding.strokeDash = { field: "part", type: "ordinal", sort: null, title: choice.group, scale: { domain: labels, range: DASHES.slice(0, labels.length) } };
  }
  return { rows, spec: { data: { values: rows }, mark: { type: "line", strokeWidth: 2, ...(parts.length > 1 ? {} : { color: SERIES[0] }) }, encoding, height: 320 } };
}

function scatter(output, choice, _statistic, points) {
  const scale = points.scales[choice.point];
  const all = points.task_ids.map((task, place) => ({ task, x: scale.values[place], xl: scale.labels[place], value: drawn(output.points[place]), text: toldNumber(output.points[place]), low: null, high: null }));
  const rows = all.filter((row) => row.value !== null);
  const nothing = undrawable(valuesOf(rows));
  if (nothing) return { rows, nothing };
  const x = positionOf(scale, measured(scale) ? "x" : "xl", choice.width);
  const y = { field: "value", type: "quantitative", title: null, ...valueAxis(choice, rows, false) };
  const tooltip = [{ field: "task", type: "quantitative", format: "d" }, { field: "xl", type: "nominal", title: scale.name }, { field: "text", type: "nominal", title: output.name }];
  return { rows, spec: { data: { values: rows }, mark: { type: "point", filled: true, size: 26, opacity: 0.55, color: SERIES[0], aria: rows.length < 200 }, encoding: { x, y, tooltip }, height: 340 } };
}

/** A specification as it is embedded: with its size, description and looks. */
function finished(spec, width, description, faceted) {
  const size = faceted ? {} : { width, autosize: { type: "fit-x", contains: "padding" } };
  return { ...size, ...spec, description, config: CONFIG };
}
