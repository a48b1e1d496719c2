const page = document.getElementById('waiting');
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
  for (const text of document.querySelectorAll('[data-for]')) text.hidden = text.dataset.for !== state;
}

void look();
