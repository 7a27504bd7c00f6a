// Loaded into every server that is measured: tells the benchmark what the process has used so far, what it holds, and
// where its time goes.
import { Session } from 'node:inspector/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc');

const megabytes = (bytes) => bytes / 2 ** 20;

function usage() {
  const { user, system } = process.cpuUsage();
  return {
    cpuMs: (user + system) / 1000,
    systemMs: system / 1000,
    memoryMb: megabytes(process.memoryUsage.rss()),
  };
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

const SAMPLED_EVERY_MICROS = 200;
const inspector = new Session();

async function startProfile() {
  inspector.connect();
  await inspector.post('Profiler.enable');
  await inspector.post('Profiler.setSamplingInterval', { interval: SAMPLED_EVERY_MICROS });
  await inspector.post('Profiler.start');
}

async function stopProfile() {
  const { profile } = await inspector.post('Profiler.stop');
  inspector.disconnect();
  return profile;
}

const ANSWERS = { usage, holdings, 'profile-start': startProfile, 'profile-stop': stopProfile };
process.on('message', async (question) => process.send((await ANSWERS[question]()) ?? null));
process.channel.unref();
