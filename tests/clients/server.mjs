import { spawnSync } from 'node:child_process';

// The server that is tried, and who may ask it: told by the test that starts both.
const told = JSON.parse(process.env.COLLEGIUM_SERVER);

export const { url, keys } = told;

export const signedIn = (role) => ({ authorization: `Bearer ${keys[role]}` });

// The command line of whoever runs the server, and what it says.
export function collegium(...words) {
  const [program, ...first] = told.command;
  const environment = { ...process.env, ...told.environment };
  const given = [...first, ...words, '--tenant', told.tenant, '--json'];
  const { status, stdout, stderr } = spawnSync(program, given, { env: environment, encoding: 'utf8' });
  if (status !== 0) throw new Error(`collegium ${words.join(' ')} ended with ${status}: ${stdout}${stderr}`);
  return JSON.parse(stdout);
}

// Node's own fetch, which notes in `asked` what was sent and how it was answered.
export function watched() {
  const asked = [];
  const watching = async (address, options = {}) => {
    const response = await fetch(address, options);
    asked.push({
      method: options.method ?? 'GET',
      address: new URL(address),
      body: options.body,
      status: response.status,
      type: response.headers.get('content-type'),
    });
    return response;
  };
  return Object.assign(watching, { asked });
}
