"use strict";
// The map of tasks by state: colour says what most tasks of a cell are, a sign what else somebody should look at.

const STATES = ["succeeded", "running", "failed", "lost", "pending", "excluded"];
const SIGNS = { failed: "✕", lost: "?", running: "▸", excluded: "–" };
const LIGHT = { succeeded: "#74c7ab", running: "#4a9fd8", failed: "#c44900", lost: "#8f3f71", pending: "#e4e3df", excluded: "#ffffff00" };
const DARK = { ...LIGHT, pending: "#3a4047", failed: "#e0620d", lost: "#b7639a" };
const INK_ON = { failed: "#ffffff", lost: "#ffffff", running: "#04263c", succeeded: "#06382a", pending: "#777f88", excluded: "#777f88" };
const WORST = ["failed", "lost", "running", "excluded"];

/** Cells of a map: {c, r, state, sign, told, …counts}. */
function cellsOf(map) {
  const columns = map.columns.length;
  const present = STATES.filter((state) => map.counts[state]);
  const cells = map.labels.length || columns * map.rows.length;
  return Array.from({ length: cells }, (_, cell) => {
    const counts = Object.fromEntries(present.map((state) => [state, map.counts[state][cell]]));
    const here = present.filter((state) => counts[state]);
    const state = here.reduce((a, b) => (counts[b] > counts[a] ? b : a), here[0]);
    const worst = WORST.find((one) => counts[one]);
    const told = here.map((one) => `${counts[one]} ${one}`).join(", ");
    const row = Math.floor(cell / columns), column = cell % columns;
    const place = map.labels[cell] || `${map.x} ${map.columns[column]}, ${map.y} ${map.rows[row]}`;
    return { c: column, r: row, state, sign: worst ? SIGNS[worst] : "", told, place, counts };
  });
}

function mapSpec(map, width, dark) {
  const cells = cellsOf(map);
  const columns = map.columns.length, rows = map.rows.length;
  const step = Math.max(5, Math.min(26, (width - 90) / columns));
  const high = Math.max(step, Math.min(26, 9));
  const colours = dark ? DARK : LIGHT;
  const labels = (texts) => ({ values: texts.map((_, place) => place) });
  // The one place where texts stand in an expression: as JSON, which is a literal there.
  const labelled = (texts) => `${JSON.stringify(harmless(texts))}[datum.value]`;
  const side = (field, texts, title, axis) => ({
    field, type: "ordinal", sort: null, title,
    scale: { domain: texts.map((_, place) => place), paddingInner: 0.12, paddingOuter: 0 },
    axis: { domain: false, ticks: false, grid: false, labelOverlap: true, labelFlush: false, ...labels(texts), labelExpr: labelled(texts), ...axis },
  });
  const x = side("c", map.columns, map.y ? map.x : null, { labelAngle: 0, labels: Boolean(map.y), labelBound: true });
  const y = side("r", map.rows, map.y || map.x, {});
  if (map.y) y.scale.domain = [...y.scale.domain].reverse(); // upward, as in pictures; numbers of tasks go on downward
  const size = Math.min(step, high) * 0.72;
  return {
    cells,
    spec: {
      data: { values: cells.map(({ counts, ...cell }) => cell) },
      width: Math.round(step * columns), height: Math.round(high * rows),
      encoding: { x, y },
      layer: [
        { mark: { type: "rect", cornerRadius: Math.min(3, step / 6), stroke: "#8888", strokeWidth: 0.5, aria: cells.length <= 200 },
          encoding: { color: { field: "state", type: "nominal", legend: null, scale: { domain: STATES, range: STATES.map((state) => colours[state]) } },
            tooltip: [{ field: "place", type: "nominal", title: "at" }, { field: "told", type: "nominal", title: "tasks" }] } },
        { transform: [{ filter: "datum.sign !== ''" }],
          mark: { type: "text", fontSize: size, fontWeight: 700, baseline: "middle", tooltip: false, aria: false },
          encoding: { text: { field: "sign", type: "nominal" }, fill: { field: "state", type: "nominal", legend: null, scale: { domain: STATES, range: STATES.map((state) => INK_ON[state]) } } } },
      ],
      resolve: { scale: { color: "independent", fill: "independent" } },
    },
  };
}
