// A stand-in for the Grafana server around the page: the page itself, and the three ways by which a data source gets to
// Prometheus. It notes what is asked there.

import { createServer } from 'node:http';
import { answered, health } from './backend.js';

const HOP = ['host', 'connection', 'content-length', 'accept-encoding'];
const ABOUT = { settings: { appSubUrl: '', featureToggles: {}, buildInfo: { version: '13.2.2', env: 'production' } }, user: {}, navTree: [] };
const HTML = `<!doctype html><meta charset="utf-8"><title>data source</title>
<script>window.grafanaBootData = ${JSON.stringify(ABOUT)}</script><script src="/page.js"></script>`;
const ADDRESS = /^\/api\/datasources\/uid\/([^/]+)\/(health|resources\/(.+))$/;

/** The server, listening on the loopback; `sources` says by uid where a data source gets its answers and its settings, `seen`
 * what was asked. */
export async function serving(bundle) {
  const sources = {};
  const seen = [];
  const server = createServer((request, response) => {
    answer(request, { bundle, sources, seen })
      .catch((error) => ({ status: 500, text: `${error.stack}`, type: 'text/plain' }))
      .then(({ status = 200, text, type = 'application/json' }) => response.writeHead(status, { 'Content-Type': type }).end(text));
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  return { server, sources, seen, url: `http://127.0.0.1:${server.address().port}/` };
}

async function answer(request, { bundle, sources, seen }) {
  const { pathname, search } = new URL(request.url, 'http://here');
  if (pathname === '/') return { text: HTML, type: 'text/html' };
  if (pathname === '/page.js') return { text: bundle, type: 'text/javascript' };
  if (pathname === '/favicon.ico') return { status: 204 };
  const body = await read(request);
  if (pathname === '/api/ds/query') {
    const about = JSON.parse(body);
    const { url, settings } = sources[about.queries[0].datasource.uid];
    return written(await answered(about, seconds(settings.timeInterval), asking(url, seen, passed(request.headers))));
  }
  const [, uid, kind, path] = pathname.match(ADDRESS) ?? [];
  if (kind === 'health') return written(await health(asking(sources[uid].url, seen, {})));
  if (path) return resource(sources[uid].url, seen, request, `/${path}${search}`, body);
  return { status: 404, text: `nothing at ${pathname}`, type: 'text/plain' };
}

function seconds(length) {
  const [, count, unit] = length.match(/^(\d+)(s|m|h)$/);
  return Number(count) * { s: 1, m: 60, h: 3600 }[unit];
}

const written = ({ status, body }) => ({ status, text: JSON.stringify(body) });

async function read(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

/** Method, path, body and status as they are. */
async function resource(base, seen, { method, headers }, path, body) {
  const kept = Object.entries(headers).filter(([name]) => !HOP.includes(name));
  return noted(seen, base, path, { method, headers: Object.fromEntries(kept), body: method === 'GET' ? undefined : body });
}

function asking(base, seen, headers) {
  return (name, form) => {
    const body = form && `${new URLSearchParams(Object.entries(form).sort())}`;
    const type = form ? { 'Content-Type': 'application/x-www-form-urlencoded' } : {};
    return noted(seen, base, `/api/v1/${name}`, { method: form ? 'POST' : 'GET', headers: { ...headers, ...type }, body });
  };
}

/** What Grafana hands on of the headers of a query: who asks for what, and whether it is an alert. */
const passed = (headers) =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => name === 'fromalert' || /^x-(dashboard|panel|rule)-/.test(name)));

async function noted(seen, base, path, options) {
  const response = await fetch(base + path, options);
  const [text, { status }] = [await response.text(), response];
  const { pathname, searchParams } = new URL(path, 'http://here');
  const form = [...new URLSearchParams(options.method === 'POST' ? options.body : ''), ...searchParams];
  seen.push({ method: options.method, path: pathname, form, status });
  return { status, text, type: response.headers.get('content-type') };
}
