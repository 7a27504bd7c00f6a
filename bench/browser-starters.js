// What license-gate is compared with: the guide's own web snippet, and the least that a signed license needs.
const host = document.querySelector('#gate');
const show = () => host.append(host.querySelector('template').content.cloneNode(true));

/** The sample of the marketplace's guide, word for word, and a host page that shows the app when it may. */
export async function askAsTheGuide() {
  async function checkLicense(licenseKey) {
    const deviceId = localStorage.getItem('deviceId') || crypto.randomUUID();
    localStorage.setItem('deviceId', deviceId);

    const res = await fetch(`${host.dataset.server}/activate`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ licenseKey, deviceId }),
    });

    return res.json();
  }
  const { activated } = await checkLicense(host.dataset.key);
  if (activated) show();
}

export async function openFromMirror() {
  const stored = localStorage.getItem('floor');
  if (stored === null) return prepareFloor();
  if (await isSigned(JSON.parse(stored))) show();
}

export async function openFromDatabase() {
  const database = await answerOf(
    Object.assign(indexedDB.open('floor'), {
      onupgradeneeded: ({ target }) => target.result.createObjectStore('keyval'),
    }),
  );
  const stored = await answerOf(database.transaction('keyval').objectStore('keyval').get('floor'));
  if (stored === undefined) return prepareFloor(database);
  if (await isSigned(stored)) show();
}

const answerOf = (request) =>
  new Promise((resolve, reject) => {
    request.addEventListener('success', () => resolve(request.result));
    request.addEventListener('error', () => reject(request.error));
  });

/** One ES256 signature over a lease for this device, as pinned keys ask for. */
async function isSigned({ lease, key, deviceId }) {
  const [head, body, signature] = lease.split('.');
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  const publicKey = await crypto.subtle.importKey('jwk', key, algorithm, false, ['verify']);
  const signed = new TextEncoder().encode(`${head}.${body}`);
  if (!(await crypto.subtle.verify(algorithm, publicKey, bytesOf(signature), signed))) return false;
  const { sub, dev } = JSON.parse(new TextDecoder().decode(bytesOf(body)));
  const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(`${sub}.${deviceId}`));
  return bytesOf(dev).every((byte, index) => byte === new Uint8Array(hash)[index]);
}

const bytesOf = (base64url) =>
  Uint8Array.from(atob(base64url.replaceAll('-', '+').replaceAll('_', '/')), (char) => char.charCodeAt(0));

/** The first visit: activates and stores what the next visits open with. */
async function prepareFloor(database) {
  const { server, key: licenseKey } = host.dataset;
  const deviceId = crypto.randomUUID();
  const answer = await fetch(`${server}/activate`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ licenseKey, deviceId }),
  });
  const { lease } = await answer.json();
  const { keys } = await (await fetch(`${server}/.well-known/jwks.json`)).json();
  const { kid } = JSON.parse(new TextDecoder().decode(bytesOf(lease.split('.')[0])));
  const stored = { lease, key: keys.find((key) => key.kid === kid), deviceId };
  if (database) database.transaction('keyval', 'readwrite').objectStore('keyval').put(stored, 'floor');
  else localStorage.setItem('floor', JSON.stringify(stored));
  show();
}
