// What editors and catalogues are told about the tags is what the tags have: in the sources of their markup and looks,
// and at work in a browser.
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Ajv } from 'ajv';
import type { Browser } from 'puppeteer-core';
import { LicenseFeature, LicenseGate } from '../../src/element/index.ts';
import packageManifest from '../../package.json' with { type: 'json' };
import { PURCHASES, UNKNOWN_KEY } from '../../src/testing/index.ts';
import { newBuyer, openBrowser, serveHostPage, type HostPage } from '../support/browser.ts';
import { openShop, type Seller } from '../support/license-server.ts';

interface Named {
  readonly name: string;
  readonly description: string;
  readonly type?: { readonly text: string };
}

interface Tag {
  readonly tagName: 'license-gate' | 'license-feature';
  readonly attributes: readonly (Named & { readonly fieldName: string })[];
  readonly members: readonly (Named & { readonly kind: string; readonly readonly?: boolean })[];
  readonly events?: readonly Named[];
  readonly slots: readonly Named[];
  readonly cssParts?: readonly Named[];
  readonly cssProperties?: readonly Named[];
  readonly cssStates: readonly Named[];
}

/** Public for TypeScript and for the element's own parts, and no promise to a page. */
const INTERNAL = ['licenseChanged', 'requestUpdate'];
/** Of every element that the platform knows. */
const PLATFORM = ['constructor', 'connectedCallback', 'disconnectedCallback', 'attributeChangedCallback'];
const PROTECTED = ['prepare', 'show'];

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const read = (path: string) => readFileSync(`${ROOT}${path}`, 'utf8');
const json = (path: string) => JSON.parse(read(path)) as never;
const sourcesOf = (pattern: string) => globSync(pattern, { cwd: ROOT }).map(read).join('\n');

const names = (items: readonly Named[] = []) => items.map(({ name }) => name).toSorted();
const found = (text: string, pattern: RegExp) =>
  [...new Set([...text.matchAll(pattern)].flatMap(([, name = '']) => name.split(' ')))].toSorted();

const manifest: { modules: { declarations: Tag[] }[] } = json(packageManifest.customElements);
const tags = manifest.modules.flatMap(({ declarations }) => declarations);
const gate = tags.find(({ tagName }) => tagName === 'license-gate')!;
const feature = tags.find(({ tagName }) => tagName === 'license-feature')!;

test('the manifest is one as its format wants it', () => {
  const schema = json('node_modules/custom-elements-manifest/schema.json');
  const isValid = new Ajv({ strict: false }).compile(schema);

  assert.ok(isValid(manifest), JSON.stringify(isValid.errors));
});

test('everything in it says what it is for', () => {
  const all = tags.flatMap((tag) => [
    ...tag.attributes,
    ...tag.members,
    ...(tag.events ?? []),
    ...tag.slots,
    ...(tag.cssParts ?? []),
    ...(tag.cssProperties ?? []),
    ...tag.cssStates,
  ]);

  assert.ok(all.length > 80);
  assert.deepEqual(names(all.filter(({ description }) => !description)), []);
});

