// Loaded into every server that is measured: tells the benchmark what the process has used so far, and what it holds.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc');

const megabytes = (bytes) => bytes / 2 ** 20;

function usage() {
  const { user, system } = process.cpuUsage();
  return { cpuMs: (user + system) / 1000, memoryMb: megabytes(process.memoryUsage.rss()) };
}

/** Without what nobody refers to any more. */
function holdings() {
  collectGarbage();
  const { heapUsed, external, rss } = process.memoryUsage();
  const resources = process.getActiveResourcesInfo();
  return {
    heapMb: megabytes(heapUsed + external),
    rssMb: megabytes(rss),
    connections: resources.filter((name) => name === 'TCPSocketWrap').length,
    otherHandles: resources.filter((name) => name !== 'TCPSocketWrap').length,
  };
}

process.on('message', (question) => process.send(question === 'holdings' ? holdings() : usage()));
process.channel.unref();
