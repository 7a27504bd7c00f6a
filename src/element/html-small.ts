// As much of Lit's `html` and `render` as the gate's templates use, for the one-file bundle, which shares Lit with
// nobody: text, templates and lists as children; attributes with one value each, `.properties`, `?booleans` and `@events`.
// No directives.

interface Template {
  readonly strings: TemplateStringsArray;
  readonly values: readonly unknown[];
}

type Part = (value: unknown) => void;

/** Stands in the markup where a value goes. */
const MARK = 'lit$';
export const nothing = undefined;

export const html = (strings: TemplateStringsArray, ...values: readonly unknown[]): Template => ({
  strings,
  values,
});

const roots = new WeakMap<Node, Part>();

export function render(template: Template, root: DocumentFragment): void {
  let part = roots.get(root);
  if (!part) {
    const end = new Text();
    root.append(end);
    roots.set(root, (part = childPart(end)));
  }
  part(template);
}

/** Shows its values before `end`: a text, a template, or a list of such. */
function childPart(end: ChildNode): Part {
  const start = new Text();
  end.before(start);
  let shown: unknown;
  let parts: Part[] = [];

  return (value) => {
    const { strings, values } = (value ?? {}) as Partial<Template>;
    const kind = strings ?? (Array.isArray(value) ? Array : Text);
    if (kind !== shown) {
      while (start.nextSibling !== end) (start.nextSibling as ChildNode).remove();
      shown = kind;
      parts = [];
      start.data = '';
      if (strings) {
        const [content, made] = instantiate(strings);
        parts = made;
        end.before(content);
      }
    }
    if (Array.isArray(value)) {
      while (parts.length < value.length) {
        const last = new Text();
        end.before(last);
        parts.push(childPart(last));
      }
      parts.forEach((part, at) => part(value[at]));
    } else if (values) parts.forEach((part, at) => part(values[at]));
    else change(start, isEmpty(value) ? '' : String(value));
  };
}

const isEmpty = (value: unknown) => value === nothing || value === null;

const change = (node: Text, text: string) => {
  if (node.data !== text) node.data = text;
};

const templates = new WeakMap<TemplateStringsArray, HTMLTemplateElement>();

function instantiate(strings: TemplateStringsArray): [DocumentFragment, Part[]] {
  const template = templates.get(strings) ?? parse(strings);
  const content = document.importNode(template.content, true);
  const walker = document.createTreeWalker(content);
  const nodes: Node[] = [];
  while (walker.nextNode()) nodes.push(walker.currentNode);
  // What is no element is a text; a comment would do as well.
  const parts = nodes.flatMap((node) =>
    node instanceof Element ? attributeParts(node) : textParts(node as Text),
  );
  return [content, parts];
}

let policy: TrustedTypePolicy | undefined;

/**
 * Strict pages allow Lit's policy by its name, so it is ours as well. Made with the first template: a second copy of
 * this file has none, and where the page's own Lit has taken the name, a page can allow another one.
 */
function trusted(text: string): string {
  try {
    policy ??= createPolicy('lit-html');
  } catch {
    policy = createPolicy('license-gate');
  }
  return policy ? policy.createHTML(text) : text;
}

const createPolicy = (name: string) =>
  (globalThis as { trustedTypes?: TrustedTypes }).trustedTypes?.createPolicy(name, {
    createHTML: (markup) => markup,
  });

interface TrustedTypePolicy {
  createHTML(text: string): string;
}

interface TrustedTypes {
  createPolicy(name: string, rules: TrustedTypePolicy): TrustedTypePolicy;
}

function parse(strings: TemplateStringsArray): HTMLTemplateElement {
  const template = document.createElement('template');
  template.innerHTML = trusted(strings.join(MARK));
  templates.set(strings, template);
  return template;
}

function textParts(node: Text): Part[] {
  const [first = '', ...texts] = node.data.split(MARK);
  change(node, first);
  let last = node;
  return texts.map((text) => {
    const end = new Text(text);
    last.after(end);
    last = end;
    return childPart(end);
  });
}

const attributeParts = (element: Element): Part[] =>
  [...element.attributes].flatMap(({ name, value }) => {
    const texts = value.split(MARK);
    if (texts.length < 2) return [];
    element.removeAttribute(name);
    const own = name.slice(1);
    let last: unknown;
    if (name[0] === '@') {
      element.addEventListener(own, (event) => (last as (event: Event) => void)(event));
      return (now: unknown) => void (last = now);
    }
    if (name[0] === '?') return (now: unknown) => void element.toggleAttribute(own, Boolean(now));
    if (name[0] === '.')
      return (now: unknown) => {
        if (last !== now) (element as unknown as Record<string, unknown>)[own] = last = now;
      };
    return (now: unknown) => {
      const text = texts.join(String(now));
      if (isEmpty(now)) element.removeAttribute(name);
      else if (element.getAttribute(name) !== text) element.setAttribute(name, text);
    };
  });
