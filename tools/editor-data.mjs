// What VS Code and the JetBrains editors want to know about tags, in their own formats, from the declarations of a
// custom elements manifest.

/** https://github.com/microsoft/vscode-custom-data, HTML: tags, their attributes and values. */
export const htmlData = (tags) => ({
  version: 1.1,
  tags: tags.map((tag) => ({
    name: tag.tagName,
    description: markdown(
      tag.description,
      list('Slots', tag.slots),
      list('Events', tag.events),
      list('Parts', tag.cssParts),
      list('States', tag.cssStates),
    ),
    attributes: tag.attributes.map(({ name, description, type, default: value }) => ({
      name,
      description: markdown(description, value && `Default: \`${value}\``),
      ...(type?.text === 'boolean' && { valueSet: 'v' }),
      ...(choices(type).length > 0 && { values: choices(type).map((choice) => ({ name: choice })) }),
    })),
  })),
});

/** https://github.com/microsoft/vscode-custom-data, CSS: custom properties, parts and states. */
export const cssData = (tags) => ({
  version: 1.1,
  properties: tags.flatMap(({ cssProperties = [] }) => cssProperties.map(named)),
  pseudoElements: tags.flatMap(({ cssParts = [] }) =>
    cssParts.map(({ name, description }) => ({ name: `::part(${name})`, description })),
  ),
  pseudoClasses: byName(
    tags.flatMap(({ cssStates = [], tagName }) =>
      cssStates.map(({ name, description }) => ({
        name: `:state(${name})`,
        description: `<${tagName}>: ${description}`,
      })),
    ),
  ),
});

/** https://github.com/JetBrains/web-types */
export const webTypes = (tags, { name, version }) => ({
  $schema: 'https://raw.githubusercontent.com/JetBrains/web-types/master/schema/web-types.json',
  name,
  version,
  'js-types-syntax': 'typescript',
  'description-markup': 'markdown',
  contributions: {
    html: {
      elements: tags.map((tag) => ({
        name: tag.tagName,
        description: tag.description,
        attributes: tag.attributes.map(({ type, default: value, ...attribute }) => ({
          ...named(attribute),
          ...(value && { default: value }),
          value: { type: type?.text ?? 'string', ...(type?.text === 'boolean' && { kind: 'no-value' }) },
        })),
        slots: tag.slots?.map(named),
        js: {
          properties: tag.members.filter(({ kind }) => kind === 'field').map(typed),
          events: tag.events?.map(typed),
        },
        css: {
          properties: tag.cssProperties?.map(named),
          parts: tag.cssParts?.map(named),
        },
      })),
    },
  },
});

const named = ({ name, description }) => ({ name, description });

const typed = ({ name, description, type, readonly }) => ({
  name,
  description,
  ...(type && { type: type.text }),
  ...(readonly && { 'read-only': true }),
});

/** What a type of quoted words allows. */
const choices = (type) => [...(type?.text.matchAll(/'([^']+)'/g) ?? [])].map(([, choice]) => choice);

const list = (title, items = []) =>
  items.length > 0 &&
  [
    `**${title}**`,
    ...items.map(({ name, description }) => `- \`${name || 'default'}\`: ${description}`),
  ].join('\n');

const markdown = (...paragraphs) => ({
  kind: 'markdown',
  value: paragraphs.filter(Boolean).join('\n\n'),
});

/** Two tags may share a state's name. */
const byName = (items) =>
  [...Map.groupBy(items, ({ name }) => name)].map(([name, same]) => ({
    name,
    description: same.map(({ description }) => description).join('\n'),
  }));
