// What a frontend made with Relay asks; only the compiler reads this file.
import { graphql } from 'relay-runtime';

graphql`
  query CatalogQuery($id: ID!, $count: Int!) {
    program(id: $id) {
      ...Catalog_program @arguments(count: $count)
    }
  }
`;

graphql`
  fragment Catalog_program on Program
  @refetchable(queryName: "CatalogPaginationQuery")
  @argumentDefinitions(count: { type: "Int", defaultValue: 10 }, cursor: { type: "String" }) {
    title
    sessions(first: $count, after: $cursor, orderBy: { field: STARTS_AT, direction: ASCENDING })
      @connection(key: "Catalog_program_sessions") {
      edges {
        node {
          title
          startsAt
        }
      }
    }
  }
`;

graphql`
  query CatalogTitleQuery($id: ID!) {
    program(id: $id) {
      id
      title
    }
  }
`;

graphql`
  query CatalogProgramsQuery {
    programs(first: 100) {
      nodes {
        id
        title
      }
    }
  }
`;

graphql`
  mutation CatalogRenameMutation($input: UpdateProgramInput!) {
    updateProgram(input: $input) {
      __typename
      ... on Program {
        id
        title
      }
      ... on Refused {
        code
        field
      }
    }
  }
`;

graphql`
  mutation CatalogCreateMutation($input: CreateProgramInput!) {
    createProgram(input: $input) {
      __typename
      ... on Program {
        id
        title
      }
      ... on Refused {
        code
        field
      }
    }
  }
`;
