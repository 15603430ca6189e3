// A stand-in for the half of the data source that Grafana's server runs and npm does not have: queries become requests of
// Prometheus' API, its answers become data frames. Written from what that half was seen to send; no code of Grafana's.

const MOST_POINTS = 11_000;
const READABLE = [400, 422, 503];

/** What /api/ds/query answers. `ask(path, form)` gives { status, text }. */
export async function answered({ queries, from, to }, interval, ask) {
  const span = { from: Number(from) / 1000, to: Number(to) / 1000 };
  const answers = await Promise.all(queries.map((query) => one(query, span, interval, ask)));
  const results = Object.fromEntries(queries.map(({ refId }, place) => [refId, answers[place]]));
  return { status: answers.some(({ error }) => error) ? 400 : 200, body: { results } };
}

/** What "Save & test" answers. */
export async function health(ask) {
  const { status, text } = await ask('query', { query: '1+1', time: '4' });
  if (status !== 200) {
    return { status: 400, body: { status: 'ERROR', message: `${status} - There was an error returned querying the Prometheus API.` } };
  }
  const { data } = JSON.parse((await ask('status/buildinfo')).text);
  const details = { application: data.features ? 'Mimir' : 'Prometheus', version: data.version };
  return { status: 200, body: { status: 'OK', message: 'Successfully queried the Prometheus API.', details } };
}

async function one(query, span, interval, ask) {
  const told = await Promise.all(requests(query, span, interval).map(([path, form]) => read(path, form, query, ask)));
  const failed = told.find(({ error }) => error);
  return failed ?? { status: 200, frames: told.flatMap(({ frames }) => frames) };
}

function requests(query, span, interval) {
  const step = Math.max(query.intervalMs / 1000, interval, (span.to - span.from) / MOST_POINTS);
  const expr = substituted(query.expr, step, interval, span);
  const offset = query.utcOffsetSec ?? 0;
  const floored = (time) => Math.floor((time + offset) / step) * step - offset;
  const aligned = { start: `${floored(span.from)}`, end: `${floored(span.to)}` };
  return [
    query.instant && ['query', { query: expr, time: `${span.to}` }],
    query.range && ['query_range', { query: expr, ...aligned, step: `${step}` }],
    query.exemplar && ['query_exemplars', { query: expr, ...aligned }],
  ].filter(Boolean);
}

function substituted(expr, step, interval, span) {
  const lengths = {
    __rate_interval: Math.max(step + interval, 4 * interval),
    __interval: step,
    __range: Math.round(span.to - span.from),
  };
  return expr.replace(/\$(__\w+)/g, (whole, name) => (name in lengths ? `${lengths[name]}s` : whole));
}

async function read(path, form, query, ask) {
  const { status, text } = await ask(path, form);
  if (status !== 200 && !READABLE.includes(status)) {
    return { status, error: `unexpected response with status code ${status}: ${text.slice(0, 1024)}` };
  }
  const { errorType, error, data, warnings = [], infos = [] } = JSON.parse(text);
  if (error) return { status, error: `${errorType}: ${error}` };
  const notices = [...warnings.map((text) => ({ severity: 'warning', text })), ...infos.map((text) => ({ severity: 'info', text }))];
  const frames = path === 'query_exemplars' ? exemplars(data) : series(data);
  if (!frames.length && notices.length) frames.push({ schema: { name: 'Warnings', fields: [] }, data: { values: [] } });
  const step = form.step && `Expr: ${form.query}\nStep: ${form.step}s`;
  for (const { schema } of frames) {
    schema.refId = query.refId;
    schema.meta = { ...schema.meta, notices, executedQueryString: step };
  }
  return { frames };
}

function series({ resultType, result }) {
  const rows = resultType === 'scalar' || resultType === 'string' ? [{ metric: {}, value: result }] : result;
  return rows.map(({ metric, values, value }) => {
    const samples = values ?? [value];
    const fields = [time(), { name: metric.__name__ ?? 'Value', type: 'number', labels: metric }];
    return frame(fields, [samples.map(([at]) => at * 1000), samples.map(([, text]) => number(text))], { custom: { resultType } });
  });
}

function exemplars(found) {
  const rows = found.flatMap(({ seriesLabels, exemplars }) => exemplars.map((each) => ({ ...each, seriesLabels })));
  if (!rows.length) return [];
  const names = [...new Set(rows.flatMap(({ labels, seriesLabels }) => Object.keys({ ...seriesLabels, ...labels })))];
  const texts = names.map((name) => rows.map(({ labels, seriesLabels }) => ({ ...seriesLabels, ...labels })[name] ?? ''));
  const fields = [time(), { name: 'Value', type: 'number' }, ...names.map((name) => ({ name, type: 'string' }))];
  const values = [rows.map(({ timestamp }) => timestamp * 1000), rows.map(({ value }) => Number(value)), ...texts];
  return [frame(fields, values, { custom: { resultType: 'exemplar' } })];
}

const time = () => ({ name: 'Time', type: 'time' });

const WORDS = { '+Inf': Infinity, '-Inf': -Infinity };
const number = (text) => WORDS[text] ?? Number(text);

/** A frame as JSON: what JSON has no numbers for stands beside them. */
function frame(fields, values, meta) {
  const where = (column, is) => column.flatMap((value, place) => (is(value) ? [place] : []));
  const entities = values.map((column) => ({
    NaN: where(column, Number.isNaN),
    Inf: where(column, (value) => value === Infinity),
    NegInf: where(column, (value) => value === -Infinity),
  }));
  return { schema: { fields, meta }, data: { values, entities } };
}
