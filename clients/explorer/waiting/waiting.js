const page = document.getElementById('waiting');
const title = document.getElementById('title');
const text = document.getElementById('text');
const step = document.getElementById('step');

async function look() {
  try {
    const { state, detail } = await (await fetch('/explorer/status', { cache: 'no-store' })).json();
    if (state === 'ready') return location.reload();

    show(state, detail);
  } catch {
    step.textContent = 'The server does not answer. This page keeps asking.';
  }

  setTimeout(look, 1000);
}

function show(state, detail) {
  page.dataset.state = state;
  step.textContent = detail;
  if (state !== 'failed') return;

  title.textContent = 'The explorer could not be built';
  text.textContent =
    'The API itself is not affected. The server’s log has the whole message. Starting the server again tries once more.';
}

void look();
