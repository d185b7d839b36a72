// Draws the charts of a view with Plotly, each with the same figures as a table below it.
"use strict";

(() => {
  const SEGMENTS = ["high", "medium", "low"];
  const CONFIG = { displayModeBar: false, responsive: true };
  const zh = document.documentElement.lang.startsWith("zh");

  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
  const percent = (value) => (value === null ? "–" : `${(100 * value).toFixed(1)} %`);
  const count = (value) => value.toLocaleString("en");

  function axis(more) {
    return {
      gridcolor: colour("line"), linecolor: colour("line"), zeroline: false, fixedrange: true,
      tickfont: { color: colour("muted"), size: 12 }, automargin: true, ...more,
    };
  }

  function days(more) {
    return axis({ type: "date", tickformat: zh ? "%m-%d" : "%-d %b", showgrid: false, nticks: 8, ...more });
  }

  function layout(more) {
    return {
      paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)", showlegend: false,
      font: { family: getComputedStyle(document.body).fontFamily, color: colour("ink"), size: 13 },
      margin: { l: 8, r: 8, t: 24, b: 8 }, hovermode: "x unified", dragmode: false,
      hoverlabel: { bgcolor: colour("surface"), bordercolor: colour("line"), font: { color: colour("ink") } },
      ...more,
    };
  }

  // Segments differ in size by a hundred times: each has a band and a scale of its own.
  function nights(data, labels) {
    const bands = [[0.72, 0.95], [0.37, 0.6], [0.02, 0.25]];
    const standing = data.filter((one) => one.status === "published");
    const others = data.filter((one) => one.status !== "published");
    const trace = (of, segment, place, more) => ({
      type: "scatter", name: labels[segment], x: of.map((one) => one.as_of), y: of.map((one) => one[segment]),
      yaxis: place ? `y${place + 1}` : "y",
      text: of.map((one) => (one.status === "published" ? "" : ` (${labels[one.status]})`)),
      hovertemplate: `${labels[segment]} %{y:,}%{text}<extra></extra>`, ...more,
    });
    const traces = SEGMENTS.map((segment, place) => trace(standing, segment, place, {
      mode: "lines+markers", line: { color: colour(segment), width: 2 }, marker: { size: 6, color: colour(segment) },
    }));
    // What readers do not see stands beside the line and is no part of it.
    if (others.length) traces.push(...SEGMENTS.map((segment, place) => trace(others, segment, place, {
      mode: "markers", marker: {
        size: 9, color: colour("surface"), symbol: others.map((one) => (one.status === "held" ? "diamond" : "circle")),
        line: { width: 2, color: others.map((one) => colour(one.status === "held" ? "bad" : segment)) },
      },
    })));
    const notes = SEGMENTS.map((segment, place) => ({
      text: labels[segment], xref: "paper", yref: "paper", x: 0, y: bands[place][1], showarrow: false,
      xanchor: "left", yanchor: "bottom", font: { color: colour("muted"), size: 13 },
    }));
    const axes = Object.fromEntries(SEGMENTS.map((_, place) => [
      place ? `yaxis${place + 1}` : "yaxis",
      axis({ domain: bands[place], nticks: 3, tickformat: ",d", rangemode: "normal", ...room(data.map((one) => one[SEGMENTS[place]])) }),
    ]));
    return { traces, layout: layout({ xaxis: days({ anchor: "y3", ...span(data) }), ...axes, annotations: notes }) };
  }

  // A night like the others must look like the others: a tenth of the figure is the least range.
  function room(values) {
    const low = Math.min(...values), high = Math.max(...values);
    const more = Math.max((high - low) * 0.15, high * 0.05, 1);
    return { range: [Math.max(low - more, 0), high + more] };
  }

  function span(shown) {
    const first = Date.parse(shown[0].as_of), last = Date.parse(shown[shown.length - 1].as_of);
    const edge = Math.max((last - first) * 0.03, 36e5 * 12);
    return { range: [first - edge, last + edge], dtick: last - first < 8 * 864e5 ? 864e5 : undefined };
  }

  // Rejected nights are in the list of nights; the chart is of the last two months.
  function recent(data) {
    const last = data.length ? Date.parse(data[data.length - 1].as_of) : 0;
    return data.filter((one) => one.status !== "rejected" && last - Date.parse(one.as_of) <= 60 * 864e5);
  }

  function rates(data, labels) {
    const parts = SEGMENTS.filter((name) => data.some((one) => one.part === name)).reverse();
    const of = (name) => data.find((one) => one.part === name);
    const rows = parts.map((name) => labels[name]);
    const wide = parts.map(of);
    const traces = [
      {
        type: "scatter", mode: "markers", name: labels.came_true, y: rows, x: wide.map((one) => 100 * one.value),
        error_x: {
          type: "data", symmetric: false, color: colour("muted"), thickness: 2, width: 5,
          array: wide.map((one) => 100 * ((one.high ?? one.value) - one.value)),
          arrayminus: wide.map((one) => 100 * (one.value - (one.low ?? one.value))),
        },
        marker: { size: 11, color: parts.map(colour) }, hovertemplate: `${labels.came_true} %{x:.1f} %<extra></extra>`,
      },
      {
        type: "scatter", mode: "markers", name: labels.promised, y: rows, x: wide.map((one) => 100 * one.promised),
        marker: { size: 13, symbol: "line-ns-open", color: colour("ink"), line: { width: 2 } },
        hovertemplate: `${labels.promised} %{x:.1f} %<extra></extra>`,
      },
    ];
    return {
      traces,
      layout: layout({
        xaxis: axis({ ticksuffix: " %", rangemode: "tozero" }), yaxis: axis({ showgrid: false, type: "category" }),
        hovermode: "closest", showlegend: true, legend: { orientation: "h", x: 0, y: 1.25, font: { color: colour("muted") } },
        margin: { l: 8, r: 8, t: 36, b: 8 },
      }),
    };
  }

  function customer(data, labels) {
    const traces = [{
      type: "scatter", mode: "lines+markers", x: data.map((one) => one.as_of), y: data.map((one) => 100 * one.propensity),
      line: { color: colour("muted"), width: 1.5 }, marker: { size: 10, color: data.map((one) => colour(one.segment)) },
      text: data.map((one) => labels[one.segment]), hovertemplate: "%{y:.1f} %, %{text}<extra></extra>",
    }];
    return { traces, layout: layout({ xaxis: days(span(data)), yaxis: axis({ ticksuffix: " %", rangemode: "tozero" }) }) };
  }

  const TABLES = {
    nights: (labels) => [
      [labels.night, (one) => one.as_of + (one.status === "published" ? "" : ` (${labels[one.status]})`)],
      ...SEGMENTS.map((name) => [labels[name], (one) => count(one[name])]),
    ],
    rates: (labels) => [
      ["", (one) => labels[one.part]], [labels.promised, (one) => percent(one.promised)],
      [labels.came_true, (one) => `${percent(one.value)} (${percent(one.low)} – ${percent(one.high)})`],
    ],
    customer: (labels) => [
      [labels.night, (one) => one.as_of], [labels.propensity, (one) => percent(one.propensity)],
      ["", (one) => labels[one.segment]],
    ],
  };
  const KINDS = { nights, rates, customer };
  const LEAST = { nights: 2, rates: 1, customer: 2 };

  function table(columns, data) {
    const made = document.createElement("table");
    const head = made.createTHead().insertRow();
    const body = made.createTBody();
    columns.forEach(([title], place) => {
      const cell = document.createElement(title ? "th" : "td");
      if (title) cell.scope = "col";
      cell.textContent = title;
      cell.className = place ? "n" : "";
      head.append(cell);
    });
    for (const one of data) {
      const row = body.insertRow();
      columns.forEach(([, told], place) => {
        const cell = document.createElement(place ? "td" : "th");
        if (!place) cell.scope = "row";
        cell.className = place ? "n" : "";
        cell.textContent = told(one);
        row.append(cell);
      });
    }
    return made;
  }

  async function figuresOf(chart) {
    const inline = chart.querySelector("script");
    if (inline) return JSON.parse(inline.textContent);
    const answer = await fetch(chart.dataset.source, { headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error(`the figures answered ${answer.status}`);
    return answer.json();
  }

  function say(chart, text) {
    const note = document.createElement("p");
    note.className = "loading";
    note.setAttribute("role", "status");
    note.textContent = text;
    chart.classList.add("still");
    chart.querySelector(".plot").replaceChildren(note);
  }

  async function draw(chart) {
    const { kind } = chart.dataset, labels = JSON.parse(chart.dataset.labels);
    const plot = chart.querySelector(".plot");
    try {
      const figures = await figuresOf(chart);
      const data = kind === "nights" ? recent(figures) : figures;
      if (data.length < LEAST[kind]) return say(chart, labels.empty);
      const paint = () => {
        const made = KINDS[kind](data, labels);
        return Plotly.react(plot, made.traces, made.layout, CONFIG);
      };
      plot.replaceChildren();
      await paint();
      document.addEventListener("mkt-theme", paint);
      const details = chart.querySelector("details");
      details.hidden = false;
      details.querySelector("div").replaceChildren(table(TABLES[kind](labels), data.slice().reverse()));
    } catch (error) {
      console.error(error);
      say(chart, labels.failed);
    } finally {
      chart.setAttribute("aria-busy", "false");
    }
  }

  document.querySelectorAll(".chart").forEach(draw);
})();
