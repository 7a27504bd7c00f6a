// Renews what the README quotes of BENCHMARKS.md under "Numbers": its blocks of text, in the order in which they stand there.
import { readFileSync, writeFileSync } from 'node:fs';

const README = new URL('../README.md', import.meta.url);
const BENCHMARKS = new URL('../BENCHMARKS.md', import.meta.url);

/** The names of the lines about weight. */
const WEIGHED = /^(license-gate|@lemonsqueezy|@unlock|lit@)/;

/** @returns the lines that the README shows, a list a block */
function quotesOf(page) {
  const linesUnder = (title) =>
    page
      .split(`\n## ${title}\n`)[1]
      ?.match(/```text\n(.*?)\n```/s)?.[1]
      .split('\n\n')
      .map((block) => block.split('\n')) ?? [];
  const server = linesUnder('Server');
  const starting = (title) => server.find(([first]) => first.startsWith(title)) ?? [];
  const [weight = []] = linesUnder('Weight');
  const [start = []] = linesUnder('Start of a licensed buyer’s page');
  return [
    weight.filter((line) => WEIGHED.test(line)),
    start.filter((line) => !/^ {2}(held|aim missed|MISSED):/.test(line)),
    [...starting('POST /activate of an active device'), ...starting('50 devices at once')],
  ];
}

const quotes = quotesOf(readFileSync(BENCHMARKS, 'utf8'));
if (quotes.some((lines) => lines.length === 0))
  throw new Error('BENCHMARKS.md lacks what the README quotes.');
const readme = readFileSync(README, 'utf8');
const [before, numbers = ''] = readme.split(/(?=^## Numbers$)/m);
let block = 0;
const renewed = numbers.replaceAll(/^```text\n.*?^```$/gms, (found) => {
  const lines = quotes[block++];
  return lines ? `\`\`\`text\n${lines.join('\n')}\n\`\`\`` : found;
});
if (block !== quotes.length)
  throw new Error(`The README has ${block} blocks of numbers instead of ${quotes.length}.`);
writeFileSync(README, before + renewed);
