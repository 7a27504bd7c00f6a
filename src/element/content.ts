// Keeps the host's app out of the page until the gate opens, and whole while it is shut again: the same nodes
// come back with whatever the buyer typed. Children outside a <template> stay where they are, only unseen.

export class GatedContent {
  readonly #gate: HTMLElement;
  /** The nodes that each template has brought into the page. */
  readonly #placed = new Map<HTMLTemplateElement, readonly ChildNode[]>();

  constructor(gate: HTMLElement) {
    this.#gate = gate;
  }

  /** Call it again when children were added. */
  toggle(open: boolean): void {
    if (open) this.#place();
    else for (const nodes of this.#placed.values()) for (const node of nodes) node.remove();
  }

  #place(): void {
    for (const template of this.#gate.children) {
      if (!(template instanceof HTMLTemplateElement) || template.slot) continue;
      // Importing, not cloning, lets custom elements and scripts inside come to life when they enter the page.
      const nodes = this.#placed.get(template) ?? [...document.importNode(template.content, true).childNodes];
      this.#placed.set(template, nodes);
      if (nodes[0]?.parentNode !== this.#gate) template.after(...nodes);
    }
  }
}
