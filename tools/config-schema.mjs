// Writes the JSON Schema of license-gate.config.json into the build, from where editors take it.
import { writeFileSync } from 'node:fs';
import { configJsonSchema } from '../dist/server/config-json-schema.js';

const file = new URL('../dist/config.schema.json', import.meta.url);
writeFileSync(file, `${JSON.stringify(configJsonSchema(), null, 2)}\n`);
