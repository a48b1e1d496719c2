import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createClient as sse } from 'graphql-sse';
import { createClient as ws } from 'graphql-ws';
import WebSocket from 'ws';
import { signedIn, url } from '../server.mjs';

const WRITTEN = `subscription Written($channelId: ID!, $after: String) {
  postWritten(channelId: $channelId, after: $after) { position post { body } }
}`;

async function ask(query, variables) {
  const headers = { ...signedIn('learner'), 'content-type': 'application/json' };
  const { data, errors } = await (
    await fetch(url, { method: 'POST', headers, body: JSON.stringify({ query, variables }) })
  ).json();
  assert.equal(errors, undefined, JSON.stringify(errors));
  return data;
}

async function aChannel() {
  const { communities } = await ask('{ communities(first: 1) { nodes { id } } }');
  const [{ id }] = communities.nodes;
  await ask('mutation ($id: ID!) { joinCommunity(input: { communityId: $id }) { __typename } }', { id });
  return (await ask('query ($id: ID!) { community(id: $id) { channel { id } } }', { id })).community.channel.id;
}

const write = (channelId, body) =>
  ask('mutation ($input: WritePostInput!) { writePost(input: $input) { __typename ... on Refused { code } } }', {
    input: { channelId, body },
  });

const clients = {
  'graphql-ws': (role = 'learner') =>
    ws({ url: url.replace('http', 'ws'), webSocketImpl: WebSocket, connectionParams: signedIn(role), retryAttempts: 0 }),
  'graphql-sse': (role = 'learner') => sse({ url, headers: signedIn(role), retryAttempts: 0 }),
};

const channelId = await aChannel();

for (const [name, aClient] of Object.entries(clients)) {
  const listen = (client, variables) => client.iterate({ query: WRITTEN, variables });

  test(`${name}: what happens is told to those who listen`, async () => {
    const client = aClient();
    const told = listen(client, { channelId });
    const first = told.next();
    await until(first, () => write(channelId, `${name} one`));

    assert.match((await first).value.data.postWritten.post.body, new RegExp(`^${name}`));
    await told.return();
    client.dispose();
  });

  test(`${name}: whoever comes back names a position and misses nothing`, async () => {
    const client = aClient();
    const told = listen(client, { channelId });
    const first = told.next();
    await until(first, () => write(channelId, `${name} before`));
    const { position } = (await first).value.data.postWritten;
    await told.return();

    await write(channelId, `${name} missed`);
    const again = listen(client, { channelId, after: position });
    const bodies = [];
    while (!bodies.includes(`${name} missed`)) bodies.push((await again.next()).value.data.postWritten.post.body);

    assert.equal(bodies.at(-1), `${name} missed`);
    await again.return();
    client.dispose();
  });

  test(`${name}: a document that does not fit the schema is refused`, async () => {
    const client = aClient();
    const told = client.iterate({ query: 'subscription { nothing }' });

    const answer = await told.next().catch((error) => error);

    assert.match(JSON.stringify(answer.value ?? answer), /GRAPHQL_VALIDATION_FAILED|nothing/);
    client.dispose();
  });
}

// Something may happen before the server has heard who listens: it is done again until it is told.
async function until(told, happens) {
  let done = false;
  told.finally(() => (done = true)).catch(() => {});
  for (let tries = 0; !done && tries < 40; tries++) {
    await happens();
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}
