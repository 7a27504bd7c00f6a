// Registers the tags. The only module whose import does something by itself.

import { registerTags } from './element/index.ts';

registerTags();

export * from './element/index.ts';
