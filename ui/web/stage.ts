import { mkdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { build } from 'vite';
import { type EdgeStore, openStore } from '../../graph/index.ts';
import { type Served, serve } from '../server/index.ts';

/** Where the pictures of the last run are left to be looked at. */
export const PICTURES = join(tmpdir(), 'faultline-pictures');

const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** A machine that runs other tests at the same time may take long for a simple thing. */
const PATIENCE_MS = 60_000;

export interface Visit {
  readonly page: Page;
  /** Everything that went wrong in the page: console errors, exceptions, failed requests. */
  readonly wrong: string[];
}

/** A built page, a server and a browser for the tests to walk on. */
export interface Stage {
  readonly folder: string;
  readonly store: EdgeStore;
  readonly served: Served;
  visit(path: string, options?: BrowserContextOptions): Promise<Visit>;
  close(): Promise<void>;
}

export async function openStage(fill: (store: EdgeStore) => Promise<void>, live = false): Promise<Stage> {
  const folder = await mkdtemp(join(tmpdir(), 'faultline-page-'));
  await build({
    configFile: fileURLToPath(new URL('vite.config.ts', import.meta.url)),
    build: { outDir: folder, emptyOutDir: true },
  });
  const store = await openStore(':memory:');
  await fill(store);
  const listen = { host: '127.0.0.1', port: 0 };
  const served = await serve({ reader: store, live, version: '0', listen, page: folder });
  const visitor = await openBrowser();
  return {
    folder,
    store,
    served,
    visit: (path, options) => visitor.visit(`${served.url}${path}`, options),
    async close() {
      await visitor.close();
      await served.close();
      await store.close();
      await rm(folder, { recursive: true });
    },
  };
}

/** A browser that goes anywhere and writes down what goes wrong there. */
export interface Visitor {
  visit(url: string, options?: BrowserContextOptions): Promise<Visit>;
  close(): Promise<void>;
}

export async function openBrowser(): Promise<Visitor> {
  const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: FLAGS });
  mkdirSync(PICTURES, { recursive: true });
  return { visit: (url, options) => visit(browser, url, options), close: () => browser.close() };
}

async function visit(browser: Browser, url: string, options: BrowserContextOptions = {}): Promise<Visit> {
  const context = await browser.newContext({
    viewport: { width: 1440, height: 900 },
    colorScheme: 'light',
    ...options,
  });
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  const wrong: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') wrong.push(message.text());
  });
  page.on('pageerror', (error) => wrong.push(String(error)));
  page.on('requestfailed', (request) => {
    // A question that is no longer of interest is given up by the page itself.
    const reason = request.failure()?.errorText ?? '';
    if (reason !== 'net::ERR_ABORTED') wrong.push(`${request.url()} ${reason}`);
  });
  await page.goto(url);
  return { page, wrong };
}

export async function picture(page: Page, name: string): Promise<void> {
  await page.screenshot({ path: join(PICTURES, `${name}.png`) });
}

interface DrawnElement {
  id(): string;
  renderedPosition(): { x: number; y: number };
  renderedMidpoint(): { x: number; y: number };
  position(): { x: number; y: number };
  boundingBox(options?: object): { x1: number; x2: number; y1: number; y2: number };
  style(name: string): string;
}

/** What the drawing library holds behind the canvas. */
interface DrawnContainer extends Element {
  readonly _cyreg: { readonly cy: Record<'nodes' | 'edges', () => DrawnElement[]> };
}

export interface DrawnBox {
  readonly id: string;
  readonly x1: number;
  readonly x2: number;
  readonly y1: number;
  readonly y2: number;
}

/** Cards and edge labels as they lie on the canvas. */
export async function drawn(
  page: Page,
): Promise<{ readonly cards: DrawnBox[]; readonly labels: DrawnBox[] }> {
  await page.locator('.canvas[data-ready]').waitFor();
  return page.locator('.drawing').evaluate((element) => {
    const { cy } = (element as unknown as DrawnContainer)._cyreg;
    const box = (one: DrawnElement, options: object): DrawnBox => {
      const { x1, x2, y1, y2 } = one.boundingBox(options);
      return { id: one.id(), x1, x2, y1, y2 };
    };
    const body = {
      includeLabels: false,
      includeOverlays: false,
      includeUnderlays: false,
      includeOutlines: false,
    };
    const labelled = cy
      .edges()
      .filter((edge) => edge.style('target-label') + edge.style('source-label') !== '');
    return {
      cards: cy.nodes().map((node) => box(node, body)),
      labels: labelled.map((edge) =>
        box(edge, { includeNodes: false, includeEdges: false, includeLabels: true, includeUnderlays: false }),
      ),
    };
  });
}

/** Where on the page the middle of a card or of an edge is, to be clicked like a person does. */
export async function spot(
  page: Page,
  kind: 'nodes' | 'edges',
  id: string,
): Promise<{ x: number; y: number }> {
  const canvas = page.locator('.drawing');
  const inside = await canvas.evaluate(
    (element, { kind, id }) => {
      const found = (element as unknown as DrawnContainer)._cyreg.cy[kind]().find((one) =>
        one.id().endsWith(id),
      );
      if (found === undefined) throw new Error(`nothing drawn ends with ${id}`);
      return kind === 'nodes' ? found.renderedPosition() : found.renderedMidpoint();
    },
    { kind, id },
  );
  const box = (await canvas.boundingBox())!;
  return { x: box.x + inside.x, y: box.y + inside.y };
}
