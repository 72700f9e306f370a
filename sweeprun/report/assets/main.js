"use strict";
// The page: reads the data in it, and draws what is chosen.

(() => {
  const choice = { output: 0, picture: "", statistic: "mean", x: "", y: "", at: {}, log: false, group: "", point: 0, map: 0 };
  const MOST_ROWS = 1000;
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const paper = window.matchMedia("print");
  let data = JSON.parse(document.getElementById("data").textContent);

  const element = (id) => document.getElementById(id);
  const widthOf = (id) => Math.max(220, Math.floor(element(id).parentElement.clientWidth));
  const pictures = {}; // by the id of where they are: promises, one drawn after the other

  function draw(id, spec) {
    const isDark = dark.matches && !paper.matches;
    const options = { mode: "vega-lite", renderer: "svg", ast: true, actions: false, tooltip: { theme: isDark ? "dark" : "light" } };
    pictures[id] = Promise.resolve(pictures[id]).then(() => vegaEmbed(element(id), spec, options));
  }

  /** Say why there is no picture, in its place. */
  function drawNothing(id, why) {
    pictures[id] = Promise.resolve(pictures[id]).then(() => {
      const plot = element(id);
      for (const name of ["role", "aria-label", "aria-roledescription"]) plot.removeAttribute(name);
      plot.replaceChildren(Object.assign(document.createElement("p"), { className: "quiet", textContent: why }));
    });
  }

  function caption(id, strong, rest) {
    const bold = document.createElement("b");
    bold.textContent = strong;
    element(id).replaceChildren(bold, rest);
  }

  /** A table of rows, made when it is opened; columns are [title, value of a row, whether it is a number though a text]. */
  function numbers(id, columns, rows) {
    const details = element(id);
    const fill = () => {
      if (!details.open) return;
      const table = document.createElement("table");
      const head = table.createTHead().insertRow();
      for (const [title] of columns) head.append(Object.assign(document.createElement("th"), { scope: "col", textContent: title }));
      const body = table.createTBody();
      for (const row of rows.slice(0, MOST_ROWS)) {
        const line = body.insertRow();
        for (const [, value, isNumber] of columns) {
          const cell = line.insertCell(), told = value(row);
          cell.textContent = toldNumber(told);
          if (isNumber || typeof told === "number") cell.className = "n";
        }
      }
      const rest = rows.length > MOST_ROWS ? `${rows.length - MOST_ROWS} more rows are not listed` : "";
      details.querySelector(".scroll").replaceChildren(table, rest);
    };
    details.ontoggle = fill;
    fill();
  }

  function drawPicture() {
    element("picture").hidden = element("picture-numbers").hidden = element("chooser").hidden = !data.outputs.length;
    if (!data.outputs.length) return;
    const output = settle(choice, data);
    refill(element("chooser"), (form) => fillChooser(form, choice, data, change));
    const scales = scalesOf(output);
    const chosen = { ...choice, x: scales.find((one) => one.key === choice.x), y: scales.find((one) => one.key === choice.y), width: widthOf("picture-plot") };
    const made = { lines, heat: heatMap, histogram, cumulative, scatter }[choice.picture](output, chosen, statisticOf(output, chosen), data.points);
    const told = made.nothing ? output.notes.join("; ") : describe(output, chosen, made);
    caption("picture-caption", outputTitle(output), told ? ` · ${told}` : "");
    numbers("picture-numbers", columnsOf(output, chosen, made), made.rows);
    if (made.nothing) drawNothing("picture-plot", `No picture: ${made.nothing}.`);
    else draw("picture-plot", finished(made.spec, chosen.width, `${outputTitle(output)}: ${told}`, made.faceted));
  }

  /** The statistic that is chosen, or the value itself where each point has only one. */
  function statisticOf(output, chosen) {
    if (chosen.picture !== "lines" && chosen.picture !== "heat") return null;
    const known = statisticsOf(chosenTable(output, chosen));
    return known[chosen.statistic] || known.mean || VALUE;
  }

  /** A statistic in words: over how many values of what, and where its error is from. */
  function describeStatistic(output, chosen, made) {
    const statistic = statisticOf(output, chosen), members = output.cube.members, over = made.table.over;
    const counts = made.rows.map((row) => row.n).filter((n) => n);
    const few = Math.min(...counts), many = Math.max(...counts);
    const values = `${few === many ? few : `${few} to ${many}`} ${many === 1 ? "value" : "values"} of ${over.join(", ")}`;
    const isMixed = members && over.length > 1; // members at several points
    const source = output.of_values ? ", of as many values as a point has," : `, from how the values of ${members} differ,`;
    if (statistic.value === "mean" && made.hasBand && !members) return `mean, with the least and the greatest of ${values} (no independent members, so no interval of the mean)`;
    if (statistic.value === "mean" && made.hasBand) return `mean, with the ${output.cube.interval}${isMixed ? source : ""} over ${values}`;
    if (statistic.value === "mean") return `mean over ${values}${chosen.picture === "lines" && members ? ", too few for an interval" : ""}`;
    if (isMixed && (statistic.value === "sem" || statistic.value === "std")) return `${statistic.label}, from how the values of ${members} differ, over ${values}`;
    if (statistic.value === "n") return `${statistic.label} of ${over.join(", ")}`;
    return `${statistic.label} over ${values}`;
  }

  function describe(output, chosen, made) {
    const parts = [];
    if (chosen.picture === "lines" || chosen.picture === "heat") {
      if (statisticOf(output, chosen) !== VALUE) parts.push(describeStatistic(output, chosen, made));
      for (const dimension of output.cube.dimensions) {
        if (dimension === chosen.x.dimension || (chosen.y && dimension === chosen.y.dimension)) continue;
        const at = chosen.at[dimension.name], scale = dimension.scales[dimension.scales.length > 1 ? 1 : 0];
        if (at !== "mean") parts.push(`${scale.name} = ${scale.labels[at]}`);
      }
      parts.push(...output.cube.notes);
    } else if (chosen.picture === "histogram") parts.push(`how many ${chosen.group ? "of each" : "values"} are in each bin`);
    else if (chosen.picture === "cumulative") parts.push("share of the values that are at most so large");
    else {
      const drawn = data.points.task_ids.length, all = data.points.tasks;
      parts.push(drawn < all ? `${drawn} of ${all.toLocaleString("en")} tasks, chosen by chance` : "every point is one task");
    }
    if (choice.log && chosen.picture !== "histogram" && chosen.picture !== "cumulative") {
      if (!isLog(chosen, made.rows)) parts.push(`not on a logarithmic scale, as ${noLog(valuesOf(made.rows))}`);
      else if (chosen.picture === "lines" && made.rows.some((row) => row.low !== null && row.low !== undefined && row.low <= 0)) parts.push("intervals that reach below 0 are cut");
    }
    if ((chosen.picture === "histogram" || chosen.picture === "cumulative") && output.spread.only !== null) parts.push(`all values are ${output.spread.only}`);
    const missing = made.rows.filter((row) => row.value === null).length;
    if (missing && chosen.picture !== "histogram") parts.push(`${missing} of ${made.rows.length} points have no value`);
    return [...parts, ...output.notes].join("; ");
  }

  const ENDS = { low: "interval from", high: "to", least: "least", greatest: "greatest", q05: "5 %", q95: "95 %" };

  function columnsOf(output, chosen, made) {
    if (chosen.picture === "histogram") return [["apart by", (r) => r.part], ["from", (r) => r.from], ["to", (r) => r.to], ["values", (r) => r.count]];
    if (chosen.picture === "cumulative") return [["apart by", (r) => r.part], ["share", (r) => r.level], ["at most", (r) => r.value]];
    if (chosen.picture === "scatter") return [["task", (r) => r.task], [data.points.scales[chosen.point].name, (r) => r.xl], [output.name, (r) => r.text, true]];
    const statistic = statisticOf(output, chosen);
    const columns = [[chosen.x.scale.name, (r) => r.xl]];
    if (chosen.y) columns.push([chosen.y.scale.name, (r) => r.yl]);
    columns.push([statistic.label.split(",")[0].replace(" and interval", ""), (r) => r.texts.value, true]);
    if (statistic.low) columns.push([ENDS[statistic.low] || "from", (r) => r.texts.low, true], [ENDS[statistic.high] || "to", (r) => r.texts.high, true]);
    if (statistic !== VALUE) columns.push(["values", (r) => r.n]);
    return columns;
  }

  function drawMap() {
    if (!(choice.map < data.maps.length)) choice.map = 0;
    const map = data.maps[choice.map];
    refill(element("map-chooser"), (form) => {
      if (data.maps.length > 1) selectField(form, "choose-map", "Over", data.maps.map((one, place) => [String(place), one.name]), String(choice.map), (value) => { choice.map = Number(value); drawMap(); });
    });
    const isDark = dark.matches && !paper.matches;
    const made = mapSpec(map, widthOf("map-plot"), isDark);
    const most = Math.max(...made.cells.map((cell) => Object.values(cell.counts).reduce((a, b) => a + b, 0)));
    const signs = STATES.filter((state) => map.counts[state] && SIGNS[state]).map((state) => `${SIGNS[state]} ${state}`).join(", ");
    const colours = most > 1 ? `each cell is up to ${most} tasks, its colour what most of them are` : "each cell is a task";
    const told = signs ? `${colours}; ${signs}` : colours;
    caption("map-caption", map.name, ` · ${told}`);
    const present = STATES.filter((state) => map.counts[state]);
    numbers("map-numbers", [["at", (r) => r.place], ...present.map((state) => [state, (r) => r.counts[state]])], made.cells);
    draw("map-plot", { ...made.spec, description: `tasks by state over ${map.name}: ${told}`, config: CONFIG });
  }

  function drawTimes() {
    const { edges, running } = data.running;
    if (edges.length) {
      const total = edges[edges.length - 1];
      const [unit, size] = total > 7200 ? ["h", 3600] : total > 120 ? ["min", 60] : ["s", 1];
      const rows = running.map((value, bin) => ({ from: edges[bin] / size, to: edges[bin + 1] / size, value }));
      const spec = { data: { values: rows }, mark: { type: "rect", color: SERIES[0], aria: false }, height: 160, encoding: {
        x: { field: "from", type: "quantitative", title: `since the first start (${unit})`, scale: { nice: false }, axis: { tickCount: 5, labelOverlap: true } }, x2: { field: "to" },
        y: { field: "value", type: "quantitative", title: null, axis: { tickCount: 4 } } } };
      draw("running-plot", finished(spec, widthOf("running-plot"), "how many tasks ran at once, over time"));
    }
    if (data.durations) {
      const bins = data.durations.groups[""][0].bins;
      const seconds = measure(data.durations.edges, { log: true, count: 4, nice: false });
      const rows = bins.map((count, bin) => ({ from: data.durations.edges[bin], to: data.durations.edges[bin + 1], count }));
      const spec = { data: { values: rows }, mark: { type: "rect", color: SERIES[0], aria: false }, height: 160, encoding: {
        x: { field: "from", type: "quantitative", title: seconds.scale.type ? "seconds (logarithmic)" : "seconds", ...seconds }, x2: { field: "to" },
        y: { field: "count", type: "quantitative", title: null, axis: countAxis(bins, 4) } } };
      draw("durations-plot", finished(spec, widthOf("durations-plot"), "how many tasks took how long, in seconds"));
    }
    for (const id of ["running-plot", "durations-plot"]) element(id).closest("figure").hidden = !edges.length;
  }

  function change(changes) {
    if (changes.y === "keep") changes.y = choice.y;
    Object.assign(choice, changes);
    drawPicture();
  }

  function drawAll() { drawPicture(); drawMap(); drawTimes(); }

  let waiting = 0, width = window.innerWidth;
  window.addEventListener("resize", () => {
    if (window.innerWidth === width) return;
    width = window.innerWidth;
    window.clearTimeout(waiting);
    waiting = window.setTimeout(drawAll, 150);
  });
  dark.addEventListener("change", drawAll);
  paper.addEventListener("change", drawAll);
  for (const form of document.querySelectorAll("form")) form.addEventListener("submit", (event) => event.preventDefault());
  drawAll();
  if ("served" in document.documentElement.dataset) watch(() => { data = JSON.parse(element("data").textContent); drawAll(); });
})();
