// The app for sale: a small postcard maker. It knows nothing about licenses.

import { drawHorizon, PAPERS, type Paper } from './horizon.ts';

const TEMPLATE = `
  <form class="desk">
    <label>Greetings from <input name="place" maxlength="18" value="Tórshavn" /></label>
    <label>What you want to say
      <textarea name="message" rows="4" maxlength="220">The ferry was late and the light was worth it. Back on Sunday, with salt in everything.</textarea>
    </label>
    <fieldset>
      <legend>Weather</legend>
      ${Object.keys(PAPERS)
        .map(
          (name, at) =>
            `<label><input type="radio" name="paper" value="${name}" ${at === 0 ? 'checked' : ''} />${name}</label>`,
        )
        .join('')}
    </fieldset>
    <button type="button" name="horizon">Another horizon</button>
  </form>
  <div class="cards">
    <svg class="front" viewBox="0 0 600 400" role="img"></svg>
    <div class="back"><p class="message"></p><div class="post"><svg class="stamp" viewBox="0 0 60 72" aria-hidden="true"></svg><i></i><i></i><i></i></div></div>
  </div>`;

class PostcardStudio extends HTMLElement {
  #seed = 4;

  /** The gate may take it out of the page and bring it back: then it is as it was left. */
  connectedCallback(): void {
    if (this.childElementCount > 0) return;
    this.innerHTML = TEMPLATE;
    this.addEventListener('input', () => this.#draw());
    this.#find('button').addEventListener('click', () => {
      this.#seed = (this.#seed + 1) % 1000;
      this.#draw();
    });
    this.#draw();
  }

  #draw(): void {
    const entries = new FormData(this.#find<HTMLFormElement>('form'));
    const place = String(entries.get('place')).trim() || 'nowhere';
    const paper = PAPERS[entries.get('paper') as Paper]; // one of the radio buttons above
    const front = this.#find('.front');
    front.innerHTML = drawHorizon(this.#seed, paper);
    front.append(
      text('Greetings from', 'greeting', 46, 74),
      text(place, 'place', 42, 74 + Math.min(96, 860 / place.length), Math.min(96, 860 / place.length)),
    );
    front.setAttribute('aria-label', `A postcard: Greetings from ${place}`);
    this.#find('.stamp').innerHTML =
      `<g transform="scale(0.15 0.18)">${drawHorizon(this.#seed + 7, paper)}</g>`;
    this.#find('.message').textContent = String(entries.get('message'));
    this.style.setProperty('--ink', paper.ink);
  }

  #find<T extends Element = HTMLElement>(selector: string): T {
    const found = this.querySelector<T>(selector);
    if (!found) throw new Error(`The postcard studio has no ${selector}.`);
    return found;
  }
}

function text(content: string, part: string, x: number, y: number, size?: number): SVGTextElement {
  const element = document.createElementNS('http://www.w3.org/2000/svg', 'text');
  element.textContent = content;
  element.setAttribute('class', part);
  element.setAttribute('x', String(x));
  element.setAttribute('y', String(y));
  if (size !== undefined) element.setAttribute('font-size', String(size));
  return element;
}

customElements.define('postcard-studio', PostcardStudio);
