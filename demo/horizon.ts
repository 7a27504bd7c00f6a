// Draws a landscape from a number: a sky, a sun, and hills one behind the other.

interface Colours {
  readonly sky: readonly [string, string];
  readonly sun: string;
  /** from far to near */
  readonly hills: readonly [string, string, string, string];
  readonly ink: string;
}

export const PAPERS = {
  Clear: {
    sky: ['#8fd3e8', '#fdf3d8'],
    sun: '#fffbe8',
    hills: ['#8fbfc4', '#5d9ba3', '#2f6f7a', '#123f4c'],
    ink: '#123f4c',
  },
  Evening: {
    sky: ['#f7a072', '#fde3b0'],
    sun: '#fff0c9',
    hills: ['#d9748a', '#a8507d', '#6b3566', '#341c41'],
    ink: '#5b2a4f',
  },
  Rain: {
    sky: ['#9fb0ba', '#dfe6e6'],
    sun: '#eef3f1',
    hills: ['#93a79f', '#6f887c', '#4a6558', '#263d34'],
    ink: '#263d34',
  },
  Night: {
    sky: ['#101b3d', '#3f4f86'],
    sun: '#f6e7b4',
    hills: ['#34427a', '#263264', '#19224a', '#0c1230'],
    ink: '#1c2757',
  },
} as const satisfies Readonly<Record<string, Colours>>;

export type Paper = keyof typeof PAPERS;

const WIDTH = 600;
const HEIGHT = 400;
const STEP = 12;

/** Gradients are found by their id in the whole page, so each drawing has its own. */
let drawings = 0;

/** @returns the inside of an SVG of 600 by 400 */
export function drawHorizon(seed: number, { sky, sun, hills }: Colours): string {
  const chance = chances(seed);
  const id = `sky-${(drawings += 1)}`;
  const sunAt = 330 + chance() * 190;
  const ridges = hills.map((colour, depth) => {
    const base = 215 + depth * 46;
    return `<path fill="${colour}" d="${ridge(base, 34 - depth * 5, chance)}"/>`;
  });
  return `<defs><linearGradient id="${id}" x2="0" y2="1"><stop stop-color="${sky[0]}"/><stop offset="0.7" stop-color="${sky[1]}"/></linearGradient></defs>
    <rect width="${WIDTH}" height="${HEIGHT}" fill="url(#${id})"/>
    <circle cx="${sunAt.toFixed()}" cy="${(150 + chance() * 60).toFixed()}" r="44" fill="${sun}"/>${ridges.join('')}`;
}

/** Fills the page's pictures: with their own weather, or by day and night as the page is light or dark. */
export function paintScenery(): void {
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const paint = () => {
    for (const picture of document.querySelectorAll<SVGElement>('[data-scenery]')) {
      const weather = (picture.dataset.scenery || (dark.matches ? 'Night' : 'Clear')) as Paper;
      picture.innerHTML = drawHorizon(2, PAPERS[weather]);
    }
  };
  dark.addEventListener('change', paint);
  paint();
}

function ridge(base: number, height: number, chance: () => number): string {
  const waves = [1.3, 2.9, 6.1].map((pace, at) => ({
    pace: pace * (0.8 + chance() * 0.5),
    from: chance() * Math.PI * 2,
    height: height / (at + 1),
  }));
  let path = `M0 ${HEIGHT}`;
  for (let x = 0; x <= WIDTH; x += STEP) {
    const rise = waves.reduce(
      (sum, wave) => sum + Math.sin((x / WIDTH) * Math.PI * wave.pace + wave.from) * wave.height,
      0,
    );
    path += `L${x} ${(base - rise).toFixed(1)}`;
  }
  return `${path}L${WIDTH} ${HEIGHT}Z`;
}

/** Numbers from 0 to 1 that are always the same for the same seed. */
function chances(seed: number): () => number {
  let state = seed * 2_654_435_761 + 1;
  return () => {
    state = (Math.imul(state ^ (state >>> 15), 2_246_822_519) + 3_266_489_917) | 0;
    return ((state ^ (state >>> 13)) >>> 0) / 4_294_967_296;
  };
}
