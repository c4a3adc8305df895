/**
 * How much a page of the site loads, and when it can be used: `npm run bench:site -- [--rounds 9] [--save]`
 *
 * Each load is in a new context of Chromium, from a local server that compresses. The times are medians; the weight is the
 * same each time, and test/site/site.system.test.ts has its limits.
 */
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { launch } from '../test/support/chromium.ts';
import { startFileServer } from '../test/support/file-server.ts';
import { saveResults } from './shared/results.ts';
import { median } from './shared/statistics.ts';
import { print, siteTables, type SiteRow } from './shared/figure-tables.ts';
import { devices, load, type Load, pages } from './site/load.ts';

const { values: options } = parseArgs({
  options: { rounds: { type: 'string', default: '9' }, save: { type: 'boolean', default: false } },
});

const server = await startFileServer(fileURLToPath(new URL('../site/dist/', import.meta.url)), '/js-sdk/');
const browser = await launch();
const loads = new Map<string, Load[]>();
const cases = devices.flatMap((device) => Object.entries(pages).map(([page, address]) => ({ device, page, address })));
// The first round only warms the caches of the system.
for (let round = 0; round <= Number(options.rounds); round += 1) {
  for (const { device, page, address } of cases) {
    const one = await load(browser, server.url + address, device);
    const key = `${device.name} ${page}`;
    if (round > 0) loads.set(key, [...(loads.get(key) ?? []), one]);
  }
}
const chromium = browser.version();
await browser.close();
server.close();

const rows = cases.map(({ device, page }): SiteRow => {
  const each = loads.get(`${device.name} ${page}`) ?? [];
  const middle = (figure: keyof Load) => median(each.map((one) => one[figure]));
  return {
    device: device.name,
    page,
    requests: middle('requests'),
    weight: middle('weight'),
    painted: middle('painted'),
    interactive: middle('interactive'),
    blocked: middle('blocked'),
  };
});
print(siteTables(rows));
if (options.save) saveResults('site', rows, { chromium });
