// The page: the data source as npm has it, and stand-ins for the services that only a Grafana around it gives.

import {
  applyFieldOverrides,
  createTheme,
  dateTime,
  FieldConfigOptionsRegistry,
  formattedValueToString,
  getFieldDisplayName,
  standardTransformers,
  standardTransformersRegistry,
  transformDataFrame,
} from '@grafana/data';
import { PrometheusDatasource } from '@grafana/prometheus';
import { setBackendSrv, setTemplateSrv } from '@grafana/runtime';
import { from, lastValueFrom } from 'rxjs';

const chosen = {};
const opened = {};

setBackendSrv({ fetch: (request) => from(fetched(request)) });
setTemplateSrv({
  getVariables: () => Object.keys(chosen).map((name) => ({ name })),
  containsTemplate: (text) => /\$\w|\$\{/.test(text ?? ''),
  replace,
});

// Grafana itself names what may be set of a column, and which transformations there are.
const STANDARD = ['unit', 'decimals', 'min', 'max', 'mappings', 'thresholds', 'color', 'noValue', 'links', 'displayName'];
const option = (id) => ({ id, path: id, name: id, process: (value) => value, shouldApply: () => true });
const OPTIONS = new FieldConfigOptionsRegistry(() => STANDARD.map(option));
const { mergeTransformer, sortByTransformer, filterFieldsByNameTransformer, organizeFieldsTransformer } = standardTransformers;
const TRANSFORMATIONS = [mergeTransformer, sortByTransformer, filterFieldsByNameTransformer, organizeFieldsTransformer];
standardTransformersRegistry.setInit(() => TRANSFORMATIONS.map((each) => ({ ...each, transformation: async () => each })));

async function fetched({ url, method = 'GET', params, data, headers = {} }) {
  const type = headers['Content-Type'] ?? 'application/json';
  const body = data === undefined ? undefined : type.includes('json') ? JSON.stringify(data) : `${parameters(data)}`;
  const query = params ? `?${parameters(params)}` : '';
  const response = await fetch(url + query, { method, headers: { ...headers, 'Content-Type': type }, body });
  const text = await response.text();
  const answer = { status: response.status, statusText: response.statusText, ok: response.ok, headers: response.headers };
  const told = { ...answer, data: json(text), config: { url, method } };
  // Grafana's own service throws what is no success, as the data source expects of it.
  if (!response.ok) throw told;
  return told;
}

function parameters(values) {
  const pairs = Object.entries(values).flatMap(([name, value]) => [value].flat().map((each) => [name, each]));
  return new URLSearchParams(pairs.filter(([, value]) => value !== undefined && value !== null));
}

function json(text) {
  try {
    return JSON.parse(text);
  } catch {
    return { message: text };
  }
}

/** Variables in a text become their values, in the form that the data source gives them. */
function replace(text, scoped = {}, form = (value) => value) {
  return text?.replace(/\$(?:(\w+)|\{(\w+)(?::\w+)?\})/g, (whole, plain, braced) => {
    const name = plain ?? braced;
    const value = name in scoped ? scoped[name].value : chosen[name];
    return value === undefined ? whole : form(value, { name, multi: Array.isArray(value) });
  });
}

const range = ({ from, to }) => {
  const span = { from: dateTime(from), to: dateTime(to) };
  return { ...span, raw: span };
};

/** What a panel, or a mark on one, asks for. */
const request = ({ span, filters, headers, targets, intervalMs = 60_000 }) => ({
  ...{ app: 'dashboard', requestId: 'Q1', panelId: 1, dashboardUID: 'fleet', timezone: 'utc', scopedVars: {} },
  ...{ range: range(span), interval: `${intervalMs / 1000}s`, intervalMs, maxDataPoints: 1000, startTime: Date.now() },
  ...{ filters, headers, targets },
});

/** What came of it: series by their names, with what is said about them. */
function shown({ data = [], error, errors }) {
  return { error: error?.data?.message ?? error?.message ?? null, errors: (errors ?? []).length, frames: data.map(frame) };
}

function frame({ refId, name, meta, fields, length }) {
  const columns = Object.fromEntries(fields.map((each) => [each.name, [...each.values].map(written)]));
  const labels = fields.find((each) => each.labels)?.labels ?? {};
  const legend = fields.map((each) => each.config.displayNameFromDS).find(Boolean) ?? null;
  return { refId, name: name ?? null, labels, legend, columns, length, notices: meta?.notices ?? [], topic: meta?.dataTopic ?? null };
}

// JSON has no NaN and no infinities.
const written = (value) => (typeof value === 'number' && !Number.isFinite(value) ? `${value}` : value);

const texts = (found) => found.map(({ text }) => text);

const CALLS = {
  async open(_, { uid, settings }) {
    const about = { id: 1, uid, name: uid, type: 'prometheus', access: 'proxy', url: '', meta: {}, readOnly: true };
    opened[uid] = new PrometheusDatasource({ ...about, jsonData: settings });
    await opened[uid].init();
    return { exemplars: opened[uid].exemplarsAvailable };
  },
  choose: (_, values) => void Object.assign(chosen, values),
  health: (source) => source.testDatasource().catch(({ status, message }) => ({ status, message })),
  async variable(source, { query, span }) {
    const targets = [{ refId: 'choice', query }];
    const found = await lastValueFrom(source.variables.query({ targets, range: range(span), scopedVars: {} }));
    return texts(found.data);
  },
  async metrics(source, { span }) {
    await source.languageProvider.start(range(span));
    return source.languageProvider.retrieveMetrics();
  },
  keys: async (source, { span, ...options }) => texts(await source.getTagKeys({ ...options, timeRange: range(span) })),
  values: async (source, { span, ...options }) => texts(await source.getTagValues({ ...options, timeRange: range(span) })),
  panel: async (source, asked) => shown(await lastValueFrom(source.query(request(asked)))),
  /** The columns of a table that are seen, each with the texts of its cells. */
  async table(source, { panel, span }) {
    // Grafana puts the data source itself in the place of the variable that names it.
    const targets = panel.targets.map((each) => ({ ...each, datasource: undefined }));
    const { data } = await lastValueFrom(source.query(request({ span, targets })));
    const made = await lastValueFrom(transformDataFrame(panel.transformations, data));
    const about = { fieldConfig: panel.fieldConfig, fieldConfigRegistry: OPTIONS, theme: createTheme() };
    const [table] = applyFieldOverrides({ ...about, data: made, replaceVariables: (text) => text });
    return table.fields.map((each) => ({
      title: getFieldDisplayName(each, table, [table]),
      texts: [...each.values].map((value) => formattedValueToString(each.display(value))),
    }));
  },
  async marks(source, { annotation, span }) {
    const prepared = source.annotations.prepareAnnotation(annotation);
    const targets = [{ ...prepared.target, range: true, instant: false }];
    const { data } = await lastValueFrom(source.query(request({ span, targets })));
    // It would never say that there are none.
    if (!data.length) return [];
    const marks = await lastValueFrom(source.annotations.processEvents(prepared, data), { defaultValue: [] });
    return marks.map(({ time, timeEnd, title, text, tags }) => ({ time, timeEnd, title, text, tags }));
  },
};

window.asked = (call, uid, options) => CALLS[call](opened[uid], options);
