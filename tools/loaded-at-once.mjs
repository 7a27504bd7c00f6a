// What a browser loads before a bundle's first chunk runs: that chunk, and all that it imports statically.

export function loadedAtOnce(output) {
  const chunks = new Map(output.map((file) => [file.fileName, file]));
  const loaded = new Set();
  const load = (name) => {
    const chunk = chunks.get(name);
    if (chunk?.type !== 'chunk' || loaded.has(chunk)) return;
    loaded.add(chunk);
    chunk.imports.forEach(load);
  };
  load(output.find(({ isEntry }) => isEntry).fileName);
  return [...loaded];
}

export const codeOf = (chunks) => chunks.map(({ code }) => code).join('\n');
