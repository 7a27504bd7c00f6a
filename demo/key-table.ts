// The table of keys by what comes of them: each fills the form, and what was bought can be refunded.

import { turn } from './backstage.ts';
import type { DemoKey } from './world.ts';

const MONEY_BACK = { complete: ['Refund', 'refunded'], refunded: ['Undo', 'complete'] } as const;

export function showKeys(
  body: HTMLElement,
  keys: readonly DemoKey[],
  chosen: string | undefined,
  onChoose: (key: string) => void,
): void {
  body.replaceChildren(
    ...keys.map((entry) => {
      const row = document.createElement('tr');
      row.className = entry.key === chosen ? 'chosen' : '';
      row.append(keyCell(entry, onChoose), noteCell(entry), moneyCell(entry));
      return row;
    }),
  );
}

function keyCell({ key, name }: DemoKey, onChoose: (key: string) => void): HTMLElement {
  const code = document.createElement('code');
  code.textContent = `${key.slice(0, 8)}…`;
  const use = button('', () => onChoose(key));
  use.append(name, code);
  return cell(use);
}

function noteCell({ status, note }: DemoKey): HTMLElement {
  return cell(status === 'refunded' ? 'money back' : note);
}

function moneyCell({ key, name, status }: DemoKey): HTMLElement {
  if (status !== 'complete' && status !== 'refunded') return cell('');
  const [word, next] = MONEY_BACK[status];
  const change = button(word, () => void turn({ turn: 'order', key, status: next }));
  change.setAttribute('aria-label', `${word}: ${name}`);
  return cell(change);
}

function cell(content: Node | string): HTMLElement {
  const element = document.createElement('td');
  element.append(content);
  return element;
}

function button(text: string, onClick: () => void): HTMLButtonElement {
  const element = document.createElement('button');
  element.type = 'button';
  element.textContent = text;
  element.addEventListener('click', onClick);
  return element;
}
