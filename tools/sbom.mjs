// Writes the package's bill of materials (CycloneDX) into the build, from the lock file: what pages load is required,
// what only servers and tests need is optional. `npm sbom --omit dev` leaves out what a devDependency needs as well.
import { readFileSync, writeFileSync } from 'node:fs';

const read = (path) => JSON.parse(readFileSync(new URL(`../${path}`, import.meta.url), 'utf8'));
/** Peers that only lend us their types: they are the page's own, whatever their version. */
const OF_THE_PAGE = ['@types/react', 'preact', 'react', 'solid-js', 'svelte', 'vue'];

const { packages } = read('package-lock.json');
const { name, version, license, description, dependencies, peerDependencies } = read('package.json');

const required = closureOf(Object.keys(dependencies));
const optional = closureOf(Object.keys(peerDependencies).filter((peer) => !OF_THE_PAGE.includes(peer)));
const all = [...new Map([...optional, ...required]).values()];

const bom = {
  $schema: 'http://cyclonedx.org/schema/bom-1.5.schema.json',
  bomFormat: 'CycloneDX',
  specVersion: '1.5',
  version: 1,
  metadata: { component: { ...componentOf(name, { version, license }), description } },
  components: all.map(({ component }) => ({
    ...component,
    scope: required.has(component['bom-ref']) ? 'required' : 'optional',
  })),
  dependencies: [
    { ref: refOf(name, version), dependsOn: refsOf(Object.keys(dependencies), '') },
    ...all.map(({ component, needs, path }) => ({
      ref: component['bom-ref'],
      dependsOn: refsOf(needs, path),
    })),
  ],
};
writeFileSync(new URL('../dist/sbom.cdx.json', import.meta.url), `${JSON.stringify(bom, null, 2)}\n`);

/** These packages and all that they need, by name and version. */
function closureOf(names) {
  const found = new Map();
  const open = names.map((each) => [each, '']);
  for (const [each, from] of open) {
    const path = locate(each, from);
    if (path === undefined) continue;
    const entry = packages[path];
    const ref = refOf(each, entry.version);
    if (found.has(ref)) continue;
    const needs = Object.keys({ ...entry.dependencies, ...entry.optionalDependencies });
    found.set(ref, { component: componentOf(each, entry), needs, path });
    open.push(...needs.map((need) => [need, path]));
  }
  return found;
}

/** Found as Node finds it: beside the package that needs it, else further out. */
function locate(wanted, from) {
  const path = `${from ? `${from}/` : ''}node_modules/${wanted}`;
  if (packages[path]) return path;
  if (from === '') return undefined;
  const inner = from.lastIndexOf('/node_modules/');
  return locate(wanted, inner < 0 ? '' : from.slice(0, inner));
}

function componentOf(packageName, { version: packageVersion, license: id, integrity }) {
  const [algorithm, hash] = integrity?.split('-', 2) ?? [];
  return {
    'bom-ref': refOf(packageName, packageVersion),
    type: 'library',
    name: packageName,
    version: packageVersion,
    purl: `pkg:npm/${packageName.replace('@', '%40')}@${packageVersion}`,
    ...(id && { licenses: [/ OR | AND /.test(id) ? { expression: id } : { license: { id } }] }),
    ...(algorithm === 'sha512' && {
      hashes: [{ alg: 'SHA-512', content: Buffer.from(hash, 'base64').toString('hex') }],
    }),
  };
}

function refsOf(names, from) {
  return names.flatMap((each) => {
    const path = locate(each, from);
    return path ? [refOf(each, packages[path].version)] : [];
  });
}

function refOf(packageName, packageVersion) {
  return `${packageName}@${packageVersion}`;
}
