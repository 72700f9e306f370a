"use strict";
// Numbers as pictures and tables have them: drawn where their ticks say, and told with all digits that they have.

const LEAST_LOG = 3; // a scale that spans less looks the same if it isn't logarithmic, and has better ticks

const PLAIN_ZERO = "datum.value === 0 ? '0' : datum.label"; // not 0e+0

/** A number of the data as one that can be drawn; whole numbers that would be rounded are texts in the data. */
function drawn(value) { return typeof value === "string" ? Number(value) : value; }

/** A number of the data as text. */
function toldNumber(value) { return value === null || value === undefined ? "" : String(value); }

/** [least, greatest] of what is a number; null if nothing is. */
function extentOf(values) {
  const known = values.filter((one) => typeof one === "number");
  return known.length ? known.reduce(([low, high], one) => [Math.min(low, one), Math.max(high, one)], [known[0], known[0]]) : null;
}

/** Why numbers can't be drawn; empty if they can. */
function undrawable(values) {
  const extent = extentOf(values);
  if (!extent) return "there is no number to draw";
  return Number.isFinite(extent[1] - extent[0]) ? "" : "the numbers lie too far apart for a picture";
}

/** Whether numbers suit a logarithmic scale: "", or why not. */
function noLog(values) {
  const extent = extentOf(values);
  if (!extent) return "";
  if (extent[0] <= 0) return "some values are not above 0";
  return extent[1] < LEAST_LOG * extent[0] ? "all values are close to each other" : "";
}

/** What is different of an axis of whole numbers: a few are ticks themselves, and years have no comma. */
function wholeTicks(values, most) {
  const [low, high] = extentOf(values), largest = Math.max(Math.abs(low), Math.abs(high));
  if (largest >= 1e15 || !values.every((one) => one === null || Number.isInteger(one))) return {};
  const each = [...new Set(values)].filter((one) => one !== null);
  if (each.length <= most) return { values: each, format: largest < 1e4 ? "d" : ",d" };
  return largest < 1e4 ? { format: "d" } : {};
}

/** The format of ticks that are so far apart, on an axis up to some number: with all the digits that they have. */
function tickFormat(largest, step) {
  const digits = Math.floor(Math.log10(largest)) - Math.floor(Math.log10(step));
  const isShort = digits <= 6 || largest >= 1e15;
  return (largest >= 1e7 && isShort) || largest < 1e-4 ? `.${Math.min(15, digits + 1)}~e` : undefined;
}

/**
 * Scale and axis for numbers: {scale, axis}. Vega's own ticks are right where numbers differ; of one number alone, or
 * of such that hardly differ, the ticks are the numbers themselves.
 */
function measure(values, { log = false, count = 5, zero = false, ...scale }) {
  const [low, high] = extentOf(zero ? [...values, 0] : values);
  const largest = Math.max(Math.abs(low), Math.abs(high));
  const isLog = log && !noLog(values);
  const kind = isLog ? { type: "log" } : { zero };
  if (high - low <= largest * 1e-13) {
    const pad = largest * 0.05 || 0.5, format = largest >= 1e7 || (largest && largest < 1e-4) ? ".15~e" : ".15~r";
    const domain = [Math.max(low - pad, -Number.MAX_VALUE), Math.min(high + pad, Number.MAX_VALUE)];
    return { scale: { ...scale, ...kind, nice: false, domain }, axis: { values: [low], format, labelOverlap: true } };
  }
  const format = isLog ? ".3~g" : tickFormat(largest, (high - low) / count);
  return { scale: { ...scale, ...kind }, axis: { tickCount: count, labelOverlap: true, ...(format ? { format, labelExpr: PLAIN_ZERO } : {}) } };
}
