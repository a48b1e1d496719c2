// The server that is tried, and who may ask it: told by the test that starts both.
const told = JSON.parse(process.env.COLLEGIUM_SERVER);

export const { url, keys } = told;

export const signedIn = (role) => ({ authorization: `Bearer ${keys[role]}` });

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
