// A small typed program, made of what the code generator wrote.
import { graphql, useFragment } from './generated/index.js';
import type { FragmentType } from './generated/index.js';
import type { TypedDocumentString } from './generated/graphql.js';

const SESSION = graphql(`
  fragment SessionLine on Session {
    id
    title
    startsAt
    seatsLeft
    status
  }
`);

const SESSIONS = graphql(`
  query Sessions($first: Int!, $where: SessionFilter) {
    sessions(first: $first, where: $where, orderBy: { field: STARTS_AT, direction: ASCENDING }) {
      nodes {
        ...SessionLine
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`);

const CREATE = graphql(`
  mutation Create($input: CreateProgramInput!) {
    createProgram(input: $input) {
      __typename
      ... on Program {
        id
        title
      }
      ... on Refused {
        code
        message
        field
      }
    }
  }
`);

export type Ask = <Data, Variables>(
  document: TypedDocumentString<Data, Variables>,
  variables: Variables,
) => Promise<Data>;

function line(fragment: FragmentType<typeof SESSION>): string {
  const session = useFragment(SESSION, fragment);
  const starts: string = session.startsAt;
  const left: number | null | undefined = session.seatsLeft;
  return `${session.title}: ${starts}, ${left ?? 'any number of'} seats left`;
}

export async function sessions(ask: Ask, first: number): Promise<string[]> {
  const found = await ask(SESSIONS, { first, where: { title: { startsWith: 'Session ' } } });
  return found.sessions.nodes.map(line);
}

export async function create(ask: Ask, title: string, externalRef?: string): Promise<string> {
  const { createProgram } = await ask(CREATE, { input: { title, externalRef } });
  switch (createProgram.__typename) {
    case 'Program':
      return createProgram.id;
    default: // however many kinds of refusals there are
      return createProgram.code;
  }
}

// Each line under an expectation is a mistake, and the compiler has to find it.
export async function mistakes(ask: Ask): Promise<void> {
  // @ts-expect-error: the title is missing
  await ask(CREATE, { input: {} });
  // @ts-expect-error: a number is wanted
  await ask(SESSIONS, { first: 'ten' });
  const { createProgram } = await ask(CREATE, { input: { title: 'x' } });
  // @ts-expect-error: a refusal has no title
  createProgram.title.trim();
}
