// The custom elements manifest of our tags, from the docs at their classes.
import { create, ts } from '@custom-elements-manifest/analyzer';
import { readFileSync } from 'node:fs';

const SOURCES = ['license-gate', 'license-feature', 'snapshot-element', 'settings-element'].map(
  (name) => `src/element/${name}.ts`,
);
/** Written to an attribute that the gate does not read back. */
const REFLECTED = ['access'];

const read = (path) => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');

/** https://github.com/webcomponents/custom-elements-manifest */
export function createManifest() {
  const modules = SOURCES.map((path) =>
    ts.createSourceFile(path, read(path), ts.ScriptTarget.Latest, /* setParentNodes */ true),
  );
  const analyzed = create({ modules, plugins: [], context: { dev: false } });
  const ours = analyzed.modules
    .filter(({ declarations }) => declarations.some(isOurs))
    .map(({ path, declarations }) => moduleOf(built(path), declarations.filter(isOurs)));
  return { schemaVersion: '2.1.0', readme: 'README.md', modules: [...ours, registration(ours)] };
}

const isOurs = ({ tagName }) => tagName !== undefined;

const built = (path) => path.replace(/^src\/(.*)\.ts$/, 'dist/$1.js');

const moduleOf = (path, declarations) => ({
  kind: 'javascript-module',
  path,
  declarations: declarations.map(published),
  exports: declarations.map(({ name }) => ({ kind: 'js', name, declaration: { name, module: path } })),
});

/** The one module that registers the tags. */
const registration = (modules) => ({
  kind: 'javascript-module',
  path: built('src/index.ts'),
  declarations: [],
  exports: modules.flatMap(({ path, declarations }) =>
    declarations.map(({ name, tagName }) => ({
      kind: 'custom-element-definition',
      name: tagName,
      declaration: { name, module: path },
    })),
  ),
});

/** What a page may use: attributes name their properties, and what has no description is our own business. */
function published(declaration) {
  const attributes = declaration.attributes.map((attribute) => ({
    ...attribute,
    description: oneLine(attribute.description),
    fieldName: propertyOf(attribute.name),
  }));
  const attributeOf = new Map(attributes.map((attribute) => [attribute.fieldName, attribute]));
  return {
    ...declaration,
    superclass: { name: 'HTMLElement', package: 'global:' },
    attributes,
    events: declaration.events?.filter(({ description }) => description),
    members: declaration.members
      .filter(({ privacy }) => privacy === undefined)
      .filter(({ name, description }) => description || attributeOf.has(name))
      .map((member) => withAttribute({ ...member, inheritedFrom: undefined }, attributeOf.get(member.name))),
  };
}

function withAttribute(member, attribute) {
  if (REFLECTED.includes(member.name)) return { ...member, attribute: member.name, reflects: true };
  if (!attribute) return member;
  const { name, description, default: value } = attribute;
  return { ...member, description, ...(value && { default: value }), attribute: name, reflects: true };
}

const oneLine = (text) => text?.replace(/\s+/g, ' ');

const propertyOf = (attribute) => attribute.replace(/-(\w)/g, (_, letter) => letter.toUpperCase());