test('every custom property of the styles is in it, and no other', () => {
  const used = found(read('src/element/styles.ts'), /var\((--license-gate-[\w-]+)/g);

  assert.deepEqual(names(gate.cssProperties), used);
});

test('every part of the markup is in it, and no other', () => {
  const markup = sourcesOf('src/element/view*.ts');
  const inMarkup = found(markup, /\bpart="([\w ]+?)(?: \$\{part\})?"/g);
  const chosen = found(markup, /\bpart=\$\{[^}]*'(\w+)'/g).concat(
    found(markup, /\bpart=\$\{[^}]*'(\w+)' : '\w+'/g),
  );
  const ofButtons = found(markup, /\bbutton\([^']*'(\w+)'/g);

  assert.deepEqual(names(gate.cssParts), [...new Set([...inMarkup, ...chosen, ...ofButtons])].toSorted());
});

test('every slot of the markup is in it, and no other', () => {
  const ofGate = found(sourcesOf('src/element/{view*,license-gate}.ts'), /<slot(?: name="(\w+)")?>/g);
  const ofFeature = found(read('src/element/license-feature.ts'), /createElement\('slot'\)|'(locked)'/g);

  assert.deepEqual([names(gate.slots), names(feature.slots)], [ofGate, ofFeature]);
});

test('every event that TypeScript knows is in it with its class, and no other', () => {
  const known = [...read('dist/element/events.d.ts').matchAll(/'(license-\w+)': (\w+);/g)];

  assert.deepEqual(
    Object.fromEntries(gate.events!.map(({ name, type }) => [name, type?.text])),
    Object.fromEntries(known.map(([, name, type]) => [name, type])),
  );
});

test('VS Code and the JetBrains editors are told of the same names', () => {
  const html: { tags: { name: string; attributes: Named[] }[] } = json('dist/vscode.html-custom-data.json');
  const css: Record<'properties' | 'pseudoElements' | 'pseudoClasses', Named[]> = json(
    'dist/vscode.css-custom-data.json',
  );
  const { version, contributions }: WebTypes = json(packageManifest['web-types']);
  const { elements } = contributions.html;

  assert.equal(version, packageManifest.version);
  for (const told of [html.tags, elements])
    assert.deepEqual(
      told.map(({ name, attributes }) => [name, names(attributes)]).toSorted(),
      tags.map(({ tagName, attributes }) => [tagName, names(attributes)]).toSorted(),
    );
  assert.deepEqual(names(css.properties), names(gate.cssProperties));
  assert.deepEqual(
    names(css.pseudoElements),
    names(gate.cssParts).map((part) => `::part(${part})`),
  );
  assert.deepEqual(
    names(css.pseudoClasses),
    names(gate.cssStates).map((state) => `:state(${state})`),
  );
  const gateElement = elements.find(({ name }) => name === 'license-gate')!;
  assert.deepEqual(names(gateElement.slots), names(gate.slots));
  assert.deepEqual(names(gateElement.js.events), names(gate.events));
  assert.deepEqual(names(gateElement.css.properties), names(gate.cssProperties));
  assert.deepEqual(names(gateElement.css.parts), names(gate.cssParts));
});

interface WebTypes {
  readonly version: string;
  readonly contributions: {
    readonly html: {
      readonly elements: readonly {
        readonly name: string;
        readonly attributes: Named[];
        readonly slots: Named[];
        readonly js: { readonly events: Named[] };
        readonly css: { readonly properties: Named[]; readonly parts: Named[] };
      }[];
    };
  };
}

let browser: Browser;
let host: HostPage;
let shop: Seller;
before(async () => {
  browser = await openBrowser();
  host = await serveHostPage();
  shop = await openShop([host.url]);
  host.attributes = { server: shop.url, product: '/my-tool' };
});
after(async () => {
  await browser.close();
  await host.close();
  await shop.close();
});

test('every attribute, property and method of the classes is in it, and no other', () => {
  const classes = [LicenseGate, LicenseFeature];

  assert.deepEqual(
    classes.map(({ observedAttributes }) => observedAttributes.toSorted()),
    [names(gate.attributes), names(feature.attributes)],
  );
  assert.deepEqual(
    classes.map((one) => membersOf(one).filter(isPromised).toSorted()),
    [names(gate.members).filter((name) => name !== 'environment'), names(feature.members)],
  );
});

const isPromised = (name: string) => ![...INTERNAL, ...PLATFORM, ...PROTECTED].includes(name);

function membersOf({ prototype }: { prototype: object }): string[] {
  const all = new Set<string>();
  // Where there is no page, the elements extend a class without anything.
  for (let at = prototype; at !== Object.prototype; at = Object.getPrototypeOf(at) as object)
    for (const name of Object.getOwnPropertyNames(at)) all.add(name);
  return [...all];
}

test('a gate at work has the states and sends the events that are in it, and no others', async () => {
  const buyer = await newBuyer(browser);
  await buyer.page.evaluateOnNewDocument(watchElements);
  await buyer.visit(host.url);
  await buyer.pasteKey(UNKNOWN_KEY);
  await buyer.sees('Invalid license key');
  await buyer.pasteKey(PURCHASES.standard.key);
  await buyer.sees('The app');
  await buyer.page.evaluate(check);
  await buyer.page.setOfflineMode(true);
  await buyer.page.evaluate(check);
  await buyer.page.setOfflineMode(false);
  await buyer.page.evaluate(() => document.querySelector('license-gate')!.deactivate());

  const noted = await buyer.page.evaluate(() => {
    const { states, events } = globalThis as unknown as Record<'states' | 'events', Set<string>>;
    return { states: [...states].toSorted(), events: [...events].toSorted() };
  });
  await buyer.close();

  assert.deepEqual(noted, { states: names(gate.cssStates), events: names(gate.events) });
});

const check = () => document.querySelector('license-gate')!.check();

/** Notes every state that an element gets or loses, and every event that it sends. */
function watchElements(): void {
  const states = new Set<string>();
  const events = new Set<string>();
  Object.assign(globalThis, { states, events });
  const { add } = CustomStateSet.prototype;
  CustomStateSet.prototype.add = function note(this: CustomStateSet, state: string) {
    states.add(state);
    return add.call(this, state);
  };
  const remove = CustomStateSet.prototype.delete;
  CustomStateSet.prototype.delete = function note(this: CustomStateSet, state: string) {
    states.add(state);
    return remove.call(this, state);
  };
  const send = HTMLElement.prototype.dispatchEvent;
  HTMLElement.prototype.dispatchEvent = function note(this: HTMLElement, event: Event) {
    events.add(event.type);
    return send.call(this, event);
  };
}
