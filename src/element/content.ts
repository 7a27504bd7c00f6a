// Keeps the host's app out of the page until the gate opens, and whole while it is shut again: the same nodes
// come back with whatever the buyer typed. Children outside a <template> stay where they are, only unseen.

export class GatedContent {
  readonly #gate: HTMLElement;
  /** The nodes that each template has brought into the page; a node that was brought has brought none. */
  readonly #placed = new Map<Node, readonly ChildNode[]>();

  constructor(gate: HTMLElement) {
    this.#gate = gate;
  }

  /** Call it again when children were added. */
  toggle(open: boolean): void {
    if (open) this.#place();
    else for (const nodes of this.#placed.values()) for (const node of nodes) node.remove();
  }

  #place(): void {
    for (const template of nodesOf(this.#gate)) {
      if (!(template instanceof HTMLTemplateElement) || template.slot) continue;
      // Importing, not cloning, lets custom elements and scripts inside come to life when they enter the page.
      const nodes = this.#placed.get(template) ?? nodesOf(document.importNode(template.content, true));
      // A template among them is the app's own.
      for (const node of nodes) this.#placed.set(node, []);
      this.#placed.set(template, nodes);
      if (nodes[0]?.parentNode !== this.#gate) template.after(...nodes);
    }
  }
}

/** A page's first list of nodes costs an app more time than this walk. */
function nodesOf(parent: Node): ChildNode[] {
  const nodes: ChildNode[] = [];
  for (let at = parent.firstChild; at; at = at.nextSibling) nodes.push(at);
  return nodes;
}
