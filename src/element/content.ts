// Keeps the host's app out of the page until the gate opens, and whole while it is shut again: the same nodes
// come back with whatever the buyer typed. Children outside a <template> stay where they are, only unseen.

export class GatedContent {
  readonly #gate: HTMLElement;
  /** The nodes that each template has brought into the page. */
  readonly #placed = new Map<HTMLTemplateElement, readonly ChildNode[]>();
  #open = false;

  constructor(gate: HTMLElement) {
    this.#gate = gate;
  }

  /** Call it again when children were added. */
  toggle(open: boolean): void {
    this.#open = open;
    for (const child of this.#gate.children)
      if (child instanceof HTMLTemplateElement && !child.slot) this.#place(child);
    if (!open) for (const nodes of this.#placed.values()) for (const node of nodes) node.remove();
  }

  #place(template: HTMLTemplateElement): void {
    if (!this.#open) return;
    // Importing, not cloning, lets custom elements and scripts inside come to life when they enter the page.
    const nodes = this.#placed.get(template) ?? [...document.importNode(template.content, true).childNodes];
    this.#placed.set(template, nodes);
    if (nodes[0]?.parentNode !== this.#gate) template.after(...nodes);
  }
}
