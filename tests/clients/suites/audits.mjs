import { test } from 'node:test';
import { serverAudits } from 'graphql-http';
import { signedIn, url } from '../server.mjs';

const fetchFn = (address, { headers, ...options } = {}) =>
  fetch(address, { ...options, headers: { ...headers, ...signedIn('coordinator') } });

for (const { id, name, fn } of serverAudits({ url, fetchFn })) {
  test(`${id}: ${name}`, async () => {
    const result = await fn();
    if (result.status !== 'ok') throw new Error(`${result.status}: ${result.reason}`);
  });
}
