import { createGraphiQLFetcher, type Fetcher, type FetcherParams } from '@graphiql/toolkit';
import { getOperationAST, parse } from 'graphql';
import { createClient } from 'graphql-sse';
import { readKey } from './key';
import { notice } from './placeholders';

const URL = '/graphql';
const send = createGraphiQLFetcher({
  url: URL,
  enableIncrementalDelivery: false,
  headers: { accept: 'application/json' },
});

/** Runs what stands in the editor. */
export const fetcher: Fetcher = async (params, options) => {
  const headers = withKey(options?.headers ?? {});
  if (subscribes(params)) return follow(params, headers);

  // Without the document GraphiQL opens no socket: whatever is asked, the API is the one to answer.
  const answer = await send(params, { headers });
  notice(answer);

  return answer;
};

function subscribes({ query, operationName }: FetcherParams): boolean {
  try {
    return getOperationAST(parse(query), operationName)?.operation === 'subscription';
  } catch {
    return false;
  }
}

/** What a subscription tells, until the reader stops it. */
async function* follow({ operationName, ...asked }: FetcherParams, headers: Record<string, string>) {
  const client = createClient({ url: URL, headers, retryAttempts: 0 });
  try {
    for await (const told of client.iterate({ ...asked, ...(operationName ? { operationName } : {}) })) {
      notice(told);
      yield told;
    }
  } finally {
    client.dispose();
  }
}

function withKey(headers: Record<string, string>): Record<string, string> {
  const key = readKey();
  if (!key || Object.keys(headers).some((name) => name.toLowerCase() === 'authorization')) return headers;

  return { authorization: `Bearer ${key}`, ...headers };
}

export interface Answer<Data> {
  status: number;
  data?: Data | null;
  errors?: { message: string }[];
}

/** One question of the explorer itself, about the tenant or the viewer. */
export async function ask<Data>(query: string, key: string | null = null): Promise<Answer<Data>> {
  const response = await fetch(URL, {
    method: 'POST',
    headers: {
      accept: 'application/json',
      'content-type': 'application/json',
      ...(key ? { authorization: `Bearer ${key}` } : {}),
    },
    body: JSON.stringify({ query }),
  });
  const answer = (await response.json()) as Answer<Data>;
  notice(answer);

  return { ...answer, status: response.status };
}
