/** Maximum number of rows on the requests page. */
const keptRows = 200;

/**
 * The dashboard's only script. It adds new requests to the top of the list, and updates the regions marked
 * `data-refresh`. Every page works without it.
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
    while (rows.rows.length > ${keptRows}) rows.lastElementChild.remove();
    requests.querySelector('.empty')?.remove();
    unannounced += 1;
  };
  // Screen readers announce the number of new requests, not each one.
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
      // Don't update a region that has the focus.
      if (region.contains(document.activeElement) || !others[index]) return;
      if (region.innerHTML !== others[index].innerHTML) region.innerHTML = others[index].innerHTML;
    });
  }, 1000);
}

// Focus the first field with an error.
document.querySelector('[aria-invalid]')?.focus();
`;
