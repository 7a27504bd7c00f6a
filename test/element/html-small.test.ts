// What the one-file bundle renders with does as Lit does, as far as the gate's templates ask for it.
import { expect } from '@open-wc/testing';
import * as lit from '../../src/element/html.ts';
import * as small from '../../src/element/html-small.ts';

interface Renderer {
  html(strings: TemplateStringsArray, ...values: unknown[]): unknown;
  render(template: unknown, root: DocumentFragment): unknown;
  readonly nothing: unknown;
}

/** Lit marks its places with comments; a buyer sees none of them. */
const markup = (root: ParentNode) => {
  const copy = document.createElement('div');
  copy.append(...[...root.childNodes].map((node) => node.cloneNode(true)));
  copy.normalize();
  return copy.innerHTML.replaceAll(/<!--.*?-->/g, '');
};

for (const [module, renderer] of Object.entries({ html: lit, 'html-small': small }) as [string, Renderer][])
  describe(module, () => {
    /* oxlint-disable unicorn/consistent-function-scoping -- a template belongs to the renderer that made it */
    const { html, render, nothing } = renderer;
    let root: DocumentFragment;
    const show = (template: unknown) => {
      render(template, root);
      return markup(root);
    };

    beforeEach(() => {
      root = document.createElement('div').attachShadow({ mode: 'open' });
    });

    it('shows texts, and nothing for what is not there', () => {
      const row = (...values: unknown[]) => html`<p>a ${values[0]} b ${values[1]}${values[2]}</p>`;

      expect(show(row('one', 2, undefined))).to.equal('<p>a one b 2</p>');
      expect(show(row('', nothing, null))).to.equal('<p>a  b </p>');
    });

    it('escapes what stands in a value', () => {
      expect(show(html`<p title=${'"><b>'}>${'<img src=x>'}</p>`)).to.equal(
        '<p title="&quot;&gt;&lt;b&gt;">&lt;img src=x&gt;</p>',
      );
    });

    it('sets attributes in whole and in parts, and takes them away for nothing', () => {
      const button = (part: string, name: unknown) =>
        html`<button part="button ${part}" aria-label=${name} aria-disabled=${false}></button>`;

      expect(show(button('link', 'Hide'))).to.equal(
        '<button part="button link" aria-label="Hide" aria-disabled="false"></button>',
      );
      expect(show(button('link', nothing))).to.equal(
        '<button part="button link" aria-disabled="false"></button>',
      );
    });

    it('sets booleans and properties, a property only when its value changes', () => {
      const field = (value: string, isBusy: boolean) => html`<input .value=${value} ?readonly=${isBusy} />`;
      render(field('key', true), root);
      const input = root.querySelector('input')!;
      expect([input.value, input.readOnly]).to.deep.equal(['key', true]);

      input.value = 'typed';
      render(field('key', false), root);

      expect([input.value, input.readOnly]).to.deep.equal(['typed', false]);
    });

    it('calls the listener of the last rendering', () => {
      const heard: number[] = [];
      const button = (count: number) => html`<button @click=${() => heard.push(count)}></button>`;
      render(button(1), root);
      render(button(2), root);

      root.querySelector('button')!.click();

      expect(heard).to.deep.equal([2]);
    });

    it('swaps templates, grows and shrinks lists, and keeps what stays', () => {
      const list = (items: string[]) =>
        html`<ul>
          ${items.map((item) => html`<li>${item}</li>`)}
        </ul>`;
      const page = (body: unknown) =>
        html`<h2>Title</h2>
          ${body}<slot></slot>`;
      const tight = () => markup(root).replaceAll(/\s+/g, '');
      render(page(list(['a', 'b'])), root);
      const [title, first] = [root.querySelector('h2'), root.querySelector('li')];
      expect(tight()).to.equal('<h2>Title</h2><ul><li>a</li><li>b</li></ul><slot></slot>');

      render(page(list(['a', 'x', 'c'])), root);
      expect(tight()).to.equal('<h2>Title</h2><ul><li>a</li><li>x</li><li>c</li></ul><slot></slot>');
      expect(root.querySelector('li') === first).to.equal(true);

      render(page(html`<p>${html`<b>${'other'}</b>`}</p>`), root);
      render(page('only text'), root);
      expect(tight()).to.equal('<h2>Title</h2>onlytext<slot></slot>');
      render(page([]), root);
      expect(tight()).to.equal('<h2>Title</h2><slot></slot>');
      expect(root.querySelector('h2') === title).to.equal(true);
    });

    it('shrinks a list from the end', () => {
      const list = (items: string[]) => html`${items.map((item) => html`<i>${item}</i>`)}`;
      render(list(['a', 'b', 'c']), root);

      expect(show(list(['a']))).to.equal('<i>a</i>');
      expect(show(list(['z', 'y']))).to.equal('<i>z</i><i>y</i>');
    });

    it('touches nothing when nothing has changed', async () => {
      const page = () =>
        html`<p part="a ${'b'}" title=${'t'} ?hidden=${false}>${'text'}${nothing}${[html`<b>${1}</b>`]}</p>`;
      render(page(), root);
      const seen: MutationRecord[] = [];
      const watch = new MutationObserver((records) => seen.push(...records));
      watch.observe(root, { attributes: true, childList: true, characterData: true, subtree: true });

      render(page(), root);

      seen.push(...watch.takeRecords());
      expect(seen).to.have.length(0);
    });
  });
