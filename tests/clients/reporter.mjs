// What came of a suite, as one JSON object: the sentences that hold, and those that do not, with why.
export default async function* report(events) {
  const passed = [];
  const failed = [];
  for await (const { type, data } of events) {
    if (data?.details?.type === 'suite') continue;
    if (type === 'test:pass' && !data.skip && !data.todo) passed.push(data.name);
    if (type === 'test:fail') failed.push({ name: data.name, why: why(data.details.error) });
    if (type === 'test:stderr' || type === 'test:stdout') process.stderr.write(data.message);
  }
  yield JSON.stringify({ passed, failed });
}

function why(error) {
  const cause = error.cause ?? error;
  return cause.stack ?? String(cause);
}
