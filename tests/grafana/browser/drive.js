// Calls in, answers out, a line of JSON each: made of the data source in a browser. `node drive.js CHROMIUM`.

import { chromium } from 'playwright-core';
import { createInterface } from 'node:readline';
import { bundled } from './bundle.js';
import { serving } from './server.js';

const tooLong = () => new Promise((_, refuse) => setTimeout(refuse, 60_000, new Error('no answer in a minute')).unref());

const { server, sources, seen, url } = await serving(await bundled());
const browser = await chromium.launch({ executablePath: process.argv[2], args: ['--no-sandbox', '--disable-gpu'] });
const page = await browser.newPage();
page.on('console', (said) => console.error(`${said.type()}: ${said.text()}`));
page.on('pageerror', (error) => console.error(`uncaught: ${error.stack}`));
await page.goto(url);
if (!(await page.evaluate('Boolean(window.asked)'))) throw new Error('the page is not what it should be');
console.log(JSON.stringify({ answer: 'ready' }));

for await (const line of createInterface({ input: process.stdin })) {
  const { call, uid, options } = JSON.parse(line);
  if (call === 'open') sources[options.uid] = options;
  seen.length = 0;
  const asked = page.evaluate(([call, uid, options]) => window.asked(call, uid, options), [call, uid, options]);
  const told = await Promise.race([asked, tooLong()])
    .then((answer) => ({ answer: answer ?? null }))
    .catch((error) => ({ error: error.message }));
  console.log(JSON.stringify({ ...told, requests: seen }));
}
await browser.close();
server.close();
