// Writes into the build what editors and catalogues read about our tags: the custom elements manifest, VS Code's custom
// data, and JetBrains' web-types.
import { writeFileSync } from 'node:fs';
import packageManifest from '../package.json' with { type: 'json' };
import { cssData, htmlData, webTypes } from './editor-data.mjs';
import { createManifest } from './manifest.mjs';

const manifest = createManifest();
const tags = manifest.modules.flatMap(({ declarations }) => declarations);
const files = {
  'custom-elements.json': manifest,
  'vscode.html-custom-data.json': htmlData(tags),
  'vscode.css-custom-data.json': cssData(tags),
  'web-types.json': webTypes(tags, packageManifest),
};

for (const [name, data] of Object.entries(files))
  writeFileSync(new URL(`../dist/${name}`, import.meta.url), `${JSON.stringify(data, null, 2)}\n`);
