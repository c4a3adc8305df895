/** Rows that stay on the requests page. */
const KEPT = 200;

/**
 * The dashboard's one script. It puts new requests on top of the list as they come, and keeps the regions marked
 * `data-refresh` up to date; without it every page still works, and shows what was true when it was loaded.
 */
export const live = `
const requests = document.querySelector('[data-stream]');
if (requests) {
  const rows = requests.querySelector('tbody');
  const announcement = document.getElementById('announcement');
  let unannounced = 0;
  new EventSource(requests.dataset.stream).onmessage = ({ data }) => {
    const template = document.createElement('template');
    template.innerHTML = data;
    template.content.firstElementChild.classList.add('new');
    rows.prepend(template.content);
    while (rows.rows.length > ${KEPT}) rows.lastElementChild.remove();
    requests.querySelector('.empty')?.remove();
    unannounced += 1;
  };
  // For screen readers: how many, now and then, instead of every one.
  setInterval(() => {
    if (unannounced > 0) announcement.textContent = unannounced + (unannounced === 1 ? ' new request' : ' new requests');
    unannounced = 0;
  }, 3000);
}

const regions = [...document.querySelectorAll('[data-refresh]')];
if (regions.length > 0) {
  setInterval(async () => {
    if (document.hidden) return;
    const response = await fetch(location.href).catch(() => undefined);
    if (!response?.ok) return;
    const fresh = new DOMParser().parseFromString(await response.text(), 'text/html');
    const others = [...fresh.querySelectorAll('[data-refresh]')];
    regions.forEach((region, index) => {
      // Whoever is at work in a region keeps it as it is.
      if (region.contains(document.activeElement) || !others[index]) return;
      if (region.innerHTML !== others[index].innerHTML) region.innerHTML = others[index].innerHTML;
    });
  }, 1000);
}

// A form that came back with errors: to the first of them.
document.querySelector('[aria-invalid]')?.focus();
`;
