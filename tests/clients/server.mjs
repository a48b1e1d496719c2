// The server that is tried, and who may ask it: told by the test that starts both.
const told = JSON.parse(process.env.COLLEGIUM_SERVER);

export const { url, keys } = told;

export const signedIn = (role) => ({ authorization: `Bearer ${keys[role]}` });
