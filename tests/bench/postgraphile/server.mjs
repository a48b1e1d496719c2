// PostGraphile over Collegium's own tables: row security keeps the tenants apart, the tenant stands in a header.
import { createServer } from 'node:http';
import { postgraphile } from 'postgraphile';
import { makePgService } from 'postgraphile/adaptors/pg';
import { grafserv } from 'postgraphile/grafserv/node';
import { PostGraphileAmberPreset } from 'postgraphile/presets/amber';
import { PostGraphileConnectionFilterPreset } from 'postgraphile-plugin-connection-filter';

const served = postgraphile({
  extends: [PostGraphileAmberPreset, PostGraphileConnectionFilterPreset],
  disablePlugins: ['PgIndexBehaviorsPlugin'], // columns without an index of their own are filtered by, too
  pgServices: [
    makePgService({
      connectionString: process.env.APPLICATION_URL,
      schemas: ['public'],
      pubsub: false,
      poolConfig: { max: 10, idleTimeoutMillis: 0 },
    }),
  ],
  grafast: {
    context: ({ node }) => ({ pgSettings: { 'app.tenant_id': node.req.headers['x-tenant'] } }),
    explain: false,
  },
  grafserv: { graphqlPath: '/graphql', graphiql: false, watch: false },
});

const server = createServer();
server.on('error', (problem) => {
  console.error(problem);
  process.exit(1);
});
await served.createServ(grafserv).addTo(server);
await served.getSchema();
server.listen(Number(process.env.PORT), '127.0.0.1');
process.on('SIGTERM', () => process.exit(0));
